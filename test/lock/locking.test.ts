import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { outcome, refusal } from '../tree/world.ts';
import { createLockedTree, type LockedTree } from './locked-tree.ts';

let tree: LockedTree;

beforeAll(async () => {
  tree = await createLockedTree();
});
afterEach(() => tree.unlockAll());
afterAll(() => tree?.end());

const lockBy = (person: string, reason = 'Moving house') =>
  outcome(tree, person, 'select rowplane.lock_workspace($1, $2)', [tree.workspace, reason]);

describe('P11: who locks', () => {
  test('holders of EDIT_PERMISSIONS on one of its archives', async () => {
    expect(await lockBy(tree.people.ben)).toBe('RPFOR');
    expect(await lockBy(tree.people.mia)).toBe('done');
    expect(await tree.holder()).toBe(tree.people.mia);
  });

  test('not on a folder alone, nor without VIEW, nor for nobody', async () => {
    const { ben } = tree.people;
    const folder = await tree.folder(tree.archive, 'Bens');
    await tree.entry(folder, ben, 'EDIT_PERMISSIONS', 'ALLOW');
    expect(await lockBy(ben)).toBe('RPFOR');
    await tree.entry(tree.archive, ben, 'EDIT_PERMISSIONS', 'ALLOW');
    await tree.entry(tree.archive, ben, 'VIEW', 'DENY');
    expect(await lockBy(ben)).toBe('RPNFD');
    await tree.withdraw(tree.archive, ben, 'EDIT_PERMISSIONS');
    await tree.withdraw(tree.archive, ben, 'VIEW');
    expect(await lockBy('00000000-0000-0000-0000-000000000000')).toBe('RPNFD');
  });

  test('once: somebody else is refused, and the holder changes the reason', async () => {
    await tree.lock(tree.people.mia);
    expect(await lockBy(tree.people.ada)).toBe('RPLOC');
    await tree.lock(tree.people.mia, ' Still moving ');
    expect(await tree.owner.query('select reason from rowplane.workspace_locks')).toEqual([{ reason: 'Still moving' }]);
  });

  test('with a reason', async () => {
    expect(await lockBy(tree.people.mia, '  ')).toBe('RPVAL');
    expect(await lockBy(tree.people.mia, 'x'.repeat(501))).toBe('RPVAL');
  });

  test('unlocking what isn’t locked costs nobody anything: permissions stay as they were compiled', async () => {
    const ticks = async () => (await tree.owner.query('select ticks from rowplane.clock'))[0];
    const before = await ticks();
    expect(await tree.unlock(tree.people.cleo)).toBe(false);
    expect(await ticks()).toEqual(before);
  });

  test('V2: a workspace that isn’t seen is like one that doesn’t exist', async () => {
    const stranger = await tree.user('stranger', 'GUEST');
    for (const workspace of [tree.workspace, 4711])
      for (const call of ['lock_workspace($1, $2)', 'unlock_workspace($1)', 'break_workspace_lock($1)'])
        expect(
          await outcome(
            tree,
            stranger,
            `select rowplane.${call}`,
            call.includes('$2') ? [workspace, 'x'] : [workspace],
          ),
          call,
        ).toBe('RPNFD');
  });
});

describe('P11: how it ends', () => {
  test('the holder unlocks; nobody else, but any administrator breaks it', async () => {
    const { ada, mia, ben } = tree.people;
    await tree.lock(mia);
    expect(await refusal(tree.unlock(ben))).toBe('RPLOC');
    expect(await refusal(tree.unlock(ada))).toBe('RPLOC');
    expect(await tree.unlock(mia)).toBe(true);
    expect(await tree.unlock(mia)).toBe(false);
    await tree.lock(mia);
    const breaking = 'select rowplane.break_workspace_lock($1)';
    expect(await outcome(tree, ben, breaking, [tree.workspace])).toBe('RPFOR');
    expect(await outcome(tree, ada, breaking, [tree.workspace])).toBe('done');
    expect(await tree.holder()).toBeNull();
    const [entry] = await tree.owner.query<{ actor: string; before: object }>(
      `select actor, before from rowplane.log where table_name = 'workspace_locks' order by id desc limit 1`,
    );
    expect(entry).toMatchObject({ actor: ada, before: { holder_id: mia, reason: 'Moving house' } });
  });

  test.each<[string, string, string | null]>([
    ['a block for good', `update rowplane.users set blocked_until = 'infinity' where name = 'mia'`, null],
    [
      'a block until tomorrow',
      `update rowplane.users set blocked_until = now() + interval '1 day' where name = 'mia'`,
      null,
    ],
    [
      'an end of a block in the past',
      `update rowplane.users set blocked_until = now() - interval '1 day' where name = 'mia'`,
      'mia',
    ],
    ['a closed account', `update rowplane.users set active = false where name = 'mia'`, null],
    [
      'losing EDIT_PERMISSIONS',
      `delete from rowplane.object_entries e using rowplane.users u where u.id = e.user_id and u.name = 'mia'`,
      null,
    ],
    [
      'a DENY',
      `insert into rowplane.object_entries (object_id, user_id, permission, decision)
       select a.id, u.id, 'EDIT_PERMISSIONS', 'DENY' from rowplane.archives a, rowplane.users u where u.name = 'mia'
       on conflict (object_id, user_id, group_id, permission) do update set decision = 'DENY'`,
      null,
    ],
    [
      'losing VIEW with everybody else',
      `delete from rowplane.object_entries where permission = 'VIEW' and group_id = '00000000-0000-0000-0000-0000000000e1'`,
      null,
    ],
    ['another one’s change', `update rowplane.users set role = 'EXTERNAL' where name = 'cleo'`, 'mia'],
    ['another role with the same rights', `update rowplane.users set role = 'EXTERNAL' where name = 'mia'`, 'mia'],
  ])('%s', async (_, change, holder) => {
    const session = tree.owner;
    const { mia } = tree.people;
    await tree.lock(mia);
    await session.query(change);
    expect(await tree.holder()).toBe(holder === null ? null : mia);
    await session.query(
      `update rowplane.users set blocked_until = null, active = true, role = case name when 'ada' then 'ADMINISTRATOR' else 'INTERNAL' end`,
    );
    expect(await tree.holder(), 'it doesn’t come back').toBe(holder === null ? null : mia);
    await session.query(
      `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'EDIT_PERMISSIONS', 'ALLOW')
       on conflict (object_id, user_id, group_id, permission) do update set decision = 'ALLOW'`,
      [tree.archive, mia],
    );
    await session.query(
      `insert into rowplane.object_entries (object_id, group_id, permission, decision) values ($1, '00000000-0000-0000-0000-0000000000e1', 'VIEW', 'ALLOW')
       on conflict (object_id, user_id, group_id, permission) do nothing`,
      [tree.archive],
    );
  });

  test('with the demotion of an administrator who held it as one', async () => {
    const admin = await tree.user('adam', 'ADMINISTRATOR');
    await tree.admit(admin);
    await tree.lock(admin);
    await tree.owner.query(`update rowplane.users set role = 'INTERNAL' where id = $1`, [admin]);
    expect(await tree.holder()).toBeNull();
  });

  test('with leaving the group that held EDIT_PERMISSIONS', async () => {
    const group = await tree.group('keepers', tree.people.cleo);
    await tree.entry(tree.archive, group, 'EDIT_PERMISSIONS', 'ALLOW');
    await tree.lock(tree.people.cleo);
    await tree.owner.query('delete from rowplane.group_members where group_id = $1', [group]);
    expect(await tree.holder()).toBeNull();
  });
});
