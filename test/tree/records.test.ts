import { beforeEach, expect, test } from 'vitest';
import { ANONYMOUS, ANYBODY, refusal, useTree } from './world.ts';

let [ben, cleo, hana]: string[] = [];
let [from, to]: string[] = [];
let paper: string;
let name: string;
const tree = useTree(async (here) => {
  [ben, cleo, hana] = [await here.user('ben'), await here.user('cleo'), await here.user('hana', 'GUEST')];
  await here.admit(ben, cleo);
});
beforeEach(async () => {
  name = `paper ${Math.random()}`;
  from = await tree().folder(tree().archive, `from ${name}`);
  to = await tree().folder(tree().archive, `to ${name}`);
  paper = await tree().document(from, name);
});

const sees = async (viewer: string) => (await tree().titles(viewer)).includes(name);
const move = (viewer: string, folder: string) => tree().edit(viewer, 'document', [paper], `folder_id = '${folder}'`);
const scope = async () =>
  (
    await tree().owner.query('select container_id, parent_id, archive_id from rowplane.scopes where object_id = $1', [
      paper,
    ])
  )[0];

test('P1: a record with an entry is ruled by it, and its neighbours aren’t', async () => {
  await tree().document(from!, `neighbour of ${name}`);
  await tree().entry(paper, ben!, 'VIEW', 'DENY');
  expect(await sees(ben!)).toBe(false);
  expect(await tree().titles(ben!)).toContain(`neighbour of ${name}`);
  expect(await sees(cleo!)).toBe(true);
  await tree().withdraw(paper, ben!, 'VIEW');
  expect(await sees(ben!)).toBe(true);
  expect(await tree().misplaced()).toEqual([]);
});

test('P5: a record can break inheritance', async () => {
  await tree().entry(from!, ben!, 'VIEW', 'DENY');
  await tree().breakAt(paper);
  expect(await sees(ben!)).toBe(false);
  await tree().withdraw(paper, ben!, 'VIEW');
  expect(await sees(ben!)).toBe(true);
  await tree().restoreAt(paper);
  expect(await sees(ben!)).toBe(false);
});

test('P14: one shared record lists its archive, and none of its folders', async () => {
  await tree().entry(paper, ANYBODY, 'VIEW', 'ALLOW');
  await tree().entry(paper, hana!, 'VIEW', 'ALLOW');
  for (const viewer of [ANONYMOUS, hana!]) {
    expect(await tree().titles(viewer)).toContain(name);
    expect(await tree().folders(viewer)).toEqual([]);
    const archives = await tree().as(viewer, (sql) =>
      sql.query('select name, may_edit from rowplane.visible_archives'),
    );
    expect(archives).toEqual([{ name: 'Matter 1', may_edit: false }]);
  }
  await tree().withdraw(paper, ANYBODY, 'VIEW');
  await tree().withdraw(paper, hana!, 'VIEW');
  expect(await tree().as(ANONYMOUS, (sql) => sql.query('select from rowplane.visible_archives'))).toEqual([]);
});

test('P14: a record that another layer hides lists no archive', async () => {
  const archives = () => tree().as(hana!, (sql) => sql.query('select name from rowplane.visible_archives'));
  await tree().entry(paper, hana!, 'VIEW', 'ALLOW');
  expect(await archives()).toEqual([{ name: 'Matter 1' }]);
  const planes = await tree().owner.query<{ plane_id: number; group_id: string }>(
    'delete from rowplane.plane_groups returning plane_id, group_id',
  );
  expect(await archives()).toEqual([]);
  for (const { plane_id, group_id } of planes)
    await tree().owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [
      plane_id,
      group_id,
    ]);
  expect(await archives()).toEqual([{ name: 'Matter 1' }]);
  await tree().edit(ben!, 'document', [paper], 'deleted_at = now()');
  expect(await archives()).toEqual([]);
});

test('P14: a folder in the trash lists no archive', async () => {
  const archives = () => tree().as(hana!, (sql) => sql.query('select name from rowplane.visible_archives'));
  await tree().entry(to!, hana!, 'VIEW', 'ALLOW');
  expect(await archives()).toEqual([{ name: 'Matter 1' }]);
  await tree().as(ben!, (sql) => sql.query('select rowplane.delete_folder($1)', [to]));
  expect(await archives()).toEqual([]);
});

test('a record that moves takes its entries along, and inherits from its new folder', async () => {
  await tree().entry(paper, cleo!, 'VIEW', 'DENY');
  await tree().entry(to!, hana!, 'VIEW', 'ALLOW');
  expect(await move(ben!, to!)).toEqual([paper]);
  expect(await scope()).toMatchObject({ container_id: to, parent_id: to });
  expect(await sees(cleo!)).toBe(false);
  expect(await sees(hana!)).toBe(true);
  expect(await sees(ben!)).toBe(true);
  expect(await tree().misplaced()).toEqual([]);
});

test('a record without entries comes under what rules its new folder, though no record was ever there', async () => {
  await tree().entry(to!, cleo!, 'VIEW', 'DENY');
  expect(await move(ben!, to!)).toEqual([paper]);
  expect(await sees(cleo!)).toBe(false);
  expect(await tree().misplaced()).toEqual([]);
  expect(await move(ben!, from!)).toEqual([paper]);
  expect(await sees(cleo!)).toBe(true);
});

