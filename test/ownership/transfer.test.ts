import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReview, enable, type Review } from '../planes/review.ts';

let review: Review;
const people: Record<string, string> = {};

beforeAll(async () => {
  review = await createReview();
  for (const name of ['ida', 'ivo', 'reader', 'blocked']) people[name] = await review.user(name);
  for (const name of ['gus', 'gwen']) people[name] = await review.user(name, 'EXTERNAL');
  people.gast = await review.user('gast', 'GUEST');
  await review.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'blocked'`);
  const all = enable({ layouts: ['edit'], abilities: ['MASS_UPDATE'] });
  const plane = await review.plane('all', { document: all }, []);
  for (const name of ['ida', 'ivo', 'gus']) await review.join(plane, [people[name]!]);
  await review.plane('plain', { document: enable({ views: ['titles'] }) }, [people.reader!]);
});
afterAll(() => review?.end());

const owned = (owner: string) => review.record('document', { title: owner, owner_id: people[owner] });
const transfer = (viewer: string, ids: string[], to: string | null, versions?: number[]) =>
  review.edit(people[viewer]!, 'document', ids, `owner_id = ${to === null ? 'null' : `'${to}'`}`, versions);

test('D1: its owner transfers a record, which is another version then', async () => {
  const id = await owned('ida');
  expect(await transfer('ida', [id], people.ivo!, [1])).toEqual([id]);
  expect(await review.stored('document', id)).toMatchObject({ owner_id: people.ivo, version: 2 });
  await expect(transfer('ida', [id], people.ida!)).rejects.toMatchObject({ code: 'RPFOR' });
  expect(await transfer('ivo', [id], people.ida!)).toEqual([id]);
});

test('D1: nobody else does, not even to take it', async () => {
  const id = await owned('ida');
  for (const viewer of ['ivo', 'gus', 'reader'])
    await expect(transfer(viewer, [id], people[viewer]!), viewer).rejects.toMatchObject({ code: 'RPFOR' });
  const ownerless = await review.record('document', { title: 'nobody' });
  await expect(transfer('ida', [ownerless], people.ida!)).rejects.toMatchObject({ code: 'RPFOR' });
});

test('D1: several at once are all or nothing, and need MASS_UPDATE', async () => {
  const [one, two, other] = [await owned('ida'), await owned('ida'), await owned('ivo')];
  await expect(transfer('ida', [one, two, other], people.ivo!)).rejects.toMatchObject({ code: 'RPFOR' });
  expect(await review.stored('document', one)).toMatchObject({ owner_id: people.ida, version: 1 });
  expect((await transfer('ida', [one, two], people.ivo!)).sort()).toEqual([one, two].sort());
  const [mine, also] = [await owned('reader'), await owned('reader')];
  await expect(transfer('reader', [mine, also], people.ivo!)).rejects.toThrow(/MASS_UPDATE/);
  expect(await transfer('reader', [mine], people.ivo!)).toEqual([mine]);
});

test('W6: a version that was not expected is refused', async () => {
  const id = await owned('ida');
  await expect(transfer('ida', [id], people.ivo!, [7])).rejects.toMatchObject({ code: 'RPSTA' });
});

test('U3, U4: the new owner is an active user whom the owner sees, and no guest', async () => {
  const id = await owned('ida');
  await expect(transfer('ida', [id], people.blocked!)).rejects.toMatchObject({ code: 'RPVAL' });
  await expect(transfer('ida', [id], people.gast!)).rejects.toMatchObject({ code: 'RPVAL' });
  await expect(transfer('ida', [id], null)).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(transfer('ida', [id], review.archive)).rejects.toMatchObject({ code: 'RPNFD' });
  const mine = await owned('gus');
  await expect(transfer('gus', [mine], people.gwen!)).rejects.toMatchObject({ code: 'RPNFD' });
});

test('V2: a hidden record is a missing one, also to its owner', async () => {
  const id = await owned('gwen');
  expect(await transfer('gwen', [id], people.gwen!)).toEqual([]);
});
