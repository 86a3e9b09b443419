-- P10: functions are permissions on a whole workspace, with P2's entries and P4's decision.

-- Declared in schema/functions.ts and stored by migrating. Those that this server performs itself are here from the start.
create table rowplane.functions (
  name text primary key check (name ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  title text not null check (title ~ '\S')
);

create table rowplane.function_entries (
  id uuid primary key default uuidv7(),
  workspace_id int not null references rowplane.workspaces on delete cascade,
  function text not null references rowplane.functions on delete cascade,
  user_id uuid references rowplane.users on delete cascade,
  group_id uuid references rowplane.groups on delete cascade,
  decision text not null check (decision in ('ALLOW', 'DENY')),
  check (num_nonnulls(user_id, group_id) = 1),
  unique nulls not distinct (workspace_id, function, user_id, group_id)
);
create index function_entries_function on rowplane.function_entries (function);
create index function_entries_user on rowplane.function_entries (user_id);
create index function_entries_group on rowplane.function_entries (group_id);
create trigger a_tick before insert or delete or truncate or update on rowplane.function_entries for each statement execute function rowplane.tick();
create trigger guard_locked after insert or delete or update on rowplane.function_entries
  for each row when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null) execute function rowplane.guard_locked_row('workspace_id', 'decision');

-- P6: a new workspace allows Everyone all functions, and so does every workspace a new function: what nobody has touched restricts nobody.
create function rowplane.allow_everyone_functions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.function_entries (workspace_id, function, group_id, decision)
    select w.id, f.name, '00000000-0000-0000-0000-0000000000e1', 'ALLOW'
    from rowplane.workspaces w, rowplane.functions f
    where case tg_table_name when 'functions' then f.name = to_jsonb(new) ->> 'name' else w.id = (to_jsonb(new) ->> 'id')::int end;
  return null;
end $$;
create trigger allow_everyone after insert on rowplane.functions for each row execute function rowplane.allow_everyone_functions();
create trigger allow_everyone after insert on rowplane.workspaces for each row execute function rowplane.allow_everyone_functions();

insert into rowplane.functions values
  ('IMPORT', 'Import'), ('EXPORT', 'Export'), ('CHANGE_OPTIONS', 'Change options'), ('EMPTY_TRASH', 'Empty the trash'), ('CREATE_COLLECTION', 'Create collections');

