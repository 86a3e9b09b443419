import { describe, expect, test } from 'vitest';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { deliveryProof } from '../../src/database/keys.ts';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { DEFINITIONS } from '../planes/review.ts';
import { viewerToken } from '../support/database.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { useCrowds } from './crowds.ts';
import { refusal } from './world.ts';

// Whoever works in a folder while it gets a scope, and while its records move, has no trouble from it.

const { tree, ben, cleo, a, tag, folder, fill, prepare, settle, settleOnce, unsettled } = useCrowds();
const query = <R = Record<string, unknown>>(text: string, ...values: unknown[]) => tree().owner.query<R>(text, values);
const documents = () => `ws_${tree().workspace}.document`;
const seen = async (viewer: string): Promise<number> =>
  (await tree().titles(viewer)).filter((title) => title.includes(tag())).length;

/** Runs `write` as ben while records are moved, in a transaction that commits once `write` waits for it. */
async function whileMoving<T>(write: (session: Connection) => Promise<T>): Promise<T> {
  const mover = await connect(tree().database.ownerUrl);
  const session = await connect(tree().database.apiUrl);
  try {
    await mover.query('begin');
    await mover.query('select rowplane.settle_some($1, 1000)', [tree().workspace]);
    await session.query('begin');
    await session.query('set local role rowplane_viewer');
    await session.query('select rowplane.begin_write($1)', [viewerToken(ben())]);
    const [waiting] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
    const written = write(session);
    await expect.poll(() => query('select from pg_locks where not granted and pid = $1', waiting!.pid)).toHaveLength(1);
    await mover.query('commit');
    const result = await written;
    await session.query('commit');
    return result;
  } finally {
    await Promise.all([mover.end(), session.end()]);
  }
}

describe('W3, P8: whoever writes', () => {
  test('goes on to make records by SQL in a folder that had some', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 4);
    const [plane] = await query<{ id: number }>(`select id from rowplane.planes where name = 'all'`);
    const insert = () =>
      refusal(
        tree().as(ben(), (sql) =>
          sql.query(
            `insert into plane_${plane!.id}_new.document (archive_id, folder_id, title) values ($1, $2, 'new')`,
            [tree().archive, below],
          ),
        ),
      );
    expect(await insert()).toBe('done');
    await prepare([below]);
    expect(await insert()).toBe('done');
  });

  test('changes a record that is just being moved', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 4);
    const [record] = await query<{ id: string }>(`select id from ${documents()} where folder_id = $1 limit 1`, below);
    await prepare([below]);
    const changed = await whileMoving(async (session) => {
      await session.query('select rowplane.set_targets($1)', [[record!.id]]);
      await session.query(`update ws_${tree().workspace}_edit.document set notes = 'mine'`);
      return session.query('select rowplane.changed_targets() as ids');
    });
    expect(changed).toEqual([{ ids: [record!.id] }]);
  });

  test('empties the trash of records that are just being moved', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 3);
    await query(`update ${documents()} set deleted_at = now() where folder_id = $1`, below);
    await prepare([below]);
    const erased = await whileMoving((session) =>
      session.query(`delete from ws_${tree().workspace}_trash.document where folder_id = $1 returning id`, [below]),
    );
    expect(erased).toHaveLength(3);
  });

  test('deletes, restores and erases a folder in which records wait', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 5);
    await prepare([below]);
    await settleOnce(2);
    const call = (text: string, value: unknown) => tree().as(ben(), (sql) => sql.query(text, [value]));
    await call('select rowplane.delete_folder($1)', below);
    await call('select rowplane.restore_folder($1)', below);
    expect(await seen(ben())).toBe(5);
    await call('select rowplane.delete_folder($1)', below);
    await settleOnce(1);
    await tree().as(ben(), (sql) => sql.query(`delete from ws_${tree().workspace}_trash.document`));
    await call('select rowplane.erase_folders($1)', tree().workspace);
    expect(await query('select from rowplane.folders where id = $1', below)).toEqual([]);
    expect(await unsettled()).toBe(0);
  });
});

test('V5: access is computed anew when scopes are made, and not while records move', async () => {
  const both = [await folder(a(), 'one'), await folder(a(), 'two')];
  for (const each of both) await fill(each, 3);
  const stamp = () => query('select rowplane.stamp(array[$1::int])', tree().workspace);
  await prepare(both);
  const before = await stamp();
  for (let step = 0; step < 8; step++) await settleOnce(1);
  expect(await unsettled()).toBe(0);
  expect(await stamp()).toEqual(before);
});

