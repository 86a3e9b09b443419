import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMailroom, showing, type Mailroom } from './mailroom.ts';

let room: Mailroom;
/** Sees everything, and so may ask about everything. */
let ida: string;
const letters: Record<string, string> = {};
const people: Record<string, string> = {};

beforeAll(async () => {
  room = await openMailroom();
  const { owner, archive, workspace } = room;
  const one = async (text: string, values: unknown[] = []) => (await owner.query<{ id: string }>(text, values))[0]!.id;
  const add = async (name: string, role?: string) => (people[name] = await room.user(name, role));
  ida = await add('ida');
  for (const name of ['all', 'denied', 'done', 'clerk', 'team', 'nested', 'named', 'client', 'both', 'outside'])
    await add(name);
  await add('extern', 'EXTERNAL');
  await add('guest', 'GUEST');
  await add('blocked');
  await add('gone');
  people.nobox = await room.user('nobox', 'INTERNAL', false);
  await owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'blocked'`);
  await owner.query(`update rowplane.users set active = false where name = 'gone'`);

  const members = (...names: string[]) => names.map((name) => people[name]!);
  const parent = await room.group(members('ida', 'all', 'denied', 'named', 'client', 'both'));
  await room.group(members('nested', 'extern', 'guest', 'blocked', 'gone', 'nobox'), parent);
  const done = await room.group(members('done', 'both'));
  const team = await room.group(members('team', 'clerk'));
  const clerks = await room.group(members('clerk'));
  await room.plane('open', { letter: showing(), invoice: showing() }, [parent]);
  await room.plane('done', { letter: showing({ restriction: { state: { equals: 'DONE' } } }) }, [done]);
  await room.plane('mine', { letter: showing({ restriction: { clerk: { equals: 'ME' } } }) }, [clerks]);
  await room.plane('ours', { letter: showing({ restriction: { team: { in: ['MY_GROUPS'] } } }) }, [team]);

  const folder = await one(
    `insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, 'In') returning id`,
    [archive],
  );
  await owner.query(
    `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $2, $3, 'VIEW', 'DENY')`,
    [archive, folder, people.denied],
  );
  const closed = await one(`insert into rowplane.archives (workspace_id, name) values ($1, 'Closed') returning id`, [
    workspace,
  ]);
  await owner.query(`delete from rowplane.object_entries where object_id = $1 and permission = 'VIEW'`, [closed]);
  for (const name of ['ida', 'named'])
    await owner.query(
      `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'ALLOW')`,
      [closed, people[name]],
    );
  const files = await one(
    `insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, 'Files', true) returning id`,
    [workspace],
  );
  const client = await one(`insert into rowplane.clients (workspace_id, name) values ($1, 'General') returning id`, [
    workspace,
  ]);
  for (const name of ['ida', 'client', 'both', 'nobox'])
    await owner.query('insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)', [
      client,
      files,
      people[name],
    ]);
  await owner.query('insert into rowplane.client_assignments (client_id, archive_id, group_id) values ($1, $2, $3)', [
    client,
    files,
    done,
  ]);
  letters.plain = await room.record('letter', { title: 'plain' });
  letters.done = await room.record('letter', { title: 'done', state: 'DONE' });
  letters.inFolder = await room.record('letter', { title: 'in folder' }, { folder });
  letters.clerks = await room.record('letter', { title: 'of the clerk', clerk_id: people.clerk });
  letters.teams = await room.record('letter', { title: 'of the team', team_id: team });
  letters.clerksAndTeams = await room.record('letter', { title: 'both', clerk_id: people.clerk, team_id: team });
  letters.named = await room.record('letter', { title: 'by name' }, { archive: closed });
  letters.client = await room.record('letter', { title: 'of a client' }, { archive: files, client });
  letters.clientDone = await room.record('letter', { title: 'done', state: 'DONE' }, { archive: files, client });
  letters.trashed = await room.record('letter', { title: 'trashed', deleted_at: '2026-01-01' });
});
afterAll(() => room?.end());

/** What each user sees, by the views and policies themselves. */
async function sights(): Promise<Map<string, Set<string>>> {
  const sights = new Map<string, Set<string>>();
  for (const [name, id] of Object.entries(people)) {
    const rows = await room.call<{ id: string }>(id, `select id from ws_${room.workspace}_sight.letter`);
    sights.set(name, new Set(rows.map((row) => row.id)));
  }
  return sights;
}

it('M2: candidates are who sees every one of the records, for each choice of them', async () => {
  const choices = Object.values(letters).filter((id) => id !== letters.trashed);
  const selections = [
    ...choices.map((id) => [id]),
    ...choices.flatMap((one, index) => choices.slice(index + 1).map((other) => [one, other])),
    choices,
  ];
  const seen = await sights();
  const found = await room.as(ida, async (session) => {
    const rows = [];
    for (const ids of selections)
      rows.push(
        await session.query<{ name: string }>(
          'select name from rowplane.mailbox_candidates($1, $2, $3) order by name',
          [room.workspace, ids.map(() => 'letter'), ids],
        ),
      );
    return rows.map((each) => each.map(({ name }) => name));
  });
  const expected = selections.map((ids) =>
    [...seen].filter(([name, sight]) => name !== 'nobox' && ids.every((id) => sight.has(id))).map(([name]) => name),
  );
  expect(found).toEqual(expected.map((names) => names.sort()));
  expect(new Set(expected.map(String)).size).toBeGreaterThan(8);
});

it('M3: whom an entry reaches is judged alike, for each person and record', async () => {
  const seen = await sights();
  const pairs = [...seen.keys()].flatMap((name) => Object.values(letters).map((id) => ({ name, id })));
  const rows = await room.owner.query<{ place: number }>(
    'select p.place::int as place from rowplane.pairs_seen($1, $2, $3, $4) p(place) order by 1',
    [room.workspace, pairs.map(({ name }) => people[name]), pairs.map(() => 'letter'), pairs.map(({ id }) => id)],
  );
  const expected = pairs.flatMap(({ name, id }, index) => (seen.get(name)!.has(id) ? [index + 1] : []));
  expect(rows.map(({ place }) => place)).toEqual(expected);
});

it('M2: few people are asked about one by one, with the same answers, whether or not their access is stored', async () => {
  const seen = await sights();
  for (const isStored of [false, true]) {
    await room.owner.query('delete from rowplane.viewer_access');
    for (const [name, sight] of seen) {
      if (isStored) await room.call(people[name]!, `select rowplane.refresh_access(${room.workspace})`);
      const found = await room.owner.query<{ id: string }>(
        `select i.id from unnest($2::uuid[]) i(id) where $3 in (select rowplane.people_seeing_all($1, array['letter'], array[i.id], array[$3::uuid]))`,
        [room.workspace, Object.values(letters), people[name]],
      );
      expect(new Set(found.map(({ id }) => id)), name).toEqual(sight);
    }
    const [stored] = await room.owner.query<{ count: number }>(
      'select count(*)::int as count from rowplane.viewer_access',
    );
    expect(stored!.count > 0).toBe(isStored);
  }
});

it('A5: restrictions that ask who looks count for the candidate, not for who asks', async () => {
  expect(await room.candidates(ida, [letters.clerks!])).toContain('clerk');
  expect(await room.candidates(ida, [letters.plain!])).not.toContain('clerk');
  expect(await room.candidates(ida, [letters.teams!])).toContain('team');
});

it('M2, U10: nobody who has no workflow access, is blocked or inactive', async () => {
  const all = await room.candidates(ida, [letters.plain!]);
  for (const name of ['nobox', 'blocked', 'gone']) expect(all).not.toContain(name);
});

it('M2, U3: an external user chooses among the users whom external users see', async () => {
  expect(await room.candidates(people.extern!, [letters.plain!])).toEqual(['extern', 'nested']);
});

it('V2, W5: hidden records and missing ones are refused alike, by their ids', async () => {
  const missing = '0199a1b2-0000-7000-8000-000000000000';
  for (const id of [letters.trashed!, missing])
    await expect(room.candidates(ida, [letters.plain!, id])).rejects.toMatchObject({
      code: 'RPNFD',
      detail: `{"ids": ["${id}"]}`,
    });
  await expect(room.candidates(people.done!, [letters.plain!])).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(room.candidates(ida, [letters.plain!], 'memo')).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(room.candidates(ida, [letters.plain!], 'nothing')).rejects.toMatchObject({ code: 'RPNFD' });
});

it('A8, U4: who may not place asks in vain', async () => {
  await expect(room.candidates(people.guest!, [letters.plain!])).rejects.toMatchObject({ code: 'RPFOR' });
  const memo = await room.record('memo', { title: 'm' });
  await room.plane('memos', { memo: showing({ abilities: [] }) }, [await room.group([ida])]);
  await expect(room.candidates(ida, [memo], 'memo')).rejects.toMatchObject({ code: 'RPFOR' });
});

it('R7: candidates have the right that the definition asks for, in the company', async () => {
  const { owner } = room;
  const invoice = await room.record('invoice', { title: 'i' });
  await owner.query(`insert into rowplane.profiles (name, application) values ('Reader', 'finance')`);
  await owner.query(
    `insert into rowplane.profile_rights (profile_id, right_name, level) select id, 'invoices', 'DISPLAY' from rowplane.profiles`,
  );
  const give = (name: string) =>
    owner.query(
      `insert into rowplane.rights_assignments (user_id, company_id, profile_id) select $1, c.id, p.id from rowplane.companies c, rowplane.profiles p`,
      [people[name]],
    );
  await give('ida');
  expect(await room.candidates(ida, [invoice], 'invoice')).toEqual(['ida']);
  await give('nested');
  await give('outside');
  expect(await room.candidates(ida, [invoice], 'invoice')).toEqual(['ida', 'nested']);
});
