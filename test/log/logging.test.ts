import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGroup, updateGroup } from '../../src/administration/groups.ts';
import { addMembers } from '../../src/administration/group-members.ts';
import { createUser, updateUser } from '../../src/administration/users.ts';
import { loggedTables } from '../../src/administration/log-guards.ts';
import { verifyLog } from '../../src/administration/log-verify.ts';
import { connect, transaction } from '../../src/database/queryable.ts';
import { type Account, openAccount } from '../administration/account.ts';
import { withOwner } from '../support/database.ts';

/** Tables of the engine that hold no permissions of their own: keys, upkeep, what people saved for themselves, and what follows from logged tables or from schema/. */
const UNLOGGED = [
  'application_rights',
  'applications',
  'archive_managers',
  'clock',
  'compiled_objects',
  'crowd_looks',
  'definitions',
  'functions',
  'deployment',
  'folders',
  'gate',
  'mailbox_changes',
  'mailbox_entries',
  'mailbox_events',
  'migrations',
  'outbox_marks',
  'plane_abilities',
  'plane_definitions',
  'plane_fields',
  'realms',
  'record_changes',
  'rights',
  'saved_queries',
  'saved_query_groups',
  'scopes',
  'secret',
  'unsettled_folders',
  'viewer_access',
];

interface Entry {
  id: string;
  actor: string | null;
  login: string;
  door: string;
  table_name: string;
  operation: string;
  changed: string[] | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  transaction: string;
}

let account: Account;
beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.end());

/** What the log got while `work` ran. */
async function loggedBy(work: () => Promise<unknown>): Promise<Entry[]> {
  const { owner } = account.database;
  const [last] = await owner.query<{ id: string }>('select max(id) as id from rowplane.log');
  await work();
  return owner.query<Entry>('select * from rowplane.log where id > $1 order by id', [last?.id ?? 0]);
}