test('P8: moving needs EDIT on the record and on both folders, not CREATE', async () => {
  await tree().entry(to!, ben!, 'CREATE', 'DENY');
  expect(await move(ben!, to!)).toEqual([paper]);
  expect(await move(ben!, from!)).toEqual([paper]);
  await tree().entry(to!, ben!, 'EDIT', 'DENY');
  expect(await refusal(move(ben!, to!))).toBe('RPFOR');
  await tree().entry(from!, cleo!, 'EDIT', 'DENY');
  expect(await move(cleo!, to!)).toEqual([]);
  await tree().breakAt(paper);
  await tree().withdraw(paper, cleo!, 'EDIT');
  // Now the record allows it, and the folder that it is in doesn't.
  expect(await refusal(move(cleo!, to!))).toBe('RPFOR');
  expect(await tree().edit(cleo!, 'document', [paper], `notes = 'mine'`)).toEqual([paper]);
});

test('V2: a folder that the viewer doesn’t see is refused like a missing one', async () => {
  await tree().document(to!, 'so that there is a realm');
  await tree().entry(to!, ben!, 'VIEW', 'DENY');
  const answers = [];
  for (const target of [to!, '01900000-0000-7000-8000-000000000000'])
    answers.push(
      await move(ben!, target).catch(
        ({ code, message, detail }: { code: string; message: string; detail: string }) => ({ code, message, detail }),
      ),
    );
  expect(answers[0]).toMatchObject({ code: 'RPNFD' });
  expect(answers[1]).toEqual(answers[0]);
});

test('P8: deleting a record needs DELETE on it and EDIT on its folder', async () => {
  await tree().entry(paper, ben!, 'DELETE', 'DENY');
  expect(await refusal(tree().edit(ben!, 'document', [paper], 'deleted_at = now()'))).toBe('RPFOR');
  await tree().breakAt(paper);
  await tree().withdraw(paper, ben!, 'DELETE');
  await tree().entry(from!, ben!, 'EDIT', 'DENY');
  expect(await refusal(tree().edit(ben!, 'document', [paper], 'deleted_at = now()'))).toBe('RPFOR');
  await tree().withdraw(from!, ben!, 'EDIT');
  expect(await tree().edit(ben!, 'document', [paper], 'deleted_at = now()')).toEqual([paper]);
});

test('C7: a record with entries keeps them when its client changes, and when clients are turned on', async () => {
  const { owner, workspace, archive } = tree();
  const [general] = await owner.query<{ id: string }>(
    `insert into rowplane.clients (workspace_id, name) values ($1, 'General') returning id`,
    [workspace],
  );
  const [other] = await owner.query<{ id: string }>(
    `insert into rowplane.clients (workspace_id, name) values ($1, 'Other') returning id`,
    [workspace],
  );
  for (const client of [general!, other!])
    for (const user of [ben!, cleo!])
      await owner.query(
        'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
        [client.id, archive, user],
      );
  await tree().entry(paper, cleo!, 'VIEW', 'DENY');
  await owner.query('select rowplane.enable_clients($1, $2)', [archive, general!.id]);
  expect(await tree().misplaced()).toEqual([]);
  expect([await sees(ben!), await sees(cleo!)]).toEqual([true, false]);
  expect(await tree().edit(ben!, 'document', [paper], `client_id = '${other!.id}'`)).toEqual([paper]);
  expect(await tree().misplaced()).toEqual([]);
  expect([await sees(ben!), await sees(cleo!)]).toEqual([true, false]);
  await owner.query('delete from rowplane.client_assignments where user_id = $1 and client_id = $2', [ben, other!.id]);
  expect(await sees(ben!)).toBe(false);
  await owner.query('update rowplane.archives set clients_enabled = false where id = $1', [archive]);
  await tree().withdraw(paper, cleo!, 'VIEW');
  expect(await sees(cleo!)).toBe(true);
});

test('a record that is erased takes its entries along', async () => {
  await tree().entry(paper, cleo!, 'VIEW', 'DENY');
  await tree().edit(ben!, 'document', [paper], 'deleted_at = now()');
  await tree().as(ben!, (sql) => sql.query(`delete from ws_${tree().workspace}_trash.document where id = $1`, [paper]));
  expect(await scope()).toBeUndefined();
  expect(await tree().owner.query('select from rowplane.object_entries where object_id = $1', [paper])).toEqual([]);
});

test('P5: a record that breaks inheritance and has entries of its own is erased like any', async () => {
  await tree().breakAt(paper);
  await tree().entry(paper, hana!, 'VIEW', 'ALLOW');
  await tree().edit(ben!, 'document', [paper], 'deleted_at = now()');
  await tree().as(ben!, (sql) => sql.query(`delete from ws_${tree().workspace}_trash.document where id = $1`, [paper]));
  expect(await scope()).toBeUndefined();
  expect(await tree().owner.query('select from rowplane.object_entries where object_id = $1', [paper])).toEqual([]);
});
