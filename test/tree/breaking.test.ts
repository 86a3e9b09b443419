import { beforeEach, expect, test } from 'vitest';
import { EVERYONE, useTree, type Permission } from './world.ts';

let [ben, cleo]: string[] = [];
let a: string;
let below: string;
const tree = useTree(async (here) => {
  [ben, cleo] = [await here.user('ben'), await here.user('cleo')];
  await here.admit(ben, cleo);
});
beforeEach(async () => {
  a = await tree().folder(tree().archive, `a ${Math.random()}`);
  below = await tree().folder(a, 'below');
});

interface Entry {
  principal: string;
  permission: Permission;
  decision: string;
  copied: boolean;
  covers: string | null;
}

const entries = (object: string, principal?: string): Promise<Entry[]> =>
  tree().owner.query<Entry>(
    `select coalesce(user_id, group_id) as principal, permission, decision, copied, covers from rowplane.object_entries
     where object_id = $1 and coalesce(user_id, group_id) = coalesce($2, user_id, group_id) order by permission, decision`,
    [object, principal ?? null],
  );

test('P5: a break copies all entries that reach the object, and its own stay its own', async () => {
  await tree().entry(a, ben!, 'VIEW', 'DENY');
  await tree().entry(below, cleo!, 'EDIT', 'DENY');
  await tree().breakAt(below);
  expect(await entries(below, ben)).toEqual([
    { principal: ben, permission: 'VIEW', decision: 'DENY', copied: true, covers: null },
  ]);
  expect(await entries(below, cleo)).toEqual([
    { principal: cleo, permission: 'EDIT', decision: 'DENY', copied: false, covers: null },
  ]);
  expect((await entries(below, EVERYONE)).map(({ permission, copied }) => [permission, copied])).toEqual([
    ['CREATE', true],
    ['DELETE', true],
    ['EDIT', true],
    ['VIEW', true],
  ]);
});

test('P5: later changes above no longer matter', async () => {
  await tree().document(below, `paper in ${below}`);
  await tree().breakAt(below);
  await tree().entry(a, ben!, 'VIEW', 'DENY');
  expect(await tree().titles(ben!)).toContain(`paper in ${below}`);
  await tree().restoreAt(below);
  expect(await tree().titles(ben!)).not.toContain(`paper in ${below}`);
});

test('P5: undoing it removes the copies that were left unchanged, and keeps those that weren’t', async () => {
  await tree().breakAt(below);
  await tree().owner.query(
    `update rowplane.object_entries set decision = 'DENY' where object_id = $1 and permission = 'DELETE'`,
    [below],
  );
  await tree().restoreAt(below);
  expect(await entries(below)).toEqual([
    { principal: EVERYONE, permission: 'DELETE', decision: 'DENY', copied: false, covers: null },
  ]);
});

test('P5: an object without entries of its own is none of its own any more when the break is undone', async () => {
  const scopes = () => tree().owner.query('select inherits from rowplane.scopes where object_id = $1', [below]);
  await tree().breakAt(below);
  expect(await scopes()).toEqual([{ inherits: false }]);
  await tree().restoreAt(below);
  expect(await scopes()).toEqual([]);
  expect(await tree().misplaced()).toEqual([]);
});

test('P4, P5: a DENY from above overrules an ALLOW of the object’s own in the copy, too; the ALLOW comes back with the inheritance', async () => {
  await tree().entry(a, ben!, 'VIEW', 'DENY');
  await tree().entry(below, ben!, 'VIEW', 'ALLOW');
  await tree().breakAt(below);
  expect(await entries(below, ben)).toEqual([
    { principal: ben, permission: 'VIEW', decision: 'DENY', copied: true, covers: 'ALLOW' },
  ]);
  await tree().restoreAt(below);
  expect(await entries(below, ben)).toEqual([
    { principal: ben, permission: 'VIEW', decision: 'ALLOW', copied: false, covers: null },
  ]);
});

test('P5: entries of several folders above become one, and those above a break aren’t copied', async () => {
  const deep = await tree().folder(below, 'deep');
  await tree().entry(a, ben!, 'VIEW', 'ALLOW');
  await tree().entry(below, ben!, 'VIEW', 'DENY');
  await tree().breakAt(deep);
  expect(await entries(deep, ben)).toMatchObject([{ decision: 'DENY', copied: true }]);
  const deeper = await tree().folder(deep, 'deeper');
  await tree().withdraw(deep, ben!, 'VIEW');
  await tree().breakAt(deeper);
  expect(await entries(deeper, ben)).toEqual([]);
});

test('P5: the root of an archive inherits from nothing, so there is nothing to break', async () => {
  await expect(tree().breakAt(tree().archive)).rejects.toMatchObject({ code: 'RPVAL' });
});

test('an entry or a break of something that doesn’t exist is refused', async () => {
  const missing = '01900000-0000-7000-8000-000000000000';
  await expect(tree().entry(missing, ben!, 'VIEW', 'ALLOW')).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(tree().breakAt(missing)).rejects.toMatchObject({ code: 'RPNFD' });
});

test('what goes takes its entries and breaks along', async () => {
  await tree().breakAt(below);
  await tree().owner.query('delete from rowplane.folders where id = $1', [below]);
  for (const table of ['scopes', 'object_entries', 'inheritance_breaks'])
    expect(await tree().owner.query(`select from rowplane.${table} where object_id = $1`, [below]), table).toEqual([]);
});

test('entries of a user or group that goes leave no scope behind', async () => {
  const gone = await tree().user(`gone ${a}`);
  const group = await tree().group(`gone ${a}`, ben!);
  await tree().document(below, `secret ${below}`);
  await tree().entry(below, gone, 'VIEW', 'ALLOW');
  await tree().entry(below, group, 'VIEW', 'DENY');
  expect(await tree().titles(ben!)).not.toContain(`secret ${below}`);
  await tree().owner.query('delete from rowplane.groups where id = $1', [group]);
  expect(await tree().titles(ben!)).toContain(`secret ${below}`);
  await tree().owner.query('delete from rowplane.users where id = $1', [gone]);
  expect(await tree().owner.query('select from rowplane.scopes where object_id = $1', [below])).toEqual([]);
  expect(await tree().misplaced()).toEqual([]);
});
