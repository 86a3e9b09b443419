import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { openMailroom, showing, type Mailroom } from './mailroom.ts';

let room: Mailroom;
const people: Record<string, string> = {};
let letter: string;
let entry: string;
let login: string;

beforeAll(async () => {
  room = await openMailroom();
  for (const name of ['ida', 'ivo', 'eve']) people[name] = await room.user(name);
  await room.plane('all', { letter: showing() }, [await room.group([people.ida!, people.ivo!])]);
  letter = await room.record('letter', { title: 'secret' });
  entry = await room.place(people.ida!, letter, people.ivo!, 'secret note');
  login = `login_${room.database.name.replace('test_', '')}_eve`;
  const superuser = await connect(room.database.superuserUrl);
  await superuser.query(`create role ${login} login password 'x' in role rowplane_viewer`);
  await superuser.end();
  await room.owner.query('insert into rowplane.logins (role_name, user_id) values ($1, $2)', [login, people.eve]);
});
afterAll(() => room?.end());

/** Eve, who sees no record here, with whatever SQL she likes: through the API's connection, and with a login of her own. */
const EVES: [string, <T>(work: (sql: Queryable) => Promise<T>) => Promise<T>][] = [
  ['SQL slipped into a viewer’s transaction', (work) => room.as(people.eve!, work)],
  [
    'a database login of one’s own',
    async (work) => {
      const url = new URL(room.database.superuserUrl);
      Object.assign(url, { username: login, password: 'x' });
      const session = await connect(url.href);
      try {
        return await transaction(session, work);
      } finally {
        await session.end();
      }
    },
  ],
];

it.each(EVES)('M3: %s reaches neither the tables nor the functions behind them', async (_name, eve) => {
  const forbidden = [
    'select * from rowplane.mailbox_entries',
    'select * from rowplane.mailbox_events',
    'delete from rowplane.mailbox_entries',
    `update rowplane.mailbox_entries set recipient_id = '${people.eve}'`,
    `insert into rowplane.mailbox_entries (workspace_id, definition, record_id, recipient_id) values (${room.workspace}, 'letter', '${letter}', '${people.eve}')`,
    `select * from rowplane.mailbox_items(${room.workspace}, array['${entry}']::uuid[])`,
    `select rowplane.deposit(${room.workspace}, array['letter'], array['${letter}']::uuid[], array['${people.eve}']::uuid[], null, null, 'CREATE')`,
    `select rowplane.people_seeing_all(${room.workspace}, array['letter'], array['${letter}']::uuid[], array['${people.ivo}']::uuid[])`,
    `select rowplane.recipients_of(${room.workspace}, array['letter'], array['${letter}']::uuid[])`,
    `select * from rowplane.access_classes(${room.workspace}, array[1], array['${people.ivo}']::uuid[])`,
    `select * from rowplane.standing_records(${room.workspace}, array['letter'], array['${letter}']::uuid[])`,
    `select rowplane.note_mailbox_events(array['${entry}']::uuid[], 'READ')`,
    `select rowplane.take_own_entries(${room.workspace}, array['${entry}']::uuid[])`,
    `select ws_${room.workspace}_sight.seen('letter', array['${letter}']::uuid[])`,
  ];
  for (const sql of forbidden)
    await expect(
      eve((session) => session.query(sql)),
      sql,
    ).rejects.toMatchObject({ code: '42501' });
});

it.each(EVES)('V2: to %s another’s entries are missing ones', async (_name, eve) => {
  const rows = await eve(async (session) => [
    await session.query('select * from rowplane.mailbox($1)', [room.workspace]),
    await session.query('select * from rowplane.undelivered_mailbox($1)', [room.workspace]),
    await session.query('select * from rowplane.seen_mailbox_entries($1, $2)', [room.workspace, [entry]]),
    await session.query('select * from rowplane.mailbox_history($1, $2)', [room.workspace, [entry]]),
    await session.query('select * from rowplane.reassignment_candidates($1, $2)', [room.workspace, [entry]]),
  ]);
  expect(rows.flat()).toEqual([]);
  const missing = '0199a1b2-0000-7000-8000-000000000000';
  for (const name of ['mark_entries_read', 'complete_entries', 'return_entries']) {
    const refusals = [];
    for (const id of [entry, missing])
      refusals.push(
        await eve((session) => session.query(`select rowplane.${name}($1, $2)`, [room.workspace, [id]])).catch(
          (error: Error & { code: string }) => [error.code, error.message],
        ),
      );
    expect(refusals[0], name).toEqual(refusals[1]);
    expect(refusals[0]).toMatchObject(['RPNFD', expect.any(String)]);
  }
});

