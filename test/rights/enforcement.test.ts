import { beforeEach, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { outcome, useWorld } from './world.ts';

const ANONYMOUS = '00000000-0000-0000-0000-000000000000';
let [ben, cleo]: string[] = [];
let [none, display, edit]: string[] = [];
let [one, two]: string[] = [];

const world = useWorld(async (made) => {
  [ben, cleo] = [await made.user('ben'), await made.user('cleo')];
  none = await made.profile('None', { invoices: 'EDIT' });
  display = await made.profile('Display', { documentWorklist: 'DISPLAY' });
  edit = await made.profile('Edit', { documentWorklist: 'EDIT' });
});

beforeEach(async () => {
  const { owner, here, there, record, withdraw } = world();
  await owner.query(
    `delete from ws_${here.workspace}.note; delete from ws_${here.workspace}.item; delete from ws_${there.workspace}.item`,
  );
  await withdraw(ben!);
  await withdraw(cleo!);
  [one, two] = [await record('item', 'one'), await record('item', 'two')];
  await record('item', 'far', there);
});

/** The two ways in which a person's SQL arrives. */
const DOORS: ['as' | 'signedIn'][] = [['as'], ['signedIn']];
const NEEDS_EDIT = '{"level": "EDIT", "right": "documentWorklist"}';

const aim = async (sql: Queryable, ids: string[], change: string): Promise<unknown> => {
  await sql.query('select rowplane.set_targets($1)', [ids]);
  await sql.query(`update ws_${world().here.workspace}_edit.item set ${change}`);
  const [row] = await sql.query<{ ids: string[] }>('select rowplane.changed_targets() as ids');
  return row?.ids;
};
const insert = (sql: Queryable) =>
  sql.query(`insert into plane_${world().here.plane}_new.item (archive_id, title) values ($1, 'new')`, [
    world().here.archive,
  ]);

describe.each(DOORS)('by SQL, %s', (door) => {
  const by = <T>(work: (sql: Queryable) => Promise<T>): Promise<T> => world()[door](ben!, work);
  const seen = () =>
    by(async (sql) =>
      (await sql.query<{ title: string }>(`select title from plane_${world().here.plane}.item order by 1`)).map(
        ({ title }) => title,
      ),
    );

  test('R7: without DISPLAY the records are missing ones: nothing to read, refer to, change or delete', async () => {
    await world().assign(ben!, none!, world().here);
    expect(await seen()).toEqual([]);
    const { workspace } = world().here;
    await by(async (sql) => {
      expect(await sql.query(`select id from ws_${workspace}_sight.item`)).toEqual([]);
      expect(await aim(sql, [one!], `title = 'mine'`)).toEqual([]);
      expect(await aim(sql, [one!], `deleted_at = now()`)).toEqual([]);
      expect(await sql.query(`select id from ws_${workspace}_trash.item`)).toEqual([]);
    });
    expect(await outcome(by(insert))).toEqual(['RPFOR', NEEDS_EDIT]);
  });

  test('R7: with DISPLAY they are read, and writes are refused by the right’s name', async () => {
    await world().assign(ben!, display!, world().here);
    expect(await seen()).toEqual(['one', 'two']);
    expect(await outcome(by(insert))).toEqual(['RPFOR', NEEDS_EDIT]);
    for (const change of [`title = 'mine'`, 'deleted_at = now()', `folder_id = '${world().here.archive}'`])
      expect(await outcome(by((sql) => aim(sql, [one!], change)))).toEqual(['RPFOR', NEEDS_EDIT]);
  });

  test('R7, V2: what is refused says nothing of records: hidden, missing and trashed ones are refused alike', async () => {
    await world().assign(ben!, display!, world().here);
    await world().owner.query(`update ws_${world().here.workspace}.item set deleted_at = now() where id = $1`, [two]);
    for (const id of [one!, two!, '01900000-0000-7000-8000-000000000000'])
      expect(await outcome(by((sql) => aim(sql, [id], `title = 'mine'`)))).toEqual(['RPFOR', NEEDS_EDIT]);
  });

  test('R7: with EDIT they are created, changed, deleted, restored and erased', async () => {
    await world().assign(ben!, edit!, world().here);
    const { workspace } = world().here;
    await by(async (sql) => {
      await insert(sql);
      expect(await aim(sql, [one!], `title = 'mine'`)).toEqual([one]);
      expect(await aim(sql, [one!], 'deleted_at = now()')).toEqual([one]);
      expect(await sql.query(`select id from ws_${workspace}_trash.item`)).toEqual([{ id: one }]);
      expect(await aim(sql, [one!], 'deleted_at = null')).toEqual([one]);
      expect(await aim(sql, [one!], 'deleted_at = now()')).toEqual([one]);
      expect(await sql.query(`delete from ws_${workspace}_trash.item returning id`)).toEqual([{ id: one }]);
    });
    expect(await seen()).toEqual(['new', 'two']);
  });

  test('W2: without EDIT the trash is empty, and nothing is erased or restored', async () => {
    const { here, owner, assign, withdraw } = world();
    await owner.query(`update ws_${here.workspace}.item set deleted_at = now() where id = $1`, [one]);
    for (const profile of [none!, display!]) {
      await withdraw(ben!);
      await assign(ben!, profile, here);
      await by(async (sql) => {
        expect(await sql.query(`select id from ws_${here.workspace}_trash.item`)).toEqual([]);
        expect(await sql.query(`delete from ws_${here.workspace}_trash.item returning id`)).toEqual([]);
      });
    }
    expect(await outcome(by((sql) => aim(sql, [one!], 'deleted_at = null')))).toEqual(['RPFOR', NEEDS_EDIT]);
    expect(await owner.query(`select id from ws_${here.workspace}.item where id = $1`, [one])).toHaveLength(1);
  });

  test('V2, W8: a reference to a record without DISPLAY is empty, and refused like one to a missing record', async () => {
    const { here, record, assign } = world();
    const note = await record('note', 'see', here, { item_id: one });
    const shown = () => by((sql) => sql.query(`select item_id from plane_${here.plane}.note`));
    const refer = (id: string) =>
      by(async (sql) => {
        await sql.query('select rowplane.set_targets($1)', [[note]]);
        return sql.query(`update ws_${here.workspace}_edit.note set item_id = $1`, [id]);
      });
    expect(await shown()).toEqual([{ item_id: null }]);
    const hidden = await outcome(refer(two!));
    expect(hidden).toEqual(await outcome(refer('01900000-0000-7000-8000-000000000000')));
    expect(hidden).toMatchObject(['RPVAL', expect.stringContaining('there is no such record')]);
    await assign(ben!, display!, here);
    expect(await shown()).toEqual([{ item_id: one }]);
    expect(await outcome(refer(two!))).toBe('done');
  });

  test('V5: an assignment that is withdrawn is gone for the next statement, a new one is there', async () => {
    const { here, assign, withdraw } = world();
    for (let round = 0; round < 3; round++) {
      expect(await seen()).toEqual([]);
      await assign(ben!, display!, here);
      expect(await seen()).toEqual(['one', 'two']);
      await withdraw(ben!);
    }
    await assign(ben!, edit!, here);
    await world().owner.query(`update rowplane.profile_rights set level = 'DISPLAY' where profile_id = $1`, [edit]);
    expect(await outcome(by((sql) => aim(sql, [one!], `title = 'mine'`)))).toEqual(['RPFOR', NEEDS_EDIT]);
    await world().owner.query(`update rowplane.profile_rights set level = 'EDIT' where profile_id = $1`, [edit]);
    expect(await by((sql) => aim(sql, [one!], `title = 'mine'`))).toEqual([one]);
  });

  test('R5, U7: a blocked user has no rights; unblocked, the same as before', async () => {
    const { here, owner, assign } = world();
    await assign(ben!, edit!, here);
    await owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [ben]);
    const asked = () =>
      by((sql) => sql.query(`select rowplane.viewer_right(${here.workspace}, 'documentWorklist', 'DISPLAY') as has`));
    expect(await asked()).toEqual([{ has: false }]);
    await owner.query('update rowplane.users set blocked_until = null where id = $1', [ben]);
    expect(await asked()).toEqual([{ has: true }]);
  });
});