it('L1: every table of the engine is logged, or named here as one that holds no permission', async () => {
  const tables = await account.database.owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'rowplane'::regnamespace and relkind in ('r', 'p') order by 1`,
  );
  const names = tables.map(({ name }) => name);
  expect([...(await loggedTables()), ...UNLOGGED].filter((name) => names.includes(name)).sort()).toEqual(names);
});

it('L1: what an administrator changes is logged with who, before and after; the transaction tells what belongs together', async () => {
  let group = '';
  const made = await loggedBy(() =>
    account.change(async (a) => {
      group = (await createGroup(a, { name: 'Counter' })).id;
      const { id } = await createUser(a, { name: 'ben', role: 'INTERNAL', groups: [group] });
      await updateUser(a, id, { role: 'EXTERNAL' });
    }),
  );
  const { ada } = account;
  expect(made).toMatchObject([
    { table_name: 'groups', operation: 'INSERT', actor: ada, before: null, after: { id: group, name: 'Counter' } },
    { table_name: 'users', operation: 'INSERT', actor: ada, login: 'rowplane_admin', door: 'API' },
    { table_name: 'group_members', operation: 'INSERT', after: { group_id: group } },
    {
      table_name: 'users',
      operation: 'UPDATE',
      changed: ['role'],
      before: { role: 'INTERNAL' },
      after: { role: 'EXTERNAL' },
    },
  ]);
  expect(new Set(made.map(({ transaction: id }) => id)).size).toBe(1);
  const renamed = await loggedBy(() => account.change((a) => updateGroup(a, group, { name: 'Desk' })));
  expect(renamed).toMatchObject([
    { changed: ['name'], before: { name: 'Counter', colour: '#808080' }, after: { name: 'Desk', colour: '#808080' } },
  ]);
});

it('L1: the log names people by id alone; that a name changed is logged, not which', async () => {
  const made = await loggedBy(async () => {
    const { id } = await account.change((a) =>
      createUser(a, { name: 'cleo', role: 'INTERNAL', email: 'cleo@x.example' }),
    );
    await account.change((a) => updateUser(a, id, { name: 'cleopatra', displayName: 'Cleo', email: 'c@x.example' }));
  });
  expect(made).toMatchObject([{ operation: 'INSERT' }, { changed: ['display_name', 'email', 'name'] }]);
  expect(JSON.stringify(made)).not.toMatch(/cleo|Cleo|x\.example/);
});

it('L1: changes by hand in psql are logged as SQL under the login that made them, also where one deletes another', async () => {
  const { dan } = await account.users('INTERNAL', 'dan');
  await account.change(async (a) => {
    const { id } = await createGroup(a, { name: 'Phone' });
    await addMembers(a, id, [dan]);
  });
  const removed = await loggedBy(() =>
    withOwner(account.database, async (owner) => {
      await owner.query(`set local rowplane.viewer = 'somebody else'`);
      await owner.query(`delete from rowplane.groups where name = 'Phone'`);
      await owner.query(`update rowplane.users set role = role where id = $1`, [dan]);
      await owner.query(`update rowplane.users set blocked_until = '2040-01-01 01:00+01' where id = $1`, [dan]);
    }),
  );
  const [superuser] = await account.database.owner.query<{ name: string }>('select session_user as name');
  const byHand = { actor: null, login: superuser!.name, door: 'SQL' };
  expect(removed).toMatchObject([
    { ...byHand, table_name: 'groups', operation: 'DELETE', before: { name: 'Phone' }, after: null },
    { ...byHand, table_name: 'group_members', operation: 'DELETE', before: { user_id: dan } },
    {
      ...byHand,
      table_name: 'users',
      changed: ['blocked_until'],
      after: { blocked_until: '2040-01-01T00:00:00+00:00' },
    },
  ]);
});

it('L1: emptying a table is logged too', async () => {
  const made = await loggedBy(() => account.database.owner.query('truncate rowplane.logins, rowplane.group_nesting'));
  expect(made.map(({ table_name, operation }) => `${operation} ${table_name}`).sort()).toEqual([
    'TRUNCATE group_nesting',
    'TRUNCATE logins',
  ]);
});

it('L1: what was rolled back leaves neither entry nor gap, nor does what a savepoint takes back', async () => {
  const group = (name: string) => `insert into rowplane.groups (name) values ('${name}')`;
  const made = await loggedBy(async () => {
    const session = await connect(account.database.ownerUrl);
    try {
      await session.query(`begin; ${group('gone')}; rollback`);
      await transaction(session, async (work) => {
        await work.query('savepoint s');
        await work.query(group('taken back'));
        await work.query('rollback to s');
        await work.query(group('kept'));
      });
    } finally {
      await session.end();
    }
  });
  expect(made.map(({ after }) => after?.name)).toEqual(['kept']);
  expect(await withOwner(account.database, verifyLog)).toMatchObject({ problems: [] });
});

it('L2: the chain holds when many change permissions at once, at both isolation levels', async () => {
  const writers = 8;
  const rounds = 12;
  const made = await loggedBy(() =>
    Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const session = await connect(account.database.ownerUrl);
        // Companies don't tick the permission clock: the log alone puts these in order.
        const table = writer % 2 === 0 ? 'groups' : 'companies';
        const level = writer % 4 < 2 ? 'read committed' : 'repeatable read';
        try {
          for (let round = 0; round < rounds; round++) {
            const work = (inside: { query(text: string): Promise<unknown> }) =>
              inside.query(
                `insert into rowplane.${table} (name) values ('${writer}/${round}/1'), ('${writer}/${round}/2')`,
              );
            for (;;) {
              try {
                await transaction(session, work, `begin isolation level ${level}`);
                break;
              } catch (error) {
                expect((error as { code?: string }).code).toMatch(/40001|40P01/);
              }
            }
          }
        } finally {
          await session.end();
        }
      }),
    ),
  );
  expect(made).toHaveLength(writers * rounds * 2);
  // One transaction's entries stand together.
  const order = made.map(({ after }) => String(after?.name));
  for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(order[i]!.replace(/1$/, '2'));
  expect(await withOwner(account.database, verifyLog)).toMatchObject({ problems: [] });
});
