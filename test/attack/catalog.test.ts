import { afterAll, beforeAll, expect, test } from 'vitest';
import { withOwner } from '../support/database.ts';
import { DENIED, failure, slipped } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
  await vault.lay({ archive: vault.archives.safe, client: vault.clients.alpha, code: 'c', secret: 'hush' });
  await vault.owner.query(`analyze ws_${vault.workspace}.paper`);
});
afterAll(() => vault.close());

/** Everything that a function of ours is, by its signature. */
const FUNCTIONS = `
  select p.oid::regprocedure::text as name, p.prosecdef as definer, coalesce(array_to_string(p.proconfig, ';'), '') as settings,
    p.prosqlbody is not null as resolved, has_function_privilege('public', p.oid, 'execute') as public, has_function_privilege('rowplane_viewer', p.oid, 'execute') as viewer,
    p.prorettype = 'trigger'::regtype as trigger
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

interface FunctionRow {
  name: string;
  definer: boolean;
  settings: string;
  /** Its names were looked up when it was made, and never again. */
  resolved: boolean;
  public: boolean;
  viewer: boolean;
  trigger: boolean;
}

test('every function of ours looks names up where only we put them, pg_temp last', async () => {
  const functions = await vault.owner.query<FunctionRow>(FUNCTIONS);
  expect(functions.length).toBeGreaterThan(40);
  // One that is written into the query of its caller can't have a setting; then it isn't its owner who runs it.
  const loose = functions.filter(({ settings }) => !/(^|;)search_path=pg_catalog, pg_temp($|;)/.test(settings));
  expect(loose.filter(({ definer }) => definer)).toEqual([]);
  expect(loose.filter(({ resolved }) => !resolved).map(({ name }) => name)).toEqual([]);
});

test('PUBLIC executes only what policies and views ask about the viewer', async () => {
  const functions = await vault.owner.query<FunctionRow>(FUNCTIONS);
  const open = functions.filter((each) => each.public).map(({ name }) => name);
  const allowed = [
    'rowplane.expected_version(uuid)',
    'rowplane.targets()',
    'rowplane.viewer_flags(integer,text)',
    'rowplane.viewer_in_any_plane(integer[])',
    'rowplane.viewer_in_plane(integer)',
    'rowplane.viewer_right(integer,text,text)',
    'rowplane.viewer_sees_all_users()',
    'rowplane.viewer_sees_places(integer)',
    'rowplane.viewer_users()',
  ];
  expect(open.filter((name) => !allowed.includes(name))).toEqual([]);
});

test('a viewer executes what is named here and no other function of ours', async () => {
  const functions = await vault.owner.query<FunctionRow>(FUNCTIONS);
  const executable = functions.filter(({ viewer }) => viewer).map(({ name }) => name);
  const door = new RegExp(`^ws_${vault.workspace}_edit\\.(paper|note)_(able|editable|shown)\\(`);
  expect(executable.filter((name) => !door.test(name)).sort()).toEqual(
    [
      'rowplane.begin_folder_delete(uuid)',
      'rowplane.begin_write(text)',
      'rowplane.break_workspace_lock(integer)',
      'rowplane.changed_targets()',
      'rowplane.check_new_owner(uuid)',
      'rowplane.complete_entries(integer,uuid[])',
      'rowplane.count_mailbox(integer,boolean,boolean)',
      'rowplane.create_folder(uuid,text)',
      'rowplane.delete_folder(uuid)',
      'rowplane.delete_saved_query(uuid)',
      'rowplane.effective_function(integer,text,uuid)',
      'rowplane.effective_permission(uuid,uuid,text,integer)',
      'rowplane.enter(text,integer[])',
      'rowplane.enter(text,integer[],text)',
      'rowplane.entries_of(uuid,integer)',
      'rowplane.erase_folders(integer,uuid)',
      'rowplane.expected_version(uuid)',
      'rowplane.finish_folder_delete(uuid)',
      'rowplane.folder_workspace(uuid)',
      'rowplane.lock_workspace(integer,text)',
      'rowplane.mailbox(integer,integer,timestamp with time zone,uuid,boolean,boolean)',
      'rowplane.mailbox_candidates(integer,text[],uuid[])',
      'rowplane.mailbox_history(integer,uuid[])',
      'rowplane.mailbox_workspaces(boolean)',
      'rowplane.mark_entries_read(integer,uuid[])',
      'rowplane.move_folder(uuid,uuid,boolean)',
      'rowplane.new_place(integer,text,uuid,integer,uuid,uuid,uuid,uuid)',
      'rowplane.no_such_record(text)',
      'rowplane.object_permissions(uuid,integer)',
      'rowplane.own_mailbox(integer,uuid[])',
      'rowplane.place_in_mailbox(integer,text[],uuid[],uuid[],text,date)',
      'rowplane.placement(integer,uuid,uuid,uuid,text)',
      'rowplane.prepare_realm(uuid,uuid,uuid)',
      'rowplane.reassign_entries(integer,uuid[],uuid)',
      'rowplane.reassignment_candidates(integer,uuid[])',
      'rowplane.refresh_access(integer)',
      'rowplane.refuse(text,text,jsonb)',
      'rowplane.refuse_folder_content()',
      'rowplane.rename_folder(uuid,text)',
      'rowplane.restore_folder(uuid)',
      'rowplane.return_entries(integer,uuid[],text)',
      'rowplane.revive_folder(uuid)',
      'rowplane.seen_mailbox_entries(integer,uuid[])',
      'rowplane.send_entries(integer,uuid[],uuid,text,date)',
      'rowplane.send_records(integer,text[],uuid[],uuid,text,date)',
      'rowplane.set_entries(uuid,jsonb,boolean,integer)',
      'rowplane.set_entry(uuid,uuid,text,text,boolean)',
      'rowplane.set_function_entries(integer,jsonb)',
      'rowplane.set_inheritance(uuid,boolean,boolean,integer)',
      'rowplane.set_targets(uuid[],integer[])',
      'rowplane.targets()',
      'rowplane.undelivered_mailbox(integer,integer,timestamp with time zone,uuid)',
      'rowplane.unlock_workspace(integer)',
      'rowplane.unshare_saved_query(uuid,uuid[])',
      'rowplane.viewer()',
      'rowplane.viewer_applications()',
      'rowplane.viewer_archives()',
      'rowplane.viewer_clients()',
      'rowplane.viewer_flags(integer,text)',
      'rowplane.viewer_folder_scopes()',
      'rowplane.viewer_function(integer,text)',
      'rowplane.viewer_functions(integer)',
      'rowplane.viewer_groups()',
      'rowplane.viewer_has_mailbox()',
      'rowplane.viewer_in_any_plane(integer[])',
      'rowplane.viewer_in_plane(integer)',
      'rowplane.viewer_knowledge(integer)',
      'rowplane.viewer_locks()',
      'rowplane.viewer_own_queries()',
      'rowplane.viewer_planes(integer)',
      'rowplane.viewer_right(integer,text,text)',
      'rowplane.viewer_rights_of(integer)',
      'rowplane.viewer_role()',
      'rowplane.viewer_sees_all_users()',
      'rowplane.viewer_sees_places(integer)',
      'rowplane.viewer_shared_queries()',
      'rowplane.viewer_users()',
      'rowplane.viewer_visible_groups()',
      'rowplane.visible_children(uuid[])',
      'rowplane.visible_paths(uuid[])',
    ].sort(),
  );
});

test('nobody but the owner has rights on a record table beyond the columns that a role of ours needs', async () => {
  const rights = await vault.owner.query<{ grantee: string; table: string; privilege: string }>(
    `select grantee, table_schema || '.' || table_name as "table", privilege_type as privilege
     from information_schema.table_privileges
     where table_schema in ('ws_${vault.workspace}', 'rowplane') and grantee <> 'rowplane_owner' order by 1, 2, 3`,
  );
  const loose = rights.filter(
    ({ grantee, table, privilege }) =>
      // U3: tells viewers alone about users, through the policy of its owner.
      !(['PUBLIC', 'rowplane_sight'].includes(grantee) && table === 'rowplane.seen_users') &&
      // V7: viewers' own, under policies of their own.
      !(grantee === 'rowplane_viewer' && table.startsWith('rowplane.saved_quer')) &&
      !(grantee === 'rowplane_admin' && table.startsWith('rowplane.')) &&
      !(grantee === 'rowplane_viewer' && table.startsWith('rowplane.visible_') && privilege === 'SELECT') &&
      !(/^ws_[0-9a-f]{6}_\d+_trash$/.test(grantee) && privilege === 'DELETE'),
  );
  expect(loose).toEqual([]);
});

test('every record table and every table of the engine is under row security, record tables also for their owner', async () => {
  const tables = await vault.owner.query<{ name: string; on: boolean; forced: boolean; records: boolean }>(
    `select c.oid::regclass::text as name, c.relrowsecurity as on, c.relforcerowsecurity as forced, n.nspname ~ '^ws_' as records
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm', 'f') and (n.nspname = 'rowplane' or n.nspname ~ '^ws_\\d+')`,
  );
  expect(tables.filter(({ on }) => !on)).toEqual([]);
  expect(tables.filter(({ records, forced }) => records && !forced)).toEqual([]);
  expect(tables.filter(({ records }) => records)).toHaveLength(2);
});

