import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { describeCatalog } from './catalog.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const OURS = `n.nspname !~ '^(pg_|information_schema$|public$)'`;

test('owners, grants, policies, triggers and functions are those of catalog.snapshot.txt (npm run snapshot:catalog)', async () => {
  await expect(await describeCatalog(database.owner)).toMatchFileSnapshot('catalog.snapshot.txt');
});

test('every function that runs with its owner’s rights looks for names where nobody else can put any', async () => {
  const wrong = await database.owner.query(
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and p.prosecdef
        and not exists (select from unnest(p.proconfig) setting where setting ~ '^search_path=(.*, )?pg_temp$')`,
  );
  expect(wrong).toEqual([]);
});

test('everybody may execute only what policies ask about the viewer himself, since they run as the roles of planes', async () => {
  const open = await database.owner.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and exists (
        select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0)
      order by 1`,
  );
  expect(open.map(({ name }) => name)).toEqual([
    'rowplane.expected_version(uuid)',
    'rowplane.targets()',
    'rowplane.viewer_flags(integer,text)',
    'rowplane.viewer_in_any_plane(integer[])',
    'rowplane.viewer_in_plane(integer)',
    'rowplane.viewer_right(integer,text,text)',
    'rowplane.viewer_sees_all_users()',
    'rowplane.viewer_sees_places(integer)',
    'rowplane.viewer_users()',
  ]);
});

test('L2, U3: everything of ours belongs to rowplane_owner, but for the log, which is kept from it, and the sight of users, which row security holds for', async () => {
  const wrong = await database.owner.query(
    `select name from (
       select n.nspname, relname as name, relowner as owner from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${OURS}
       union all
       select n.nspname, proname, proowner from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS}
       union all
       select nspname, nspname, nspowner from pg_namespace n where ${OURS}
     ) found where owner <> (case when nspname = 'rowplane_log' then 'rowplane_log' when name = 'seen_users' then 'rowplane_sight' else 'rowplane_owner' end)::regrole`,
  );
  expect(wrong).toEqual([]);
});

test('no table that anybody but its owner may touch is without row level security', async () => {
  const wrong = await database.owner.query(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${OURS} and c.relkind in ('r', 'p') and not c.relrowsecurity
        and (exists (select from aclexplode(c.relacl) where grantee <> c.relowner)
          or exists (select from pg_attribute a, aclexplode(a.attacl) where a.attrelid = c.oid and grantee <> c.relowner))`,
  );
  expect(wrong).toEqual([]);
});

test('functions created by the owner anywhere are nobody else’s until granted', async () => {
  await database.owner.query('create schema newly_made');
  await database.owner.query('create function newly_made.f() returns int language sql return 1');
  const [may] = await database.owner.query<{ may: boolean }>(
    `select has_function_privilege('rowplane_viewer', 'newly_made.f()', 'execute') as may`,
  );
  await database.owner.query('drop schema newly_made cascade');
  expect(may).toEqual({ may: false });
});
