import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { openHouse, type House } from './house.ts';

let office: Office;
let house: House;
let workspace: OfficeWorkspace;
let archive: string;
let ben: string;
let cleo: string;
let dara: string;

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  archive = await workspace.archive('Permits');
  [ben, cleo, dara] = await Promise.all([office.user('ben'), office.user('cleo'), office.user('dara')]);
  await workspace.plane('All', { paper: { views: ['states'] } }, [ben, cleo]);
  await workspace.plane('Open', { paper: { views: ['titles'], restriction: { state: { equals: 'OPEN' } } } }, [dara]);
  house = openHouse(office);
});
afterAll(async () => {
  await house.end();
  await office.end();
});

const change = (ids: readonly string[], set: string) =>
  office.owner.query(`update ws_${workspace.id}.paper set ${set} where id = any ($1)`, [ids]);

test('M5: records appear, change and disappear, each class by what it sees', async () => {
  const watches = await Promise.all([ben, cleo, dara].map((viewer) => house.watch(viewer)));
  const [id] = (await workspace.records('paper', [{ title: 'a', state: 'NEW' }], { archive })) as [string];
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`APPEARED ${id}`], [`APPEARED ${id}`], []]);
  expect(watches[0]!.held.get(id)).toEqual({ title: 'a' });

  await change([id], `state = 'OPEN'`);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`CHANGED ${id}`], [`CHANGED ${id}`], [`APPEARED ${id}`]]);

  await change([id], `title = 'b'`);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`CHANGED ${id}`], [`CHANGED ${id}`], [`CHANGED ${id}`]]);
  expect(watches[2]!.held.get(id)).toEqual({ title: 'b' });
  // Read once for those who see the same.
  expect(watches[0]!.held.get(id)).toBe(watches[1]!.held.get(id));

  await change([id], `state = 'DONE'`);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`CHANGED ${id}`], [`CHANGED ${id}`], [`DISAPPEARED ${id}`]]);

  await change([id], `deleted_at = now()`);
  await house.settled();
  expect(watches.map((watch) => watch.news())).toEqual([[`DISAPPEARED ${id}`], [`DISAPPEARED ${id}`], []]);
  expect(house.errors).toEqual([]);
  await Promise.all(watches.map(({ follower }) => follower.return()));
  expect(house.delivery.state).toMatchObject({ followers: 0, groups: 0, held: 0 });
});

test('V2, M5: what refers to a record changes with what is seen of it, also for who comes back', async () => {
  const plane = { matter: { views: ['list'] }, paper: { layouts: ['all'] } };
  const emil = await office.user('emil');
  await workspace.plane('Everything', plane, [emil]);
  const [matter] = (await workspace.records('matter', [{ name: 'Bridge' }], { archive })) as [string];
  const [paper] = (await workspace.records('paper', [{ title: 'a', matter_id: matter }], { archive })) as [string];
  const options = { matters: true, where: { title: { equals: 'a' } } };
  const isSet = { where: { matter: { isSet: true } } };
  const [naming, having, plain] = await Promise.all([
    house.watch(emil, options),
    house.watch(emil, isSet),
    house.watch(emil, { where: { title: { equals: 'a' } } }),
  ]);
  const rename = (name: string) => office.owner.query(`update ws_${workspace.id}.matter set name = $1`, [name]);
  await rename('Tunnel');
  await house.settled();
  expect([naming.news(), plain.news()]).toEqual([[`CHANGED ${paper}`], []]);
  expect(naming.held.get(paper)).toEqual({ title: 'a', matter: { name: 'Tunnel' } });
  having.news();

  const { cursor } = naming;
  await naming.follower.return();
  await office.owner.query(`update ws_${workspace.id}.matter set deleted_at = now()`);
  await house.settled();
  expect([having.news(), plain.news()]).toEqual([[`DISAPPEARED ${paper}`], []]);
  const back = await house.watch(emil, { ...options, after: cursor });
  await house.settled();
  expect(back.news()).toEqual([`CHANGED ${paper}`]);
  expect(back.held.get(paper)).toEqual({ title: 'a', matter: null });
});