test('what is restrictive is restrictive, and lets the owner’s upkeep through: FORCE would make it do nothing, in silence', async () => {
  const policies = await vault.owner.query<{ name: string; permissive: boolean; condition: string }>(
    `select p.polname as name, p.polpermissive as permissive,
       coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') as condition
     from pg_policy p where p.polrelid = 'ws_${vault.workspace}.paper'::regclass`,
  );
  const restrictive = policies.filter(({ permissive }) => !permissive);
  expect(restrictive.map(({ name }) => name).sort()).toEqual(['realm_create', 'realm_edit', 'realm_view']);
  for (const { condition } of restrictive) expect(condition).toContain('rowplane_owner');
  await withOwner(vault.database, async (owner) => {
    expect(await owner.query(`update ws_${vault.workspace}.paper set title = 'upkeep' returning code`)).toEqual([
      { code: 'c' },
    ]);
  });
});

test('roles of ours carry the database’s tag, log in only where they must, and bypass nothing', async () => {
  const roles = await vault.owner.query<{ name: string; login: boolean; power: boolean }>(
    `select rolname as name, rolcanlogin as login, rolsuper or rolbypassrls or rolreplication as power from pg_roles
     where rolname ~ '^(acp|ws)_' or rolname ~ '^rowplane_'`,
  );
  expect(roles.filter(({ power }) => power)).toEqual([]);
  expect(
    roles
      .filter(({ login }) => login)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['rowplane_admin', 'rowplane_api']);
  const [deployment] = await vault.owner.query<{ tag: string }>('select tag from rowplane.deployment');
  expect(deployment?.tag).toMatch(/^[0-9a-f]{6}$/);
  const mine = await vault.owner.query<{ name: string }>(
    `select distinct r.rolname as name from pg_policy p cross join unnest(p.polroles) role(oid) join pg_roles r on r.oid = role.oid
     where r.rolname !~ '^rowplane_'`,
  );
  expect(mine.length).toBeGreaterThan(4);
  for (const { name } of mine) expect(name).toMatch(new RegExp(`^(acp|ws)_${deployment!.tag}_\\d+`));
});

