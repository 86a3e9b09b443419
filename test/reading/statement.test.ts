import { describe, expect, test } from 'vitest';
import { countStatement, recordsStatement } from '../../src/reader/statement.ts';
import { filter, pageOf, plane, selecting, sight } from './statements.ts';

const alone = sight([plane(7, 'title state notes')]);
const UNTITLED = '01a20086-0000-7000-8000-000000000000';

describe('a viewer in one plane', () => {
  test('reads a page by one plain statement', () => {
    expect(pageOf(alone)).toMatchObject({
      text: 'select t.id, t.title as "title" from plane_7.paper t order by t.id desc limit 3',
      values: [],
    });
  });

  test('continues behind a cursor from the index', () => {
    expect(pageOf(alone, { after: [UNTITLED] }).text).toBe(
      'select t.id, t.title as "title" from plane_7.paper t where t.id < $1::uuid order by t.id desc limit 3',
    );
    expect(pageOf(alone, { before: [UNTITLED], backward: true }).text).toBe(
      'select t.id, t.title as "title" from plane_7.paper t where t.id > $1::uuid order by t.id asc limit 3',
    );
  });

  test('V3: orders by a field in two stretches, the empty cells last, each as an index has it', () => {
    expect(pageOf(alone, { order: 'title DESC' })).toMatchObject({
      text:
        'select * from (' +
        '(select t.id, t.title as "title", t.title as "#k0" from plane_7.paper t where t.title is not null order by t.title desc, t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.title as "title", t.title as "#k0" from plane_7.paper t where t.title is null order by t.id desc limit 3)' +
        ') u order by u."#k0" desc nulls last, u.id desc limit 3',
      values: [],
    });
  });

  test('behind a cursor, the rows that tie with it are a stretch of their own', () => {
    expect(pageOf(alone, { cells: '', order: 'title DESC', after: ['b', UNTITLED] })).toMatchObject({
      text:
        'select * from (' +
        '(select t.id, t.title as "#k0" from plane_7.paper t where t.title = $1::text and t.id < $2::uuid order by t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.title as "#k0" from plane_7.paper t where t.title < $1::text order by t.title desc, t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.title as "#k0" from plane_7.paper t where t.title is null order by t.id desc limit 3)' +
        ') u order by u."#k0" desc nulls last, u.id desc limit 3',
      values: ['b', UNTITLED],
    });
  });

  test('an order by a choice reads one stretch per value, and those behind the cursor only', () => {
    expect(pageOf(alone, { cells: '', order: 'state', after: ['NEW', UNTITLED] })).toMatchObject({
      text:
        'select * from (' +
        '(select t.id, t.state as "#k0" from plane_7.paper t where t.state = $1::text and t.id < $2::uuid order by t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.state as "#k0" from plane_7.paper t where t.state = $3::text order by t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.state as "#k0" from plane_7.paper t where t.state is null order by t.id desc limit 3)' +
        ') u order by u."#k0" asc, u.id desc limit 3',
      values: ['NEW', UNTITLED, 'OPEN'],
    });
  });

  test('V3: a hidden field is false in a condition and in its negation, and no order', () => {
    expect(pageOf(alone, { where: { title: { equals: 'x' }, amount: { isNotSet: true } } })).toMatchObject({
      text: 'select t.id, t.title as "title" from plane_7.paper t where false order by t.id desc limit 3',
      values: [],
    });
    expect(pageOf(alone, { where: { not: { amount: { isNotSet: true } } } }).text).toContain('where false');
    expect(pageOf(alone, { order: 'amount' }).text).toBe(pageOf(alone).text);
  });

  test('V4: levels and abilities come with the rows', () => {
    const edits = sight([plane(7, 'TITLE state', { abilities: ['DELETE', 'PRINT'] })]);
    expect(pageOf(edits, { cells: '', more: { fieldAccess: true, abilities: true } }).text).toBe(
      `select t.id, (select rowplane.viewer_flags(3, 'EDIT'))[t.realm_id] as "#EDIT", (select rowplane.viewer_flags(3, 'DELETE'))[t.realm_id] as "#DELETE" ` +
        'from plane_7.paper t order by t.id desc limit 3',
    );
  });

  test('counts in the database', () => {
    expect(countStatement(alone, filter({ title: { equals: 'x' } }))).toMatchObject({
      text: 'select count(*) from (select from plane_7.paper t where t.title = $1::text) c',
      values: ['x'],
    });
  });
});

