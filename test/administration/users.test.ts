import { afterAll, beforeAll, expect, it } from 'vitest';
import { listMembers } from '../../src/administration/group-members.ts';
import { createGroup } from '../../src/administration/groups.ts';
import { blockUser, createUser, getUser, listUsers, unblockUser, updateUser } from '../../src/administration/users.ts';
import { type Account, codeOf, openAccount, refusalOf } from './account.ts';

let account: Account;

beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.end());

it('U1: a user has one account role, a name, an address, and joins groups at once', async () => {
  const group = await account.change((a) => createGroup(a, { name: 'Desk' }));
  const made = await account.change((a) =>
    createUser(a, {
      name: 'zoë',
      displayName: 'Zoë Müller',
      email: 'Zoe@Example.org',
      role: 'EXTERNAL',
      workflowAccess: true,
      groups: [group.id],
    }),
  );
  expect(made).toMatchObject({
    name: 'zoë',
    displayName: 'Zoë Müller',
    email: 'zoe@example.org',
    role: 'EXTERNAL',
    workflowAccess: true,
    blocked: false,
    blockedUntil: null,
  });
  const members = await account.read((a) => listMembers(a, group.id));
  expect(members.items).toEqual([made]);
});

it('what is wrong with an account is said all at once', async () => {
  const wrong = { name: 'a b', displayName: ' x', email: 'nowhere', role: 'GUEST' } as const;
  const refusal = await refusalOf(account.change((a) => createUser(a, wrong)));
  expect(refusal.problems.map((problem) => problem.split(':')[0])).toEqual(['name', 'displayName', 'email']);
  expect(await codeOf(account.change((a) => createUser(a, { name: 'anonymous', role: 'GUEST' })))).toBe(
    'VALIDATION_FAILED',
  );
  const again = await refusalOf(account.change((a) => createUser(a, { name: 'ada', role: 'GUEST' })));
  expect(again.problems).toEqual(['name: is the name of another user']);
});

it('a user changes in what is given and nothing else', async () => {
  const { vic } = await account.users('INTERNAL', 'vic');
  const changed = await account.change((a) => updateUser(a, vic, { email: 'vic@example.org', role: 'GUEST' }));
  expect(changed).toMatchObject({ name: 'vic', role: 'GUEST', email: 'vic@example.org', workflowAccess: false });
  const cleared = await account.change((a) => updateUser(a, vic, { email: null }));
  expect(cleared).toMatchObject({ email: null, role: 'GUEST' });
});

it('U7: blocked until a moment or for good, and back again', async () => {
  const { wim } = await account.users('INTERNAL', 'wim');
  const until = await account.change((a) => blockUser(a, wim, '2999-12-31T23:00:00+01:00'));
  expect(until).toMatchObject({ blocked: true, blockedUntil: '2999-12-31T22:00:00Z' });
  const forGood = await account.change((a) => blockUser(a, wim));
  expect(forGood).toMatchObject({ blocked: true, blockedUntil: null });
  const back = await account.change((a) => unblockUser(a, wim));
  expect(back).toMatchObject({ blocked: false, blockedUntil: null });
  const past = await refusalOf(account.change((a) => blockUser(a, wim, '2001-01-01T00:00:00Z')));
  expect(past.problems).toEqual(['until: must be a moment in the future']);
  expect(await codeOf(account.change((a) => blockUser(a, wim, 'tomorrow')))).toBe('VALIDATION_FAILED');
});

it('U7: a blocked administrator administers nothing', async () => {
  const { abe } = await account.users('ADMINISTRATOR', 'abe');
  expect((await account.administrators.read({ id: abe }, (a) => getUser(a, abe))).name).toBe('abe');
  await account.change((a) => blockUser(a, abe));
  expect(await codeOf(account.administrators.read({ id: abe }, (a) => getUser(a, abe)))).toBe('FORBIDDEN');
});

it('U7: where another administrator remains, one may demote or block themself, and is told what became of them', async () => {
  const { lea, max } = await account.users('ADMINISTRATOR', 'lea', 'max');
  const demoted = await account.administrators.change({ id: lea }, (a) => updateUser(a, lea, { role: 'INTERNAL' }));
  expect(demoted).toMatchObject({ name: 'lea', role: 'INTERNAL' });
  const blocked = await account.administrators.change({ id: max }, (a) => blockUser(a, max));
  expect(blocked).toMatchObject({ name: 'max', blocked: true });
  expect((await account.read((a) => getUser(a, max))).blocked).toBe(true);
});

it('U7: the last active administrator can be neither blocked nor demoted', async () => {
  expect(await codeOf(account.change((a) => blockUser(a, account.ada)))).toBe('LOCKED_OUT');
  expect(await codeOf(account.change((a) => blockUser(a, account.ada, '2999-01-01T00:00:00Z')))).toBe('LOCKED_OUT');
  expect(await codeOf(account.change((a) => updateUser(a, account.ada, { role: 'INTERNAL' })))).toBe('LOCKED_OUT');
  expect((await account.read((a) => getUser(a, account.ada))).blocked).toBe(false);
});

it('U7: two administrators who block each other at once don’t both succeed', async () => {
  const { eve } = await account.users('ADMINISTRATOR', 'eve');
  const outcomes = await Promise.allSettled([
    account.administrators.change({ id: account.ada }, (a) => blockUser(a, eve)),
    account.administrators.change({ id: eve }, (a) => blockUser(a, account.ada)),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [left] = await account.database.owner.query<{ active: number }>(
    `select count(*)::int as active from rowplane.users where rowplane.role_of(id) = 'ADMINISTRATOR'`,
  );
  expect(left?.active).toBe(1);
  await account.database.owner.query('update rowplane.users set blocked_until = null where name = $1', ['ada']);
});

it('users are found by name, display name and address, and by role', async () => {
  await account.users('GUEST', 'yan');
  await account.read(async (a) => {
    expect((await listUsers(a, { search: 'MÜLLER' })).items.map(({ name }) => name)).toEqual(['zoë']);
    expect((await listUsers(a, { search: 'zoe@' })).items.map(({ name }) => name)).toEqual(['zoë']);
    expect((await listUsers(a, { role: 'GUEST', search: 'yan' })).items.map(({ name }) => name)).toEqual(['yan']);
  });
});