test('C6: clients turned on while records wait go with all of them', async () => {
  const one = async (text: string, ...values: unknown[]) => (await query<{ id: string }>(text, ...values))[0]!.id;
  const archive = await one(
    'insert into rowplane.archives (workspace_id, name) values ($1, $2) returning id',
    tree().workspace,
    tag(),
  );
  const client = await one(
    'insert into rowplane.clients (workspace_id, name) values ($1, $2) returning id',
    tree().workspace,
    tag(),
  );
  const below = await tree().folder(archive, 'below');
  await fill(below, 5);
  await prepare([below]);
  await settleOnce(2);
  await query('select rowplane.enable_clients($1, $2)', archive, client);
  expect(await tree().misplaced()).toEqual([]);
  await query(
    'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
    client,
    archive,
    ben(),
  );
  await settle();
  expect([await seen(ben()), await seen(cleo())]).toEqual([5, 0]);
  expect(await tree().misplaced()).toEqual([]);
});

describe('M5: who goes on from a cursor is told what was erased with its folder', () => {
  test.each([false, true])('which had a scope made beforehand: %s', async (prepared) => {
    const below = await folder(a(), 'below');
    await fill(below, 3);
    if (prepared) {
      await prepare([below]);
      await settle();
    }
    const keys = () => query('select place from rowplane.access_keys($1, $2)', tree().workspace, ben());
    const [since] = await query<{ snapshot: string }>('select pg_current_snapshot()::text as snapshot');
    const before = await keys();
    await query(`update ${documents()} set deleted_at = now() where folder_id = $1`, below);
    await query('update rowplane.folders set deleted_at = now() where id = $1', below);
    await query(`delete from ${documents()} where folder_id = $1`, below);
    await query('delete from rowplane.folders where id = $1', below);
    // The cursor is still good.
    expect(await keys()).toEqual(before);
    const missed = await query<{ shown: boolean }>(
      'select shown from rowplane.missed_records($1, $2::pg_snapshot, $3, $4, $5, false, 100)',
      deliveryProof(TEST_SECRET),
      since!.snapshot,
      ben(),
      tree().workspace,
      'document',
    );
    expect(missed.some(({ shown }) => shown)).toBe(true);
  });
});

describe('how many scopes are made in one step', () => {
  const first = async (chosen: string[], most: number) => {
    const [row] = await query<{ ids: string[] }>(
      'select rowplane.first_crowds($1, $2::uuid[], $3) as ids',
      tree().workspace,
      chosen,
      most,
    );
    return row!.ids;
  };

  test('as many as folders and realms allow, leaves first, and at least one', async () => {
    const upper = await folder(a(), 'upper');
    const lower = await folder(upper, 'lower');
    await folder(lower, 'below it');
    await fill(lower, 3);
    // Two folders and a realm; then another folder and a realm.
    expect(await first([lower, upper], 1)).toEqual([lower]);
    expect(await first([lower, upper], 4)).toEqual([lower]);
    expect(await first([lower, upper], 5)).toEqual([lower, upper]);
    expect(await first([], 5)).toEqual([]);
  });

  test('none that would bring the realms of such scopes beyond ten thousand', async () => {
    const [full, next] = [await folder(a(), 'full'), await folder(a(), 'next')];
    await prepare([full]);
    await query(
      `with added as (insert into rowplane.clients (workspace_id, name) select $1, 'client ' || n from generate_series(1, 10000) n returning id)
       insert into rowplane.realms (workspace_id, id, archive_id, client_id, scope_id)
       select $1, 1000000 + row_number() over (), $2, a.id, $3 from added a`,
      tree().workspace,
      tree().archive,
      full,
    );
    expect(await first([next], 5)).toEqual([]);
    await query('delete from rowplane.realms where id > 1000000');
    expect(await first([next], 5)).toEqual([next]);
  });
});

// Last: its definition is gone afterwards.
test('a definition that is removed while its records wait holds nothing up', async () => {
  const below = await folder(a(), 'below');
  await fill(below, 4);
  await prepare([below]);
  await settleOnce(2);
  expect(await unsettled()).toBeGreaterThan(0);
  const session = await connect(tree().database.ownerUrl);
  await applyDefinitions(session, new Map([['matter', DEFINITIONS.get('matter')!]]), { allowDestructive: true });
  await session.end();
  expect(await refusal(tree().entry(below, cleo(), 'VIEW', 'DENY'))).toBe('done');
  await settle();
  expect(await unsettled()).toBe(0);
});