test('comments, which any login reads, name nobody and nothing but ids and rules', async () => {
  await slipped(vault, 'nobody', async (sql) => {
    const comments = await sql.query<{ comment: string }>(
      `select description as comment from pg_description where objoid not in (select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace)
       union all select description from pg_shdescription`,
    );
    const all = comments.map(({ comment }) => comment).join('\n');
    for (const name of [
      'Vault',
      'Bank',
      'Safe',
      'Cabinet',
      'Drawer',
      'Alpha',
      'Beta',
      'keeper',
      'outsider',
      'opener',
      'mixers',
    ])
      expect([name, all.includes(name)]).toEqual([name, false]);
  });
});

test('statistics of columns are shown to nobody who looks through views', async () => {
  await slipped(vault, 'keeper', async (sql) => {
    expect(
      await sql.query(`select * from pg_stats where schemaname !~ '^pg_' and schemaname <> 'information_schema'`),
    ).toEqual([]);
    expect(await sql.query(`select * from pg_stats_ext`)).toEqual([]);
    expect(await failure(sql, 'select * from pg_statistic')).toBe(DENIED);
  });
});

test('nobody makes an object anywhere, so no name can be put in the way of ours', async () => {
  await slipped(vault, 'keeper', async (sql) => {
    const open = await sql.query(
      `select nspname from pg_namespace where has_schema_privilege(oid, 'create')
       union all select 'temp' where has_database_privilege(current_database(), 'temp') or has_database_privilege('rowplane_api', current_database(), 'temp')
       union all select 'schema' where has_database_privilege(current_database(), 'create')`,
    );
    expect(open).toEqual([]);
    await sql.query(`set local search_path = pg_temp, public, pg_catalog`);
    expect(await failure(sql, 'create temp table users (a int)')).toBe(DENIED);
    expect(await failure(sql, 'create function pg_temp.f() returns int language sql as $$ select 1 $$')).toBe(DENIED);
    expect(await sql.query(`select code from plane_${vault.planes.full}.paper`)).toEqual([{ code: 'c' }]);
  });
});

test('nobody but our own roles may connect', async () => {
  const [row] = await vault.owner.query<{ open: boolean }>(
    `select has_database_privilege('public', current_database(), 'connect') as open`,
  );
  expect(row).toEqual({ open: false });
});
