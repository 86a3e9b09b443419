import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect } from '../../src/database/queryable.ts';
import type { Knowledge } from '../../src/access/knowledge.ts';
import { ANONYMOUS, openViewers } from '../../src/access/viewers.ts';
import { viewerToken } from '../support/database.ts';
import { ben, openOneWorkspace, type OneWorkspace } from './one-workspace.ts';

const stranger = { id: '01900000-0000-7000-8000-00000000000c' };
const who = { text: 'select rowplane.viewer() as viewer', values: [] };

let house: OneWorkspace;
let database: OneWorkspace['database'];
let viewers: OneWorkspace['viewers'];
let workspace: OneWorkspace['workspace'];
let setPlane: OneWorkspace['setPlane'];
beforeAll(async () => {
  house = await openOneWorkspace();
  ({ database, viewers, workspace, setPlane } = house);
});
afterAll(() => house.close());

describe('reading', () => {
  test('each statement of a unit is answered in its place, with the types of its columns', async () => {
    const rows = await viewers.read(ben, [workspace], () => [
      { text: `select 1 as n, true as yes, '{"a":1}'::jsonb as json, 9007199254740993::bigint as big`, values: [] },
      { text: 'select $1::uuid[] as ids, $2::boolean as no', values: [[ben.id], false] },
      { text: `select date '2026-01-02' as day, timestamptz '2026-01-02 03:04:05.123456+00' as moment`, values: [] },
    ]);
    expect(rows).toEqual([
      [{ n: 1, yes: true, json: { a: 1 }, big: '9007199254740993' }],
      [{ ids: [ben.id], no: false }],
      [{ day: '2026-01-02', moment: '2026-01-02 03:04:05.123456+00' }],
    ]);
  });

  test('V5: what is known of two workspaces from different moments is old', async () => {
    const [other] = await database.owner.query<{ id: number }>(
      `insert into rowplane.workspaces (company_id, name) select id, 'Other' from rowplane.companies returning id`,
    );
    const both = [workspace, other!.id];
    await viewers.knowledge(ben, workspace);
    await setPlane(false);
    await viewers.knowledge(ben, other!.id);
    const planned: string[][] = [];
    const plan = (known: Map<number, Knowledge>) => {
      planned.push(Array.from(known.values(), ({ stamp }) => stamp.split('.')[0]!));
      return [who];
    };
    for (const read of [
      () => viewers.read(ben, both, plan),
      () => viewers.snapshot(ben, both, ({ knowledge, run }) => run(plan(knowledge))),
    ]) {
      expect(await read()).toEqual([[{ viewer: ben.id }]]);
      const [first, last] = [planned[0]!, planned.at(-1)!];
      expect(new Set(last).size).toBe(1);
      expect(Number(last[0])).toBeGreaterThan(Number(first[0]));
      await viewers.knowledge(ben, workspace);
      await setPlane(true);
      await viewers.write(ben, [other!.id], () => Promise.resolve());
    }
  });

  test('V5: a unit and a snapshot read one moment', async () => {
    const moments = await viewers.read(ben, [], () => [
      { text: 'select pg_current_snapshot()::text as s, transaction_timestamp()::text as t', values: [] },
      { text: 'select pg_current_snapshot()::text as s, transaction_timestamp()::text as t', values: [] },
    ]);
    expect(moments[0]).toEqual(moments[1]);

    await setPlane(false);
    const seen = await viewers.snapshot(ben, [], async ({ run }) => {
      const before = await run([{ text: 'select rowplane.viewer_planes($1) as planes', values: [workspace] }]);
      await setPlane(true);
      const after = await run([{ text: 'select rowplane.viewer_planes($1) as planes', values: [workspace] }]);
      return [before, after];
    });
    expect(seen[0]).toEqual(seen[1]);
  });

  test('V5: a plane given or taken is known to the next operation', async () => {
    const known: number[] = [];
    for (const given of [true, false, true, false]) {
      await setPlane(given);
      let planes = -1;
      await viewers.read(ben, [workspace], (knowledge) => {
        planes = knowledge.get(workspace)!.planes.length;
        return [];
      });
      known.push(planes);
    }
    expect(known).toEqual([1, 0, 1, 0]);
  });

  test('what was chosen by old knowledge is not handed out', async () => {
    await setPlane(true);
    await viewers.knowledge(ben, workspace);
    await setPlane(false);
    const [rows] = await viewers.read(ben, [workspace], (knowledge) => [
      { text: 'select $1::int as known', values: [knowledge.get(workspace)!.planes.length] },
    ]);
    expect(rows).toEqual([{ known: 0 }]);
  });

  test('U7: a blocked user and an unknown one see nothing, from the next operation on', async () => {
    await setPlane(true);
    const planes = (viewer: { id: string }) =>
      viewers.read(viewer, [workspace], () => [
        { text: 'select rowplane.viewer_planes($1) as planes, rowplane.viewer_role() as role', values: [workspace] },
      ]);
    expect((await planes(ben))[0]).toEqual([{ planes: [await setPlane(true)], role: 'INTERNAL' }]);
    await database.owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [ben.id]);
    expect((await planes(ben))[0]).toEqual([{ planes: [], role: null }]);
    await database.owner.query(`update rowplane.users set blocked_until = now() - interval '1 s' where id = $1`, [
      ben.id,
    ]);
    expect((await planes(ben))[0]?.[0]?.role).toBe('INTERNAL');
    expect((await planes(stranger))[0]).toEqual([{ planes: [], role: null }]);
    expect((await planes({ id: ANONYMOUS }))[0]).toEqual([{ planes: [], role: 'ANONYMOUS' }]);
  });

  test('U7: a block until a time ends by itself', async () => {
    await setPlane(true);
    await database.owner.query(
      `update rowplane.users set blocked_until = clock_timestamp() + interval '700 ms' where id = $1`,
      [ben.id],
    );
    const planes = async () =>
      (
        await viewers.read(ben, [workspace], () => [
          { text: 'select rowplane.viewer_planes($1) as planes', values: [workspace] },
        ])
      )[0]?.[0]?.planes;
    expect(await planes()).toEqual([]);
    await expect.poll(planes, { timeout: 5000 }).toHaveLength(1);
  });
});

