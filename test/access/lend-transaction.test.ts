import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANONYMOUS, openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect } from '../../src/database/queryable.ts';
import { createDatabase, viewerToken, type TestDatabase } from '../support/database.ts';

const anonymous = { id: ANONYMOUS };
const backend = { text: 'select pg_backend_pid() as pid', values: [] };

let database: TestDatabase;
let viewers: Viewers;
let workspace: number;

beforeAll(async () => {
  database = await createDatabase();
  await database.owner.query(`insert into rowplane.companies (name) values ('A-GmbH')`);
  const [made] = await database.owner.query<{ id: number }>(
    `insert into rowplane.workspaces (company_id, name) select id, 'Office' from rowplane.companies returning id`,
  );
  workspace = made!.id;
  viewers = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), lent: 1 });
});
afterAll(async () => {
  await viewers.end();
  await database.drop();
});

const pid = (): Promise<unknown> =>
  viewers.snapshot(anonymous, [], async ({ run }) => (await run([backend]))[0]![0]!.pid);

describe('the connection of a transaction that failed', () => {
  test('is kept after an error of our own, rolled back', async () => {
    const before = await pid();
    const failing = viewers.write(anonymous, [], async ({ run }) => {
      await run([{ text: `select set_config('rowplane.left', 'behind', true)`, values: [] }]);
      throw new Error('not this way');
    });
    await expect(failing).rejects.toThrow('not this way');
    expect(await pid()).toBe(before);
    const [left] = await viewers.read(anonymous, [], () => [
      { text: `select current_setting('rowplane.left', true) as left`, values: [] },
    ]);
    expect(left![0]!.left ?? '').toBe('');
  });

  test('is kept where what is known of the viewer was old', async () => {
    await viewers.snapshot(anonymous, [workspace], async () => undefined);
    const before = await pid();
    await database.owner.query(`insert into rowplane.groups (name) values ('tick')`);
    const seen = await viewers.snapshot(anonymous, [workspace], async ({ run }) => (await run([backend]))[0]![0]!.pid);
    expect(seen).toBe(before);
  });

  test('is replaced after an error of a statement, also one that was caught', async () => {
    const before = await pid();
    const failing = viewers.write(anonymous, [], async ({ run }) => {
      await run([{ text: 'select 1 / 0', values: [] }]).catch(() => undefined);
      throw new Error('not this way');
    });
    await expect(failing).rejects.toThrow('not this way');
    expect(await pid()).not.toBe(before);
  });

  test('does nothing more for the one who failed', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failing = viewers.write(anonymous, [], async ({ run }) => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() => run([backend]));
      late.catch(() => undefined);
      throw new Error('not this way');
    });
    await expect(failing).rejects.toThrow('not this way');
    await expect(late).rejects.toThrow('has ended');
  });
});

describe('a viewer’s access that many store at once', () => {
  test.each(['read committed', 'repeatable read'])('is stored by one, and the others go on (%s)', async (level) => {
    await database.owner.query('delete from rowplane.viewer_access');
    const sessions = await Promise.all([connect(database.apiUrl), connect(database.apiUrl)]);
    const refresh = (session: (typeof sessions)[number]) =>
      session.query('select rowplane.refresh_access($1)', [workspace]);
    for (const session of sessions) {
      await session.query(`begin isolation level ${level}`);
      await session.query('set local role rowplane_viewer');
      await session.query('select rowplane.enter($1)', [viewerToken(ANONYMOUS)]);
    }
    const [first, second] = sessions;
    await refresh(first);
    const waiting = refresh(second);
    await first.query('commit');
    await waiting;
    expect(await second.query('select rowplane.viewer_planes($1) as planes', [workspace])).toEqual([{ planes: [] }]);
    await second.query('commit');
    for (const session of sessions) await session.end();
    expect(await database.owner.query('select user_id as id from rowplane.viewer_access')).toEqual([anonymous]);
  });

  test('is left alone where it is true', async () => {
    const versions = () => database.owner.query('select xmin::text, ctid::text from rowplane.viewer_access');
    const learn = async () => {
      const fresh = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), lent: 1 });
      await fresh.knowledge(anonymous, workspace);
      await fresh.end();
    };
    await learn();
    const before = await versions();
    expect(before).toHaveLength(1);
    await learn();
    expect(await versions()).toEqual(before);
    await database.owner.query(`insert into rowplane.groups (name) values ('another tick')`);
    await learn();
    expect(await versions()).not.toEqual(before);
  });
});
