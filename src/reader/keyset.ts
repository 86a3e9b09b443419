import { columnType } from '../compiler/field-types.ts';
import type { Parameter } from '../compiler/condition/parameters.ts';
import { compareValues, type KeyValue, type OrderKey } from './order.ts';

/** A key together with its SQL in the plane that is being read. Null: hidden in all the viewer's planes, so empty in every row. */
export interface PlacedKey extends OrderKey {
  sql: string | null;
}

/** Rows strictly after one place in the order and strictly before another; each place is the key values of a row. */
export interface Bounds {
  after: readonly KeyValue[] | null;
  before: readonly KeyValue[] | null;
}

/**
 * A stretch of a list that one index reads in order. Empty cells come last in both directions, which no index does for both, so the rows with
 * an empty first key are a stretch of their own. So is each value where there are few, and the rows that have the cursor's own value.
 */
export interface Stretch {
  where: string[];
  /** The keys that still order the rows within the stretch. */
  keys: PlacedKey[];
}

type Side = 'after' | 'before';

/** The stretches of a list that may hold rows within the bounds. */
export function stretches(keys: PlacedKey[], bounds: Bounds, parameter: Parameter): Stretch[] {
  const [first, ...rest] = keys as [PlacedKey, ...PlacedKey[]];
  const { sql } = first;
  if (!first.nullable && sql !== null) return ofAnyValue(keys, bounds, [], parameter);
  const ofEmpty = (where: string[]): Stretch[] =>
    within(null, bounds, first) ? bounded(rest, restOf(null, bounds, first), where, parameter) : [];
  if (sql === null) return ofEmpty([]);
  const ofValue = (value: string | boolean): Stretch[] =>
    within(value, bounds, first)
      ? bounded(rest, restOf(value, bounds, first), [`${sql} = ${parameter(value, columnType(first.type))}`], parameter)
      : [];
  const ofSet = first.values
    ? first.values.flatMap(ofValue)
    : ofAnyValue([{ ...first, nullable: false }, ...rest], bounds, [`${sql} is not null`], parameter);
  return [...ofSet, ...ofEmpty([`${sql} is null`])];
}

/** The rows whose first key isn't empty. A bound with an empty one lies behind them all. */
function ofAnyValue(keys: PlacedKey[], { after, before }: Bounds, where: string[], parameter: Parameter): Stretch[] {
  if (after?.[0] === null) return [];
  const bounds = { after, before: before?.[0] === null ? null : before };
  const [first, ...rest] = keys as [PlacedKey, ...PlacedKey[]];
  const bound = bounds.after ?? bounds.before;
  if (rest.length === 0 || bound === null || (bounds.after !== null && bounds.before !== null)) {
    return bounded(keys, bounds, where, parameter);
  }
  const side = bounds.after === null ? 'before' : 'after';
  const value = parameter(bound[0], columnType(first.type));
  const tied = { after: null, before: null, [side]: bound.slice(1) };
  return [
    ...bounded(rest, tied, [`${first.sql} = ${value}`], parameter),
    { where: [`${first.sql} ${symbolOf(side, first)} ${value}`], keys },
  ];
}

/** Whether rows with this first key may lie within the bounds. */
function within(value: string | boolean | null, { after, before }: Bounds, key: OrderKey): boolean {
  return (
    (after === null || place(value, after[0]!, key) >= 0) && (before === null || place(value, before[0]!, key) <= 0)
  );
}

/** What is left of the bounds for rows with this first key: a bound with another first key lies wholly on one side of them. */
function restOf(value: string | boolean | null, { after, before }: Bounds, key: OrderKey): Bounds {
  const rest = (bound: readonly KeyValue[] | null) =>
    bound !== null && place(value, bound[0]!, key) === 0 ? bound.slice(1) : null;
  return { after: rest(after), before: rest(before) };
}

function place(a: KeyValue, b: KeyValue, { type, direction }: OrderKey): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return direction === 'ASC' ? compareValues(type, a, b) : -compareValues(type, a, b);
}

function bounded(keys: PlacedKey[], { after, before }: Bounds, where: string[], parameter: Parameter): Stretch[] {
  const tests = [...where];
  for (const [side, bound] of [
    ['after', after],
    ['before', before],
  ] as const) {
    if (bound === null) continue;
    const test = beyond(side, keys, bound, parameter);
    if (test === 'false') return [];
    if (test !== 'true') tests.push(test);
  }
  return [{ where: tests, keys }];
}

/** The test for rows strictly after (before) a place: greater in the first key, or equal there and beyond in the rest. */
function beyond(side: Side, keys: PlacedKey[], bound: readonly KeyValue[], parameter: Parameter): string {
  const [key, ...rest] = keys;
  const [value, ...values] = bound as [KeyValue, ...KeyValue[]];
  if (key === undefined) return 'false';
  const { sql, type, nullable } = key;
  const further = () => beyond(side, rest, values, parameter);
  if (sql === null) return value === null ? further() : String(side === 'after');
  if (value === null) {
    const test = further();
    if (side === 'after') return both(`${sql} is null`, test);
    return either(`${sql} is not null`, test);
  }
  const symbol = symbolOf(side, key);
  const given = parameter(value, columnType(type));
  if (rest.length === 0) return `${sql} ${symbol} ${given}`;
  const test = either(`${sql} ${symbol} ${given}`, both(`${sql} = ${given}`, further()));
  // The first half follows from the second; it is what an index can start from.
  if (!nullable) return both(`${sql} ${symbol}= ${given}`, test);
  return side === 'after' ? either(`${sql} is null`, test) : test;
}

function symbolOf(side: Side, { direction }: OrderKey): '<' | '>' {
  return (side === 'after') === (direction === 'ASC') ? '>' : '<';
}

function both(left: string, right: string): string {
  if (right === 'true') return left;
  return right === 'false' ? 'false' : `(${left} and ${right})`;
}

function either(left: string, right: string): string {
  if (right === 'false') return left;
  return right === 'true' ? 'true' : `(${left} or ${right})`;
}

/** `order by` for these keys. Backwards, everything is turned round, the place of empty cells too. */
export function orderBy(
  keys: readonly PlacedKey[],
  backward: boolean,
  sqlOf: (key: PlacedKey) => string = ({ sql }) => sql!,
): string {
  const parts = keys
    .filter(({ sql }) => sql !== null)
    .map((key) => {
      const direction = (key.direction === 'ASC') === backward ? 'desc' : 'asc';
      // Said only where Postgres's own place for nulls would be another one, so that indexes fit.
      const nulls =
        !key.nullable || (direction === 'asc') !== backward ? '' : backward ? ' nulls first' : ' nulls last';
      return `${sqlOf(key)} ${direction}${nulls}`;
    });
  return `order by ${parts.join(', ')}`;
}
