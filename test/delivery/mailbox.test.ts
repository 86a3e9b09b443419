import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import type { Content } from '../../src/delivery/delivery.ts';
import { DEFINITIONS, openMailroom, showing, type Mailroom } from '../mailbox/mailroom.ts';
import { collect, openHouse, type House, type Watch } from './house.ts';

const EVERYONE = '00000000-0000-0000-0000-0000000000e1';
let room: Mailroom;
let viewers: Viewers;
let house: House;
let other: House;
let ben: string;
let cleo: string;
let bens: Watch;
let cleos: Watch;
let letter: string;

/** What a program shows of an entry. */
const content: Content = {
  key: 'note',
  isRead: true,
  personal: false,
  tellsAccess: false,
  tellsOthers: true,
  async read(viewer, workspace, ids) {
    const rows = await viewers.read(viewer, [], () => [
      {
        text: 'select id, note, read_at is not null as read, record_id as record from rowplane.seen_mailbox_entries($1, $2::uuid[])',
        values: [workspace, ids],
      },
    ]);
    return new Map(rows[0]!.map(({ id, ...entry }) => [id as string, entry]));
  },
};

beforeAll(async () => {
  room = await openMailroom();
  viewers = openViewers({ url: room.database.apiUrl, key: viewerTokenKey(room.database.secret), readers: 2 });
  [house, other] = [0, 1].map(() => openHouse({ database: room.database, viewers, definitions: DEFINITIONS })) as [
    House,
    House,
  ];
  await room.plane('All', { letter: showing(), invoice: showing() }, [EVERYONE]);
});
afterAll(async () => {
  await Promise.all([house.end(), other.end()]);
  expect([...house.errors, ...other.errors]).toEqual([]);
  await viewers.end();
  await room.end();
});

const follow = async (viewer: string, after?: string | null, through = house) =>
  collect(await through.delivery.followMailbox({ id: viewer }, content, after));

beforeEach(async () => {
  [ben, cleo] = await Promise.all([room.user(crypto.randomUUID()), room.user(crypto.randomUUID())]);
  letter = await room.record('letter', { title: 'Offer' });
  [bens, cleos] = await Promise.all([follow(ben), follow(cleo)]);
});

const sql = (text: string, values: unknown[] = []) => room.owner.query(text, values);
const letters = () => `ws_${room.workspace}.letter`;

test('M5: entries are placed, changed and removed in the mailboxes that they come to and leave', async () => {
  const entry = await room.place(ben, letter, cleo, 'Please');
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[], [`PLACED ${entry}`]]);
  expect(cleos.held.get(entry)).toEqual({ note: 'Please', read: false, record: letter });

  await room.call(cleo, 'select rowplane.mark_entries_read($1, $2)', [room.workspace, [entry]]);
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[], [`CHANGED ${entry}`]]);
  expect(cleos.held.get(entry)).toMatchObject({ read: true });

  await room.call(cleo, 'select rowplane.return_entries($1, $2)', [room.workspace, [entry]]);
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[`PLACED ${entry}`], [`REMOVED ${entry}`]]);

  await room.call(ben, 'select rowplane.send_entries($1, $2, $3)', [room.workspace, [entry], cleo]);
  await house.settled();
  expect([bens.news(), cleos.news()]).toEqual([[`REMOVED ${entry}`], [`PLACED ${entry}`]]);
});

test('M3, M5: entries leave and come back with their record, and go with it', async () => {
  const entry = await room.place(ben, letter, cleo);
  await house.settled();
  cleos.news();
  await sql(`update ${letters()} set title = 'New' where id = $1`, [letter]);
  await house.settled();
  expect(cleos.news()).toEqual([`CHANGED ${entry}`]);
  await sql(`update ${letters()} set deleted_at = now() where id = $1`, [letter]);
  await house.settled();
  expect(cleos.news()).toEqual([`REMOVED ${entry}`]);
  await sql(`update ${letters()} set deleted_at = null where id = $1`, [letter]);
  await house.settled();
  expect(cleos.news()).toEqual([`PLACED ${entry}`]);
  await sql(`delete from ${letters()} where id = $1`, [letter]);
  await house.settled();
  expect(cleos.news()).toEqual([`REMOVED ${entry}`]);
});

