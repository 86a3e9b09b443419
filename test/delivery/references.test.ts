import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deliveryProof } from '../../src/database/keys.ts';
import { openFeed } from '../../src/delivery/feed.ts';
import { DEFINITIONS as WITH_RIGHTS } from '../rights/definitions.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { openHouse, type House, type Watch, type WatchOptions } from './house.ts';

let office: Office;
let house: House;
/** As another process of the same deployment. */
let other: House;
let workspace: OfficeWorkspace;
let open: string;
let hidden: string;
/** Sees no record of the archive Hidden. */
let ben: string;
/** Sees matters, but of papers the titles alone. */
let dara: string;
/** Sees the matters whose names begin with "open". */
let emil: string;
let matters: string;

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  matters = `ws_${workspace.id}.matter`;
  open = await workspace.archive('Permits');
  hidden = await workspace.archive('Hidden');
  [ben, dara, emil] = (await Promise.all(['ben', 'dara', 'emil'].map((name) => office.user(name)))) as [
    string,
    string,
    string,
  ];
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`,
    [hidden, ben],
  );
  await workspace.plane('Everything', { matter: { views: ['list'] }, paper: { layouts: ['all'] } }, [ben]);
  await workspace.plane('Titles', { matter: { views: ['list'] }, paper: { views: ['titles'] } }, [dara]);
  await workspace.plane(
    'Some matters',
    {
      matter: { views: ['list'], restriction: { name: { startsWith: 'open' } } },
      paper: { layouts: ['all'], restriction: { state: { equals: 'OPEN' } } },
    },
    [emil],
  );
  house = openHouse(office);
  other = openHouse(office);
});
afterAll(async () => {
  await Promise.all([house.end(), other.end()]);
  expect([...house.errors, ...other.errors]).toEqual([]);
  await office.end();
});

/** Everything that asks for more than the records themselves. */
const LISTS: Record<string, WatchOptions> = {
  matters: { matters: true },
  others: { tellsOthers: true },
  having: { where: { matter: { isSet: true } }, matters: true },
  lacking: { where: { matter: { isNotSet: true } }, matters: true },
};
type Name = keyof typeof LISTS;

let paper: string;
let seen: string;
let unseen: string;
let start: (viewer: string) => Promise<void>;
let watches: Record<Name, Watch>;
let cursors: Record<Name, string>;
let follower: string;

const make = async (name: string, archive: string) =>
  (await workspace.records('matter', [{ name }], { archive }))[0] as string;
const refer = async (row: Record<string, unknown>) =>
  (await workspace.records('paper', [{ title: 'refers', state: 'OPEN', ...row }], { archive: open }))[0] as string;
const change = (id: string, set: string) => office.owner.query(`update ${matters} set ${set} where id = $1`, [id]);
const move = (id: string, archive: string) =>
  office.owner.query(
    `update ${matters} set archive_id = $2, folder_id = $2, realm_id = rowplane.realm_for($2, null, $2) where id = $1`,
    [id, archive],
  );

beforeEach(async () => {
  seen = await make('open', open);
  unseen = await make('open, but hidden', hidden);
  start = async (viewer) => {
    follower = viewer;
    const names = Object.keys(LISTS);
    const all = await Promise.all(names.map((name) => house.watch(viewer, LISTS[name])));
    watches = Object.fromEntries(names.map((name, index) => [name, all[index]!]));
    // A change of each list, so that there is a cursor to go on from.
    await refer({ matter_id: await make('open, too', open) });
    await refer({});
    await house.settled();
    cursors = Object.fromEntries(names.map((name) => [name, watches[name]!.cursor!]));
    for (const watch of all) watch.news();
  };
});

/** What each list is told of the paper: to who followed all along, and to who comes back. */
async function told(): Promise<{ live: News; back: News }> {
  await house.settled();
  const live: News = {};
  const back: News = {};
  for (const [name, options] of Object.entries(LISTS)) {
    const watch = await other.watch(follower, { ...options, after: cursors[name]! });
    await other.settled();
    for (const [news, { news: take, follower: one }] of [[live, watches[name]!] as const, [back, watch] as const]) {
      const lines = take();
      expect(lines.every((each) => each.endsWith(paper))).toBe(true);
      if (lines.length > 0) news[name] = lines.map((each) => each.split(' ')[0]!).join(' ');
      await one.return();
    }
  }
  return { live, back };
}

type News = Partial<Record<Name, string>>;
const NOTHING = { live: {}, back: {} };

const HIDDEN_CHANGES: Record<string, (id: string) => Promise<unknown>> = {
  'is changed': (id) => change(id, `name = 'renamed'`),
  'goes to the trash': (id) => change(id, 'deleted_at = now()'),
  'is made anew each time': async (id) => {
    await change(id, 'deleted_at = now()');
    await change(id, `deleted_at = null, name = 'again'`);
  },
};
test.each(Object.keys(HIDDEN_CHANGES))(
  'V2, M5: nothing is told of a record whose hidden reference %s',
  async (kind) => {
    paper = await refer({ matter_id: unseen });
    await start(ben);
    await HIDDEN_CHANGES[kind]!(unseen);
    expect(await told()).toEqual(NOTHING);
  },
);

test('V2, M5: nothing is told of a record whose hidden reference came to the trash and is restored there', async () => {
  await change(unseen, 'deleted_at = now()');
  paper = await refer({ matter_id: unseen });
  await start(ben);
  await change(unseen, 'deleted_at = null');
  expect(await told()).toEqual(NOTHING);
});

test('V2, M5: what a hidden reference leads to is told beside a visible one only when the visible one changes', async () => {
  const [related] = (await workspace.records('paper', [{ title: 'hidden' }], { archive: hidden })) as [string];
  paper = await refer({ matter_id: seen, related_id: related });
  await start(ben);
  await office.owner.query(`update ws_${workspace.id}.paper set title = 'x' where id = $1`, [related]);
  expect(await told()).toEqual(NOTHING);
});

test('V2, M5: nothing is told of what a hidden field refers to, also if that is visible', async () => {
  paper = await refer({ matter_id: seen });
  const [watch, plain] = await Promise.all([
    house.watch(dara, { tellsOthers: true }),
    house.watch(dara, { definition: 'matter', cells: ['name'] }),
  ]);
  await change(seen, `name = 'changed'`);
  await house.settled();
  expect([watch.news(), plain.news()]).toEqual([[], [`CHANGED ${seen}`]]);
  await Promise.all([watch.follower.return(), plain.follower.return()]);
});

test('M5: a record is told of when what it visibly refers to changes', async () => {
  paper = await refer({ matter_id: seen });
  await start(ben);
  await change(seen, `name = 'changed'`);
  const news = { matters: 'CHANGED', others: 'CHANGED', having: 'CHANGED' };
  // What isn't in the list, and stood where the viewer sees it, may have been.
  expect(await told()).toEqual({ live: news, back: { ...news, lacking: 'DISAPPEARED' } });
});

test.each([
  ['goes to the trash', () => change(seen, 'deleted_at = now()')],
  ['moves to where it is hidden', () => move(seen, hidden)],
  ['is erased', () => office.owner.query(`delete from ${matters} where id = $1`, [seen])],
])('M5: a record is told of when what it refers to is visible and %s', async (_, hide) => {
  paper = await refer({ matter_id: seen });
  await start(ben);
  await hide();
  await house.settled();
  expect(watches.matters!.held.get(paper)).toEqual({ title: 'refers', matter: null });
  const news = { matters: 'CHANGED', others: 'CHANGED', having: 'DISAPPEARED' };
  // What is in the list, and stood where the viewer sees it, may have been there before.
  expect(await told()).toEqual({ live: { ...news, lacking: 'APPEARED' }, back: { ...news, lacking: 'CHANGED' } });
});

test.each([
  ['comes from the trash', 'open', () => change(unseen, 'deleted_at = null')],
  ['moves to where it is visible', 'hidden', () => move(unseen, open)],
])('M5: a record is told of when what it refers to is hidden and %s', async (_, place, show) => {
  unseen = await make('to be seen', place === 'open' ? open : hidden);
  if (place === 'open') await change(unseen, 'deleted_at = now()');
  paper = await refer({ matter_id: unseen });
  await start(ben);
  await show();
  await house.settled();
  expect(watches.matters!.held.get(paper)).toEqual({ title: 'refers', matter: { name: 'to be seen' } });
  const news = { matters: 'CHANGED', others: 'CHANGED', lacking: 'DISAPPEARED' };
  expect(await told()).toEqual({ live: { ...news, having: 'APPEARED' }, back: { ...news, having: 'CHANGED' } });
});

test('V2, M5: a reference comes and goes with what the viewer’s planes expose of its target, and is silent in between', async () => {
  paper = await refer({ matter_id: seen });
  const watch = await house.watch(emil, { matters: true });
  const step = async (name: string) => {
    await change(seen, `name = '${name}'`);
    await house.settled();
    return [watch.news(), watch.held.get(paper)];
  };
  expect(await step('open 2')).toEqual([[`CHANGED ${paper}`], { title: 'refers', matter: { name: 'open 2' } }]);
  expect(await step('shut')).toEqual([[`CHANGED ${paper}`], { title: 'refers', matter: null }]);
  expect(await step('shut 2')).toEqual([[], { title: 'refers', matter: null }]);
  expect(await step('open 3')).toEqual([[`CHANGED ${paper}`], { title: 'refers', matter: { name: 'open 3' } }]);
  await watch.follower.return();
});

test('M5: a record is told of when what it refers to was there for one person alone, and no longer is', async () => {
  const gina = await office.user('gina');
  await workspace.plane('Mine', { paper: { layouts: ['all'], restriction: { reader: { equals: 'ME' } } } }, [gina]);
  const [related] = (await workspace.records('paper', [{ reader_id: gina }], { archive: open })) as [string];
  paper = await refer({ reader_id: gina, related_id: related });
  const watch = await house.watch(gina, { cells: ['related'], tellsOthers: true });
  const hand = (to: string) =>
    office.owner.query(`update ws_${workspace.id}.paper set reader_id = $2 where id = $1`, [related, to]);
  await hand(ben);
  await house.settled();
  expect(watch.news()).toEqual([`DISAPPEARED ${related}`, `CHANGED ${paper}`]);
  expect(watch.held.get(paper)).toEqual({ related: null });
  await hand(gina);
  await house.settled();
  expect(watch.held.get(paper)).toEqual({ related });
  await watch.follower.return();
});

test('R7, V2: who lacks the right that records need is told nothing through them, nor their ids', async () => {
  const rights = await openOffice(WITH_RIGHTS);
  const { owner, database } = rights;
  const ida = await rights.user('ida');
  const place = await rights.workspace('Office');
  const archive = await place.archive('Permits');
  await place.join(place.full, [ida]);
  const [item] = (await place.records('item', [{ title: 'secret' }], { archive })) as [string];
  const [note] = (await place.records('note', [{ title: 'a', item_id: item }], { archive })) as [string];
  const there = openHouse(rights);
  const options = { definition: 'note', tellsOthers: true };
  const watch = await there.watch(ida, options);
  const feed = openFeed({ url: database.apiUrl, proof: deliveryProof(database.secret), statementTimeout: 5000 });
  const since = await feed.read(null, [], []);
  await owner.query(`update ws_${place.id}.note set title = 'b'`);
  await there.settled();
  expect(watch.news()).toEqual([`CHANGED ${note}`]);
  await owner.query(`update ws_${place.id}.item set title = 'changed'`);
  await there.settled();
  expect(watch.news()).toEqual([]);
  const back = await there.watch(ida, { ...options, after: watch.cursor });
  await there.settled();
  expect(back.news()).toEqual([]);
  const missed = await feed.missedRecords(
    since.place,
    ida,
    { workspace: place.id, definition: 'item', through: false },
    10,
  );
  expect(missed.rows).toMatchObject([{ ids: [item], shown: false }]);
  await Promise.all([feed.end(), there.end()]);
  await rights.end();
});
