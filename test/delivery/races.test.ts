import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Viewers } from '../../src/access/viewers.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { collect, contentFor, listFor, openHouse, type House } from './house.ts';

let office: Office;
let house: House;
let workspace: OfficeWorkspace;
let archive: string;
let other: string;
let ben: string;
let cleo: string;
let id: string;
/** Happens once, right before the delivery reads anything. */
let beforeReading: (() => Promise<unknown>) | null = null;
/** Happens once, right after a content was read. */
let afterContent: (() => Promise<unknown>) | null = null;

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  archive = await workspace.archive('Permits');
  other = await workspace.archive('Contracts');
  const happening = async () => {
    const happens = beforeReading;
    beforeReading = null;
    await happens?.();
  };
  const viewers: Viewers = {
    ...office.viewers,
    async read(...asked) {
      await happening();
      return office.viewers.read(...asked);
    },
    async steps(...asked) {
      await happening();
      return office.viewers.steps(...asked);
    },
  };
  house = openHouse({ ...office, viewers }, {});
});
afterAll(async () => {
  await house.end();
  expect(house.errors).toEqual([]);
  await office.end();
});
beforeEach(async () => {
  await office.owner.query(`delete from ws_${workspace.id}.paper`);
  [ben, cleo] = await Promise.all([office.user(crypto.randomUUID()), office.user(crypto.randomUUID())]);
  await workspace.join(workspace.full, [ben, cleo]);
  [id] = (await workspace.records('paper', [{ title: 'first' }], { archive })) as [string];
});

const follow = async (viewer: string) => {
  const content = contentFor(office, house.reader);
  return collect(
    await house.delivery.followRecords({ id: viewer }, listFor(office), {
      ...content,
      async read(...asked) {
        const read = await content.read(...asked);
        const happens = afterContent;
        afterContent = null;
        await happens?.();
        return read;
      },
    }),
  );
};
const name = (title: string) =>
  office.owner.query(`update ws_${workspace.id}.paper set title = $2 where id = $1`, [id, title]);
const deny = (viewer: string, place: string) =>
  office.owner.query(
    `insert into rowplane.object_entries (object_id, archive_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'DENY')`,
    [place, viewer],
  );

test('M5: what changes again while its content is read is told again', async () => {
  const watch = await follow(ben);
  afterContent = () => name('third');
  await name('second');
  await house.settled();
  expect(watch.news()).toEqual([`CHANGED ${id}`, `CHANGED ${id}`]);
  expect(watch.held.get(id)).toEqual({ title: 'third' });
});

test('V1: what was read for those who saw the same is not told to whom lost it meanwhile', async () => {
  const watches = [await follow(ben), await follow(cleo)];
  afterContent = () => deny(cleo, archive);
  await name('secret');
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`CHANGED ${id}`], [`DISAPPEARED ${id}`]]);
  expect(watches[1]!.held.size).toBe(0);
});

test('V1: nor if it is the one as whom it was read', async () => {
  const watches = [await follow(ben), await follow(cleo)];
  beforeReading = () => deny(ben, archive);
  await name('secret');
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`DISAPPEARED ${id}`], [`CHANGED ${id}`]]);
});

test('M5: what changes while somebody’s access does is told, too', async () => {
  const watch = await follow(ben);
  // The list that is read for the new access is of a moment that has this change already.
  beforeReading = () => name('meanwhile');
  await deny(ben, other);
  await house.settled();
  expect(watch.news()).toEqual([`CHANGED ${id}`]);
  expect(watch.held.get(id)).toEqual({ title: 'meanwhile' });
});

test('M5: whoever comes while changes don’t stop follows nevertheless, and is told what comes then', async () => {
  const first = await follow(ben);
  let count = 0;
  let isOver = false;
  // Before anything that was found out is told, something is new again.
  const again = async () => {
    if (isOver) return;
    beforeReading = again;
    await name(`title ${++count}`);
  };
  await again();
  const second = await follow(cleo);
  const before = count;
  while (second.news().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  isOver = true;
  beforeReading = null;
  await house.settled();
  expect(count).toBeGreaterThan(before);
  const [now] = await office.owner.query(`select title from ws_${workspace.id}.paper where id = $1`, [id]);
  for (const { held } of [first, second]) expect(held.get(id)).toEqual(now);
});
