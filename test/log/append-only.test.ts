import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { createDatabase, viewerToken, type TestDatabase } from '../support/database.ts';

const ADA = '00000000-0000-7000-8000-000000000001';
const DENIED = '42501';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.owner.query(`insert into rowplane.users (id, name, role) values ($1, 'ada', 'ADMINISTRATOR')`, [ADA]);
});
afterAll(() => database.drop());

const ATTACKS = [
  `update rowplane_log.entries set actor = null`,
  `delete from rowplane_log.entries`,
  `truncate rowplane_log.entries`,
  `insert into rowplane_log.entries select * from rowplane_log.entries`,
  `update rowplane.log set actor = null`,
  `delete from rowplane.log`,
  `drop table rowplane_log.entries cascade`,
  `drop schema rowplane_log cascade`,
  `alter table rowplane_log.entries disable row level security`,
  `alter table rowplane_log.entries owner to rowplane_owner`,
  `alter schema rowplane_log owner to rowplane_owner`,
  `alter schema rowplane_log rename to other`,
  `lock table rowplane_log.entries in share mode`,
  `update rowplane_log.tail set holder = null`,
  `delete from rowplane_log.migrations`,
  `create table rowplane_log.mine ()`,
  `create trigger t before insert on rowplane_log.entries for each row execute function rowplane.tick()`,
  `create rule r as on insert to rowplane_log.entries do instead nothing`,
  `create policy p on rowplane_log.entries using (true)`,
  `create table rowplane.refers (id bigint references rowplane_log.entries)`,
  `create or replace function rowplane_log.hash_of(entry rowplane_log.entries) returns bytea language sql as 'select null::bytea'`,
  `alter function rowplane_log.append(uuid, text, text, text, text[], jsonb, jsonb) owner to rowplane_owner`,
  `drop function rowplane_log.hash_of(rowplane_log.entries)`,
  `set role rowplane_log`,
  `grant rowplane_log to rowplane_owner`,
  `grant rowplane_log to rowplane_admin`,
  `alter role rowplane_log login password 'x'`,
  `drop role rowplane_log`,
  `reassign owned by rowplane_log to rowplane_owner`,
];

/** The code with which a role is refused, on a connection of its own; undone afterwards. */
async function refusal(url: string, role: string | null, attack: string): Promise<string | undefined> {
  const session = await connect(url);
  try {
    await session.query('begin');
    await session.query('select rowplane.enter($1)', [viewerToken(ADA)]).catch(() => session.query('rollback; begin'));
    if (role) await session.query(`set local role ${role}`);
    return await session.query(attack).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
  } finally {
    await session.query('rollback');
    await session.end();
  }
}

describe.each([
  ['rowplane_admin', null],
  ['rowplane_admin', 'rowplane_owner'],
  ['rowplane_api', null],
  ['rowplane_api', 'rowplane_viewer'],
])('L2: append-only against %s as %s', (login, role) => {
  it.each(ATTACKS)('%s', async (attack) => {
    const url = login === 'rowplane_admin' ? database.adminUrl : database.apiUrl;
    // A view of several tables can't be written (55000); what isn't the role's own can't be altered (42501).
    expect(['55000', DENIED]).toContain(await refusal(url, role, attack));
  });
});

it('L2: who may not give a privilege away gives none', async () => {
  const session = await connect(database.adminUrl);
  try {
    await session.query('set role rowplane_owner');
    await session.query('grant all on rowplane_log.entries to rowplane_owner, rowplane_admin');
    const [may] = await session.query(
      `select has_table_privilege('rowplane_owner', 'rowplane_log.entries', 'insert, update, delete, truncate') as owner,
         has_table_privilege('rowplane_admin', 'rowplane_log.entries', 'select, insert, update, delete, truncate') as admin`,
    );
    expect(may).toEqual({ owner: false, admin: false });
  } finally {
    await session.end();
  }
});

it('L2: whoever is no administrator reads nothing of it', async () => {
  for (const role of [null, 'rowplane_viewer']) {
    expect(await refusal(database.apiUrl, role, 'select from rowplane.log')).toBe(DENIED);
    expect(await refusal(database.apiUrl, role, 'select from rowplane_log.entries')).toBe(DENIED);
  }
  const session = await connect(database.adminUrl);
  try {
    expect(await session.query('select from rowplane.log')).toEqual([]);
    await session.query('begin');
    await session.query('select rowplane.enter($1)', [viewerToken(ADA)]);
    expect((await session.query('select from rowplane.log')).length).toBeGreaterThan(0);
    await session.query('rollback');
    await expect(session.query('select from rowplane_log.entries')).rejects.toMatchObject({ code: DENIED });
  } finally {
    await session.end();
  }
});

it('L2: only the owner’s triggers add entries, and these say truly who had logged in', async () => {
  const call = `select rowplane_log.append(null, 'API', 'users', 'DELETE', null, null, null)`;
  for (const url of [database.apiUrl, database.adminUrl]) expect(await refusal(url, null, call)).toBe(DENIED);
  expect(await refusal(database.apiUrl, 'rowplane_viewer', call)).toBe(DENIED);
  const session = await connect(database.adminUrl);
  try {
    await session.query(`begin; set local role rowplane_owner`);
    await session.query(`insert into rowplane.companies (name) values ('A-GmbH')`);
    const [entry] = await session.query(
      'select login, transaction = pg_current_xact_id() as mine from rowplane_log.entries order by id desc limit 1',
    );
    expect(entry).toEqual({ login: 'rowplane_admin', mine: true });
    await session.query('rollback');
  } finally {
    await session.end();
  }
});

it('L2: what runs as rowplane_log calls nothing that the owner could replace', async () => {
  const bodies = await database.owner.query<{ name: string; body: string }>(
    `select proname as name, prosrc as body from pg_proc where pronamespace = 'rowplane_log'::regnamespace`,
  );
  expect(bodies.map(({ name }) => name).sort()).toEqual(['append', 'hash_of']);
  for (const { name, body } of bodies) expect(body, name).not.toMatch(/rowplane\./);
});

it('L1: a login of one’s own is the door SQL, whatever it says', async () => {
  const session = await connect(database.superuserUrl);
  const login = `own_${database.name}`;
  try {
    const door = async () => {
      await session.query(`set session authorization ${login}; set rowplane.door = 'API'`);
      await session.query('reset session authorization');
      await session.query(`set session authorization ${login}`);
      return (await session.query<{ door: string }>('select rowplane.door() as door'))[0]?.door;
    };
    await session.query(`create role ${login} login; grant usage on schema rowplane to ${login}`);
    await session.query(`grant execute on function rowplane.door() to ${login}`);
    expect(await door(), 'a stranger of the administration').toBe('API');
    await session.query(`reset session authorization; insert into rowplane.logins values ('${login}', '${ADA}')`);
    expect(await door()).toBe('SQL');
  } finally {
    await session.query(`reset session authorization; drop owned by ${login}; drop role ${login}`);
    await session.end();
  }
});
