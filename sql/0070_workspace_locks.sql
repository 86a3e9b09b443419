-- P11: one holder of EDIT_PERMISSIONS keeps a workspace to himself: only he writes its records and its permissions until it is unlocked. Everyone reads on, and access can be taken away.

create table rowplane.workspace_locks (
  workspace_id int primary key references rowplane.workspaces on delete cascade,
  holder_id uuid not null references rowplane.users on delete cascade,
  reason text not null check (reason ~ '\S' and length(reason) <= 500),
  since timestamptz not null default now(),
  judged bigint not null default 0
);
comment on column rowplane.workspace_locks.judged is 'the state of permissions at which it was last seen that the holder may hold it';
create index workspace_locks_holder on rowplane.workspace_locks (holder_id);

-- Writers hold the permissions as they are, so a lock waits for those that are under way, and is in force for every write that starts after its commit (V5).
create trigger a_tick before insert or delete or truncate or update of workspace_id, holder_id on rowplane.workspace_locks for each statement execute function rowplane.tick();

-- Who may lock a workspace, and hold the lock: active people who have EDIT_PERMISSIONS at the root of one of its archives and get past C6.
create function rowplane.may_lock(person uuid, workspace int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.role_of(person) is not null and exists (select from rowplane.managed_archives(person, workspace)) $$;

-- The locks of the workspaces in which the viewer sees an archive. A holder whom the viewer may not see has no id (U3). Costs nothing while nothing is locked.
create function rowplane.viewer_locks() returns table (workspace_id int, holder_id uuid, reason text, since timestamptz, is_mine boolean)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from rowplane.workspace_locks) then
    return query
      select l.workspace_id, u.id, l.reason, l.since, coalesce(l.holder_id = rowplane.viewer(), false)
      from rowplane.workspace_locks l left join rowplane.viewer_users() u(id) on u.id = l.holder_id
      where l.workspace_id in (select v.workspace_id from rowplane.viewer_archives() v);
  end if;
end $$;
grant execute on function rowplane.viewer_locks() to rowplane_viewer;

create view rowplane.visible_locks with (security_barrier) as select v.* from rowplane.viewer_locks() v;
comment on view rowplane.visible_locks is 'P11: which workspaces are locked, among those in which the viewer sees an archive';
grant select on rowplane.visible_locks to rowplane_viewer;

