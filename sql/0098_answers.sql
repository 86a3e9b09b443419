-- What operations answer those who ask for what isn't there for them.

-- Never null: who has no role, being blocked, knows nothing (U7, V2).
create or replace function rowplane.knows_workspace(workspace int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
    or (coalesce(rowplane.viewer_role() = 'ADMINISTRATOR', false) and exists (select from rowplane.workspaces w where w.id = workspace))
$$;

-- P11: refuses every statement on the records of a locked workspace, to those for whom the workspace is there; to others it says nothing (V2). Asking for visible realms isn't enough: who sees an archive, but no record in it, hears of the lock too.
create or replace function rowplane.guard_unlocked() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.hold_permissions();
  if exists (select from rowplane.workspace_locks l where l.workspace_id = tg_argv[0]::int) and rowplane.knows_workspace(tg_argv[0]::int) then
    perform rowplane.check_unlocked(tg_argv[0]::int);
  end if;
  return null;
end $$;

-- V4, P11: while somebody else has locked the workspace, nothing can be changed, added or taken away in what these show. Permissions can still be seen, and access taken away.
grant execute on function rowplane.viewer_locks() to rowplane_admin;

create or replace view rowplane.visible_archives with (security_barrier) as
  with locked as materialized (select l.workspace_id from rowplane.viewer_locks() l where not l.is_mine)
  select a.id, a.workspace_id, a.name, a.clients_enabled,
    v.may_edit and a.workspace_id not in (select l.workspace_id from locked l) as may_edit,
    v.may_create and a.workspace_id not in (select l.workspace_id from locked l) as may_create,
    v.may_delete and a.workspace_id not in (select l.workspace_id from locked l) as may_delete,
    a.created_at
  from rowplane.viewer_archives() v join rowplane.archives a on a.id = v.archive_id;

create or replace view rowplane.visible_folders with (security_barrier) as
  with seen as materialized (select v.* from rowplane.viewer_folder_scopes() v),
  locked as materialized (select a.id from rowplane.viewer_locks() l join rowplane.archives a on a.workspace_id = l.workspace_id where not l.is_mine)
  select f.id, f.archive_id, case when (select p.scope_id from rowplane.folders p where p.id = f.parent_id) in (select s.scope_id from seen s) then f.parent_id end as parent_id,
    f.name, f.created_at,
    v.may_edit and f.archive_id not in (select l.id from locked l) as may_edit,
    v.may_create and f.archive_id not in (select l.id from locked l) as may_create,
    v.may_delete and f.archive_id not in (select l.id from locked l) as may_delete,
    v.may_edit_permissions,
    exists (select from rowplane.object_entries e where e.object_id = f.id and not e.copied) as has_own_entries,
    f.parent_id is not null and not exists (select from rowplane.inheritance_breaks b where b.object_id = f.id) as inherits
  from seen v join rowplane.folders f on f.scope_id = v.scope_id
  where f.deleted_at is null;

create or replace function rowplane.visible_paths(chosen uuid[])
returns table (id uuid, archive_id uuid, workspace_id int, parent_id uuid, name text, path text[], may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean, has_own_entries boolean, inherits boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive up(leaf, id, parent_id, name, scope_id, step) as (
    select f.id, f.id, f.parent_id, f.name, f.scope_id, 0 from rowplane.folders f where f.id = any (chosen) and f.deleted_at is null
    union all
    select u.leaf, f.id, f.parent_id, f.name, f.scope_id, u.step + 1 from up u join rowplane.folders f on f.id = u.parent_id
  ), seen as materialized (
    select v.* from rowplane.viewer_scopes(array(select distinct u.scope_id from up u)) v
  ), locked as materialized (
    select l.workspace_id from rowplane.viewer_locks() l where not l.is_mine
  ), steps as (
    select u.leaf, u.id, u.name, u.step, min(u.step) filter (where s.scope_id is null) over (partition by u.leaf) as hidden
    from up u left join seen s on s.scope_id = u.scope_id
  ), paths as (
    select p.leaf, array_agg(p.name order by p.step desc) as names, (array_agg(p.id) filter (where p.step = 1))[1] as parent_id
    from steps p where p.hidden is null or p.step < p.hidden group by p.leaf
  )
  select f.id, f.archive_id, s.workspace_id, p.parent_id, f.name, p.names, s.may_edit and w.open, s.may_create and w.open, s.may_delete and w.open, s.may_edit_permissions,
    exists (select from rowplane.object_entries e where e.object_id = f.id and not e.copied),
    f.parent_id is not null and not exists (select from rowplane.inheritance_breaks b where b.object_id = f.id)
  from paths p join rowplane.folders f on f.id = p.leaf join seen s on s.scope_id = f.scope_id
  cross join lateral (select s.workspace_id not in (select l.workspace_id from locked l)) w(open)
$$;

-- Says by name what there isn't.
create function rowplane.no_such_function(path text, function_name text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('NOT_FOUND', format('There is no function "%s". See rowplane functions list, or declare it in schema/functions.ts.', left(function_name, 40)), jsonb_build_object('path', path));
end $$;

-- P2, U2: sets what a workspace says of functions: [{"function": name, "principal": uuid, "decision": "ALLOW" | "DENY" | null}, …], all or nothing; null is "not specified". The nil uuid stands for anonymous. Answers warnings.
create or replace function rowplane.set_function_entries(workspace int, entries jsonb) returns jsonb
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
      perform rowplane.no_such_function(entry.path || 'function', entry.function);
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

-- P4, P9: what is decided for a user or group about a function, and by which entries; `decision` is of the entries alone, `allowed` knows guests (U4). For administrators.
create or replace function rowplane.effective_function(workspace int, function_name text, principal uuid) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := case when principal = '00000000-0000-0000-0000-000000000000' then principal else (select u.id from rowplane.users u where u.id = principal) end;
  groups uuid[];
  reach record;
begin
  perform rowplane.check_administering_functions(workspace);
  if not exists (select from rowplane.functions f where f.name = function_name) then
    perform rowplane.no_such_function('function', function_name);
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

drop function rowplane.no_such_function(text);
