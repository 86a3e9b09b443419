import fc from 'fast-check';
import { SYSTEM_FIELDS } from '../oracle/conditions.ts';
import type { Condition, Definition, Field, FieldType, Value } from '../oracle/world.ts';
import { folderId, groupId, itemId, userId } from './ids.ts';

/** Few values per type, so that comparisons meet them; the awkward ones are among them. */
const VALUES: Record<Exclude<FieldType, 'choice'>, readonly Exclude<Value, null>[]> = {
  text: ['a', 'A', 'ab', '', 'b', "O'Brien", '%', '_a', '\\', 'ä', 'a\u0308', '😀', '\uffee', '"', '$1', 'a b'],
  integer: [0, 1, -1, 2147483647, -2147483648],
  decimal: ['0.00', '12.50', '-0.01', '92233720368547758.07', '-92233720368547758.07'],
  boolean: [true, false],
  date: ['2001-02-03', '2001-02-04', '1969-12-31', '2100-01-01', '0001-01-01', '9999-12-31'],
  dateTime: [
    '2001-02-03T04:05:06.789Z',
    '2001-02-03T04:05:06.790Z',
    '1969-12-31T23:59:59.999Z',
    '2100-01-01T00:00:00.000Z',
  ],
  reference: [0, 1, 2, 3].map(itemId),
  user: [0, 1, 2].map(userId),
  group: [0, 1].map(groupId),
};

/** What only a condition may say instead of a value. */
const OPERANDS: Partial<Record<FieldType, readonly Value[]>> = {
  decimal: ['12.5', '0'],
  date: ['today', 'today-7d', 'today+1d'],
  dateTime: ['now', 'now-2h', 'today', '2001-02-03T05:05:06.789+01:00'],
  user: ['ME'],
};

const EQUALITY = ['isSet', 'isNotSet', 'equals', 'notEquals', 'in', 'notIn'];
const ORDER = [...EQUALITY, 'lessThan', 'atMost', 'greaterThan', 'atLeast', 'between'];
const TEXT = [...ORDER, 'contains', 'startsWith'];

export function operatorsOf(type: FieldType): readonly string[] {
  if (type === 'text') return TEXT;
  return ['integer', 'decimal', 'date', 'dateTime'].includes(type) ? ORDER : EQUALITY;
}

/** A value of a field, not empty. Of unique ones few, so that they meet. */
export function valueOf(field: Field): fc.Arbitrary<Exclude<Value, null>> {
  return fc.constantFrom(...valuesOf(field).slice(0, field.unique === true ? 3 : undefined));
}

function valuesOf(field: Field): readonly Exclude<Value, null>[] {
  if (field.type !== 'choice') return VALUES[field.type];
  return (field.choices as readonly { value: string }[]).map(({ value }) => value);
}

/** The fields that a condition of a definition may name, its own and the system's. */
function conditionFields(definition: Definition): Record<string, Field> {
  const { owner, version, id, folder } = SYSTEM_FIELDS;
  return { ...definition.fields, owner: owner!, version: version!, id: id!, folder: folder! };
}

/** A condition of A5 about a definition's fields, nested up to three levels; it shrinks towards one comparison. */
export function conditionOf(definition: Definition): fc.Arbitrary<Condition> {
  const comparison = fc
    .constantFrom(...Object.entries(conditionFields(definition)))
    .chain(([name, field]) => comparisonOf(name, field).map((test): Condition => ({ [name]: test })));
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
      comparison,
      fc.record({ not: tie('condition') }),
      fc.record({ and: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ or: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.tuple(comparison, tie('condition')).map(([one, other]): Condition => ({ ...one, ...other })),
    ),
  })).condition;
}

function comparisonOf(name: string, field: Field): fc.Arbitrary<Record<string, unknown>> {
  const values = name === 'folder' ? [0, 1, 2].map(folderId) : [...valuesOf(field), ...(OPERANDS[field.type] ?? [])];
  const value = fc.constantFrom(...values);
  return fc.constantFrom(...operatorsOf(field.type)).chain((operator): fc.Arbitrary<Record<string, unknown>> => {
    if (operator === 'isSet' || operator === 'isNotSet') return fc.boolean().map((wanted) => ({ [operator]: wanted }));
    if (operator === 'in' || operator === 'notIn')
      return fc.array(value, { maxLength: 3 }).map((list) => ({ [operator]: list }));
    if (operator === 'between') return fc.record({ from: value, to: value }).map((ends) => ({ between: ends }));
    return value.map((operand) => ({ [operator]: operand }));
  });
}