test('R7: anonymous has no rights, and none can be given', async () => {
  const { here, owner } = world();
  expect(await world().titles(ANONYMOUS)).toEqual([]);
  const give = owner.query(
    'insert into rowplane.rights_assignments (user_id, company_id, profile_id) values ($1, $2, $3)',
    [ANONYMOUS, here.company, display],
  );
  expect(await outcome(give)).toMatchObject(['23503', expect.anything()]);
});

test('R7: rights are no sight by themselves: they let through what the other layers show', async () => {
  const { here, owner, assign, titles } = world();
  await assign(ben!, edit!, here);
  expect(await titles(ben!)).toEqual(['one', 'two']);
  await owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'DENY')`,
    [here.archive, ben],
  );
  expect(await titles(ben!)).toEqual([]);
  await owner.query(`delete from rowplane.object_entries where object_id = $1 and user_id = $2`, [here.archive, ben]);
});

test('R7: a definition without a right has no policy and no guard of it', async () => {
  const { here, owner } = world();
  const found = await owner.query<{ name: string }>(
    `select c.relname || ': ' || p.polname as name from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relnamespace = 'ws_${here.workspace}'::regnamespace and p.polname like 'right%' and not p.polpermissive order by 1`,
  );
  expect(found.map(({ name }) => name)).toEqual(['item: right_display', 'item: right_edit']);
});

test('P8: a folder with records that the right hides, or keeps from being deleted, is refused in the same words', async () => {
  const { here, owner, assign, withdraw, as, record } = world();
  const [folder] = await owner.query<{ id: string }>(
    `insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, 'Drawer') returning id`,
    [here.archive],
  );
  await record('item', 'inside', here, { folder_id: folder!.id });
  const remove = () => as(ben!, (sql) => sql.query('select rowplane.delete_folder($1)', [folder!.id]));
  const message = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);
  const hidden = await message(remove());
  await assign(ben!, display!, here);
  expect(await message(remove())).toBe(hidden);
  await withdraw(ben!);
  await assign(ben!, edit!, here);
  expect(await outcome(remove())).toBe('done');
});
