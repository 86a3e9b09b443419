import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { withOwner } from '../support/database.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { collect, contentFor, listFor, openHouse, type House, type Watch, type WatchOptions } from './house.ts';

let office: Office;
let house: House;
/** As another process of the same deployment. */
let other: House;
let workspace: OfficeWorkspace;
let archive: string;
let hidden: string;
let ben: string;
let papers: string;

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  papers = `ws_${workspace.id}.paper`;
  archive = await workspace.archive('Permits');
  hidden = await workspace.archive('Hidden');
  ben = await office.user('ben');
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`,
    [hidden, ben],
  );
  await workspace.plane('Open', { paper: { views: ['states'], restriction: { state: { in: ['NEW', 'OPEN'] } } } }, [
    ben,
  ]);
  house = openHouse(office);
  other = openHouse(office);
});
afterAll(async () => {
  await Promise.all([house.end(), other.end()]);
  expect([...house.errors, ...other.errors]).toEqual([]);
  await office.end();
});

const make = (rows: readonly Record<string, unknown>[], place = archive) =>
  workspace.records('paper', rows, { archive: place });
const change = (set: string, ids: readonly string[]) =>
  office.owner.query(`update ${papers} set ${set} where id = any ($1)`, [ids]);

/** Someone who has been told of one record, and has gone since, with that cursor. */
async function gone(options?: WatchOptions): Promise<{ cursor: string; id: string }> {
  const watch = await house.watch(ben, options);
  const [id] = (await make([{ title: 'first', state: 'OPEN' }])) as [string];
  await house.settled();
  await watch.follower.return();
  return { cursor: watch.cursor!, id };
}

async function comeBack(after: string, options?: WatchOptions): Promise<Watch> {
  const watch = await other.watch(ben, { ...options, after });
  await other.settled();
  return watch;
}

let ids: string[];
beforeEach(async () => {
  ids = await make([
    { title: 'stays', state: 'OPEN' },
    { title: 'changes', state: 'OPEN' },
    { title: 'leaves', state: 'OPEN' },
    { title: 'comes', state: 'DONE' },
    { title: 'never', state: 'DONE' },
    { title: 'trashed', state: 'OPEN' },
    { title: 'erased', state: 'OPEN' },
  ]);
});

test('M5: whoever goes on from a cursor is told once what changed meanwhile, by another process', async () => {
  const { cursor } = await gone();
  const [, changes, leaves, comes, never, trashed, erased] = ids as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  await change(`title = 'changed'`, [changes]);
  await change(`state = 'DONE'`, [leaves]);
  await change(`state = 'OPEN'`, [comes]);
  await change(`title = 'still not'`, [never]);
  await change('deleted_at = now()', [trashed]);
  await office.owner.query(`delete from ${papers} where id = $1`, [erased]);
  const [fresh] = (await make([{ title: 'new', state: 'NEW' }])) as [string];
  const watch = await comeBack(cursor);
  expect(watch.news()).toEqual([
    `CHANGED ${changes}`,
    `DISAPPEARED ${leaves}`,
    `APPEARED ${comes}`,
    `DISAPPEARED ${trashed}`,
    `DISAPPEARED ${erased}`,
    `APPEARED ${fresh}`,
  ]);
  expect(watch.held.get(changes)).toEqual({ title: 'changed' });

  await change(`title = 'on'`, [changes]);
  await other.settled();
  expect(watch.news()).toEqual([`CHANGED ${changes}`]);
  const again = await comeBack(watch.cursor!);
  expect(again.news()).toEqual([]);
});

test('M5, V2: ids of records that were hidden all along are never told, however they changed', async () => {
  const { cursor } = await gone();
  const [one, two, three] = (await make([{ state: 'OPEN' }, { state: 'OPEN' }, { state: 'DONE' }], hidden)) as [
    string,
    string,
    string,
  ];
  await change(`title = 'x'`, [one, two, three]);
  await change('deleted_at = now()', [one]);
  await office.owner.query(`delete from ${papers} where id = any ($1)`, [[two, three]]);
  await change(`title = 'x'`, [ids[4]!]);
  await office.owner.query(`delete from ${papers} where id = $1`, [ids[4]]);
  const [mark] = (await make([{ state: 'OPEN' }])) as [string];
  expect((await comeBack(cursor)).news()).toEqual([`APPEARED ${mark}`]);
});

test('M5: a cursor in the middle of what changed together tells the rest', async () => {
  const watched = await house.delivery.followRecords({ id: ben }, listFor(office), contentFor(office, house.reader));
  await change(`title = 'together'`, ids.slice(0, 3));
  const { value } = await watched.next();
  await watched.return();
  expect(value!.id).toBe(ids[0]);
  const watch = await comeBack(value!.cursor);
  expect(watch.news()).toEqual([`CHANGED ${ids[1]}`, `CHANGED ${ids[2]}`]);
});

test('M5: what a transaction that was under way commits later is told to who goes on', async () => {
  const late = withOwner(office.database, async (session) => {
    await session.query(`update ${papers} set title = 'late' where id = $1`, [ids[0]]);
    const { cursor } = await gone();
    return cursor;
  });
  const watch = await comeBack(await late);
  expect(watch.news()).toEqual([`CHANGED ${ids[0]}`]);
  expect((await comeBack(watch.cursor!)).news()).toEqual([]);
});

const refused = { code: 'VALIDATION_FAILED', details: { problems: [{ path: 'after' }] } };

test('M5: there is no going on with another access than the cursor’s', async () => {
  const { cursor } = await gone();
  const deny = `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`;
  await office.owner.query(deny, [archive, ben]);
  await expect(other.watch(ben, { after: cursor })).rejects.toMatchObject(refused);
  await office.owner.query('delete from rowplane.object_entries where object_id = $1 and user_id = $2', [archive, ben]);
  await expect(comeBack(cursor)).resolves.toBeDefined();
});

test('M5: cursors are good for their viewer and list alone', async () => {
  const { cursor } = await gone();
  const cleo = await office.user(crypto.randomUUID());
  await workspace.join(workspace.full, [cleo]);
  await expect(other.watch(cleo, { after: cursor })).rejects.toMatchObject(refused);
  await expect(other.watch(ben, { after: cursor, where: { state: { equals: 'OPEN' } } })).rejects.toMatchObject(
    refused,
  );
  for (const forged of ['', 'x', cursor.slice(0, -4), `${cursor}AAAA`, Buffer.alloc(64).toString('base64url')])
    await expect(other.watch(ben, { after: forged })).rejects.toMatchObject(refused);
});

test('M5: what depends on the time, or is too much, is to be queried again', async () => {
  const timed = { where: { createdAt: { atLeast: 'today-1d' } } };
  const { cursor } = await gone(timed);
  await expect(other.watch(ben, { ...timed, after: cursor })).rejects.toMatchObject(refused);
  const narrow = openHouse(office, { mostWaiting: 3 });
  const from = await gone();
  await change(`title = 'many'`, ids);
  await expect(narrow.watch(ben, { after: from.cursor })).rejects.toMatchObject(refused);
  await narrow.end();
});

test('M5: what is too much in several workspaces together is to be queried again', async () => {
  const second = await office.workspace('Second');
  const place = await second.archive('Second');
  await second.join(second.full, [ben]);
  const there = await second.records('paper', [{ title: 'a' }, { title: 'b' }], { archive: place });
  const { cursor } = await gone();
  await change(`title = 'many'`, ids.slice(0, 2));
  await office.owner.query(`update ws_${second.id}.paper set title = 'many' where id = any ($1)`, [there]);
  const narrow = openHouse(office, { mostWaiting: 3 });
  await expect(narrow.watch(ben, { after: cursor })).rejects.toMatchObject(refused);
  await narrow.end();
  const wide = openHouse(office, { mostWaiting: 4 });
  await expect(wide.watch(ben, { after: cursor })).resolves.toBeDefined();
  await wide.end();
});

test('M5: changes are pruned when they have been there for long enough, and older cursors are refused', async () => {
  const { cursor } = await gone();
  const count = async () =>
    Number((await office.owner.query<{ count: string }>('select count(*) from rowplane.record_changes'))[0]!.count);
  const { openFeed } = await import('../../src/delivery/feed.ts');
  const { deliveryProof } = await import('../../src/database/keys.ts');
  const feed = openFeed({
    url: office.database.apiUrl,
    proof: deliveryProof(office.database.secret),
    statementTimeout: 5000,
  });
  const before = await count();
  // What is under way anywhere in the cluster, also in another test's database, holds the horizon back.
  const [begun] = await office.owner.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  await expect
    .poll(
      async () =>
        (
          await office.owner.query<{ ended: boolean }>(
            'select pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8 as ended',
            [begun!.xid],
          )
        )[0]!.ended,
      { timeout: 60_000 },
    )
    .toBe(true);
  const hoursPass = () => office.owner.query(`update rowplane.outbox_marks set at = at - interval '2 hours'`);
  await hoursPass();
  await feed.prune(3600);
  expect(await count()).toBe(before);
  await hoursPass();
  await make([{ title: 'young' }]);
  await feed.prune(3600);
  expect(await count()).toBeLessThan(before);
  expect(await count()).toBeGreaterThanOrEqual(1);
  await expect(other.watch(ben, { after: cursor })).rejects.toMatchObject(refused);
  await feed.end();
});

test('M5: with a slow consumer changes of a record come to one, and past the bound it is ended by name', async () => {
  const narrow = openHouse(office, { mostWaiting: 5 });
  const follower = await narrow.delivery.followRecords({ id: ben }, listFor(office), contentFor(office, narrow.reader));
  for (const title of ['a', 'b', 'c']) {
    await change(`title = '${title}'`, ids.slice(0, 3));
    await narrow.settled();
  }
  await change(`state = 'DONE'`, [ids[1]!]);
  const [brief] = (await make([{ state: 'OPEN' }])) as [string];
  await narrow.settled();
  await change('deleted_at = now()', [brief]);
  await narrow.settled();
  const first = await follower.next();
  expect(first.value).toMatchObject({ kind: 'CHANGED', id: ids[0], content: { title: 'c' } });
  expect((await follower.next()).value).toMatchObject({ kind: 'CHANGED', id: ids[2] });
  expect((await follower.next()).value).toMatchObject({ kind: 'DISAPPEARED', id: ids[1], content: null });
  await make(Array.from({ length: 6 }, () => ({ state: 'OPEN' })));
  await narrow.settled();
  await expect(follower.next()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(follower.next()).resolves.toMatchObject({ done: true });
  const watch = collect(
    await other.delivery.followRecords(
      { id: ben },
      listFor(office),
      contentFor(office, other.reader),
      first.value!.cursor,
    ),
  );
  await other.settled();
  expect(watch.news()).toContain(`DISAPPEARED ${ids[1]}`);
  await narrow.end();
});

test('M5: lists that hold more than a process keeps are refused by name', async () => {
  const narrow = openHouse(office, { mostHeld: 3 });
  await expect(narrow.watch(ben)).rejects.toMatchObject({ code: 'TOO_COMPLEX' });
  await expect(narrow.watch(ben, { where: { title: { equals: 'none' } } })).resolves.toBeDefined();
  await narrow.end();
});
