import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog, type VerifyOptions } from '../../src/administration/log-verify.ts';
import { type Connection, connect, type Queryable } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let superuser: Connection;

beforeAll(async () => {
  database = await createDatabase();
  superuser = await connect(database.superuserUrl);
  for (const name of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) {
    await database.owner.query('insert into rowplane.groups (name) values ($1)', [name]);
  }
});
afterAll(async () => {
  await superuser.end();
  await database.drop();
});

/** The problems that a verification by the owner tells after a superuser's deed, which is undone. */
async function after(deed: string | ((session: Queryable) => Promise<unknown>), options?: VerifyOptions) {
  await superuser.query('begin');
  try {
    if (typeof deed === 'string') await superuser.query(deed);
    else await deed(superuser);
    await superuser.query('set local role rowplane_owner');
    const { problems } = await verifyLog(superuser, options);
    return problems.map(({ kind, entry }) => (entry === null ? kind : `${kind} ${entry}`));
  } finally {
    await superuser.query('rollback');
  }
}

const edit = (id: number, what: string) => `update rowplane_log.entries set ${what} where id = ${id}`;
const REHASH = (id: number) => edit(id, 'hash = rowplane_log.hash_of(entries)');

it('L2: a log that nobody touched is whole, and tells its last hash', async () => {
  await superuser.query('begin; set local role rowplane_owner');
  const verified = await verifyLog(superuser);
  await superuser.query('rollback');
  expect(verified).toMatchObject({
    entries: 12,
    problems: [],
    last: { id: 12, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await after('select 1', { expect: verified.last!.hash })).toEqual([]);
});

describe('L2: found, though a superuser did it', () => {
  it.each([
    [`actor = '${'0'.repeat(8)}-0000-0000-0000-000000000000'`],
    [`at = at + interval '1 microsecond'`],
    [`login = 'somebody'`],
    [`door = 'API'`],
    [`table_name = 'planes'`],
    [`operation = 'UPDATE'`],
    [`changed = '{}'`],
    [`before = '{}'`],
    [`after = after || '{"colour": "#000000"}'`],
    [`transaction = '3'`],
    [`about = '{}'`],
    [`about = about || uuidv7()::text`],
    [`about = about || about`],
  ])('an edited entry: %s', async (what) => {
    expect(await after(edit(9, what))).toContain('EDITED 9');
  });

  it('an edited entry whose hash was computed anew', async () => {
    expect(await after(`${edit(9, `actor = uuidv7()`)}; ${REHASH(9)}`)).toEqual(['BROKEN 10']);
  });

  it('a deleted entry, several, and the first', async () => {
    expect(await after('delete from rowplane_log.entries where id = 9')).toEqual(expect.arrayContaining(['MISSING 9']));
    expect(await after('delete from rowplane_log.entries where id in (8, 9)')).toContain('MISSING 8');
    expect(await after('delete from rowplane_log.entries where id = 1')).toContain('MISSING 1');
  });

  it('a deleted entry whose gap was closed', async () => {
    const renumber =
      'delete from rowplane_log.entries where id = 9; update rowplane_log.entries set id = id - 1 where id > 9';
    const found = await after(renumber);
    expect(found).toEqual(expect.arrayContaining(['BROKEN 9', 'EDITED 9', 'EDITED 10', 'EDITED 11']));
  });

  it('two entries that changed places', async () => {
    const swap = `${edit(9, 'id = 1000')}; ${edit(10, 'id = 9')}; ${edit(1000, 'id = 10')}`;
    expect(await after(swap)).toEqual(['REORDERED 9', 'REORDERED 10', 'REORDERED 11']);
  });

  it('the end cut off, by a hash that was kept elsewhere', async () => {
    const [last] = await superuser.query<{ hash: string }>(
      `select encode(hash, 'hex') as hash from rowplane_log.entries where id = 12`,
    );
    const cut = 'delete from rowplane_log.entries where id > 10';
    expect(await after(cut, { expect: last!.hash })).toContain('CUT');
    expect(await after('select 1', { expect: 'no hash' })).toEqual(['CUT']);
  });

  it('the end cut off without any kept hash, by what it said of rows that are still there', async () => {
    expect(await after('delete from rowplane_log.entries where id > 10')).toEqual(['UNLOGGED', 'UNLOGGED']);
  });

  it('a log emptied, and one written anew from some entry on', async () => {
    expect(await after('truncate rowplane_log.entries')).toContain('MISSING 1');
    const [kept] = await superuser.query<{ hash: string }>(
      `select encode(hash, 'hex') as hash from rowplane_log.entries where id = 10`,
    );
    const rewritten = await after(
      async (session) => {
        await session.query(edit(9, `actor = uuidv7()`));
        for (let id = 9; id <= 12; id++) {
          await session.query(REHASH(id));
          await session.query(
            `update rowplane_log.entries e set previous_hash = b.hash from rowplane_log.entries b where e.id = ${id + 1} and b.id = ${id}`,
          );
        }
      },
      { expect: kept!.hash },
    );
    expect(rewritten, 'the chain is whole, but not the one that was').toEqual(['CUT']);
  });
});

describe('L2: what guards the log is looked at too', () => {
  it.each([
    ['alter table rowplane.users disable trigger a_log'],
    ['alter table rowplane.users disable trigger all'],
    ['drop trigger a_log_truncate on rowplane.object_entries'],
    [
      `drop trigger a_log on rowplane.groups; create trigger a_log after insert on rowplane.groups for each row execute function rowplane.log_change('{}', '{}')`,
    ],
    [
      `create or replace function rowplane.log_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as 'begin return null; end'`,
    ],
    [
      `create or replace function rowplane_log.hash_of(entry rowplane_log.entries) returns bytea language sql as 'select (entry).hash'`,
    ],
    ['alter table rowplane_log.entries owner to rowplane_owner'],
    ['alter schema rowplane_log owner to rowplane_owner'],
    ['grant delete on rowplane_log.entries to rowplane_owner'],
    ['grant update (actor) on rowplane_log.entries to rowplane_admin'],
    ['grant rowplane_log to rowplane_owner with set true'],
    [
      `create trigger skip before insert on rowplane_log.entries for each row execute function suppress_redundant_updates_trigger()`,
    ],
    ['create rule skip as on insert to rowplane_log.entries do instead nothing'],
  ])('%s', async (deed) => {
    expect(await after(deed)).toContain('UNGUARDED');
  });
});

describe('L1: permission tables that are not as the log says', () => {
  const unlogged = (statement: string) =>
    `set local session_replication_role = replica; ${statement}; reset session_replication_role`;

  it('a row that was added, changed or removed while nothing was logged', async () => {
    expect(await after(unlogged(`insert into rowplane.groups (name) values ('Secret')`))).toEqual(['UNLOGGED']);
    expect(await after(unlogged(`update rowplane.groups set colour = '#ffffff' where name = 'Two'`))).toEqual([
      'UNLOGGED 8',
    ]);
    expect(await after(unlogged(`delete from rowplane.groups where name = 'Three'`))).toEqual(['UNLOGGED 9']);
  });

  it('a table that was emptied and filled again as the log says is in order', async () => {
    const deed = async (session: Queryable) => {
      await session.query(`insert into rowplane.users (name, role) values ('eve', 'GUEST')`);
      await session.query(`insert into rowplane.logins select 'eve', id from rowplane.users where name = 'eve'`);
      await session.query('truncate rowplane.logins');
      await session.query(`insert into rowplane.logins select 'eva', id from rowplane.users where name = 'eve'`);
      await session.query(`update rowplane.logins set role_name = 'evi'`);
    };
    expect(await after(deed)).toEqual([]);
  });
});
