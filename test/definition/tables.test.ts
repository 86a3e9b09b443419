import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { define, reference, text } from '../../src/compiler/definition.ts';
import { RESERVED_KEYWORDS } from '../../src/compiler/keywords.ts';
import { definitionsOf, loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { statementsOf } from '../../src/compiler/sql-object.ts';
import { tableObjects } from '../../src/compiler/tables.ts';
import { workspaceObjects } from '../../src/compiler/workspace.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const SCHEMA = fileURLToPath(new URL('../../schema', import.meta.url));

let database: TestDatabase;
let workspace: number;
let archive: string;

beforeAll(async () => {
  database = await createDatabase();
  const definitions = await loadDefinitions(SCHEMA);
  workspace = await insertWorkspace('Office');
  await create(workspace, definitions);
  const [row] = await database.owner.query<{ id: string }>(
    'insert into rowplane.archives (workspace_id, name) values ($1, $2) returning id',
    [workspace, 'Permits'],
  );
  archive = row!.id;
});

afterAll(() => database?.drop());

async function insertWorkspace(name: string): Promise<number> {
  const [row] = await database.owner.query<{ id: number }>(
    `with company as (insert into rowplane.companies (name) values ($1) returning id)
     insert into rowplane.workspaces (company_id, name) select id, $1 from company returning id`,
    [name],
  );
  return row!.id;
}

async function create(id: number, definitions: Awaited<ReturnType<typeof loadDefinitions>>): Promise<void> {
  const [deployment] = await database.owner.query<{ tag: string }>('select tag from rowplane.deployment');
  const objects = [...workspaceObjects({ id, tag: deployment!.tag }), ...tableObjects(id, definitions)];
  for (const statement of objects.flatMap(statementsOf)) await database.owner.query(statement);
}

/** Inserts a record as the owner; the cells are SQL expressions. */
function insert(table: string, cells: Record<string, string>, deleted = false) {
  const all = { realm_id: '1', archive_id: `'${archive}'`, folder_id: `'${archive}'`, ...cells };
  return database.owner.query(
    `insert into ws_${workspace}.${table} (${Object.keys(all).join(', ')}, deleted_at)
     values (${Object.values(all).join(', ')}, ${deleted ? 'now()' : 'null'})`,
  );
}

describe('record tables', () => {
  test('V1: every record table forces row level security on its owner too', async () => {
    const rows = await database.owner.query<{ relname: string }>(
      `select relname from pg_class where relnamespace = $1::regnamespace and relkind = 'r'
         and relrowsecurity and relforcerowsecurity order by relname`,
      [`ws_${workspace}`],
    );
    expect(rows.map((row) => row.relname)).toEqual(['batch', 'document', 'process', 'step']);
  });

  test('V1: three restrictive policies judge the realm, and only the owner has a permissive one', async () => {
    const rows = await database.owner.query(
      `select policyname as name, permissive, roles::text, cmd from pg_policies
       where schemaname = $1 and tablename = 'process' order by policyname`,
      [`ws_${workspace}`],
    );
    expect(rows).toEqual([
      { name: 'owner', permissive: 'PERMISSIVE', roles: '{rowplane_owner}', cmd: 'ALL' },
      { name: 'realm_create', permissive: 'RESTRICTIVE', roles: '{public}', cmd: 'INSERT' },
      { name: 'realm_edit', permissive: 'RESTRICTIVE', roles: '{public}', cmd: 'UPDATE' },
      { name: 'realm_view', permissive: 'RESTRICTIVE', roles: '{public}', cmd: 'SELECT' },
    ]);
  });

  test('every object that can have a comment has one', async () => {
    const rows = await database.owner.query(
      `select 'column ' || c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
           and col_description(c.oid, a.attnum) is null
       union all select 'relation ' || relname from pg_class
         where relnamespace = $1::regnamespace and relname not like '%\\_pkey' and relkind in ('r', 'i')
           and obj_description(oid, 'pg_class') is null
       union all select 'policy ' || polname from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = $1::regnamespace and obj_description(p.oid, 'pg_policy') is null`,
      [`ws_${workspace}`],
    );
    expect(rows).toEqual([]);
  });

  test('the roles of a workspace are taken on by the owner, never inherited', async () => {
    const rows = await database.owner.query(
      `select split_part(r.rolname, '_', 4) as role, r.rolcanlogin, r.rolinherit, m.inherit_option, m.set_option
       from pg_roles r join pg_auth_members m on m.roleid = r.oid and m.member = 'rowplane_owner'::regrole and m.set_option
       where r.rolname like 'ws\\_' || (select tag from rowplane.deployment) || '\\_' || $1 || '\\_%' order by 1`,
      [String(workspace)],
    );
    const expected = { rolcanlogin: false, rolinherit: false, inherit_option: false, set_option: true };
    expect(rows).toEqual(['planes', 'sight', 'trash', 'writer'].map((role) => ({ role, ...expected })));
  });

  test('comparisons of every column type are leakproof, so indexes serve below row security', async () => {
    const rows = await database.owner.query(
      `select o.oprname, o.oprleft::regtype::text as type from pg_operator o join pg_proc p on p.oid = o.oprcode
       where o.oprname in ('=', '<', '<=', '>', '>=') and o.oprleft = o.oprright and not p.proleakproof
         and o.oprleft in (select distinct a.atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid
                           where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0)`,
      [`ws_${workspace}`],
    );
    expect(rows).toEqual([]);
  });
});

describe('what a cell may hold', () => {
  test('text of more than its maxLength is refused, counted in characters', async () => {
    await insert('process', { reference: `repeat('𝄞', 100)` });
    await expect(insert('process', { reference: `repeat('𝄞', 101)` })).rejects.toThrow(/process__reference__check/);
  });

  test('the longest indexed text of the widest characters fits its index', async () => {
    // md5 keeps Postgres from compressing the value away.
    const wide = `translate(string_agg(md5(i::text), ''), '0123456789abcdef', '𝄀𝄁𝄂𝄃𝄄𝄅𝄆𝄇𝄈𝄉𝄊𝄋𝄌𝄍𝄎𝄏')`;
    await insert('document', { title: `(select left(${wide}, 500) from generate_series(1, 20) i)` });
  });

  test('choices that the definition does not have are refused', async () => {
    await expect(insert('process', { reference: `'c1'`, channel: `'PIGEON'` })).rejects.toThrow(/channel__check/);
  });

  test('dates and moments are those of the years 1 to 9999', async () => {
    await insert('document', { title: `'first'`, document_date: `'0001-01-01'` });
    await insert('document', { title: `'last'`, document_date: `'9999-12-31'` });
    await insert('batch', { name: `'first'`, received_at: `'0001-01-01T00:00:00Z'` });
    await insert('batch', { name: `'last'`, received_at: `'9999-12-31T23:59:59.999999Z'` });
    for (const value of ['infinity', '-infinity', '0001-12-31 BC', '10000-01-01'])
      await expect(insert('document', { title: `'x'`, document_date: `'${value}'` }), value).rejects.toThrow(/check/);
    for (const value of ['infinity', '-infinity', '0001-01-01T00:00:00+01', '10000-01-01T00:00:00Z'])
      await expect(insert('batch', { name: `'x'`, received_at: `'${value}'` }), value).rejects.toThrow(/check/);
  });

  test('V2: a unique value is taken once per archive, and free again when its record is in the trash', async () => {
    await insert('process', { reference: `'trashed'` }, true);
    await insert('process', { reference: `'trashed'` });
    await expect(insert('process', { reference: `'trashed'` })).rejects.toThrow(/process__reference__unique/);
  });

  test('a reference points to a record of the same workspace', async () => {
    await expect(insert('document', { title: `'x'`, process_id: 'uuidv7()' })).rejects.toThrow(/document__process_id/);
  });
});

test('definitions may refer to each other and to themselves', async () => {
  const egg = define({
    name: 'egg',
    plural: 'eggs',
    title: 'Egg',
    fields: { hen: reference({ title: 'Hen', to: 'hen' }), twin: reference({ title: 'Twin', to: 'egg' }) },
  });
  const hen = define({
    name: 'hen',
    plural: 'hens',
    title: 'Hen',
    fields: { egg: reference({ title: 'Egg', to: 'egg' }), name: text({ title: 'Name' }) },
  });
  await create(await insertWorkspace('Farm'), definitionsOf([hen, egg]));
});

test('the names that need quotes are those of the server', async () => {
  const rows = await database.owner.query<{ word: string }>(
    `select word from pg_get_keywords() where catcode <> 'U' order by word`,
  );
  expect([...RESERVED_KEYWORDS].sort()).toEqual(rows.map((row) => row.word));
});
