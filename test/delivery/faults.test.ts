import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startEmbedded } from '../../src/database/embedded.ts';
import { rolePassword } from '../../src/database/keys.ts';
import { migrate, withUser } from '../../src/database/migrate.ts';
import { connect, openPool } from '../../src/database/queryable.ts';
import { withOwner, type TestDatabase } from '../support/database.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { withServer } from '../support/server.ts';
import { openHouse, type House, type Watch } from './house.ts';

let office: Office;
let workspace: OfficeWorkspace;
let archive: string;
let ben: string;
let house: House;
let other: House;
let watches: Watch[];

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  archive = await workspace.archive('Permits');
  ben = await office.user('ben');
  await workspace.join(workspace.full, [ben]);
  house = openHouse(office);
  other = openHouse(office);
});
afterAll(async () => {
  await Promise.all([house.end(), other.end()]);
  await office.end();
});
beforeEach(async () => {
  watches = await Promise.all([house.watch(ben), other.watch(ben)]);
});

const make = (titles: readonly string[]) =>
  workspace.records(
    'paper',
    titles.map((title) => ({ title })),
    { archive },
  );
const settled = () => Promise.all([house.settled(), other.settled()]);
const appeared = (ids: readonly string[]) => ids.map((id) => `APPEARED ${id}`);

test('M5: two processes deliver the same', async () => {
  const ids = await make(['a', 'b']);
  await settled();
  expect(watches.map((watch) => watch.news().sort())).toEqual([appeared(ids), appeared(ids)]);
});

test('M5: a transaction that commits late is told then, once, and holds nobody up', async () => {
  let late: string[] = [];
  let early: string[] = [];
  await withOwner(office.database, async (session) => {
    const rows = await session.query<{ id: string }>(
      `insert into ws_${workspace.id}.paper (title, realm_id, archive_id, folder_id) select 'late', rowplane.realm_for($1, null, $1), $1, $1 returning id`,
      [archive],
    );
    late = rows.map(({ id }) => id);
    early = await make(['early']);
    await settled();
    expect(watches.map((watch) => watch.news())).toEqual([appeared(early), appeared(early)]);
  });
  await settled();
  expect(watches.map((watch) => watch.news())).toEqual([appeared(late), appeared(late)]);
});

test('M5: what commits while a follower comes is told to it or was there already', async () => {
  const titles = Array.from({ length: 40 }, (_, index) => `c${index}`);
  const making = Promise.all(titles.map((title) => make([title])));
  const late: Watch[] = [];
  for (let index = 0; index < 8; index++) late.push(await house.watch(ben, { where: { title: { startsWith: 'c' } } }));
  const ids = (await making).flat();
  await settled();
  expect(watches[0]!.news().sort()).toEqual(appeared(ids).sort());
  for (const watch of late) expect(new Set(watch.news()).size).toBe(watch.held.size);
  await Promise.all(late.map(({ follower }) => follower.return()));
});

test('M5: how far a process is behind is told while it can’t go on, and no longer', async () => {
  const [id] = (await make(['held up'])) as [string];
  await settled();
  watches.forEach((watch) => watch.news());
  await withOwner(office.database, async (session) => {
    await office.owner.query(`update ws_${workspace.id}.paper set title = 'told later' where id = $1`, [id]);
    await session.query(`lock table ws_${workspace.id}.paper in access exclusive mode`);
    await expect.poll(() => house.delivery.state.behind, { timeout: 10_000 }).toBeGreaterThan(300);
  });
  await settled();
  expect(watches[0]!.held.get(id)).toEqual({ title: 'told later' });
  await expect.poll(() => house.delivery.state.behind).toBe(0);
});

test('M5: nothing is lost or doubled when the feed’s connection is cut', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 6; index++) {
    ids.push(...(await make([`cut ${index}`])));
    const cut = await office.owner.query<{ cut: boolean }>(
      `select 1 from pg_stat_activity where application_name = 'rowplane delivery' and datname = current_database()`,
    );
    expect(cut.length).toBeGreaterThan(0);
    const superuser = await connect(office.database.superuserUrl);
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rowplane delivery' and datname = current_database()`,
    );
    await superuser.end();
    ids.push(...(await make([`after ${index}`])));
    await settled();
  }
  expect(watches.map((watch) => watch.news())).toEqual([appeared(ids), appeared(ids)]);
});

