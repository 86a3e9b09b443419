import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { ben, openOneWorkspace, type OneWorkspace } from './one-workspace.ts';

let house: OneWorkspace;
let database: OneWorkspace['database'];
let viewers: OneWorkspace['viewers'];
let workspace: OneWorkspace['workspace'];
let archive: OneWorkspace['archive'];
let setPlane: OneWorkspace['setPlane'];
beforeAll(async () => {
  house = await openOneWorkspace();
  ({ database, viewers, workspace, archive, setPlane } = house);
});
afterAll(() => house.close());

describe('writing', () => {
  test('V5: no permission changes between the beginning of a write and its end', async () => {
    await setPlane(false);
    const order: string[] = [];
    let change: Promise<unknown> = Promise.resolve();
    await viewers.write(ben, [], async ({ run }) => {
      change = setPlane(true).then(() => order.push('changed'));
      await run([{ text: 'select pg_sleep(0.3)', values: [] }]);
      order.push('wrote');
    });
    await change;
    expect(order).toEqual(['wrote', 'changed']);
  });

  test('V5: a write that waits for a permission change sees it', async () => {
    await setPlane(true);
    const session = await connect(database.ownerUrl);
    const watcher = await connect(database.superuserUrl);
    await session.query('begin');
    await session.query('delete from rowplane.plane_groups');
    const write = viewers.write(ben, [workspace], async ({ knowledge, run }) => ({
      known: knowledge.get(workspace)!.planes.length,
      seen: (await run([{ text: 'select rowplane.viewer_planes($1) as planes', values: [workspace] }]))[0]?.[0]?.planes,
    }));
    await expect
      .poll(
        async () =>
          (
            await watcher.query(
              `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )
          ).length,
      )
      .toBeGreaterThan(0);
    await session.query('commit');
    await session.end();
    expect(await write).toEqual({ known: 0, seen: [] });
  });

  test('a new realm is seen by the statements that follow, in the same write and in later reads', async () => {
    await database.owner.query('select rowplane.realm_for($1, null, $1)', [archive]);
    const flags = { text: `select rowplane.viewer_flags($1, 'VIEW') as flags`, values: [workspace] };
    const [read] = await viewers.read(ben, [workspace], () => [flags]);
    expect(read?.[0]?.flags).toEqual([true]);
  });
});

describe('the permission clock', () => {
  test('two permission changes that overlook each other: the second fails under REPEATABLE READ, and waits under READ COMMITTED', async () => {
    const [first, second] = [await connect(database.ownerUrl), await connect(database.ownerUrl)];
    await first.query('begin isolation level repeatable read');
    await second.query('begin isolation level repeatable read');
    await second.query('select 1 from rowplane.users');
    await first.query(`update rowplane.users set role = 'INTERNAL' where id = $1`, [ben.id]);
    await first.query('commit');
    await expect(second.query('delete from rowplane.plane_groups')).rejects.toMatchObject({ code: '40001' });
    await second.query('rollback');
    await Promise.all([first.end(), second.end()]);
  });

  test('every engine table that permissions are compiled from turns it, by any kind of statement', async () => {
    const tables = [
      'users',
      'groups',
      'group_members',
      'group_nesting',
      'archives',
      'client_assignments',
      'object_entries',
      'planes',
      'plane_groups',
      'plane_fields',
      'plane_abilities',
      'plane_definitions',
      'logins',
    ];
    const session = await connect(database.ownerUrl);
    const ticks = async () =>
      Number((await session.query<{ ticks: string }>('select ticks from rowplane.clock'))[0]?.ticks);
    for (const table of tables) {
      await session.query('begin');
      const before = await ticks();
      await session.query(`delete from rowplane.${table} where false`);
      expect([table, await ticks()]).toEqual([table, before + 1]);
      await session.query('rollback');
    }
    await session.end();
  });

  test('a row compiled on an older snapshot is never taken for true, and never replaces a newer one', async () => {
    await setPlane(true);
    const old = await connect(database.apiUrl);
    await old.query('set role rowplane_viewer');
    await old.query('begin isolation level repeatable read');
    await old.query('select rowplane.enter($1)', [viewerToken(ben.id)]);
    const [before] = await old.query('select rowplane.viewer_planes($1) as planes', [workspace]);
    await setPlane(false);
    await database.owner.query('delete from rowplane.viewer_access');
    await old.query('select rowplane.refresh_access($1)', [workspace]);
    await old.query('commit');
    await old.end();
    expect((before as { planes: number[] }).planes).toHaveLength(1);
    const [rows] = await viewers.read(ben, [], () => [
      { text: 'select rowplane.viewer_planes($1) as planes', values: [workspace] },
    ]);
    expect(rows).toEqual([{ planes: [] }]);
  });
});
