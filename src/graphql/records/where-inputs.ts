import { testableFields, type TestableField } from '../../compiler/condition/testable-fields.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import { operatorsOf, type ConditionOperator, type FieldType } from '../../compiler/field-types.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { Builder } from '../builder.ts';
import type { RecordEnums } from './record-enums.ts';

type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Builder['$inferSchemaTypes'], 'InputObject'>;
type Inputs = ReturnType<typeof inputRef>;
type ValueType = 'String' | 'Int' | 'Decimal' | 'Boolean' | 'Date' | 'DateTime' | 'ID' | RecordEnums['field'];

const VALUE_TYPES: Readonly<Record<Exclude<FieldType, 'choice'>, ValueType>> = {
  text: 'String',
  integer: 'Int',
  decimal: 'Decimal',
  boolean: 'Boolean',
  date: 'Date',
  dateTime: 'DateTime',
  reference: 'ID',
  user: 'ID',
  group: 'ID',
};

const TEST_NAMES: Readonly<Record<Exclude<FieldType, 'choice'>, string>> = {
  text: 'Text',
  integer: 'Integer',
  decimal: 'Decimal',
  boolean: 'Boolean',
  date: 'Date',
  dateTime: 'DateTime',
  reference: 'Id',
  user: 'User',
  group: 'Group',
};

const DESCRIPTIONS: Readonly<Partial<Record<FieldType, string>>> = {
  user: 'Tests of a user. `ME` is the viewer.',
  group: 'Tests of a group. In lists, `MY_GROUPS` are the groups that the viewer is in.',
  date: 'Tests of a date. Values may be relative: `today`, `today-7d`.',
  dateTime: 'Tests of a point in time. Values may be relative: `now`, `now-2h`, `today`, `today-7d`.',
};

function inputRef(builder: Builder, name: string) {
  return builder.inputRef<Record<string, unknown>>(name);
}

/** The tests that several definitions share, by field type; choices have some of their own, since their values are enums. */
export type SharedTests = Map<FieldType, Inputs>;

export function defineSharedTests(builder: Builder): SharedTests {
  const types = Object.keys(VALUE_TYPES) as Exclude<FieldType, 'choice'>[];
  return new Map(types.map((type) => [type, defineTests(builder, `${TEST_NAMES[type]}Test`, type, VALUE_TYPES[type])]));
}

/** One input of tests for a type of value: `{ equals: … }`, `{ in: [ … ] }`, …; several in one object must all hold (A5). */
function defineTests(builder: Builder, name: string, type: FieldType, value: ValueType): Inputs {
  const operators = operatorsOf(type);
  const range = operators.includes('between')
    ? builder.inputRef<Record<string, unknown>>(`${name}Range`).implement({
        description: 'From one value to another, both included.',
        fields: (t) => ({
          from: t.field({ type: value as never, required: true }),
          to: t.field({ type: value as never, required: true }),
        }),
      })
    : null;
  const fieldOf = (t: InputFieldBuilder, operator: ConditionOperator) => {
    switch (operator) {
      case 'isSet':
      case 'isNotSet':
        return t.boolean({});
      case 'in':
      case 'notIn':
        return t.field({ type: [value as never], required: { list: false, items: true } });
      case 'between':
        return t.field({ type: range! });
      default:
        return t.field({ type: value as never });
    }
  };
  const ref = inputRef(builder, name);
  ref.implement({
    ...(DESCRIPTIONS[type] !== undefined && { description: DESCRIPTIONS[type] }),
    fields: (t) => Object.fromEntries(operators.map((operator) => [operator, fieldOf(t, operator)])),
  });
  return ref;
}

/** `ProcessWhere`: a test per field, and `and`, `or`, `not` (A5, V3). */
export function defineWhere(
  builder: Builder,
  definition: ObjectDefinition,
  enums: RecordEnums,
  shared: SharedTests,
): Inputs {
  const type = pascalCase(definition.name);
  const ref = inputRef(builder, `${type}Where`);
  const testsOf = (field: TestableField): Inputs =>
    field.type === 'choice'
      ? defineTests(builder, `${type}${pascalCase(field.name)}Test`, 'choice', enums.choices.get(field.name) as never)
      : shared.get(field.type)!;
  const tests = testableFields(definition).map((field) => [field.name, testsOf(field)] as const);
  ref.implement({
    description:
      'Holds for a record if it holds on the cells that the viewer sees: on a hidden cell a test is false, and so is its negation.',
    fields: (t) => ({
      and: t.field({ type: [ref], required: { list: false, items: true } }),
      or: t.field({ type: [ref], required: { list: false, items: true } }),
      not: t.field({ type: ref }),
      ...Object.fromEntries(tests.map(([name, type]) => [name, t.field({ type })])),
    }),
  });
  return ref;
}