test('M5: viewers’ connections may be cut, too', async () => {
  const ids = await make(['before']);
  const superuser = await connect(office.database.superuserUrl);
  await superuser.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'rowplane %' and datname = current_database()`,
  );
  await superuser.end();
  ids.push(...(await make(['after'])));
  await settled();
  expect(watches.map((watch) => watch.news().sort())).toEqual([appeared(ids), appeared(ids)]);
});

/** A house on a server of its own, with a follower; the server may be away for a while. */
async function withLoneHouse(
  url: string,
  work: (lone: { house: House; watch: Watch; make: (title: string) => Promise<string> }) => Promise<void>,
): Promise<void> {
  const ownerUrl = `${url}?options=${encodeURIComponent('-c role=rowplane_owner')}`;
  const owner = openPool(ownerUrl, 2, 'test owner');
  const database: TestDatabase = {
    name: 'rowplane',
    ownerUrl,
    apiUrl: withUser(url, 'rowplane_api', rolePassword(TEST_SECRET, 'rowplane_api')),
    adminUrl: withUser(url, 'rowplane_admin', rolePassword(TEST_SECRET, 'rowplane_admin')),
    superuserUrl: url,
    secret: TEST_SECRET,
    owner,
    drop: async () => {
      await owner.end();
    },
  };
  await migrate(url, { secret: TEST_SECRET, adminPassword: rolePassword(TEST_SECRET, 'rowplane_admin') });
  const lone = await openOffice(undefined, database);
  const home = await lone.workspace('Office');
  const place = await home.archive('Permits');
  const reader = await lone.user('ben');
  await home.join(home.full, [reader]);
  const delivering = openHouse(lone);
  const watch = await delivering.watch(reader);
  await work({
    house: delivering,
    watch,
    make: async (title) => (await home.records('paper', [{ title }], { archive: place }))[0]!,
  });
  await delivering.end();
  await lone.end();
}

test('M5: after Postgres has crashed and started again, what was committed is told once', async () => {
  // Durable: what was committed has to be there again.
  await withServer(
    async (server) => {
      await withLoneHouse(server.url, async (lone) => {
        const before = await lone.make('before');
        // One process of the server killed: it takes all connections down, and recovers.
        const victim = await connect(server.url);
        const [{ pid }] = (await victim.query<{ pid: number }>('select pg_backend_pid() as pid')) as [{ pid: number }];
        process.kill(pid, 'SIGKILL');
        await victim.end().catch(() => undefined);
        const after = await eventually(() => lone.make('after'));
        await eventually(() => lone.house.settled());
        expect(lone.watch.news()).toEqual(appeared([before, after]));
        expect(lone.house.errors.length).toBeGreaterThan(0);
      });
    },
    'server',
    true,
  );
});

test('M5: Postgres is shut down in order and comes back elsewhere, as for maintenance: nothing is lost or told twice', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'rowplane-away-'));
  const start = () => startEmbedded({ directory: join(parent, 'server'), durable: true });
  let server = await start();
  const address = await openAddress(() => Number(new URL(server.url).port));
  try {
    const url = new URL(server.url);
    url.port = String(address.port);
    await withLoneHouse(url.href, async (lone) => {
      const before = await lone.make('before');
      await server.stop();
      await expect(lone.make('nobody there')).rejects.toThrow();
      await expect.poll(() => lone.house.errors.length).toBeGreaterThan(0);
      server = await start();
      const after = await eventually(() => lone.make('after'));
      await eventually(() => lone.house.settled());
      expect(lone.watch.news()).toEqual(appeared([before, after]));
    });
  } finally {
    address.close();
    await server.stop();
    await rm(parent, { recursive: true, force: true });
  }
});

/** A port that leads to another one, whichever that is at the time. */
async function openAddress(target: () => number): Promise<{ port: number; close: () => void }> {
  const listener = createServer((near) => {
    const far = createConnection(target(), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { port: (listener.address() as AddressInfo).port, close: () => listener.close() };
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
}

test('M5: whatever order concurrent transactions commit in, everything is told, and each new record once', async () => {
  const made: string[] = [];
  const session = async (number: number): Promise<void> => {
    for (let turn = 0; turn < 6; turn++) {
      await withOwner(office.database, async (work) => {
        const rows = await work.query<{ id: string }>(
          `insert into ws_${workspace.id}.paper (title, realm_id, archive_id, folder_id) select $2 || n, rowplane.realm_for($1, null, $1), $1, $1 from generate_series(1, 3) n returning id`,
          [archive, `${number}.${turn}.`],
        );
        await sleep(Math.random() * 60);
        // A subtransaction's changes are its transaction's.
        await work.query('savepoint one');
        await work.query(`update ws_${workspace.id}.paper set title = title || '!' where id = $1`, [rows[0]!.id]);
        await work.query('release savepoint one');
        await sleep(Math.random() * 60);
        made.push(...rows.map(({ id }) => id));
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => session(number)));
  await settled();
  for (const watch of watches) {
    expect(watch.news().sort()).toEqual(appeared(made).sort());
    const fresh = await house.query(ben, workspace.id, made);
    for (const id of made) expect(watch.held.get(id)).toEqual(fresh.get(id));
  }
});

test('M5: when the delivery ends, its followers do', async () => {
  const third = openHouse(office);
  const watch = await third.watch(ben);
  const access = await third.delivery.followAccess({ id: ben });
  const next = access.next();
  await third.end();
  await expect(next).resolves.toMatchObject({ done: true });
  expect(watch.failure).toBeUndefined();
  await expect(third.watch(ben)).rejects.toThrow();
});

test('M5: a follower that is returned while it waits is done, and nothing of it stays', async () => {
  const third = openHouse(office);
  const watch = await third.watch(ben);
  await watch.follower.return();
  await sleep(0);
  expect(watch.failure).toBeUndefined();
  expect(third.delivery.state).toMatchObject({ followers: 0, groups: 0, held: 0 });
  await third.end();
});
