import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { openHouse, type House, type Watch } from './house.ts';

const EVERYONE = '00000000-0000-0000-0000-0000000000e1';
let office: Office;
let house: House;
let workspace: OfficeWorkspace;
let archive: string;
let plane: number;
let ben: string;
let cleo: string;
let bens: Watch;
let cleos: Watch;
let id: string;

beforeAll(async () => {
  office = await openOffice();
  house = openHouse(office);
});
afterAll(async () => {
  await house.end();
  expect(house.errors).toEqual([]);
  await office.end();
});

beforeEach(async () => {
  workspace = await office.workspace(`Office ${crypto.randomUUID()}`);
  archive = await workspace.archive('Permits', true);
  [ben, cleo] = await Promise.all([office.user(crypto.randomUUID()), office.user(crypto.randomUUID())]);
  const client = await workspace.client('General');
  await workspace.assign(client, archive, ben);
  await workspace.assign(client, archive, cleo);
  plane = await workspace.plane('All', { paper: { views: ['states'] } }, [ben, cleo]);
  [id] = (await workspace.records('paper', [{ title: 'a', state: 'OPEN' }], { archive, client })) as [string];
  [bens, cleos] = await Promise.all([house.watch(ben), house.watch(cleo)]);
});

/** Ben loses the record by this, and Cleo, who saw the same, goes on as before. */
async function takesFromBen(change: () => Promise<unknown>): Promise<void> {
  await change();
  await house.settled();
  expect(bens.news()).toEqual([`DISAPPEARED ${id}`]);
  expect(cleos.news()).toEqual([]);
  await office.owner.query(`update ws_${workspace.id}.paper set title = 'secret' where id = $1`, [id]);
  await house.settled();
  expect(bens.news()).toEqual([]);
  expect(bens.held.size).toBe(0);
  expect(cleos.news()).toEqual([`CHANGED ${id}`]);
  expect(cleos.held.get(id)).toEqual({ title: 'secret' });
}

const sql = (text: string, values: unknown[]) => office.owner.query(text, values);

test('M5: losing the membership of a group ends what it covered', () =>
  takesFromBen(() => sql('delete from rowplane.group_members where user_id = $1', [ben])));

test('M5: losing a client ends what it covered', () =>
  takesFromBen(() => sql('delete from rowplane.client_assignments where user_id = $1', [ben])));

test('M5: an entry in the tree ends what it denies, and taking it back brings it again', async () => {
  await takesFromBen(() =>
    sql(
      `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`,
      [archive, ben],
    ),
  );
  await sql('delete from rowplane.object_entries where user_id = $1', [ben]);
  await house.settled();
  expect(bens.news()).toEqual([`APPEARED ${id}`]);
  expect(bens.held.get(id)).toEqual({ title: 'secret' });
});

