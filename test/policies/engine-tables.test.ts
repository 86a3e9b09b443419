import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, transaction } from '../../src/database/queryable.ts';
import type { Queryable } from '../../src/database/queryable.ts';
import { createDatabase, viewerToken } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

/** What rowplane_admin may do with each table: the columns of INSERT and UPDATE, or all (`*`). Tables that are absent here are the owner's alone. */
const administered: Record<string, { insert?: string; update?: string; delete?: true }> = {
  api_keys: { insert: 'expires_at hash name user_id', update: 'revoked_at' },
  application_rights: {},
  applications: {},
  archives: { insert: 'created_by name workspace_id', update: 'name', delete: true },
  client_assignments: { insert: '*', delete: true },
  clients: { insert: '*', update: 'name', delete: true },
  companies: { insert: '*', update: 'name', delete: true },
  definitions: {},
  function_entries: {},
  functions: {},
  group_members: { insert: '*', delete: true },
  group_nesting: { insert: '*', delete: true },
  groups: { insert: '*', update: 'colour name', delete: true },
  inheritance_breaks: {},
  logins: { insert: '*', delete: true },
  object_entries: {},
  plane_abilities: {},
  plane_definitions: {},
  plane_fields: {},
  plane_groups: { insert: '*', delete: true },
  planes: { update: 'name' },
  profile_rights: { insert: '*', update: 'level', delete: true },
  profiles: { insert: '*', update: 'name', delete: true },
  rights: {},
  rights_assignments: { insert: '*', delete: true },
  rights_role_profiles: { insert: '*', delete: true },
  rights_roles: { insert: '*', update: 'name', delete: true },
  users: { insert: '*', update: 'active blocked_until display_name email name role workflow_access' },
  workspace_locks: {},
  workspaces: { update: 'name' },
};

const closed = [
  'archive_managers',
  'clock',
  'compiled_objects',
  'crowd_looks',
  'deployment',
  'folders',
  'gate',
  'mailbox_changes',
  'mailbox_entries',
  'mailbox_events',
  'migrations',
  'outbox_marks',
  'realms',
  'record_changes',
  'scopes',
  'secret',
  'unsettled_folders',
  'viewer_access',
];

/** Viewers' own, under policies of their own: see test/saved-queries. */
const personal = ['saved_queries', 'saved_query_groups'];

