import { columnSql } from '../../src/compiler/tables.ts';
import {
  boolean,
  choice,
  date,
  dateTime,
  decimal,
  define,
  group,
  integer,
  reference,
  text,
  user,
} from '../../src/compiler/definition.ts';
import { columnType, readValue } from '../../src/compiler/field-types.ts';
import { asLiteral } from '../../src/compiler/condition/parameters.ts';
import { identifier } from '../../src/compiler/sql-object.ts';

/** A definition with a field of every type; names that SQL reserves, as people choose them. */
export const specimen = define({
  name: 'specimen',
  plural: 'specimens',
  title: 'Specimen',
  fields: {
    select: text({ title: 'Text' }),
    order: integer({ title: 'Whole number' }),
    amount: decimal({ title: 'Decimal', scale: 2 }),
    flag: boolean({ title: 'Truth' }),
    day: date({ title: 'Day' }),
    when: dateTime({ title: 'Moment' }),
    from: choice({ title: 'Choice', choices: { DESK: 'Desk', POST: 'Post', BY_MAIL: 'Mail' } }),
    sibling: reference({ title: 'Reference', to: 'specimen' }),
    user: user({ title: 'User' }),
    group: group({ title: 'Group' }),
  },
});

export const ID_A = '01890000-0000-7000-8000-000000000001';
export const ID_B = '01890000-0000-7000-8000-000000000002';
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Values that break what is not careful, by field; the cells of the specimens, and what they are compared with. */
export const VALUES: Record<string, unknown[]> = {
  select: [
    '',
    ' ',
    'a',
    'A',
    'ab',
    'aB',
    'Straße',
    'STRASSE',
    'ı',
    'İ',
    'Σίσυφος',
    'ΣΊΣΥΦΟΣ',
    'é',
    'e\u0301',
    '𝄞',
    '𐐀',
    '𐐨',
    '\uffff',
    "O'Neil",
    "'",
    '"',
    '\\',
    "\\'; --",
    '%',
    '_',
    'a%b',
    'a_b',
    '100%',
    '{a,b}',
    'null',
    'NULL',
    '$1',
    '\n\t',
    'today',
    'ME',
    'x'.repeat(400),
  ],
  order: [0, 1, -1, 2147483647, -2147483648, 42],
  amount: ['0', '0.00', '-0.01', '12.5', '12.50', '92233720368547758.07', '-92233720368547758.07', '1'],
  flag: [true, false],
  day: ['0001-01-01', '9999-12-31', '2024-02-29', '2026-11-21', '1970-01-01'],
  when: [
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2026-03-29T01:30:00Z',
    '2026-03-29T02:30:00+01:00',
    '2026-03-29T01:29:59.999Z',
    '1969-12-31T23:59:59.5-05:00',
  ],
  from: ['DESK', 'POST', 'BY_MAIL'],
  sibling: [ID_A, ID_B],
  user: [ID_A, ID_B, NOBODY],
  group: [ID_A, ID_B],
};

/** The cells of each specimen as callers write them: one per text, the first of them empty. */
export const SPECIMENS: Record<string, unknown>[] = [
  {},
  ...VALUES.select!.map((_, row) =>
    Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, values[row] ?? null])),
  ),
];

/** A from clause with all specimens, numbered `i`, their cells written as literals. */
export function specimensSql(): string {
  const fields = Object.values(specimen.fields);
  const rows = SPECIMENS.map((cells, i) => {
    const literals = fields.map((field) => {
      const value = cells[field.name] ?? null;
      return value === null ? 'null' : asLiteral(readValue(field, value), columnType(field.type));
    });
    return `(${i}, ${literals.join(', ')})`;
  });
  const typed = fields.map((field) => {
    const column = identifier(field.column);
    // The column as the record table declares it, collation included.
    const [, type = '', collation = ''] = /^\S+ (\S+)( collate \S+)?/.exec(columnSql(field))!;
    return `v.${column}::${type}${collation} as ${column}`;
  });
  const names = fields.map((field) => identifier(field.column));
  return `(select i, ${typed.join(', ')} from (values ${rows.join(', ')}) v(i, ${names.join(', ')})) specimens`;
}