it.each(EVES)(
  'M3, V2: %s isn’t told in which workspace an entry of hers lies that she can’t see',
  async (_name, eve) => {
    await room.owner.query('update rowplane.users set workflow_access = true where id = $1', [people.eve]);
    await room.owner.query('update rowplane.mailbox_entries set recipient_id = $2 where id = $1', [entry, people.eve]);
    try {
      const told = (sql: Queryable) => sql.query('select rowplane.mailbox_workspaces(false)');
      expect(await eve(told)).toEqual([]);
    } finally {
      await room.owner.query('update rowplane.mailbox_entries set recipient_id = $2 where id = $1', [
        entry,
        people.ivo,
      ]);
    }
    expect(await room.as(people.ivo!, (sql) => sql.query('select rowplane.mailbox_workspaces(false) as id'))).toEqual([
      { id: room.workspace },
    ]);
  },
);

it.each(EVES)('M1, V2: to %s a hidden record can’t be placed, nor asked about', async (_name, eve) => {
  for (const sql of [
    'select rowplane.place_in_mailbox($1, $2, $3, array[$4]::uuid[])',
    'select rowplane.send_records($1, $2, $3, $4)',
  ])
    await expect(
      eve((session) => session.query(sql, [room.workspace, ['letter'], [letter], people.eve])),
    ).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(
    eve((session) =>
      session.query('select * from rowplane.mailbox_candidates($1, $2, $3)', [room.workspace, ['letter'], [letter]]),
    ),
  ).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(
    eve((session) =>
      session.query('select * from rowplane.mailbox_candidates($1, $2, $3)', [999, ['letter'], [letter]]),
    ),
  ).rejects.toMatchObject({ code: 'RPNFD' });
});

it('without a viewer there is nothing', async () => {
  const session = await connect(room.database.apiUrl);
  try {
    await session.query('set role rowplane_viewer');
    expect(await session.query('select * from rowplane.mailbox($1)', [room.workspace])).toEqual([]);
    expect(await session.query('select * from rowplane.undelivered_mailbox($1)', [room.workspace])).toEqual([]);
    await expect(
      session.query('select rowplane.place_in_mailbox($1, $2, $3, $4)', [
        room.workspace,
        ['letter'],
        [letter],
        [people.ivo],
      ]),
    ).rejects.toMatchObject({ code: 'RPFOR' });
  } finally {
    await session.end();
  }
});

it('M3, U7: an entry that isn’t in the mailbox doesn’t name its workspace either', async () => {
  const uma = await room.user('uma');
  const group = await room.group([uma]);
  await room.plane('some', { letter: showing() }, [group]);
  await room.place(people.ida!, letter, uma);
  const workspaces = () => room.call(uma, 'select rowplane.mailbox_workspaces(false) as id');
  expect(await workspaces()).toEqual([{ id: room.workspace }]);
  await room.owner.query('update rowplane.users set blocked_until = $2 where id = $1', [uma, 'infinity']);
  expect(await workspaces()).toEqual([]);
  await room.owner.query('update rowplane.users set blocked_until = null, workflow_access = false where id = $1', [
    uma,
  ]);
  expect(await workspaces()).toEqual([]);
  await room.owner.query('update rowplane.users set workflow_access = true where id = $1', [uma]);
  expect(await workspaces()).toEqual([{ id: room.workspace }]);
  await room.owner.query('delete from rowplane.group_members where user_id = $1', [uma]);
  expect(await workspaces()).toEqual([]);
});