const people = {
  administrator: '00000000-0000-7000-8000-000000000001',
  blocked: '00000000-0000-7000-8000-000000000002',
  internal: '00000000-0000-7000-8000-000000000003',
  login: '00000000-0000-7000-8000-000000000004',
};

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  const { owner } = database;
  await owner.query(
    `insert into rowplane.users (id, name, role, blocked_until) values
       ($1, 'ada', 'ADMINISTRATOR', null), ($2, 'bo', 'ADMINISTRATOR', 'infinity'), ($3, 'ida', 'INTERNAL', null), ($4, 'lo', 'INTERNAL', null)`,
    Object.values(people),
  );
  await owner.query(`
    insert into rowplane.companies (name) values ('A-GmbH');
    insert into rowplane.workspaces (company_id, name) select id, 'Office' from rowplane.companies;
    insert into rowplane.archives (workspace_id, name) select id, 'Permits' from rowplane.workspaces;
    insert into rowplane.clients (workspace_id, name) select id, 'General' from rowplane.workspaces;
    insert into rowplane.users (name, role, service) values ('robot', 'INTERNAL', true);
    insert into rowplane.api_keys (user_id, name, hash, expires_at) select id, 'night run', sha256('x'), 'infinity' from rowplane.users where service;
    insert into rowplane.groups (name) values ('Desk'), ('Phone');
    insert into rowplane.group_members select g.id, u.id from rowplane.groups g, rowplane.users u where g.name = 'Desk' and u.name = 'ida';
    insert into rowplane.group_nesting select p.id, c.id from rowplane.groups p, rowplane.groups c where p.name = 'Desk' and c.name = 'Phone';
    insert into rowplane.client_assignments (client_id, archive_id, user_id) select c.id, a.id, u.id from rowplane.clients c, rowplane.archives a, rowplane.users u where u.name = 'ida';
    insert into rowplane.definitions values ('note', '{}');
    insert into rowplane.planes (workspace_id, name) select id, 'Notes' from rowplane.workspaces;
    insert into rowplane.plane_groups select p.id, g.id from rowplane.planes p, rowplane.groups g where g.name = 'Desk';
    insert into rowplane.plane_definitions select id, 'note', false from rowplane.planes;
    insert into rowplane.plane_fields select id, 'note', 'title', 'READ' from rowplane.planes;
    insert into rowplane.plane_abilities select id, 'note', 'CREATE' from rowplane.planes;
    insert into rowplane.folders (archive_id, parent_id, name) select id, id, '2026' from rowplane.archives;
    insert into rowplane.applications values ('finance', 'Finance');
    insert into rowplane.rights values ('invoices', 'Invoices');
    insert into rowplane.application_rights values ('finance', 'invoices');
    insert into rowplane.profiles (name, application) values ('Accountant', 'finance');
    insert into rowplane.profile_rights (profile_id, right_name, level) select id, 'invoices', 'EDIT' from rowplane.profiles;
    insert into rowplane.rights_roles (name) values ('Office');
    insert into rowplane.rights_role_profiles select r.id, p.id from rowplane.rights_roles r, rowplane.profiles p;
    insert into rowplane.rights_assignments (user_id, company_id, profile_id) select u.id, c.id, p.id from rowplane.users u, rowplane.companies c, rowplane.profiles p where u.name = 'ida';
    insert into rowplane.inheritance_breaks (object_id) select id from rowplane.folders where parent_id is not null;
  `);
  await owner.query(
    `insert into rowplane.workspace_locks (workspace_id, holder_id, reason) select id, $1, 'Moving house' from rowplane.workspaces`,
    [people.administrator],
  );
  await owner.query(`insert into rowplane.logins values ('somebody', $1)`, [people.login]);
});
afterAll(() => database.drop());

