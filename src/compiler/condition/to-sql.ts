import type { ObjectDefinition } from '../definition.ts';
import { columnType } from '../field-types.ts';
import { identifier } from '../sql-object.ts';
import type { Comparison, NormalCondition, Operand, RelativeMoment } from './condition.ts';
import { isRelativeMoment, isViewerValue } from './condition.ts';
import { testableField, type TestableField } from './testable-fields.ts';
import type { Parameter } from './parameters.ts';

export interface ConditionSqlOptions {
  /** The SQL of a field's cell; its column by default. */
  column?: (field: string) => string;
  parameter: Parameter;
  /**
   * The SQL stands in a `where` or a policy, never below a `not`, so null may count as false: comparisons are then
   * plain ones that indexes serve and the planner estimates well. Otherwise the result is never null.
   */
  filter?: boolean;
  /** Who looks, for `ME` and `MY_GROUPS`; the viewer by default. */
  asker?: Asker;
}

/** SQL of a person's id (uuid) and of the groups that the person is in (uuid[]). */
export interface Asker {
  readonly me: string;
  readonly groups: string;
}

const VIEWER: Asker = { me: '(select rowplane.viewer())', groups: '((select rowplane.viewer_groups())::uuid[])' };

/** The SQL of a condition: one boolean expression, in parentheses where it has several parts. */
export function conditionToSql(
  definition: ObjectDefinition,
  condition: NormalCondition,
  options: ConditionSqlOptions,
): string {
  const { parameter, filter = false, asker, column = (field) => columnOf(definition, field) } = options;
  switch (condition.kind) {
    case 'constant':
      return String(condition.value);
    case 'comparison':
      return comparisonToSql(definition, condition, column(condition.field), parameter, filter, asker);
    default: {
      const parts = condition.of.map((part) => conditionToSql(definition, part, options));
      return `(${parts.join(` ${condition.kind} `)})`;
    }
  }
}

/** The quoted column of a field that conditions may test. */
export function columnOf(definition: ObjectDefinition, field: string): string {
  return identifier(fieldOf(definition, field).column);
}

/** Each with its exact opposite on a cell that isn't empty. */
const ORDERING = {
  lessThan: ['<', '>='],
  atMost: ['<=', '>'],
  greaterThan: ['>', '<='],
  atLeast: ['>=', '<'],
} as const;

/**
 * The SQL of one comparison on the SQL of a cell. Two-valued (A5): true on an empty cell exactly if negated; with
 * `filter` a comparison that isn't negated may be null there.
 *
 * `contains` takes upper and lower case for alike (Unicode's simple lower case, one character at a time);
 * everything else compares character by character, `lessThan` and its like by code point.
 */
export function comparisonToSql(
  definition: ObjectDefinition,
  comparison: Comparison,
  column: string,
  parameter: Parameter,
  filter = false,
  asker: Asker = VIEWER,
): string {
  const { operator, negated } = comparison;
  const type = columnType(fieldOf(definition, comparison.field).type);
  const operands = operandsOf(comparison);
  // Only where it is used: each call adds a parameter to the statement.
  const sql = (index = 0) => operandToSql(operands[index]!, type, parameter, asker);
  const hold: Hold = { column, negated, filter, viewer: operands.some(isViewerValue) };
  switch (operator) {
    case 'isSet':
      return `${column} is ${negated ? '' : 'not '}null`;
    case 'equals':
      if (negated && !hold.viewer) return `${column} is distinct from ${sql()}`;
      return twoValued(hold, `${column} ${negated ? '<>' : '='} ${sql()}`);
    case 'in':
      return inToSql(hold, operands, type, parameter, asker);
    case 'between':
      return twoValued(hold, `${column} ${negated ? 'not ' : ''}between ${sql()} and ${sql(1)}`);
    case 'startsWith':
      return twoValued(hold, `${negated ? 'not ' : ''}${column} ^@ ${sql()}`);
    case 'contains':
      return twoValued(hold, `strpos(${folded(column)}, ${folded(sql())}) ${negated ? '=' : '>'} 0`);
    default:
      return twoValued(hold, `${column} ${ORDERING[operator][negated ? 1 : 0]} ${sql()}`);
  }
}

function operandsOf({ value }: Comparison): readonly Operand[] {
  return Array.isArray(value) ? (value as readonly Operand[]) : [value as Operand];
}

interface Hold {
  readonly column: string;
  readonly negated: boolean;
  readonly filter: boolean;
  /** The test asks who the viewer is, which is null where nobody is. */
  readonly viewer: boolean;
}

/** Settles what a test that is null on an empty cell means there: true if negated, else false. */
function twoValued({ column, negated, filter, viewer }: Hold, test: string): string {
  if (!negated && filter) return test;
  if (viewer) return `coalesce(${test}, ${negated})`;
  return negated ? `(${column} is null or ${test})` : `(${test} and ${column} is not null)`;
}

function inToSql(hold: Hold, operands: readonly Operand[], type: string, parameter: Parameter, asker: Asker): string {
  const { column, negated } = hold;
  // No value at all: nothing is in the list, and everything, empty cells too, is not in it.
  if (operands.length === 0) return String(negated);
  const values = operands.filter((operand) => !isViewerValue(operand) && !isRelativeMoment(operand));
  const [equal, any] = negated ? ['<>', '<> all'] : ['=', '= any'];
  const tests = values.length > 0 ? [`${column} ${any} (${parameter(values, `${type}[]`)})`] : [];
  for (const operand of operands) {
    if (isViewerValue(operand) && operand.viewer === 'MY_GROUPS') tests.push(`${column} ${any} ${asker.groups}`);
    else if (isViewerValue(operand) || isRelativeMoment(operand))
      tests.push(`${column} ${equal} ${operandToSql(operand, type, parameter, asker)}`);
  }
  return twoValued(hold, tests.length === 1 ? tests[0]! : `(${tests.join(negated ? ' and ' : ' or ')})`);
}

/** The SQL of what a field is compared with. Everything that depends on the viewer or the time is asked once. */
function operandToSql(operand: Operand, type: string, parameter: Parameter, { me }: Asker): string {
  if (isRelativeMoment(operand)) return relativeToSql(operand, type);
  if (isViewerValue(operand)) return me;
  return parameter(operand, type);
}

const UNIT_WORDS = { min: 'minutes', h: 'hours', d: 'days', w: 'weeks', mo: 'months', y: 'years' } as const;

/** Counted in UTC, whatever time zone a session has set; from `now` in hours, since a zone's days differ in length. */
function relativeToSql({ relativeTo, amount, unit }: RelativeMoment, type: string): string {
  const sign = amount < 0 ? '-' : '+';
  const size = Math.abs(amount);
  if (relativeTo === 'now') {
    const [count, word] = unit === 'min' ? [size, 'minutes'] : [size * { h: 1, d: 24, w: 168 }[unit as 'h'], 'hours'];
    return size === 0 ? 'now()' : `(now() ${sign} interval '${count} ${word}')`;
  }
  const today = "date_trunc('day', now() at time zone 'UTC')";
  const day = size === 0 ? today : `(${today} ${sign} interval '${size} ${UNIT_WORDS[unit]}')`;
  return type === 'date' ? `(${day})::date` : `(${day} at time zone 'UTC')`;
}

function folded(text: string): string {
  return `lower(${text} collate pg_c_utf8)`;
}

function fieldOf(definition: ObjectDefinition, name: string): TestableField {
  const field = testableField(definition, name);
  if (field === undefined) throw new Error(`${definition.name} has no field ${name}`);
  return field;
}