-- Refuses who doesn't hold the lock of a workspace. Whoever sees nothing in it hears no more than that (V2).
create function rowplane.check_unlocked(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  title text;
begin
  if not exists (select from rowplane.workspace_locks l where l.workspace_id = workspace and l.holder_id is distinct from rowplane.viewer()) then
    return;
  end if;
  select v.holder_id, v.reason, v.since into held from rowplane.viewer_locks() v where v.workspace_id = workspace;
  if held is null and rowplane.viewer_role() = 'ADMINISTRATOR' then
    select l.holder_id, l.reason, l.since into held from rowplane.workspace_locks l where l.workspace_id = workspace;
  end if;
  select coalesce(nullif(u.display_name, ''), u.name) into title from rowplane.users u where u.id = held.holder_id;
  perform rowplane.refuse('LOCKED',
    format('%s locked%s. Everything can still be read, and access taken away.', case when title is null then 'This workspace is' else title || ' has this workspace' end, ': ' || held.reason),
    jsonb_build_object('workspace', workspace, 'holder', case when title is not null then jsonb_build_object('id', held.holder_id, 'name', title) end, 'reason', held.reason, 'since', held.since));
end $$;

-- For record tables: compiled into a trigger of each, with its workspace. Volatile, so that it sees a lock that was taken while the statement waited.
-- To those who see nothing there it says nothing: no policy lets them at a record, and of the lock they don't hear (V2). Administrators act on records that they don't see.
create function rowplane.guard_unlocked() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.hold_permissions();
  if exists (select from rowplane.workspace_locks l where l.workspace_id = tg_argv[0]::int)
    and (rowplane.viewer_sees_places(tg_argv[0]::int) or rowplane.viewer_role() = 'ADMINISTRATOR') then
    perform rowplane.check_unlocked(tg_argv[0]::int);
  end if;
  return null;
end $$;

-- For the tables that say who may do what in a workspace, and what is in it. Its arguments: by which column the workspace is found, and whether a decision tells if the change gives or takes.
create function rowplane.guard_locked_row() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  home int;
begin
  perform rowplane.hold_permissions();
  if not exists (select from rowplane.workspace_locks) then
    return null;
  end if;
  if tg_argv[1] = 'decision' then
    -- What remains of one principal on one object is a DENY, or nothing where an ALLOW was: that takes away.
    if after ->> 'decision' = 'DENY' and (before is null or before - '{decision,copied,covers}'::text[] = after - '{decision,copied,covers}'::text[]) then
      return null;
    end if;
    if after is null and (before ->> 'decision' = 'ALLOW' or not exists (select from rowplane.users u where u.id::text = before ->> 'user_id') and before ->> 'user_id' is not null) then
      return null;
    end if;
    -- U7: when the last manager is blocked, Administrators receive EDIT_PERMISSIONS, or blocking would have to wait for the lock.
    if pg_trigger_depth() > 1 and after ->> 'group_id' = '00000000-0000-0000-0000-0000000000e2' and after ->> 'permission' = 'EDIT_PERMISSIONS' and after ->> 'object_id' = after ->> 'archive_id' then
      return null;
    end if;
  end if;
  for home in
    select distinct case tg_argv[0]
      when 'archive_id' then (select a.workspace_id from rowplane.archives a where a.id = (r.row ->> 'archive_id')::uuid)
      when 'plane_id' then (select p.workspace_id from rowplane.planes p where p.id = (r.row ->> 'plane_id')::int)
      else (r.row ->> tg_argv[0])::int end
    from (values (before), (after)) r(row) where r.row is not null
  loop
    perform rowplane.check_unlocked(home);
  end loop;
  return null;
end $$;

-- Not here: deleting an assignment or the link of a plane to a group, which only take away; and what is the whole account's (groups, their members, users).
do $$
declare
  watched text[];
begin
  foreach watched slice 1 in array array[
    ['update of name, company_id or delete on rowplane.workspaces', 'id', ''],
    ['insert or delete or update on rowplane.archives', 'workspace_id', ''],
    ['insert or delete or update of archive_id, parent_id, name, deleted_at on rowplane.folders', 'archive_id', ''],
    ['insert or delete or update on rowplane.clients', 'workspace_id', ''],
    ['insert or update on rowplane.client_assignments', 'workspace_id', ''],
    ['insert or delete or update on rowplane.planes', 'workspace_id', ''],
    ['insert or update on rowplane.plane_groups', 'plane_id', ''],
    ['insert or delete or update on rowplane.inheritance_breaks', 'archive_id', ''],
    ['insert or delete or update on rowplane.object_entries', 'archive_id', 'decision']
  ] loop
    execute format('create trigger guard_locked after %s for each row when (current_user <> ''rowplane_owner'' or rowplane.viewer() is not null) execute function rowplane.guard_locked_row(%L, %L)', watched[1], watched[2], watched[3]);
  end loop;
end $$;

-- A lock ends with its holder's block or demotion, whoever causes it; the end of a block doesn't bring it back. Looks at the end of a change, once for all of its rows.
create function rowplane.end_locks() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from rowplane.workspace_locks l, rowplane.clock c where l.judged < c.ticks) then
    -- Only where there is one: the statement alone would tick the clock.
    if exists (select from rowplane.workspace_locks l where not rowplane.may_lock(l.holder_id, l.workspace_id)) then
      delete from rowplane.workspace_locks l where not rowplane.may_lock(l.holder_id, l.workspace_id);
    end if;
    update rowplane.workspace_locks l set judged = c.ticks from rowplane.clock c where l.judged < c.ticks;
  end if;
  return null;
