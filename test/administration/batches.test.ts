import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeys } from '../../src/accounts/api-keys.ts';
import { createApiKey, listApiKeys, revokeApiKeys } from '../../src/administration/api-keys.ts';
import { blockUsers, createUsers, unblockUsers } from '../../src/administration/users-many.ts';
import { blockUser, createUser, getUser, listUsers, type NewUser } from '../../src/administration/users.ts';
import { type Account, openAccount, refusalOf } from './account.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.end());

const names = async (search: string) =>
  (await account.read((a) => listUsers(a, { search }))).items.map(({ name }) => name);
const internal = (...given: string[]): NewUser[] => given.map((name) => ({ name, role: 'INTERNAL' }));

describe('U1: many accounts at once', () => {
  test('are made together, with their groups', async () => {
    const made = await account.change((a) => createUsers(a, internal('many1', 'many2')));
    expect(made.map(({ name }) => name)).toEqual(['many1', 'many2']);
  });

  test('or none of them, and the problem says which', async () => {
    const refused = await refusalOf(account.change((a) => createUsers(a, internal('none1', 'none2', 'many1'))));
    expect(refused.problems).toEqual(['users[2].name: is the name of another user']);
    const strange = { name: 'none3', role: 'INTERNAL', email: 'nowhere' } as const;
    expect((await refusalOf(account.change((a) => createUsers(a, [...internal('none1'), strange])))).problems).toEqual([
      'users[1].email: must be an e-mail address',
    ]);
    expect(await names('none')).toEqual([]);
  });

  test('an empty list is a mistake', async () => {
    expect((await refusalOf(account.change((a) => createUsers(a, [])))).problems).toEqual(['users: must not be empty']);
  });
});

describe('U7: many blocks at once', () => {
  test('begin and end together', async () => {
    const { block1, block2 } = await account.users('INTERNAL', 'block1', 'block2');
    const ids = [block1, block2];
    expect((await account.change((a) => blockUsers(a, ids))).map(({ blocked }) => blocked)).toEqual([true, true]);
    expect((await account.change((a) => unblockUsers(a, ids))).map(({ blocked }) => blocked)).toEqual([false, false]);
  });

  test('nobody is blocked where that would take the last active administrator', async () => {
    const { ivo } = await account.users('INTERNAL', 'ivo');
    const refused = await refusalOf(account.change((a) => blockUsers(a, [ivo, account.ada])));
    expect(refused.code).toBe('LOCKED_OUT');
    expect((await account.read((a) => getUser(a, ivo))).blocked).toBe(false);
  });

  test('administrators may be among them, in whatever place', async () => {
    const { max } = await account.users('ADMINISTRATOR', 'max');
    const { ida, jan } = await account.users('INTERNAL', 'ida', 'jan');
    const ids = [max, ida, jan, max];
    const blocked = await account.administrators.change({ id: max }, (a) => blockUsers(a, ids));
    expect(blocked.map(({ name, blocked: now }) => [name, now])).toEqual(
      ['max', 'ida', 'jan', 'max'].map((name) => [name, true]),
    );
    expect((await account.read((a) => getUser(a, max))).blocked).toBe(true);
    await account.change((a) => unblockUsers(a, [max, ida, jan]));
    const nobody = '00000000-0000-4000-8000-00000000dead';
    const refused = await refusalOf(
      account.administrators.change({ id: max }, (a) => blockUsers(a, [max, ida, nobody])),
    );
    expect(refused.details).toEqual({ path: 'ids[2]' });
  });

  test('somebody who isn’t there is named by the place in the list', async () => {
    const { iva } = await account.users('INTERNAL', 'iva');
    const nobody = '00000000-0000-4000-8000-00000000dead';
    const refused = await refusalOf(account.change((a) => blockUsers(a, [iva, nobody])));
    expect([refused.code, refused.details]).toEqual(['NOT_FOUND', { path: 'ids[1]' }]);
    expect((await account.read((a) => getUser(a, iva))).blocked).toBe(false);
  });
});

describe('U11: the keys of all service accounts', () => {
  const keysOf = (name: string, ...keys: string[]) =>
    account.change(async (a) => {
      const { id } = await createUser(a, { name, role: 'INTERNAL', service: true });
      const minting = createApiKeys(account.database.secret);
      const made = [];
      for (const key of keys) made.push((await createApiKey(a, minting, id, { name: key })).apiKey.id);
      return { id, keys: made };
    });
  const listed = async (filter: Parameters<typeof listApiKeys>[1], request: Parameters<typeof listApiKeys>[2] = {}) =>
    (await account.read((a) => listApiKeys(a, filter, request))).items.map(({ user, name }) => `${user}: ${name}`);

  test('are listed by name, page by page, and found by key or account', async () => {
    const robot = await keysOf('robot', 'import', 'export');
    await keysOf('printer', 'letters');
    expect(await listed({})).toEqual(['robot: export', 'robot: import', 'printer: letters']);
    const first = await account.read((a) => listApiKeys(a, {}, { first: 2, count: true }));
    expect([first.items.length, first.hasNextPage, first.totalCount]).toEqual([2, true, 3]);
    expect(await listed({}, { search: 'PRINT' })).toEqual(['printer: letters']);
    expect(await listed({ user: robot.id }, { search: 'imp' })).toEqual(['robot: import']);
  });

  test('are revoked together, or none of them', async () => {
    const { keys } = await keysOf('mailer', 'one', 'two');
    const nothing = '00000000-0000-4000-8000-00000000dead';
    const refused = await refusalOf(account.change((a) => revokeApiKeys(a, [keys[0]!, nothing])));
    expect(refused.details).toEqual({ path: 'ids[1]' });
    expect(await listed({ active: true }, { search: 'mailer' })).toEqual(['mailer: one', 'mailer: two']);
    await account.change((a) => revokeApiKeys(a, keys));
    expect(await listed({ active: true }, { search: 'mailer' })).toEqual([]);
    expect(await listed({ active: false }, { search: 'mailer' })).toEqual(['mailer: one', 'mailer: two']);
  });

  test('those of a blocked account don’t work, and are listed so', async () => {
    const { id } = await keysOf('scanner', 'pages');
    await account.change((a) => blockUser(a, id));
    expect(await listed({ active: true, user: id })).toEqual([]);
    expect(await listed({ active: false, user: id })).toEqual(['scanner: pages']);
  });
});
