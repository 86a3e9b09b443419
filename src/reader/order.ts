import { testableField } from '../compiler/condition/testable-fields.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import type { FieldType } from '../compiler/field-types.ts';
import type { Row } from '../access/unit.ts';

export type Direction = 'ASC' | 'DESC';

/** One key of a list's order. The last key is always the id, so that no two records are equal. */
export interface OrderKey {
  field: string;
  direction: Direction;
  type: FieldType;
  /** Whether its cells may be empty or hidden: those come last in both directions (V3). */
  nullable: boolean;
  /** All values it can have, ascending, if they are few. */
  values: readonly (string | boolean)[] | null;
}

/** A value of a key as it travels: what Postgres wrote, null for empty and hidden. */
export type KeyValue = string | number | boolean | null;

const MOST_VALUES = 12;

/** The full order of a list: the keys that were asked for, each once, and then the newest first. */
export function orderKeys(
  definition: ObjectDefinition,
  asked: readonly { field: string; direction: Direction }[],
): OrderKey[] {
  const keys: OrderKey[] = [];
  for (const { field, direction } of [...asked, { field: 'id', direction: 'DESC' as const }]) {
    if (keys.some((key) => key.field === field)) continue;
    keys.push(keyOf(definition, field, direction));
    if (field === 'id') break;
  }
  return keys;
}

function keyOf(definition: ObjectDefinition, name: string, direction: Direction): OrderKey {
  const field = testableField(definition, name)!;
  const values =
    field.type === 'boolean' ? [false, true] : (field.choices?.map(({ value }) => value).sort(compareText) ?? null);
  return {
    field: name,
    direction,
    type: field.type,
    nullable: !field.system || !field.required,
    values: values !== null && values.length <= MOST_VALUES ? values : null,
  };
}

/** Where a key's value stands in a row. */
export const keyColumn = (index: number): string => `#k${index}`;

/** The values of a row's keys, the id's last: what a cursor holds. */
export function keyValues(keys: readonly OrderKey[], row: Row): KeyValue[] {
  return keys.map((key, index) => (key.field === 'id' ? row.id : (row[keyColumn(index)] ?? null)) as KeyValue);
}

/** Compares two rows of different workspaces by a list's order, as the database does within one. */
export function compareRows(keys: readonly OrderKey[], left: Row, right: Row): number {
  for (const [index, key] of keys.entries()) {
    const column = key.field === 'id' ? 'id' : keyColumn(index);
    const a = (left[column] ?? null) as KeyValue;
    const b = (right[column] ?? null) as KeyValue;
    if (a === b) continue;
    if (a === null) return 1;
    if (b === null) return -1;
    const difference = compareValues(key.type, a, b);
    if (difference !== 0) return key.direction === 'ASC' ? difference : -difference;
  }
  return 0;
}

/** The order of two values of one type, as Postgres has it: text by code point, everything else by its own order. */
export function compareValues(type: FieldType, a: string | number | boolean, b: string | number | boolean): number {
  if (type === 'integer' || type === 'boolean') return Number(a) - Number(b);
  if (type === 'decimal') {
    const [x, y] = [BigInt(a), BigInt(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  // Dates and moments lie between the years 1 and 9999 and are all written alike, so their order is that of the texts.
  return compareText(a as string, b as string);
}

/** By code point. JavaScript compares UTF-16 units, which puts U+10000 and beyond before U+E000. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