describe('a viewer of few records', () => {
  const few = sight([plane(7, 'title state')], [4, 5]);

  test('reads realm by realm, each from an index that has nobody else’s records', () => {
    expect(pageOf(few)).toMatchObject({
      text:
        'select b.* from unnest($1::int[]) r(id) cross join lateral (' +
        'select t.id, t.title as "title" from plane_7.paper t where t.realm_id between r.id and r.id ' +
        'order by t.realm_id desc, t.id desc limit 3' +
        ') b order by b.id desc limit 3',
      values: [[4, 5]],
    });
  });

  test('filters realm by realm, by the index of the field', () => {
    expect(pageOf(few, { where: { state: { equals: 'NEW' } } }).text).toBe(
      'select b.* from unnest($2::int[]) r(id) cross join lateral (' +
        'select t.id, t.title as "title" from plane_7.paper t where t.realm_id = r.id and t.realm_id between r.id and r.id ' +
        'and t.state = $1::text order by t.id desc limit 3' +
        ') b order by b.id desc limit 3',
    );
  });

  test('counts realm by realm', () => {
    expect(countStatement(few, filter()).text).toBe(
      'select count(*) from (select b.* from unnest($1::int[]) r(id) cross join lateral (' +
        'select from plane_7.paper t where t.realm_id = r.id and t.realm_id between r.id and r.id offset 0) b) c',
    );
  });

  test('reads by id as anybody does', () => {
    expect(recordsStatement(few, selecting('title'), [UNTITLED]).text).toBe(
      'select t.id, t.title as "title" from plane_7.paper t where t.id = $1::uuid',
    );
  });
});

describe('a viewer in several planes', () => {
  test('needs only the unrestricted one that shows all that is asked for', () => {
    const open = sight([plane(7, 'title'), plane(8, 'title notes'), plane(9, 'title state', { restricted: true })]);
    expect(pageOf(open, { cells: 'title notes' }).text).toBe(
      'select t.id, t.title as "title", t.notes as "notes" from plane_8.paper t order by t.id desc limit 3',
    );
  });

  test('A7: takes the cells that only another plane shows from that plane, for the rows of the page', () => {
    const open = sight([plane(7, 'title'), plane(9, 'state', { restricted: true })]);
    expect(pageOf(open, { cells: 'title state' }).text).toBe(
      'select p.*, a9.state as "state" from (' +
        'select t.id, t.title as "title" from plane_7.paper t order by t.id desc limit 3' +
        ') p left join plane_9.paper a9 on a9.id = p.id order by p.id desc',
    );
  });

  const restricted = sight([
    plane(7, 'title', { restricted: true }),
    plane(9, 'title NOTES', { restricted: true, abilities: ['PRINT'] }),
  ]);

  test('A7, A8: finds each record once in all of them, and merges its cells, levels and abilities by the planes that expose it', () => {
    const more = { fieldAccess: true, abilities: true };
    expect(pageOf(restricted, { cells: 'title notes', more }).text).toBe(
      'select * from (' +
        'select u.id, any_value(u."title") as "title", any_value(u."notes") as "notes", any_value(u."#7") as "#7", any_value(u."#9") as "#9", ' +
        `(select rowplane.viewer_flags(3, 'EDIT'))[any_value(u."#realm")] as "#EDIT" from (` +
        '(select t.id, t.title as "title", t.notes as "notes", true as "#7", null::boolean as "#9", t.realm_id as "#realm" from plane_7.paper t order by t.id desc limit 3)' +
        ' union all ' +
        '(select t.id, t.title as "title", t.notes as "notes", null::boolean as "#7", true as "#9", t.realm_id as "#realm" from plane_9.paper t order by t.id desc limit 3)' +
        ') u group by u.id) p order by p.id desc limit 3',
    );
  });

  test('V3: a comparison holds if it holds on the cell that another plane shows, and nowhere on a hidden one', () => {
    const { text, values } = pageOf(restricted, { cells: '', where: { notes: { isNotSet: true } } });
    expect(text).toContain(
      'from plane_7.paper t where exists (select from plane_9.paper x where x.id = t.id and x.notes is null) order by',
    );
    expect(text).toContain('from plane_9.paper t where t.notes is null order by');
    expect(values).toEqual([]);
  });

  test('counts each record once', () => {
    expect(countStatement(restricted, filter()).text).toBe(
      'select count(*) from (select t.id from plane_7.paper t union select t.id from plane_9.paper t) c',
    );
    expect(countStatement(restricted, filter({ title: { isSet: true } })).text).toBe(
      'select count(*) from (select t.id from plane_7.paper t where t.title is not null union select t.id from plane_9.paper t where t.title is not null) c',
    );
  });
});
