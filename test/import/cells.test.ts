import { describe, expect, test } from 'vitest';
import * as build from '../../src/compiler/definition.ts';
import { cellReader } from '../../src/importer/cells.ts';
import { mapColumns, NO_MAPPING, type ColumnOptions } from '../../src/importer/mapping.ts';

const definition = build.define({
  name: 'sample',
  plural: 'samples',
  title: 'Sample',
  fields: {
    label: build.text({ title: 'Label' }),
    needed: build.text({ title: 'Needed', required: true, maxLength: 5 }),
    pages: build.integer({ title: 'Pages' }),
    amount: build.decimal({ title: 'Amount', scale: 2 }),
    paid: build.boolean({ title: 'Paid' }),
    day: build.date({ title: 'Day' }),
    at: build.dateTime({ title: 'At' }),
    channel: build.choice({ title: 'Channel', choices: { EMAIL: 'e-mail', DESK: 'Front desk' } }),
    parent: build.reference({ title: 'Parent', to: 'sample' }),
  },
});
const definitions = new Map([['sample', definition]]);

function read(field: string, text: string, options: ColumnOptions = {}, empty: string[] = []) {
  const headers = field === 'needed' ? [field] : ['needed', field];
  const mapping = { ...NO_MAPPING, empty, columns: { [field]: { field, ...options } } };
  const { columns } = mapColumns(headers, mapping, definition, definitions);
  const column = columns.find(({ header }) => header === field);
  if (!column) throw new Error('no such column');
  return cellReader(column, mapping)(text);
}

describe('cells of a file', () => {
  test.each([
    ['label', ' keeps its spaces ', ' keeps its spaces '],
    ['label', '', null],
    ['pages', ' 12 ', 12],
    ['pages', '-3', -3],
    ['amount', '12.5', '1250'],
    ['amount', '-0.05', '-5'],
    ['paid', 'Yes', true],
    ['paid', '0', false],
    ['day', '2026-02-28', '2026-02-28'],
    ['at', '2026-01-05T09:30:00Z', '2026-01-05T09:30:00.000000Z'],
    ['at', '2026-01-05 09:30:00.5+0130', '2026-01-05T08:00:00.500000Z'],
    ['at', '2026-01-05 09:30+02', '2026-01-05T07:30:00.000000Z'],
    ['channel', 'E-Mail', 'EMAIL'],
    ['channel', 'DESK', 'DESK'],
    ['channel', 'front desk', 'DESK'],
    ['parent', '01990000-0000-7000-8000-00000000000A', '01990000-0000-7000-8000-00000000000a'],
  ])('%s: %j is read as %j', (field, text, value) => {
    expect(read(field, text)).toBe(value);
  });

  test.each([
    ['needed', '', 'is required'],
    ['needed', 'toolong', 'must have at most 5 characters'],
    ['label', 'a\0b', 'must not contain the NUL character'],
    ['pages', '1.5', 'must be a whole number'],
    ['pages', '1e3', 'must be a whole number'],
    ['pages', '3000000000', 'must lie between'],
    ['amount', '1,5', 'must be a decimal number'],
    ['amount', '1.234', 'must have at most 2 decimals'],
    ['paid', 'maybe', 'must be true or false'],
    ['day', '2026-02-30', 'must be a date'],
    ['day', '28.02.2026', 'must be a date'],
    ['at', '2026-01-05T09:30:00', 'must be a moment with an offset'],
    ['at', '2026-01-05', 'must be a moment with an offset'],
    ['channel', 'pigeon', 'must be one of EMAIL, DESK'],
    ['parent', 'A-1', 'must be an id'],
  ])('%s: %j is refused: %s', (field, text, message) => {
    expect(() => read(field, text)).toThrow(message);
  });

  test('dates and moments in formats of their own', () => {
    expect(read('day', '5.1.2026', { format: 'dd.MM.yyyy' })).toBe('2026-01-05');
    expect(read('at', '05/01/2026 09:30', { format: 'dd/MM/yyyy HH:mm', timeZone: 'Europe/Amsterdam' })).toBe(
      '2026-01-05T08:30:00.000000Z',
    );
    expect(() => read('day', '2026-01-05', { format: 'dd.MM.yyyy' })).toThrow('must be written as dd.MM.yyyy');
    expect(() => read('day', 'x', { format: 'dd.MM' })).toThrow('has no yyyy');
  });

  test('a time zone gives moments their offset, summer and winter, and never guesses when clocks change', () => {
    const zone = { timeZone: 'Europe/Amsterdam' };
    expect(read('at', '2026-07-05 09:30:00', zone)).toBe('2026-07-05T07:30:00.000000Z');
    expect(read('at', '2026-12-05T09:30:00.25', zone)).toBe('2026-12-05T08:30:00.250000Z');
    expect(read('at', '2026-12-05T09:30:00Z', zone)).toBe('2026-12-05T09:30:00.000000Z');
    expect(() => read('at', '2026-03-29 02:30:00', zone)).toThrow('skipped');
    expect(() => read('at', '2026-10-25 02:30:00', zone)).toThrow('had twice');
    expect(read('at', '2026-10-25 03:00:00', zone)).toBe('2026-10-25T02:00:00.000000Z');
    expect(() => read('at', 'x', { timeZone: 'Mars/Olympus' })).toThrow('is no time zone');
  });

  test('decimal commas, words of the file, and texts that mean nothing', () => {
    expect(read('amount', '1.234,50', { decimalSeparator: ',' })).toBe('123450');
    expect(() => read('amount', '1.5', { decimalSeparator: ',' })).toThrow('must be a number such as "1.234,50"');
    expect(read('channel', 'counter', { values: { counter: 'DESK' } })).toBe('DESK');
    expect(read('pages', '-', {}, ['-', 'n/a'])).toBeNull();
  });
});

describe('columns of a file', () => {
  const map = (headers: string[], columns = {}) =>
    mapColumns(headers, { ...NO_MAPPING, columns }, definition, definitions);

  test('are matched by name or title, however they are written', () => {
    const { columns } = map(['NEEDED', 'Pages', 'At']);
    expect(columns.map(({ field }) => field.name)).toEqual(['needed', 'pages', 'at']);
  });

  test('everything that does not fit is said at once', () => {
    const problems = () => map(['pages', 'Pages', 'colour', 'amount'], { amount: 'sum', gone: 'label' });
    for (const said of [
      'the mapping names a column "gone"',
      'column "colour" is like no field of sample',
      'column "amount" is mapped to "sum", which sample doesn\'t have',
      'several columns fill the field pages',
      'no column fills the field needed',
    ])
      expect(problems).toThrow(said);
  });
});