describe('units on shared connections', () => {
  test('a failed statement takes its own unit along and nobody else’s', async () => {
    const failing = viewers.read(ben, [], () => [who, { text: 'select 1 / $1::int', values: [0] }, who]);
    const others = Array.from({ length: 20 }, () => viewers.read(ben, [], () => [who]));
    await expect(failing).rejects.toThrow('division by zero');
    for (const rows of await Promise.all(others)) expect(rows).toEqual([[{ viewer: ben.id }]]);
  });

  test('a value that can’t be written stops the unit before anything is sent', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(viewers.read(ben, [], () => [who, { text: 'select $1::text', values: [circular] }])).rejects.toThrow();
    expect(await viewers.read(ben, [], () => [who])).toEqual([[{ viewer: ben.id }]]);
  });

  test('1,000 interleaved viewers on two connections are told apart', async () => {
    const ids = Array.from(
      { length: 1000 },
      (_, index) => `01900000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`,
    );
    const seen = await Promise.all(
      ids.map(async (id, index) => {
        const [rows] = await viewers.read({ id }, [], () =>
          index % 7 === 0 ? [{ text: 'select rowplane.viewer() as viewer, pg_sleep(0.001)', values: [] }] : [who],
        );
        return rows?.[0]?.viewer;
      }),
    );
    expect(seen).toEqual(ids);
  });

  test('a connection that dies fails what was on it, and the next read has another', async () => {
    const superuser = await connect(database.superuserUrl);
    const slow = viewers.read(ben, [], () => [{ text: 'select pg_sleep(20)', values: [] }]);
    const failed = expect(slow).rejects.toThrow();
    await expect
      .poll(
        async () =>
          (
            await superuser.query(
              `select from pg_stat_activity where query like '%pg_sleep(20)' and application_name = 'rowplane viewers'`,
            )
          ).length,
      )
      .toBeGreaterThan(0);
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rowplane viewers' and datname = current_database()`,
    );
    await failed;
    await expect.poll(() => viewers.read(ben, [], () => [who]).catch(() => null)).toEqual([[{ viewer: ben.id }]]);
    await superuser.end();
  });
});

describe('the frame', () => {
  test('reads can’t write, and everything runs as rowplane_viewer', async () => {
    const [rows] = await viewers.read(ben, [], () => [
      {
        text: `select current_user as role, session_user as login, current_setting('transaction_read_only') as reading, current_setting('row_security') as rls, current_schemas(true)::text as path`,
        values: [],
      },
    ]);
    expect(rows).toEqual([
      { role: 'rowplane_viewer', login: 'rowplane_api', reading: 'on', rls: 'on', path: '{pg_catalog}' },
    ]);
    await expect(
      viewers.read(ben, [], () => [{ text: 'select rowplane.refresh_access($1)', values: [workspace] }]),
    ).rejects.toThrow('read-only');
  });

  test('a connection that was made to write is not read from any longer: the next read has another', async () => {
    const mine = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), readers: 1, lent: 1 });
    const spoiling = { text: `select set_config('default_transaction_read_only', 'off', false)`, values: [] };
    await expect(mine.read(ben, [], () => [spoiling])).rejects.toThrow('left something behind');
    expect(await mine.read(ben, [], () => [who])).toEqual([[{ viewer: ben.id }]]);
    await mine.end();
  });

  test('a server with another secret is told so', async () => {
    const foreign = openViewers({ url: database.apiUrl, key: Buffer.alloc(32, 1), readers: 1, lent: 1 });
    await expect(foreign.read(ben, [], () => [who])).rejects.toThrow('ROWPLANE_SECRET');
    await foreign.end();
  });

  test('the viewer of one transaction is not the next one’s', async () => {
    const session = await connect(database.apiUrl);
    await session.query('set role rowplane_viewer');
    await session.query('begin');
    await session.query('select rowplane.enter($1)', [viewerToken(ben.id)]);
    const [left] = await session.query<{ entry: string }>(`select current_setting('rowplane.viewer') as entry`);
    expect(await session.query('select rowplane.viewer() as viewer')).toEqual([{ viewer: ben.id }]);
    await session.query('commit');
    expect(await session.query('select rowplane.viewer() as viewer')).toEqual([{ viewer: null }]);
    await session.query(`select set_config('rowplane.viewer', $1, false)`, [left!.entry]);
    expect(await session.query('select rowplane.viewer() as viewer')).toEqual([{ viewer: null }]);
    await session.end();
  });
});
