import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  addMembers,
  addSubgroups,
  listGroupsOf,
  listMembers,
  listNested,
  removeSubgroups,
} from '../../src/administration/group-members.ts';
import { createGroup, deleteGroup, getGroup, listGroups, updateGroup } from '../../src/administration/groups.ts';
import { cursorOf } from '../../src/administration/pages.ts';
import { type Account, codeOf, openAccount, refusalOf } from './account.ts';

const EVERYONE = '00000000-0000-0000-0000-0000000000e1';
let account: Account;

beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.end());

async function groups<N extends string>(...names: N[]): Promise<Record<N, string>> {
  const made: Record<string, string> = {};
  await account.change(async (a) => {
    for (const name of names) made[name] = (await createGroup(a, { name })).id;
  });
  return made;
}

it('U9: a group has a name and a colour, and its names are unique', async () => {
  const made = await account.change((a) => createGroup(a, { name: 'Reviewers', colour: '#FF8800' }));
  expect(made).toMatchObject({ name: 'Reviewers', colour: '#ff8800', builtin: null });
  const renamed = await account.change((a) => updateGroup(a, made.id, { name: 'Second reviewers' }));
  expect(renamed).toEqual({ ...made, name: 'Second reviewers' });

  const again = await refusalOf(account.change((a) => createGroup(a, { name: 'Second reviewers' })));
  expect(again.problems).toEqual(['name: is the name of another group']);
  const colour = await refusalOf(account.change((a) => updateGroup(a, made.id, { colour: 'orange' })));
  expect(colour.problems).toEqual(['colour: must be written as #rrggbb']);
  const missing = account.change((a) => updateGroup(a, account.ada, { name: 'X' }));
  expect(await codeOf(missing)).toBe('NOT_FOUND');
});

it('U9: built-in groups are listed and can neither be changed, deleted, joined nor nested', async () => {
  const { items } = await account.read((a) => listGroups(a));
  expect(items.filter(({ builtin }) => builtin).map(({ name }) => name)).toEqual([
    'Administrators',
    'Anonymous',
    'Everyone',
    'Externals',
    'Guests',
    'Internals',
  ]);
  const { own } = await groups('own');
  for (const attempt of [
    () => account.change((a) => updateGroup(a, EVERYONE, { name: 'All' })),
    () => account.change((a) => deleteGroup(a, EVERYONE, true)),
    () => account.change((a) => addMembers(a, EVERYONE, [account.ada])),
    () => account.change((a) => addSubgroups(a, EVERYONE, [own])),
    () => account.change((a) => addSubgroups(a, own, [EVERYONE])),
  ]) {
    expect(await codeOf(attempt())).toBe('FORBIDDEN');
  }
});

it('U9: members inherit from parent groups, and whoever is added twice is in once', async () => {
  const { juniors, seniors } = await groups('juniors', 'seniors');
  const { mo, ned } = await account.users('INTERNAL', 'mo', 'ned');
  await account.change(async (a) => {
    await addSubgroups(a, seniors, [juniors]);
    await addMembers(a, juniors, [mo, ned]);
    await addMembers(a, juniors, [mo]);
  });
  await account.read(async (a) => {
    expect((await listMembers(a, juniors)).items.map(({ name }) => name)).toEqual(['mo', 'ned']);
    expect((await listGroupsOf(a, mo)).map(({ name }) => name)).toEqual(['juniors']);
    expect((await listNested(a, seniors, 'children')).map(({ name }) => name)).toEqual(['juniors']);
    expect((await listNested(a, juniors, 'parents')).map(({ name }) => name)).toEqual(['seniors']);
  });
  const [reached] = await account.database.owner.query<{ groups: string[] }>(
    'select rowplane.groups_of($1)::text[] as groups',
    [mo],
  );
  expect(reached?.groups).toEqual(expect.arrayContaining([juniors, seniors]));
  const people = await account.database.owner.query('select rowplane.people_reached($1) as id', [[seniors]]);
  expect(people.map(({ id }) => id).sort(), 'people_reached is the reverse of groups_of').toEqual([mo, ned].sort());
});

