import { describe, expect, test } from 'vitest';
import { diffDefinitions, withoutRemoved } from '../../src/compiler/diff-definitions.ts';
import { date, define, text, user, type Freeze } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';

const bill = (freeze: Freeze | Freeze[], fields: 'all' | 'fewer' = 'all') =>
  define({
    name: 'bill',
    plural: 'bills',
    title: 'Bill',
    fields: {
      number: text({ title: 'Number' }),
      paidOn: date({ title: 'Paid' }),
      clerk: user({ title: 'Clerk' }),
      ...(fields === 'all' && { note: text({ title: 'Note' }) }),
    },
    freeze,
  });

describe('W7: a freeze is checked when its definition is loaded', () => {
  const paid = { title: 'Paid', when: { paidOn: { isSet: true } } };

  test.each<[string, Freeze, RegExp]>([
    ['an unknown field in its condition', { ...paid, when: { sum: { isSet: true } } }, /freeze "Paid": its condition/],
    ['a wrong value', { ...paid, when: { paidOn: { equals: 'soon' } } }, /freeze "Paid": its condition/],
    ['the viewer', { ...paid, when: { clerk: { equals: 'ME' } } }, /frozen for everyone/],
    ['an unknown field', { ...paid, fields: ['sum'] }, /names the unknown field sum/],
    ['no field', { ...paid, fields: [] }, /leave "fields" out/],
    ['a field twice', { ...paid, fields: ['number', 'number'] }, /names a field twice/],
    ['no title', { ...paid, title: ' ' }, /freeze 1: it needs a title/],
  ])('%s', (_, freeze, message) => {
    expect(() => bill(freeze)).toThrow(message);
  });

  test('one or several, about the whole record or some fields', () => {
    expect(bill(paid).freezes).toEqual([paid]);
    expect(bill([paid, { ...paid, fields: ['note'] }]).freezes).toHaveLength(2);
  });

  test('with a field that is removed goes the freeze that tests it or froze it alone, never turning into one of everything', () => {
    const noted = { title: 'Noted', when: { note: { isSet: true } } };
    const applied = definitionsOf([
      bill([paid, noted, { ...paid, fields: ['note'] }, { ...paid, fields: ['note', 'number'] }]),
    ]);
    const changes = diffDefinitions(applied, definitionsOf([bill(paid, 'fewer')]));
    expect(withoutRemoved(applied, changes).get('bill')?.freezes).toEqual([paid, { ...paid, fields: ['number'] }]);
  });
});
