import type { StoredValue } from '../field-types.ts';

/**
 * A condition as people write it and as it is stored (A5): `{ channel: { equals: 'DESK' } }`, `{ and: […] }`,
 * `{ or: […] }`, `{ not: {…} }`. Several keys in one object must all hold; an empty object always holds.
 */
export interface Condition {
  readonly [fieldOrConnective: string]: unknown;
}

/** What a comparison tests. Their negatives (`isNotSet`, `notEquals`, `notIn`) are these with `negated: true`. */
export type Operator =
  'isSet' | 'equals' | 'in' | 'lessThan' | 'atMost' | 'greaterThan' | 'atLeast' | 'between' | 'contains' | 'startsWith';

/** A moment counted from now (`today-7d`, `now+2h`), found anew by each statement. Days begin at midnight UTC. */
export interface RelativeMoment {
  readonly relativeTo: 'today' | 'now';
  readonly amount: number;
  readonly unit: 'min' | 'h' | 'd' | 'w' | 'mo' | 'y';
}

/** Who is looking: the viewer's own id, or the ids of all groups that the viewer is in. */
export interface ViewerValue {
  readonly viewer: 'ME' | 'MY_GROUPS';
}

export type Operand = StoredValue | RelativeMoment | ViewerValue;

/**
 * One test of one field. `value` is `true` for `isSet`, a list for `in`, `[from, to]` for `between`, else one operand.
 * It is two-valued (A5): on an empty cell it holds exactly if it is `negated`.
 */
export interface Comparison {
  readonly kind: 'comparison';
  readonly field: string;
  readonly operator: Operator;
  readonly value: Operand | readonly Operand[];
  readonly negated: boolean;
}

export interface Connective {
  readonly kind: 'and' | 'or';
  readonly of: readonly NormalCondition[];
}

export interface Constant {
  readonly kind: 'constant';
  readonly value: boolean;
}

/**
 * A parsed condition without `not`: negation stands in the comparisons alone. V3 needs it so, since on a hidden cell
 * both a comparison and its negation are false.
 */
export type NormalCondition = Comparison | Connective | Constant;

export function isRelativeMoment(operand: unknown): operand is RelativeMoment {
  return typeof operand === 'object' && operand !== null && 'relativeTo' in operand;
}

export function isViewerValue(operand: unknown): operand is ViewerValue {
  return typeof operand === 'object' && operand !== null && 'viewer' in operand;
}

/** Every comparison of a condition, in the order in which it was written. */
export function comparisonsOf(condition: NormalCondition): Comparison[] {
  if (condition.kind === 'comparison') return [condition];
  return condition.kind === 'constant' ? [] : condition.of.flatMap(comparisonsOf);
}

/** The fields that a condition tests, each once. */
export function fieldsOfCondition(condition: NormalCondition): string[] {
  return [...new Set(comparisonsOf(condition).map((comparison) => comparison.field))];
}

/**
 * Whether a condition gives the same answer for a record whoever asks and whenever: only such a condition can stand
 * in the predicate of an index.
 */
export function isTimeless(condition: NormalCondition): boolean {
  return isForEveryone(condition) && !countsFromNow(condition);
}

/** Whether a condition gives another answer for the same record as time goes by. */
export function countsFromNow(condition: NormalCondition): boolean {
  return operandsOf(condition).some(isRelativeMoment);
}

/** Whether a condition gives the same answer for a record whoever asks. */
export function isForEveryone(condition: NormalCondition): boolean {
  return !operandsOf(condition).some(isViewerValue);
}

function operandsOf(condition: NormalCondition): unknown[] {
  return comparisonsOf(condition).flatMap((comparison) => comparison.value);
}
