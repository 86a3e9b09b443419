import { describe, expect, test } from 'vitest';
import { fieldsOfCondition, isTimeless, type NormalCondition } from '../../src/compiler/condition/condition.ts';
import { ConditionError } from '../../src/compiler/condition/condition-error.ts';
import { parseCondition, type ParseOptions } from '../../src/compiler/condition/parse.ts';
import { ID_A, specimen } from './specimens.ts';

const parse = (condition: unknown, options?: ParseOptions): NormalCondition =>
  parseCondition(specimen, condition, options);

/** What is wrong with a condition: path and message. */
function problemOf(condition: unknown, options?: ParseOptions): string {
  try {
    parse(condition, options);
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
  return 'nothing';
}

const desk = { kind: 'comparison', field: 'from', operator: 'equals', value: 'DESK', negated: false };

describe('A5: normal form', () => {
  test('not is pushed to the comparisons, and the connectives turn', () => {
    expect(parse({ not: { and: [{ from: { equals: 'DESK' } }, { not: { order: { lessThan: 3 } } }] } })).toEqual({
      kind: 'or',
      of: [
        { ...desk, negated: true },
        { kind: 'comparison', field: 'order', operator: 'lessThan', value: 3, negated: false },
      ],
    });
  });

  test('isNotSet, notEquals and notIn are negations, and isSet: false is one more', () => {
    expect(parse({ from: { notEquals: 'DESK' } })).toEqual({ ...desk, negated: true });
    expect(parse({ not: { from: { notEquals: 'DESK' } } })).toEqual(desk);
    const isSet = { kind: 'comparison', field: 'from', operator: 'isSet', value: true };
    expect(parse({ from: { isSet: false } })).toEqual({ ...isSet, negated: true });
    expect(parse({ from: { isNotSet: false } })).toEqual({ ...isSet, negated: false });
    expect(parse({ not: { from: { isNotSet: false } } })).toEqual({ ...isSet, negated: true });
  });

  test('several keys are and; nothing always holds; an empty or never does', () => {
    expect(parse({ from: { equals: 'DESK' }, order: { atLeast: 1, atMost: 2 } })).toMatchObject({
      kind: 'and',
      of: [{}, {}, {}],
    });
    expect(parse({})).toEqual({ kind: 'constant', value: true });
    expect(parse({ not: {} })).toEqual({ kind: 'constant', value: false });
    expect(parse({ or: [] })).toEqual({ kind: 'constant', value: false });
    expect(parse({ or: [{ from: { equals: 'DESK' } }, {}] })).toEqual({ kind: 'constant', value: true });
  });

  test('V3: an empty list stays a comparison, since it is false on a hidden cell either way', () => {
    expect(parse({ from: { notIn: [] } })).toEqual({
      kind: 'comparison',
      field: 'from',
      operator: 'in',
      value: [],
      negated: true,
    });
  });

  test('keys that GraphQL left out are left out', () => {
    expect(parse({ from: { equals: 'DESK', notEquals: undefined }, order: undefined })).toEqual(desk);
  });

  test('system fields can be tested, and their ids translated', () => {
    const readId = (_: unknown, id: string) => (id === 'global' ? ID_A : undefined);
    expect(parse({ folder: { in: ['global'] }, version: { greaterThan: 1 } }, { readId })).toMatchObject({
      of: [{ field: 'folder', value: [ID_A] }, { field: 'version' }],
    });
    expect(problemOf({ folder: { in: ['other'] } }, { readId })).toBe('at folder.in.0: must be an id (a UUID)');
  });

  test('what depends on the viewer or the time is known', () => {
    expect(isTimeless(parse({ from: { in: ['DESK'] }, day: { atMost: '2026-01-01' } }))).toBe(true);
    expect(isTimeless(parse({ day: { atMost: 'today' } }))).toBe(false);
    expect(isTimeless(parse({ user: { in: [ID_A, 'ME'] } }))).toBe(false);
    expect(isTimeless(parse({ group: { notIn: ['MY_GROUPS'] } }))).toBe(false);
    expect(
      fieldsOfCondition(parse({ or: [{ from: { isSet: true } }, { from: { isSet: true }, day: { isSet: true } }] })),
    ).toEqual(['from', 'day']);
  });
});

describe('A5: values are checked by their field', () => {
  test.each([
    [{ nose: { isSet: true } }, 'at nose: specimen has no field of that name'],
    [{ constructor: { isSet: true } }, 'at constructor: specimen has no field of that name'],
    [JSON.parse('{"__proto__": {"isSet": true}}'), 'at __proto__: specimen has no field of that name'],
    [{ from: { lessThan: 'DESK' } }, /at from.lessThan: from \(choice\) can be tested by isSet, isNotSet, equals/],
    [{ from: { toString: 'DESK' } }, /at from.toString: from \(choice\) can be tested by/],
    [{ from: { equals: 'PIGEON' } }, 'at from.equals: must be one of DESK, POST, BY_MAIL'],
    [{ from: { in: 'DESK' } }, 'at from.in: must be a list'],
    [{ from: { in: ['DESK', null] } }, 'at from.in.1: must not be null: use isSet or isNotSet'],
    [{ from: { equals: null } }, 'at from.equals: needs a value; to test for emptiness, use isSet or isNotSet'],
    [{ from: null }, 'at from: must be an object'],
    [{ and: null }, 'at and: must be a list of conditions'],
    [{ and: { from: { isSet: true } } }, 'at and: must be a list of conditions'],
    [{ not: [] }, 'at not: must be an object'],
    [{ and: [{ or: [{}, 3] }] }, 'at and.0.or.1: must be an object'],
    [null, 'must be an object'],
    ['true', 'must be an object'],
    [{ from: { isSet: 'yes' } }, 'at from.isSet: must be true or false'],
    [{ order: { equals: '1' } }, 'at order.equals: must be a whole number'],
    [{ order: { equals: 1.5 } }, 'at order.equals: must be a whole number'],
    [{ order: { equals: 2147483648 } }, 'at order.equals: must lie between -2147483648 and 2147483647'],
    [{ order: { equals: Infinity } }, 'at order.equals: must be a whole number'],
    [{ order: { between: [1, 2] } }, 'at order.between: must be an object'],
    [{ order: { between: { from: 1 } } }, 'at order.between: must be { from, to }, both included'],
    [{ amount: { equals: '1.005' } }, 'at amount.equals: must have at most 2 decimals'],
    [{ amount: { equals: 'NaN' } }, 'at amount.equals: must be a decimal number such as "12.50"'],
    [{ amount: { equals: '1e3' } }, 'at amount.equals: must be a decimal number such as "12.50"'],
    [{ amount: { equals: '92233720368547758.08' } }, 'at amount.equals: must lie between ±92233720368547758.07'],
    [{ amount: { equals: '9'.repeat(1000) } }, 'at amount.equals: must be a decimal number such as "12.50"'],
    [{ flag: { equals: 'true' } }, 'at flag.equals: must be true or false'],
    [{ day: { equals: '2026-02-29' } }, /at day.equals: must be a date/],
    [{ day: { equals: '0000-01-01' } }, /at day.equals: must be a date/],
    [{ day: { equals: 'infinity' } }, /at day.equals: must be a date/],
    [{ day: { equals: 'now' } }, 'at day.equals: is a date: count from today'],
    [{ day: { equals: 'today-2h' } }, 'at day.equals: counts from today in d, w, mo, y'],
    [{ when: { equals: 'now-1mo' } }, 'at when.equals: counts from now in min, h, d, w'],
    [{ day: { equals: 'today-1000y' } }, 'at day.equals: counts at most 999 years'],
    [{ day: { equals: 'today-10000d' } }, /at day.equals: must be a date/],
    [{ when: { equals: '2026-01-01T00:00:00' } }, /at when.equals: must be a moment with an offset/],
    [{ when: { equals: '2026-01-01T24:00:00Z' } }, /at when.equals: must be a moment with an offset/],
    [{ when: { equals: '2026-01-01T00:00:60Z' } }, /at when.equals: must be a moment with an offset/],
    [{ when: { equals: '2026-01-01T00:00:00.0000001Z' } }, /at when.equals: must be a moment with an offset/],
    [{ when: { equals: '2026-01-01T00:00:00+24:00' } }, /at when.equals: must be a moment with an offset/],
    [{ when: { equals: '0001-01-01T00:00:00+01:00' } }, /at when.equals: must not lie before/],
    [{ when: { equals: '-infinity' } }, /at when.equals: must be a moment with an offset/],
    [{ select: { equals: 'a\0b' } }, 'at select.equals: must not contain the NUL character'],
    [{ select: { equals: '\ud834' } }, /at select.equals: must be well-formed Unicode/],
    [{ select: { equals: 3 } }, 'at select.equals: must be text'],
    [{ sibling: { equals: "x' or true" } }, 'at sibling.equals: must be an id (a UUID)'],
    [{ sibling: { equals: 'ME' } }, 'at sibling.equals: must be an id (a UUID)'],
    [{ user: { equals: 'MY_GROUPS' } }, 'at user.equals: must be an id (a UUID)'],
    [{ group: { equals: 'MY_GROUPS' } }, 'at group.equals: MY_GROUPS are several: use in or notIn'],
  ])('%j', (condition, message) => {
    expect(problemOf(condition)).toMatch(message instanceof RegExp ? message : new RegExp(`^${escaped(message)}$`));
  });
});

describe('A5: limits', () => {
  const nested = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ not: inner }), { from: { isSet: true } });

  test('depth', () => {
    expect(problemOf(nested(10))).toBe('nothing');
    expect(problemOf(nested(11))).toMatch(/is nested deeper than 10/);
    expect(problemOf(nested(5000))).toMatch(/is nested deeper than 10/);
  });

  test('number of parts, empty ones too', () => {
    const many = (length: number, of: unknown) => ({ and: Array.from({ length }, () => of) });
    expect(problemOf(many(49, { from: { isSet: true } }))).toBe('nothing');
    expect(problemOf(many(50, { from: { isSet: true } }))).toMatch(/has more than 100 parts/);
    expect(problemOf(many(100, {}))).toMatch(/has more than 100 parts/);
    expect(problemOf(many(100_000, {}))).toMatch(/has more than 100 parts/);
  });

  test('length of lists and texts', () => {
    expect(problemOf({ order: { in: Array.from({ length: 1001 }, () => 1) } })).toMatch(/lists 1001 values; 1000 are/);
    expect(problemOf({ select: { contains: '𝄞'.repeat(1000) } })).toBe('nothing');
    expect(problemOf({ select: { contains: 'a'.repeat(1001) } })).toMatch(/must have at most 1000 characters/);
  });

  test('callers may set their own', () => {
    expect(problemOf(nested(3), { depth: 2 })).toMatch(/is nested deeper than 2/);
    expect(problemOf({ order: { in: [1, 2] } }, { listLength: 1 })).toMatch(/lists 2 values; 1 are the most/);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
