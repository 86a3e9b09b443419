import type { ObjectDefinition } from '../definition.ts';
import { operatorsOf, type ConditionOperator } from '../field-types.ts';
import type { Comparison, Condition, NormalCondition, Operand } from './condition.ts';
import { ConditionError } from './condition-error.ts';
import { readOperand, type ReadId } from './operand.ts';
import { testableField, type TestableField } from './testable-fields.ts';

/** How large a condition may be. */
export interface ConditionLimits {
  /** How deep `and`, `or` and `not` may be nested. */
  depth: number;
  /** How many comparisons and connectives it may have. */
  parts: number;
  /** How many values one `in` may list. */
  listLength: number;
  /** How many characters one text may have. */
  textLength: number;
}

export const DEFAULT_LIMITS: ConditionLimits = { depth: 10, parts: 100, listLength: 1000, textLength: 1000 };

export interface ParseOptions extends Partial<ConditionLimits> {
  /** Turns an id as callers write it (a global id) into the UUID that is stored, or into undefined if it is none. */
  readId?: ReadId;
}

type Path = readonly (string | number)[];

interface Parser {
  readonly definition: ObjectDefinition;
  readonly limits: ConditionLimits;
  readonly readId: ReadId | undefined;
  parts: number;
}

const NEGATIVES: Partial<Record<ConditionOperator, Comparison['operator']>> = {
  isNotSet: 'isSet',
  notEquals: 'equals',
  notIn: 'in',
};

/**
 * Reads a condition on records of a definition into normal form: `not` is pushed down to the comparisons, values are
 * checked by their field's type. Throws ConditionError, with the path to what is wrong.
 */
export function parseCondition(
  definition: ObjectDefinition,
  condition: unknown,
  { readId, ...limits }: ParseOptions = {},
): NormalCondition {
  const parser: Parser = { definition, limits: { ...DEFAULT_LIMITS, ...limits }, readId, parts: 0 };
  return parseObject(parser, condition, false, [], 0);
}

function parseObject(parser: Parser, json: unknown, negated: boolean, path: Path, depth: number): NormalCondition {
  if (depth > parser.limits.depth) throw new ConditionError(path, `is nested deeper than ${parser.limits.depth}`);
  count(parser, path);
  const parts = entriesOf(json, path).map(([key, value]): NormalCondition => {
    const here = [...path, key];
    switch (key) {
      case 'not':
        return parseObject(parser, value, !negated, here, depth + 1);
      case 'and':
      case 'or': {
        if (!Array.isArray(value)) throw new ConditionError(here, 'must be a list of conditions');
        const of = value.map((item, i) => parseObject(parser, item, negated, [...here, i], depth + 1));
        return connect((key === 'and') === negated ? 'or' : 'and', of);
      }
      default:
        return parseField(parser, key, value, negated, here);
    }
  });
  return connect(negated ? 'or' : 'and', parts);
}

function parseField(parser: Parser, name: string, json: unknown, negated: boolean, path: Path): NormalCondition {
  const field = testableField(parser.definition, name);
  if (field === undefined) throw new ConditionError(path, `${parser.definition.name} has no field of that name`);
  const comparisons = entriesOf(json, path).map(([operator, value]) =>
    parseComparison(parser, field, operator, value, negated, [...path, operator]),
  );
  return connect(negated ? 'or' : 'and', comparisons);
}

function parseComparison(
  parser: Parser,
  field: TestableField,
  name: string,
  json: unknown,
  negated: boolean,
  path: Path,
): Comparison {
  count(parser, path);
  const operators = operatorsOf(field.type);
  const operator = operators.find((each) => each === name);
  if (operator === undefined)
    throw new ConditionError(path, `${field.name} (${field.type}) can be tested by ${operators.join(', ')}`);
  // Null never means "anything" here: a forgotten variable must not widen what a condition lets through.
  if (json === null || json === undefined)
    throw new ConditionError(path, 'needs a value; to test for emptiness, use isSet or isNotSet');
  const positive = (NEGATIVES[operator] ?? operator) as Comparison['operator'];
  const value = parseValue(parser, field, positive, json, path);
  return {
    kind: 'comparison',
    field: field.name,
    operator: positive,
    value,
    // `isSet: false` is one more negation.
    negated: (negated !== (positive !== operator)) !== (value === false && positive === 'isSet'),
    ...(positive === 'isSet' && { value: true }),
  };
}

function parseValue(
  parser: Parser,
  field: TestableField,
  operator: Comparison['operator'],
  json: unknown,
  path: Path,
): Operand | Operand[] {
  const one = (item: unknown, at: Path, inList = false) =>
    readOperand(field, item, { path: at, inList, textLength: parser.limits.textLength, readId: parser.readId });
  switch (operator) {
    case 'isSet':
      if (typeof json !== 'boolean') throw new ConditionError(path, 'must be true or false');
      return json;
    case 'in':
      if (!Array.isArray(json)) throw new ConditionError(path, 'must be a list');
      if (json.length > parser.limits.listLength)
        throw new ConditionError(path, `lists ${json.length} values; ${parser.limits.listLength} are the most`);
      return json.map((item, i) => one(item, [...path, i], true));
    case 'between': {
      const entries = new Map(entriesOf(json, path));
      if (entries.size !== 2 || !entries.has('from') || !entries.has('to'))
        throw new ConditionError(path, 'must be { from, to }, both included');
      return [one(entries.get('from'), [...path, 'from']), one(entries.get('to'), [...path, 'to'])];
    }
    default:
      return one(json, path);
  }
}

/** Joins parts into one: none is a constant, one stands alone, and the same connective inside is flattened. */
function connect(kind: 'and' | 'or', parts: readonly NormalCondition[]): NormalCondition {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const decided = of.find((part) => part.kind === 'constant' && part.value === (kind === 'or'));
  if (decided !== undefined) return decided;
  const open = of.filter((part) => part.kind !== 'constant');
  if (open.length === 0) return { kind: 'constant', value: kind === 'and' };
  return open.length === 1 ? open[0]! : { kind, of: open };
}

/** The keys of a JSON object. GraphQL hands over absent optional keys as undefined: those are left out. */
function entriesOf(json: unknown, path: Path): [string, unknown][] {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new ConditionError(path, 'must be an object');
  return Object.entries(json as Condition).filter(([, value]) => value !== undefined);
}

function count(parser: Parser, path: Path): void {
  parser.parts += 1;
  if (parser.parts > parser.limits.parts)
    throw new ConditionError(path, `the condition has more than ${parser.limits.parts} parts`);
}
