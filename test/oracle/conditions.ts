import type { Condition, Definition, Field, FieldType, Id, Item, Value } from './world.ts';

/** The system fields that conditions and orders may name; they are READ with the record (A3). */
export const SYSTEM_FIELDS: Record<string, Field> = {
  id: { type: 'reference' },
  folder: { type: 'reference' },
  client: { type: 'reference' },
  owner: { type: 'user' },
  version: { type: 'integer' },
  createdAt: { type: 'dateTime' },
  updatedAt: { type: 'dateTime' },
};

/** A cell as a condition meets it. A hidden one has no value to speak of. */
export interface Cell {
  field: Field;
  visible: boolean;
  value: Value;
}

/** A cell as it is stored, whoever looks. */
export function storedCell(definition: Definition, item: Item, name: string): Cell {
  const field = SYSTEM_FIELDS[name] ?? definition.fields[name];
  if (field === undefined) throw new Error(`${item.definition} has no field ${name}.`);
  const value = name in SYSTEM_FIELDS ? item[name as keyof Item] : (item.values[name] ?? null);
  return { field, visible: true, value: value as Value };
}

/** Who asks, and when: the values `ME`, `today` and `now` mean. */
export interface Asker {
  viewer: Id;
  now: string;
}

/**
 * A5 and V3. `not` is pushed to the comparisons, so that on a hidden cell a comparison is false and so is its negation.
 * Where all cells are visible (restrictions) that is plain two-valued logic.
 */
export function holds(condition: Condition, cellOf: (field: string) => Cell, asker: Asker, negated = false): boolean {
  const parts = Object.entries(condition).flatMap(([key, value]) => {
    if (key === 'and' || key === 'or') {
      const of = (value as Condition[]).map((each) => () => holds(each, cellOf, asker, negated));
      return () => ((key === 'and') !== negated ? of.every((each) => each()) : of.some((each) => each()));
    }
    if (key === 'not') return () => holds(value as Condition, cellOf, asker, !negated);
    return Object.entries(value as Record<string, unknown>).map(([operator, operand]) => () => {
      const cell = cellOf(key);
      return cell.visible && compares(cell, operator, operand, asker) !== negated;
    });
  });
  return negated ? parts.some((part) => part()) : parts.every((part) => part());
}

/** A5: on an empty value isNotSet, notEquals and notIn hold and all others don't. */
function compares({ field, value }: Cell, operator: string, operand: unknown, asker: Asker): boolean {
  const meant = (each: unknown): Value => resolve(field.type, each as Value, asker);
  const order = (other: unknown): number => compareValues(field.type, value, meant(other));
  switch (operator) {
    case 'isSet':
      return (value !== null) === operand;
    case 'isNotSet':
      return (value === null) === operand;
    case 'notEquals':
      return value === null || order(operand) !== 0;
    case 'notIn':
      return value === null || !(operand as unknown[]).some((each) => order(each) === 0);
  }
  if (value === null) return false;
  switch (operator) {
    case 'equals':
      return order(operand) === 0;
    case 'in':
      return (operand as unknown[]).some((each) => order(each) === 0);
    case 'lessThan':
      return order(operand) < 0;
    case 'atMost':
      return order(operand) <= 0;
    case 'greaterThan':
      return order(operand) > 0;
    case 'atLeast':
      return order(operand) >= 0;
    case 'between': {
      const { from, to } = operand as { from: unknown; to: unknown };
      return order(from) >= 0 && order(to) <= 0;
    }
    case 'contains':
      return folded(String(value)).includes(folded(String(operand)));
    case 'startsWith':
      return String(value).startsWith(String(operand));
    default:
      throw new Error(`The oracle knows no operator ${operator}.`);
  }
}

/** What an operand of a condition means: `ME`, dates relative to now (days begin at midnight UTC), moments of any offset. */
function resolve(type: FieldType, value: Value, { viewer, now }: Asker): Value {
  if (type === 'user' && value === 'ME') return viewer;
  if (type !== 'date' && type !== 'dateTime') return value;
  const relative = /^(today|now)(?:([+-]\d+)([dh]))?$/.exec(String(value));
  if (relative === null) return type === 'date' ? value : new Date(String(value)).toISOString();
  const hours = Number(relative[2] ?? 0) * (relative[3] === 'd' ? 24 : 1);
  const start = relative[1] === 'today' ? `${now.slice(0, 10)}T00:00:00.000Z` : now;
  const moment = new Date(Date.parse(start) + hours * 3_600_000).toISOString();
  return type === 'date' ? moment.slice(0, 10) : moment;
}

/** The order of two values of one type; text by code points. Negative, zero, positive. */
export function compareValues(type: FieldType, a: Value, b: Value): number {
  if (a === null || b === null) throw new Error('Empty values have no order: whoever compares says what they mean.');
  if (type === 'integer' || type === 'boolean') return Number(a) - Number(b);
  if (type === 'decimal') return Number(scaled(String(a)) - scaled(String(b)));
  return compareText(String(a), String(b));
}

/** `contains` takes upper and lower case for alike, character by character. */
function folded(text: string): string {
  // Unicode's simple mapping, one for one: JavaScript makes two characters of the dotted capital I alone.
  return [...text].map((character) => [...character.toLowerCase()][0]).join('');
}

/** '12.5' and '12.50' are one number: counted in millionths. */
function scaled(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = character.codePointAt(0)! - other.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