it('U9: a cycle is refused with the path that would close it', async () => {
  const made = await groups('a', 'b', 'c');
  await account.change(async (a) => {
    await addSubgroups(a, made.a, [made.b]);
    await addSubgroups(a, made.b, [made.c]);
  });
  const refusal = await refusalOf(account.change((a) => addSubgroups(a, made.c, [made.a])));
  expect(refusal.code).toBe('VALIDATION_FAILED');
  expect(refusal.message).toContain('c → a → b → c');
  expect(await codeOf(account.change((a) => addSubgroups(a, made.a, [made.a])))).toBe('VALIDATION_FAILED');
  await account.change((a) => removeSubgroups(a, made.b, [made.c]));
  await account.change((a) => addSubgroups(a, made.c, [made.a]));
});

it('U9: of two changes that would close a cycle together, one is refused', async () => {
  const { left, right } = await groups('left', 'right');
  const outcomes = await Promise.allSettled([
    account.change((a) => addSubgroups(a, left, [right])),
    account.change((a) => addSubgroups(a, right, [left])),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

it('U9: deleting a group says what its members lose, and needs a confirmation', async () => {
  const { doomed } = await groups('doomed');
  const { olga } = await account.users('INTERNAL', 'olga');
  await account.change((a) => addMembers(a, doomed, [olga]));
  const refusal = await refusalOf(account.change((a) => deleteGroup(a, doomed, false)));
  expect(refusal.problems).toEqual(['confirm: is needed: the group is in use']);
  expect(refusal.details).toMatchObject({ members: 1, subgroups: [], planes: [], clients: [], entries: [] });
  await account.change((a) => deleteGroup(a, doomed, true));
  expect(await codeOf(account.read((a) => getGroup(a, doomed)))).toBe('NOT_FOUND');
});

it('every wrong id of a list is named by its place', async () => {
  const { places } = await groups('places');
  const nobody = '00000000-0000-7000-8000-00000000dead';
  const members = await refusalOf(account.change((a) => addMembers(a, places, [account.ada, nobody])));
  expect(members.problems).toEqual(['users[1]: is no user']);
  const nested = await refusalOf(account.change((a) => addSubgroups(a, places, [nobody])));
  expect(nested.problems).toEqual(['subgroups[0]: is no group']);
});

it('lists are cut into pages by name, searched without regard to case, and counted when asked', async () => {
  await groups('page 1', 'page 2', 'page 3', 'Page 4');
  await account.read(async (a) => {
    const first = await listGroups(a, { search: 'PAGE', first: 3, count: true });
    expect(first.items.map(({ name }) => name)).toEqual(['Page 4', 'page 1', 'page 2']);
    expect(first).toMatchObject({ hasNextPage: true, totalCount: 4 });
    const rest = await listGroups(a, { search: 'page', first: 3, after: cursorOf(first.items[2]!) });
    expect(rest.items.map(({ name }) => name)).toEqual(['page 3']);
    expect(rest).toMatchObject({ hasNextPage: false, totalCount: null });
    expect(await codeOf(listGroups(a, { first: 501 }))).toBe('VALIDATION_FAILED');
    expect(await codeOf(listGroups(a, { after: 'nonsense' }))).toBe('VALIDATION_FAILED');
  });
});

it('U2: nobody but administrators administers', async () => {
  const people = {
    ...(await account.users('INTERNAL', 'ina')),
    ...(await account.users('EXTERNAL', 'exa')),
    ...(await account.users('GUEST', 'gia')),
    anonymous: '00000000-0000-0000-0000-000000000000',
    unknown: '00000000-0000-7000-8000-00000000dead',
  };
  for (const id of Object.values(people)) {
    expect(await codeOf(account.administrators.read({ id }, (a) => listGroups(a)))).toBe('FORBIDDEN');
    expect(await codeOf(account.administrators.change({ id }, (a) => createGroup(a, { name: 'mine' })))).toBe(
      'FORBIDDEN',
    );
  }
});