-- U4: the functions that create something, which guests don't, whatever they are given.
create function rowplane.function_creates(function_name text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select function_name in ('IMPORT', 'IMPORT_MODEL', 'IMPORT_TRANSLATIONS', 'IMPORT_DRAWING', 'CREATE_COLLECTION') $$;

-- P4: what the entries that reach a person decide about a function; null if none does. Nothing reaches who may not look (U7), and guests no function that creates.
create function rowplane.function_decision(person uuid, workspace int, function_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case when bool_and(e.decision = 'ALLOW') then 'ALLOW' when bool_or(e.decision = 'DENY') then 'DENY' end
  from (select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role) r, rowplane.function_entries e
  where e.workspace_id = workspace and e.function = function_name and r.role is not null and not (r.role = 'GUEST' and rowplane.function_creates(function_name))
    and (e.user_id = person or e.group_id = any (r.groups)
      -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
      or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'))
$$;

-- Policies keep asking it: a function that is renamed stays the same one.
alter function rowplane.viewer_has_function(int, text) rename to viewer_function;

-- Whether the viewer may use a function in a workspace. One that the viewer doesn't see allows nothing (V2).
create or replace function rowplane.viewer_function(workspace int, function_name text) returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(rowplane.function_decision(rowplane.viewer(), workspace, function_name) = 'ALLOW', false)
    and exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
$$;

-- All functions, with what the viewer may use of them in a workspace that the viewer sees; no row for another one.
create function rowplane.viewer_functions(workspace int) returns table (name text, title text, allowed boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select f.name, f.title, coalesce(rowplane.function_decision(rowplane.viewer(), workspace, f.name) = 'ALLOW', false)
  from rowplane.functions f
  where exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
  order by f.name
$$;
grant execute on function rowplane.viewer_functions(int) to rowplane_viewer;

create function rowplane.no_such_function(path text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('NOT_FOUND', 'There is no such function.', jsonb_build_object('path', path)); end $$;

create function rowplane.check_administering_functions(workspace int) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if rowplane.viewer_role() is distinct from 'ADMINISTRATOR' then
    perform rowplane.refuse('FORBIDDEN', 'Only administrators may do this.');
  end if;
  if not exists (select from rowplane.workspaces w where w.id = workspace) then
    perform rowplane.no_such_workspace();
  end if;
end $$;

-- P2, U2: sets what a workspace says of functions: [{"function": name, "principal": uuid, "decision": "ALLOW" | "DENY" | null}, …], all or nothing; null is "not specified". The nil uuid stands for anonymous. Answers warnings.
create function rowplane.set_function_entries(workspace int, entries jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry record;
  person uuid;
  party uuid;
  known rowplane.function_entries;
  warnings jsonb := '[]';
begin
  perform rowplane.check_administering_functions(workspace);
  perform rowplane.take_permissions();
  perform rowplane.check_administering_functions(workspace);
  if jsonb_typeof(entries) is distinct from 'array' then
    perform rowplane.refuse('VALIDATION_FAILED', 'The entries must be a list.');
  end if;
  for entry in select e.value ->> 'function' as function, e.value ->> 'principal' as principal, e.value ->> 'decision' as decision, format('changes[%s].', e.place - 1) as path from jsonb_array_elements(entries) with ordinality e(value, place) loop
    if not exists (select from rowplane.functions f where f.name = entry.function) then
      perform rowplane.no_such_function(entry.path || 'function');
    end if;
    if entry.decision not in ('ALLOW', 'DENY') then
      perform rowplane.refuse('VALIDATION_FAILED', 'There is no such decision.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', entry.path || 'decision', 'message', 'must be ALLOW, DENY or null'))));
    end if;
    select u.id into person from rowplane.users u where u.id::text = entry.principal;
    select g.id into party from rowplane.groups g where g.id::text = entry.principal or (g.builtin = 'ANONYMOUS' and entry.principal = '00000000-0000-0000-0000-000000000000');
    if person is null and party is null then
      perform rowplane.refuse('NOT_FOUND', 'There is no such user or group.', jsonb_build_object('path', entry.path || 'principal'));
    end if;
    select e.* into known from rowplane.function_entries e
    where e.workspace_id = workspace and e.function = entry.function and e.user_id is not distinct from person and e.group_id is not distinct from party;
    if entry.decision is null then
      delete from rowplane.function_entries e where e.id = known.id;
    elsif known.id is null then
      insert into rowplane.function_entries (workspace_id, function, user_id, group_id, decision) values (workspace, entry.function, person, party, entry.decision);
    elsif known.decision <> entry.decision then
      update rowplane.function_entries e set decision = entry.decision where e.id = known.id;
    end if;
    if entry.decision = 'DENY' and known.decision is distinct from 'DENY' then
      warnings := warnings || rowplane.deny_warning(person, party, entry.function);
    end if;
  end loop;
  return warnings;
end $$;
grant execute on function rowplane.set_function_entries(int, jsonb) to rowplane_viewer, rowplane_admin;

-- P4, P9: what is decided for a user or group about a function, and by which entries; `decision` is of the entries alone, `allowed` knows guests (U4). For administrators.
create function rowplane.effective_function(workspace int, function_name text, principal uuid) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := case when principal = '00000000-0000-0000-0000-000000000000' then principal else (select u.id from rowplane.users u where u.id = principal) end;
  groups uuid[];
  reach record;
begin
  perform rowplane.check_administering_functions(workspace);
  if not exists (select from rowplane.functions f where f.name = function_name) then
    perform rowplane.no_such_function('function');
  end if;
  if person is null and not exists (select from rowplane.groups g where g.id = principal) then
    perform rowplane.refuse('NOT_FOUND', 'There is no such user or group.', jsonb_build_object('path', 'principal'));
  end if;
  groups := case when person is not null then rowplane.groups_of(person) else rowplane.groups_above(principal) end;
  select coalesce(jsonb_agg(e.id order by e.decision desc, e.id), '[]') as ids, bool_or(e.decision = 'DENY') as denied, bool_or(e.decision = 'ALLOW') as allowed into reach
  from rowplane.function_entries e
  where e.workspace_id = workspace and e.function = function_name and (person is null or rowplane.role_of(person) is not null)
    and (e.user_id = person or e.group_id = any (groups) or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'));
  return jsonb_build_object('decision', case when reach.denied then 'DENY' when reach.allowed then 'ALLOW' else 'UNSPECIFIED' end, 'entries', reach.ids,
    'allowed', case when person is not null then coalesce(rowplane.function_decision(person, workspace, function_name) = 'ALLOW', false)
      else coalesce(reach.allowed and not reach.denied, false) and not (principal = '00000000-0000-0000-0000-0000000000e5' and rowplane.function_creates(function_name)) end);
end $$;
grant execute on function rowplane.effective_function(int, text, uuid) to rowplane_viewer, rowplane_admin;
-- W2: erases folders from the trash in which nothing is any more, for those who may restore them and have EMPTY_TRASH (P10). Answers how many.
create or replace function rowplane.erase_folders(workspace int, archive uuid default null) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  erasable uuid[];
  used uuid[];
  record_table text;
  erased int;
  total int := 0;
begin
  if not rowplane.viewer_function(workspace, 'EMPTY_TRASH') then
    perform rowplane.refuse('FORBIDDEN', 'You may not empty the trash of this workspace.', jsonb_build_object('function', 'EMPTY_TRASH'));
  end if;
  if not exists (select from rowplane.folders f join rowplane.archives a on a.id = f.archive_id where a.workspace_id = workspace and f.deleted_at is not null) then
    return 0;
  end if;
  perform rowplane.take_permissions();
  loop
    -- From the bottom up, since a folder goes only after those in it.
    select array_agg(f.id) into erasable
    from rowplane.viewer_scopes() v join rowplane.folders f on f.scope_id = v.scope_id
    where v.workspace_id = workspace and v.record_table is null and v.may_delete and f.deleted_at is not null and f.archive_id = coalesce(archive, f.archive_id)
      and not exists (select from rowplane.folders c where c.parent_id = f.id);
    exit when erasable is null;
    for record_table in select rowplane.record_tables(workspace) loop
      execute format('select array_agg(distinct t.folder_id) from %s t where t.folder_id = any ($1)', record_table) into used using erasable;
      erasable := array(select e.id from unnest(erasable) e(id) where e.id <> all (coalesce(used, '{}')));
    end loop;
    delete from rowplane.folders f where f.id = any (erasable);
    get diagnostics erased = row_count;
    exit when erased = 0;
    total := total + erased;
  end loop;
  return total;
end $$;

-- P10: a file is imported by whoever has IMPORT in the workspace, from its first row to its last: the rows that wait are shown to nobody else.
drop function rowplane.create_import(text, uuid, text[], text[], text[]);
create function rowplane.create_import(run text, person uuid, workspace int, columns text[], types text[], resolved text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  listed text;
begin
  if rowplane.function_decision(person, workspace, 'IMPORT') is distinct from 'ALLOW' then
    perform rowplane.refuse('FORBIDDEN', 'This user may not import into this workspace.', jsonb_build_object('function', 'IMPORT'));
  end if;
  select coalesce(string_agg(format(', %I %s', c.name, case c.type when 'text' then 'text collate "C"' else c.type::regtype::text end), '' order by c.place), '') into listed
  from unnest(columns, types) with ordinality c(name, type, place);
  execute format('create unlogged table rowplane_import.%I (line int primary key, raw text not null, problem text%s) with (autovacuum_enabled = off)', run, listed);
  execute format('alter table rowplane_import.%I enable row level security', run);
  execute format('create policy own on rowplane_import.%I to rowplane_viewer using ((select rowplane.viewer() = %L::uuid and rowplane.viewer_function(%s, ''IMPORT'')))', run, person, workspace);
  execute format('grant select, update (problem%s) on rowplane_import.%I to rowplane_viewer',
    (select coalesce(string_agg(format(', %I', r.name), ''), '') from unnest(resolved) r(name)), run);
end $$;
