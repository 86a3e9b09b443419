import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Viewers } from '../../src/access/viewers.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { openHouse, type House, type Watch, type WatchOptions } from './house.ts';

/** So many lists that reading all of them takes longer than anybody may wait for the end of what was taken away. */
const LISTS = 160;
const SLOWNESS = 30;
let office: Office;
let house: House;
/** As another process of the same deployment. */
let other: House;
let workspace: OfficeWorkspace;
let archive: string;
let ben: string;
let cleo: string;
let id: string;
let lists: Watch[];
let bens: Watch;
let isSlow = false;
let readings = 0;
/** Happens once, while a list is read. */
let meanwhile: (() => Promise<unknown>) | null = null;

beforeAll(async () => {
  office = await openOffice();
  const viewers: Viewers = {
    ...office.viewers,
    async read(...asked) {
      readings++;
      const happens = meanwhile;
      meanwhile = null;
      await happens?.();
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, SLOWNESS));
      return office.viewers.read(...asked);
    },
  };
  house = openHouse({ ...office, viewers });
  other = openHouse(office);
  workspace = await office.workspace('Office');
});
afterAll(async () => {
  await Promise.all([house.end(), other.end()]);
  expect([...house.errors, ...other.errors]).toEqual([]);
  await office.end();
});

const list = (index: number): WatchOptions => ({ where: { title: { notEquals: `title ${index}` } } });

beforeEach(async () => {
  archive = await workspace.archive(crypto.randomUUID());
  [ben, cleo] = await Promise.all([office.user(crypto.randomUUID()), office.user(crypto.randomUUID())]);
  await workspace.join(workspace.full, [ben, cleo]);
  [id] = (await workspace.records('paper', [{ title: 'first' }], { archive })) as [string];
  lists = await Promise.all(Array.from({ length: LISTS }, (_, index) => house.watch(cleo, list(index))));
  bens = await house.watch(ben);
  isSlow = true;
  return async () => {
    await Promise.all([...lists, bens].map(({ follower }) => follower.return()));
  };
});

const denied = `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`;

/** How many lists are read until Ben hears that he lost the record. */
async function readUntilBenHears(): Promise<number> {
  const before = readings;
  while (!bens.everGone.has(id)) await new Promise((resolve) => setTimeout(resolve, 2));
  const count = readings - before;
  isSlow = false;
  await house.settled();
  expect(bens.news()).toContain(`DISAPPEARED ${id}`);
  return count;
}

test('M5: who loses access doesn’t wait until all lists of others are read, and these are told everything nevertheless', async () => {
  const denies = Promise.withResolvers<number>();
  meanwhile = async () => {
    await office.owner.query(denied, [archive, ben]);
    denies.resolve(readUntilBenHears());
  };
  await office.owner.query(`update ws_${workspace.id}.paper set title = 'second' where id = $1`, [id]);
  await house.settled();
  expect(await denies.promise).toBeLessThan(LISTS / 2);
  expect(lists.map((watch) => watch.news())).toEqual(lists.map(() => [`CHANGED ${id}`]));
  expect(lists.map(({ held }) => held.get(id))).toEqual(lists.map(() => ({ title: 'second' })));
});

test('M5: nor until all lists of others have moved whose access changed as well', async () => {
  const place = await workspace.archive(crypto.randomUUID());
  const [gone] = (await workspace.records('paper', [{ title: 'gone' }], { archive: place })) as [string];
  await house.settled();
  for (const watch of lists) watch.news();
  await office.owner.query(`${denied}, ($3, $3, $4, 'VIEW', 'DENY')`, [archive, ben, place, cleo]);
  expect(await readUntilBenHears()).toBeLessThan(LISTS / 2);
  expect(lists.map((watch) => watch.news())).toEqual(lists.map(() => [`DISAPPEARED ${gone}`]));
});

test('M5: cursors of lists that are told in several readings miss nothing, and tell nothing twice', async () => {
  const rename = (title: string) =>
    office.owner.query(`update ws_${workspace.id}.paper set title = $2 where id = $1`, [id, title]);
  await rename('second');
  await expect.poll(() => lists.filter(({ cursor }) => cursor !== null).length).toBeGreaterThan(0);
  const early = lists.findIndex(({ cursor }) => cursor !== null);
  const { cursor } = lists[early]!;
  // Most of the others aren't told yet.
  expect(lists.filter((watch) => watch.cursor === null).length).toBeGreaterThan(LISTS / 2);
  await lists[early]!.follower.return();
  const back = await other.watch(cleo, { ...list(early), after: cursor });
  await other.settled();
  expect(back.news()).toEqual([]);
  await rename('third');
  await other.settled();
  expect(back.news()).toEqual([`CHANGED ${id}`]);
  isSlow = false;
  await house.settled();
  await back.follower.return();
});