test('M5: an entry on a folder ends what is in it, with records that move to another realm', async () => {
  const folder = await workspace.folder(archive, 'Inner');
  await sql(`update ws_${workspace.id}.paper set folder_id = $1 where id = $2`, [folder, id]);
  await house.settled();
  [bens, cleos].forEach((watch) => watch.news());
  await sql(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $2, $3, 'VIEW', 'DENY')`,
    [folder, archive, ben],
  );
  await house.settled();
  expect(bens.news()).toEqual([`DISAPPEARED ${id}`]);
  // The move to a realm of its own is a change of the record.
  expect(cleos.news()).toEqual([`CHANGED ${id}`]);
});

test('M5: withdrawing a plane ends what it exposed', () =>
  takesFromBen(() =>
    sql(
      'delete from rowplane.plane_groups g using rowplane.group_members m where m.group_id = g.group_id and g.plane_id = $1 and m.user_id = $2',
      [plane, ben],
    ),
  ));

test('M5: a role that planes and entries don’t reach ends everything', () =>
  takesFromBen(() => sql(`update rowplane.users set role = 'GUEST' where id = $1`, [ben])));

test('M5: editing a plane ends what it exposes no more, and changes what it shows otherwise', async () => {
  const [done] = (await workspace.records('paper', [{ title: 'b', state: 'DONE' }], {
    archive,
    client: await clientOf(),
  })) as [string];
  await house.settled();
  bens.news();
  await workspace.plane('All', { paper: { views: ['notes'], restriction: { state: { equals: 'OPEN' } } } }, [], plane);
  await house.settled();
  expect(bens.news().sort()).toEqual([`CHANGED ${id}`, `DISAPPEARED ${done}`]);
  // The title is hidden now.
  expect(bens.held.get(id)).toEqual({ title: null });
  await workspace.plane('All', { paper: { views: ['states'] } }, [], plane);
  await house.settled();
  expect(bens.news().sort()).toEqual([`APPEARED ${done}`, `CHANGED ${id}`]);
  expect(bens.held.get(id)).toEqual({ title: 'a' });
});

const clientOf = async () => {
  const [row] = await office.owner.query<{ client_id: string }>(
    `select client_id from ws_${workspace.id}.paper where id = $1`,
    [id],
  );
  return row!.client_id;
};

test.each([
  ['blocked', `update rowplane.users set blocked_until = 'infinity' where id = $1`],
  ['deactivated', 'update rowplane.users set active = false where id = $1'],
  ['deleted', 'delete from rowplane.users where id = $1'],
])('M5: the followers of an account that is %s end, and its sockets are told', async (_, statement) => {
  let told = 0;
  const take = house.delivery.onEnded({ id: ben }, () => void told++);
  await house.settled();
  await sql(statement, [ben]);
  await house.settled();
  expect(bens.failure).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(told).toBe(1);
  await sql(`update ws_${workspace.id}.paper set title = 'secret'`, []);
  await house.settled();
  expect(bens.news()).toEqual([]);
  expect(cleos.news()).toEqual([`CHANGED ${id}`]);
  await expect(house.watch(ben)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  take();
});

test('M5: locking the workspace and freezing end nothing', async () => {
  await sql(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'EDIT_PERMISSIONS', 'ALLOW')`,
    [archive, cleo],
  );
  await sql(`insert into rowplane.workspace_locks (workspace_id, holder_id, reason) values ($1, $2, 'audit')`, [
    workspace.id,
    cleo,
  ]);
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[], []]);
  await sql(`update ws_${workspace.id}.paper set title = 'c'`, []);
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[`CHANGED ${id}`], [`CHANGED ${id}`]]);
});

test('M5: those whose access changes are told so, and nobody else', async () => {
  const heard: Record<string, number[]> = { ben: [], cleo: [] };
  const followers = await Promise.all([ben, cleo].map((viewer) => house.delivery.followAccess({ id: viewer })));
  for (const [index, name] of ['ben', 'cleo'].entries())
    void (async () => {
      for await (const { workspaces } of followers[index]!) heard[name]!.push(...workspaces);
    })();
  await sql('delete from rowplane.client_assignments where user_id = $1', [ben]);
  await house.settled();
  expect(heard).toEqual({ ben: [workspace.id], cleo: [] });
  await Promise.all(followers.map((follower) => follower.return()));
});

test('M5: whoever comes to see the same as others shares what they are told', async () => {
  await sql('delete from rowplane.client_assignments where user_id = $1', [ben]);
  await house.settled();
  bens.news();
  await workspace.assign(await clientOf(), archive, ben);
  await house.settled();
  expect(bens.news()).toEqual([`APPEARED ${id}`]);
  await sql(`update ws_${workspace.id}.paper set title = 'd'`, []);
  await house.settled();
  expect(bens.held.get(id)).toBe(cleos.held.get(id));
});

test('M5: what everybody is denied ends for everybody', async () => {
  await sql(
    `insert into rowplane.object_entries (object_id, archive_id, group_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY') on conflict do nothing`,
    [archive, EVERYONE],
  );
  await sql(
    `update rowplane.object_entries set decision = 'DENY' where object_id = $1 and group_id = $2 and permission = 'VIEW'`,
    [archive, EVERYONE],
  );
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[`DISAPPEARED ${id}`], [`DISAPPEARED ${id}`]]);
});