end $$;

do $$
declare
  watched text;
begin
  foreach watched in array array[
    'update of role, active, blocked_until on rowplane.users',
    'insert or delete or update on rowplane.group_members',
    'insert or delete or update on rowplane.group_nesting',
    'delete or update on rowplane.client_assignments',
    'insert or delete or update on rowplane.object_entries',
    'delete or update of clients_enabled on rowplane.archives'
  ] loop
    execute format('create constraint trigger end_locks after %s deferrable initially deferred for each row execute function rowplane.end_locks()', watched);
  end loop;
end $$;

create function rowplane.no_such_workspace() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('NOT_FOUND', 'There is no such workspace.', jsonb_build_object('path', 'workspace')); end $$;

-- Whether a workspace exists for the viewer: an archive is seen in it, or it is seen as a setting (U2).
create function rowplane.knows_workspace(workspace int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
    or (rowplane.viewer_role() = 'ADMINISTRATOR' and exists (select from rowplane.workspaces w where w.id = workspace))
$$;

create function rowplane.check_locking(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.knows_workspace(workspace) then
    perform rowplane.no_such_workspace();
  end if;
  if not rowplane.may_lock(rowplane.viewer(), workspace) then
    perform rowplane.refuse('FORBIDDEN', 'Locking a workspace needs EDIT_PERMISSIONS on one of its archives.', jsonb_build_object('permission', 'EDIT_PERMISSIONS'));
  end if;
  perform rowplane.check_unlocked(workspace);
end $$;

-- P11: locks a workspace for its caller; who holds the lock changes its reason. Waits for the writes that are under way.
create function rowplane.lock_workspace(workspace int, reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Twice: before anybody has to wait, and when nothing changes any more (V5).
  perform rowplane.check_locking(workspace);
  if coalesce(reason, '') !~ '\S' or length(reason) > 500 then
    perform rowplane.refuse('VALIDATION_FAILED', 'Say why the workspace is locked, in at most 500 characters: those who can''t write read it.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'reason', 'message', 'must have 1 to 500 characters'))));
  end if;
  perform rowplane.take_permissions();
  perform rowplane.check_locking(workspace);
  insert into rowplane.workspace_locks as l (workspace_id, holder_id, reason) values (workspace, rowplane.viewer(), btrim(lock_workspace.reason))
    on conflict (workspace_id) do update set reason = excluded.reason;
end $$;

-- P11: takes the caller's own lock away. Answers whether there was one.
create function rowplane.unlock_workspace(workspace int) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.knows_workspace(workspace) then
    perform rowplane.no_such_workspace();
  end if;
  -- The statement alone would tick the clock, for anybody who asks, and make everybody's access be compiled anew.
  if not exists (select from rowplane.workspace_locks l where l.workspace_id = workspace) then
    return false;
  end if;
  perform rowplane.check_unlocked(workspace);
  delete from rowplane.workspace_locks l where l.workspace_id = workspace and l.holder_id = rowplane.viewer();
  return found;
end $$;

-- P11: any administrator breaks anybody's lock. Answers whether there was one.
create function rowplane.break_workspace_lock(workspace int) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.knows_workspace(workspace) then
    perform rowplane.no_such_workspace();
  end if;
  if rowplane.viewer_role() is distinct from 'ADMINISTRATOR' then
    perform rowplane.refuse('FORBIDDEN', 'Only administrators break the lock of a workspace.');
  end if;
  delete from rowplane.workspace_locks l where l.workspace_id = workspace;
  return found;
end $$;
grant execute on function rowplane.lock_workspace(int, text), rowplane.unlock_workspace(int), rowplane.break_workspace_lock(int) to rowplane_viewer, rowplane_admin;
