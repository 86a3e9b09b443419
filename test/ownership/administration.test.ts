import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdministrators, type Administrators } from '../../src/access/administrators.ts';
import { transferOwnership, type OwnedRecords } from '../../src/administration/ownership.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { codeOf, refusalOf } from '../administration/account.ts';
import { createReview, type Review } from '../planes/review.ts';

let review: Review;
let administrators: Administrators;
const people: Record<string, string> = {};

beforeAll(async () => {
  review = await createReview();
  people.ada = await review.user('ada', 'ADMINISTRATOR');
  for (const name of ['ida', 'ivo', 'blocked']) people[name] = await review.user(name);
  people.gast = await review.user('gast', 'GUEST');
  people.gone = '00000000-0000-7000-8000-00000000dead';
  await review.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'blocked'`);
  administrators = openAdministrators({ url: review.database.adminUrl, key: viewerTokenKey(review.database.secret) });
});
afterAll(async () => {
  await administrators?.end();
  await review?.end();
});

const transfer = (from: string, to: string, which?: OwnedRecords, viewer = 'ada') =>
  administrators.change({ id: people[viewer]! }, (a) => transferOwnership(a, people[from]!, people[to]!, which));
const owned = (owner: string, values = {}) => review.record('document', { owner_id: people[owner], ...values });

test('D1, U2: administrators transfer what a blocked user owns, without seeing it, trash included', async () => {
  const kept = await owned('blocked');
  const trashed = await owned('blocked', { deleted_at: new Date() });
  const other = await owned('ida');
  expect(await transfer('blocked', 'ivo')).toBe(2);
  for (const id of [kept, trashed])
    expect(await review.stored('document', id)).toMatchObject({ owner_id: people.ivo, version: 2 });
  expect(await review.stored('document', other)).toMatchObject({ owner_id: people.ida, version: 1 });
});

test('D1: and what a user owned who is gone', async () => {
  const id = await owned('gone');
  expect(await transfer('gone', 'ida')).toBe(1);
  expect(await review.stored('document', id)).toMatchObject({ owner_id: people.ida });
});

test('D1: some of it, by definition or by name, all or nothing', async () => {
  const [one, two, other] = [await owned('blocked'), await owned('blocked'), await owned('ida')];
  expect(await transfer('blocked', 'ivo', { table: 'matter' })).toBe(0);
  expect(await transfer('blocked', 'ivo', { ids: [one] })).toBe(1);
  const refused = await refusalOf(transfer('blocked', 'ivo', { ids: [two, other] }));
  expect(refused).toMatchObject({ code: 'NOT_FOUND', details: { ids: [other] } });
  expect(await review.stored('document', two)).toMatchObject({ owner_id: people.blocked });
});

test('D1: active owners transfer themselves, guests own nothing, and others are no administrators', async () => {
  expect(await codeOf(transfer('ida', 'ivo'))).toBe('FORBIDDEN');
  expect(await codeOf(transfer('blocked', 'gast'))).toBe('VALIDATION_FAILED');
  expect(await codeOf(transfer('blocked', 'gone'))).toBe('NOT_FOUND');
  expect(await codeOf(transfer('blocked', 'ivo', {}, 'ida'))).toBe('FORBIDDEN');
});

test('D1: viewers can’t call the administration’s function', async () => {
  const call = review.as(people.ada!, (sql) =>
    sql.query('select rowplane.transfer_ownership($1, $2)', [people.blocked, people.ada]),
  );
  await expect(call).rejects.toMatchObject({ code: '42501' });
});