test('M3, M5: entries leave and come back with the access to their record', async () => {
  const entry = await room.place(ben, letter, cleo);
  await house.settled();
  cleos.news();
  await sql(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`,
    [room.archive, cleo],
  );
  await house.settled();
  expect(cleos.news()).toEqual([`REMOVED ${entry}`]);
  await sql(`update ${letters()} set title = 'secret' where id = $1`, [letter]);
  await house.settled();
  expect(cleos.news()).toEqual([]);
  await sql('delete from rowplane.object_entries where user_id = $1', [cleo]);
  await house.settled();
  expect(cleos.news()).toEqual([`PLACED ${entry}`]);
});

test('U10, M5: without workflow access the mailbox is empty, and full again with it', async () => {
  const entry = await room.place(ben, letter, cleo);
  await house.settled();
  cleos.news();
  await sql('update rowplane.users set workflow_access = false where id = $1', [cleo]);
  await house.settled();
  expect(cleos.news()).toEqual([`REMOVED ${entry}`]);
  await sql('update rowplane.users set workflow_access = true where id = $1', [cleo]);
  await house.settled();
  expect(cleos.news()).toEqual([`PLACED ${entry}`]);
});

test('M5: whoever goes on from a cursor is told what became of the mailbox, by another process', async () => {
  const first = await room.place(ben, letter, cleo);
  await house.settled();
  await cleos.follower.return();
  const second = await room.place(ben, await room.record('letter', { title: 'Two' }), cleo);
  await room.call(cleo, 'select rowplane.send_entries($1, $2, $3)', [room.workspace, [first], ben]);
  const gone = await room.record('letter', { title: 'Gone' });
  const third = await room.place(ben, gone, cleo);
  await sql(`delete from ${letters()} where id = $1`, [gone]);
  const back = await follow(cleo, cleos.cursor, other);
  await other.settled();
  expect(back.news().sort()).toEqual([`PLACED ${second}`, `REMOVED ${first}`, `REMOVED ${third}`]);
  await sql('update rowplane.users set workflow_access = false where id = $1', [cleo]);
  await sql('update rowplane.users set workflow_access = true where id = $1', [cleo]);
  await expect(follow(cleo, cleos.cursor, other)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('R7, M5: losing a right ends what it covered', async () => {
  const [company] = await room.owner.query<{ id: string }>(
    'select company_id as id from rowplane.workspaces where id = $1',
    [room.workspace],
  );
  const [profile] = await room.owner.query<{ id: string }>(
    `insert into rowplane.profiles (name, application) values (uuidv4()::text, 'finance') returning id`,
  );
  await sql(`insert into rowplane.profile_rights (profile_id, right_name, level) values ($1, 'invoices', 'DISPLAY')`, [
    profile!.id,
  ]);
  for (const user of [ben, cleo])
    await sql('insert into rowplane.rights_assignments (user_id, company_id, profile_id) values ($1, $2, $3)', [
      user,
      company!.id,
      profile!.id,
    ]);
  const invoice = await room.record('invoice', { title: 'Due' });
  const watches = await Promise.all([ben, cleo].map((viewer) => house.watch(viewer, { definition: 'invoice' })));
  await sql('delete from rowplane.rights_assignments where user_id = $1', [ben]);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`DISAPPEARED ${invoice}`], []]);
  await sql(`update ws_${room.workspace}.invoice set title = 'secret' where id = $1`, [invoice]);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[], [`CHANGED ${invoice}`]]);
  await sql('delete from rowplane.profile_rights where profile_id = $1', [profile!.id]);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[], [`DISAPPEARED ${invoice}`]]);
});