it('every engine table has a policy file, and every policy file a table', async () => {
  const tables = await database.owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'rowplane'::regnamespace and relkind in ('r', 'p') order by 1`,
  );
  const files = (await readdir('policies')).filter(
    (file) => file.endsWith('.sql') && !['grants.sql', 'log.sql'].includes(file),
  );
  const names = tables.map(({ name }) => name);
  expect(files.map((file) => file.replace('.sql', '')).sort()).toEqual(names);
  expect(
    [...Object.keys(administered), ...closed, ...personal].sort(),
    'each table is in one of the lists of this test',
  ).toEqual(names);
});

it('applying the policy files again changes nothing', async () => {
  const before = await catalog();
  for (const file of await readdir('policies')) {
    if (file.endsWith('.sql')) await database.owner.query(await readFile(`policies/${file}`, 'utf8'));
  }
  expect(await catalog()).toEqual(before);
});

it('a table of the engine without row level security is open to whoever is granted it: there is none', async () => {
  const open = await database.owner.query(
    `select relname from pg_class where relnamespace = 'rowplane'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`,
  );
  expect(open).toEqual([]);
});

describe.each(Object.entries(administered))('%s', (table, may) => {
  it('U2: active administrators read it, and nobody else does', async () => {
    expect(await rowsFor(table, people.administrator)).toBeGreaterThan(0);
    expect(await rowsFor(table, people.internal), 'an internal user').toBe(0);
    expect(await rowsFor(table, people.blocked), 'U7: a blocked administrator').toBe(0);
    expect(await rowsFor(table, null), 'no viewer').toBe(0);
    expect(await rowsFor(table, '00000000-0000-0000-0000-000000000000'), 'anonymous').toBe(0);
  });

  it('administrators change what administration changes, and no more', async () => {
    expect(await privilege(table, 'INSERT')).toBe(may.insert ?? '');
    expect(await privilege(table, 'UPDATE')).toBe(may.update ?? '');
    expect(await privilege(table, 'DELETE')).toBe(may.delete ? '*' : '');
  });

  it('whoever is no administrator changes nothing, even on the administration connection', async () => {
    for (const person of [people.internal, people.blocked, null]) {
      if (may.delete) expect(await asAdmin(person, `delete from rowplane.${table} returning 1`)).toEqual([]);
      const [column] = may.update?.split(' ') ?? [];
      if (column) {
        expect(await asAdmin(person, `update rowplane.${table} set ${column} = ${column} returning 1`)).toEqual([]);
      }
    }
  });

  it('viewers and the API connection may not touch it', async () => expectClosed(table));
});

describe.each(closed)('%s', (table) => {
  it('is nobody’s but the owner’s', async () => {
    await expect(asAdmin(people.administrator, `select 1 from rowplane.${table}`)).rejects.toMatchObject({
      code: '42501',
    });
    for (const kind of ['INSERT', 'UPDATE', 'DELETE']) expect(await privilege(table, kind)).toBe('');
    await expectClosed(table);
  });
});

it('U2: a row that an outsider adds on the administration connection is refused', async () => {
  for (const person of [people.internal, people.blocked, null]) {
    await expect(asAdmin(person, `insert into rowplane.groups (name) values ('Mine')`)).rejects.toThrow(
      /row-level security/,
    );
    const join = `insert into rowplane.group_members select id, '${people.internal}' from rowplane.groups`;
    expect(await asAdmin(person, `${join} returning 1`), 'groups are invisible, so there is nothing to join').toEqual(
      [],
    );
  }
});

/** Rows that the administration connection sees for a viewer; what it may not select at all counts as none. */
async function rowsFor(table: string, person: string | null): Promise<number> {
  const [row] = (await asAdmin(person, `select count(*)::int as rows from rowplane.${table}`)) as { rows: number }[];
  return row?.rows ?? 0;
}

async function asAdmin(person: string | null, sql: string): Promise<unknown[]> {
  return asRole(database.adminUrl, async (session) => {
    if (person) await session.query('select rowplane.enter($1)', [viewerToken(person)]);
    return session.query(sql);
  });
}

async function expectClosed(table: string): Promise<void> {
  const attempts = [
    `select 1 from rowplane.${table}`,
    `delete from rowplane.${table}`,
    `lock table rowplane.${table}`,
    `truncate rowplane.${table} cascade`,
  ];
  for (const role of ['rowplane_viewer', 'none']) {
    for (const attempt of attempts) {
      const answer = asRole(database.apiUrl, async (session) => {
        await session.query(`set local role ${role}`);
        await session.query('select rowplane.enter($1)', [viewerToken(people.administrator)]).catch(() => undefined);
        return session.query(attempt);
      });
      await expect(answer, `${role}: ${attempt}`).rejects.toMatchObject({ code: expect.stringMatching(/42501|25P02/) });
    }
  }
}

/** Work that is undone afterwards. */
async function asRole<T>(url: string, work: (session: Queryable) => Promise<T>): Promise<T> {
  const session = await connect(url, 'test');
  const undo = new Error('undone');
  let result: T;
  try {
    return await transaction(session, async (inside) => {
      result = await work(inside);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
    return result!;
  } finally {
    await session.end();
  }
}

/** The columns on which rowplane_admin has a privilege: `*` for all of them, empty for none. */
async function privilege(table: string, kind: string): Promise<string> {
  const [row] = await database.owner.query<{ whole: boolean; columns: string }>(
    `select has_table_privilege('rowplane_admin', $1, $2) as whole,
       coalesce((select string_agg(attname, ' ' order by attname) from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped
           and $2 <> 'DELETE' and has_column_privilege('rowplane_admin', $1, attname, case $2 when 'DELETE' then 'SELECT' else $2 end)), '') as columns`,
    [`rowplane.${table}`, kind],
  );
  return row?.whole ? '*' : (row?.columns ?? '');
}

async function catalog(): Promise<unknown> {
  return database.owner.query(
    `select relname, relrowsecurity, relacl::text, (select json_agg(a order by a.attname) from (select attname, attacl::text from pg_attribute where attrelid = c.oid and attacl is not null) a) as columns,
       (select json_agg(p order by p.polname) from (select polname, polcmd, polroles::text, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check from pg_policy where polrelid = c.oid) p) as policies
     from pg_class c where relnamespace = 'rowplane'::regnamespace and relkind = 'r' order by 1`,
  );
}
