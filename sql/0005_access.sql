-- The permission clock, compiled access, and what policies ask (V5).

-- One row. Every statement that changes a permission takes it first, which puts permission changes in one order:
-- under READ COMMITTED the second waits, under REPEATABLE READ it fails with a serialisation error. Two changes can't overlook each other.
create table rowplane.clock (
  one boolean primary key default true check (one),
  ticks bigint not null default 1
);
insert into rowplane.clock default values;

-- Nothing but its lock: writers take it shared, changes of permissions alone. Row locks are handed out to sharers past one who waits to change the row,
-- so writers who never pause could keep their own block waiting; table locks are queued for in order.
create table rowplane.gate ();

create function rowplane.tick() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rowplane.gate in exclusive mode;
  update rowplane.clock set ticks = ticks + 1;
  return null;
end $$;

-- Named a_tick: Postgres fires triggers in the order of their names.
create trigger a_tick before insert or delete or truncate or update of id, role, active, blocked_until on rowplane.users for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update of id, builtin on rowplane.groups for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.group_members for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.group_nesting for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update of id, workspace_id, clients_enabled on rowplane.archives for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.client_assignments for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.object_entries for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.planes for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.plane_groups for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.plane_fields for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.plane_abilities for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.plane_definitions for each statement execute function rowplane.tick();
create trigger a_tick before update of id, archive_id, client_id, scope_id or delete or truncate on rowplane.realms for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.logins for each statement execute function rowplane.tick();

-- The compiled form of memberships, assignments and entries, per viewer and workspace. A row is true only at the ticks and the number of realms that it was computed at.
create table rowplane.viewer_access (
  user_id uuid not null,
  workspace_id int not null references rowplane.workspaces on delete cascade,
  ticks bigint not null,
  realms int not null,
  expires timestamptz not null,
  view_flags boolean[] not null,
  edit_flags boolean[] not null,
  create_flags boolean[] not null,
  delete_flags boolean[] not null,
  planes int[] not null,
  primary key (user_id, workspace_id)
);
-- Uncompressed: a flag is read far more often than it is stored.
alter table rowplane.viewer_access
  alter view_flags set storage external, alter edit_flags set storage external,
  alter create_flags set storage external, alter delete_flags set storage external;

-- The archives of a workspace, with what P4 decides for a person at their roots.
create function rowplane.archive_decisions(person uuid, workspace int)
returns table (archive_id uuid, clients_enabled boolean, may_view boolean, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with reached as materialized (
    select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role
  ), decided as (
    select e.archive_id, e.permission, bool_and(e.decision = 'ALLOW') as allowed
    from reached r, rowplane.archives a
    join rowplane.object_entries e on e.archive_id = a.id and e.object_id = a.id
    where a.workspace_id = workspace and r.role is not null
      and (e.user_id = person or e.group_id = any (r.groups)
        -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
        or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'))
    group by e.archive_id, e.permission
  )
  select a.id, a.clients_enabled, p.view, p.view and p.edit,
    -- U4: guests create nothing, whatever they are given.
    p.view and p.edit and p.make and (select role from reached) <> 'GUEST', p.view and p.edit and p.remove, p.view and p.permit
  from rowplane.archives a cross join lateral (
    select coalesce(bool_or(d.allowed) filter (where d.permission = 'VIEW'), false),
      coalesce(bool_or(d.allowed) filter (where d.permission = 'EDIT'), false),
      coalesce(bool_or(d.allowed) filter (where d.permission = 'CREATE'), false),
      coalesce(bool_or(d.allowed) filter (where d.permission = 'DELETE'), false),
      coalesce(bool_or(d.allowed) filter (where d.permission = 'EDIT_PERMISSIONS'), false)
    from decided d where d.archive_id = a.id
  ) as p(view, edit, make, remove, permit)
  where a.workspace_id = workspace
$$;

-- C4: the clients of an archive that a person is assigned to, directly or through a group.
create function rowplane.assigned_clients(person uuid, workspace int) returns table (archive_id uuid, client_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select distinct c.archive_id, c.client_id
  from (select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role) r, rowplane.client_assignments c
  where c.workspace_id = workspace and r.role is not null and (c.user_id = person or c.group_id = any (r.groups))
$$;

-- Computes a viewer's access to a workspace from the tables, in the caller's snapshot. Each flag contains those that it presupposes, since the edit door asks for one only (P8).
create function rowplane.compile_access(person uuid, workspace int) returns rowplane.viewer_access
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with flagged as (
    select r.id, d.may_view and shown as v, d.may_edit and shown as e, d.may_create and shown as c, d.may_delete and shown as x
    from rowplane.archive_decisions(person, workspace) d
    join rowplane.realms r on r.archive_id = d.archive_id
    left join rowplane.assigned_clients(person, workspace) m on m.archive_id = r.archive_id and m.client_id = r.client_id
    -- C1, C5: with clients off this layer lets everything through.
    cross join lateral (select not d.clients_enabled or m.client_id is not null) as client(shown)
    where r.workspace_id = workspace
  )
  select person, workspace, (select ticks from rowplane.clock), w.realms,
    coalesce((select u.blocked_until from rowplane.users u where u.id = person and u.blocked_until > now()), 'infinity'),
    f.v, f.e, f.c, f.x,
    -- A6: the planes of all groups that the viewer belongs to.
    coalesce((select array_agg(distinct p.id order by p.id)
      from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id
      where p.workspace_id = workspace and g.group_id = any (rowplane.groups_of(person))), '{}')
  from rowplane.workspaces w,
    (select coalesce(array_agg(coalesce(v, false) order by id), '{}') as v, coalesce(array_agg(coalesce(e, false) order by id), '{}') as e,
        coalesce(array_agg(coalesce(c, false) order by id), '{}') as c, coalesce(array_agg(coalesce(x, false) order by id), '{}') as x
      -- Every number handed out, also of realms that went with their archive or client: a flag's place is its realm's number.
      from (select place as id, flagged.v, flagged.e, flagged.c, flagged.x
        from generate_series(1, (select counted.realms from rowplane.workspaces counted where counted.id = workspace)) place
        left join flagged on flagged.id = place) as every_realm) f
  where w.id = workspace
$$;

-- The viewer's access to a workspace: the stored row if it is true in this snapshot, else computed on the fly. No viewer, no row.
create function rowplane.access(workspace int) returns rowplane.viewer_access
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := rowplane.viewer();
  found_row rowplane.viewer_access;
begin
  if person is null then
    return null;
  end if;
  select a.* into found_row
  from rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = person and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return found_row;
  end if;
  return rowplane.compile_access(person, workspace);
end $$;

-- One flag per realm of the workspace: what policies test. A realm past the end is null, which is not true.
-- Every statement asks, so one query proves the viewer and reads the stored row. Concatenated with nothing, since that unpacks the flags once instead of for every row;
-- by way of a record, since plpgsql would take an array variable apart.
create function rowplane.viewer_flags(workspace int, permission text) returns boolean[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  person uuid := case when session_user <> 'rowplane_api' then rowplane.viewer() end;
  mine record;
begin
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}' as flags
  into mine
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = coalesce(person, rowplane.entered(entry, s.inner_pad, s.outer_pad)) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if not found then
    person := rowplane.viewer();
    if person is null then
      return null;
    end if;
    select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end as flags
    into mine from rowplane.compile_access(person, workspace) a;
  end if;
  return mine.flags;
end $$;
grant execute on function rowplane.viewer_flags(int, text) to public;

-- Whether the viewer is in one of several planes of one workspace (A6).
create function rowplane.viewer_in_any_plane(planes int[]) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  person uuid := case when session_user <> 'rowplane_api' then rowplane.viewer() end;
  inside boolean;
begin
  select a.planes && viewer_in_any_plane.planes into inside
  from rowplane.secret s, rowplane.planes p, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where p.id = viewer_in_any_plane.planes[1] and a.user_id = coalesce(person, rowplane.entered(entry, s.inner_pad, s.outer_pad))
    and a.workspace_id = p.workspace_id and w.id = p.workspace_id
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return inside;
  end if;
  person := rowplane.viewer();
  if person is null then
    return false;
  end if;
  select a.planes && viewer_in_any_plane.planes into inside
  from rowplane.planes p cross join lateral rowplane.compile_access(person, p.workspace_id) a where p.id = viewer_in_any_plane.planes[1];
  return coalesce(inside, false);
end $$;
grant execute on function rowplane.viewer_in_any_plane(int[]) to public;

create function rowplane.viewer_in_plane(plane int) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  person uuid := case when session_user <> 'rowplane_api' then rowplane.viewer() end;
  inside boolean;
begin
  select plane = any (a.planes) into inside
  from rowplane.secret s, rowplane.planes p, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where p.id = plane and a.user_id = coalesce(person, rowplane.entered(entry, s.inner_pad, s.outer_pad)) and a.workspace_id = p.workspace_id and w.id = p.workspace_id
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return inside;
  end if;
  return rowplane.viewer_in_any_plane(array[plane]);
end $$;
grant execute on function rowplane.viewer_in_plane(int) to public;

-- The viewer's planes in a workspace (A6).
create function rowplane.viewer_planes(workspace int) returns int[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select (rowplane.access(workspace)).planes $$;
grant execute on function rowplane.viewer_planes(int) to rowplane_viewer;

-- Stores the viewer's access, so that the next statements read it instead of computing it. One statement, one snapshot: the row says what was true at the ticks that it carries, and an older one never replaces a newer.
create function rowplane.refresh_access(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.viewer_access as a
  select c.* from rowplane.compile_access(rowplane.viewer(), workspace) c where c.user_id is not null and c.workspace_id is not null
  on conflict (user_id, workspace_id) do update set
    ticks = excluded.ticks, realms = excluded.realms, expires = excluded.expires, view_flags = excluded.view_flags, edit_flags = excluded.edit_flags,
    create_flags = excluded.create_flags, delete_flags = excluded.delete_flags, planes = excluded.planes
  where (excluded.ticks, excluded.realms) > (a.ticks, a.realms) or (a.expires <= now() and (excluded.ticks, excluded.realms) = (a.ticks, a.realms));
end $$;
grant execute on function rowplane.refresh_access(int) to rowplane_viewer;

-- Which state of permissions and realms this snapshot shows: equal stamps, equal access.
create function rowplane.stamp(workspaces int[]) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select c.ticks || coalesce((select string_agg('.' || w.id || ':' || w.realms, '' order by w.id) from rowplane.workspaces w where w.id = any (workspaces)), '')
  from rowplane.clock c
$$;

-- Opens a viewer's transaction. A bad token is no viewer, not an error: then nothing is visible. The mode lets the server check that the connection still reads one snapshot and writes nothing.
-- Every operation begins with it: so one query reads all that it needs, and the rest are expressions, which cost little.
create function rowplane.enter(token text, workspaces int[] default '{}', out viewer uuid, out stamp text, out mode text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  here record;
  claim text := left(token, -65);
  entry text;
begin
  select s.inner_pad, s.outer_pad,
    c.ticks || coalesce((select string_agg('.' || w.id || ':' || w.realms, '' order by w.id) from rowplane.workspaces w where w.id = any (workspaces)), '') as stamp
  into here from rowplane.clock c left join rowplane.secret s on true;
  -- The signature first: nothing that the deployment didn't sign is parsed.
  -- Entries are signed with the same key, and whoever has entered can read theirs: they are no tokens.
  if right(token, 64) = encode(sha256(here.outer_pad || sha256(here.inner_pad || convert_to(claim, 'UTF8'))), 'hex') and claim ~ '^[0-9a-f-]{36}[.][0-9]{1,12}$' then
    if split_part(claim, '.', 2)::double precision > extract(epoch from clock_timestamp()) then
      viewer := left(claim, 36)::uuid;
      entry := left(claim, 36) || '.' || encode(sha256(here.outer_pad || sha256(here.inner_pad ||
        convert_to('entry.' || left(claim, 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))), 'hex');
    end if;
  end if;
  entry := set_config('rowplane.viewer', coalesce(entry, ''), true);
  stamp := here.stamp;
  mode := current_setting('transaction_isolation') || case when current_setting('transaction_read_only') = 'on' then ' read only' else '' end || ' ' || current_setting('role');
end $$;
grant execute on function rowplane.enter(text, int[]) to rowplane_viewer, rowplane_admin;

-- From here to the end of the transaction no permission changes, and every following statement sees all that changed before (V5).
create function rowplane.hold_permissions() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rowplane.gate in share mode;
  perform from rowplane.clock for share;
end $$;

-- Opens a write: from here to its end no permission changes, and every following statement sees all that changed before (V5). Fails under REPEATABLE READ if one changed since the snapshot.
create function rowplane.begin_write(token text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.hold_permissions();
  return (select e.viewer from rowplane.enter(token) e);
end $$;
grant execute on function rowplane.begin_write(text) to rowplane_viewer;

-- What the server needs to choose how to get at rows, about the viewer alone: planes with their fields and abilities, and the visible realms if they hold few records. For the server's own connections: people with logins learn no counts.
create function rowplane.viewer_knowledge(workspace int) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  mine rowplane.viewer_access;
  definition_name text;
  visible int[];
  total bigint := 0;
  seen bigint := 0;
  counted bigint;
  share_limit bigint;
begin
  if session_user <> 'rowplane_api' then
    perform rowplane.refuse('FORBIDDEN', 'Only the server asks for viewer_knowledge, through its own connection.');
  end if;
  mine := rowplane.access(workspace);
  if mine.user_id is null or mine.workspace_id is null then
    return jsonb_build_object('stamp', rowplane.stamp(array[workspace]), 'planes', '[]'::jsonb, 'realms', '[]'::jsonb);
  end if;
  select array_agg(place order by place) into visible from unnest(mine.view_flags) with ordinality f(flag, place) where flag;
  if coalesce(cardinality(visible), 0) <= 200 then
    select coalesce(sum(greatest(reltuples, 0)), 0)::bigint into total from pg_class where relnamespace = to_regnamespace('ws_' || workspace) and relkind = 'r';
    share_limit := greatest(1000, total / 40);
    for definition_name in select c.relname from pg_class c where c.relnamespace = to_regnamespace('ws_' || workspace) and c.relkind = 'r' loop
      execute format('select count(*) from (select from unnest($1) v(id) cross join lateral (select from ws_%s.%I t where t.realm_id = v.id limit $2) found limit $2) few', workspace, definition_name)
        into counted using coalesce(visible, '{}'), share_limit - seen;
      seen := seen + counted;
      exit when seen >= share_limit;
    end loop;
  else
    visible := null;
  end if;
  return jsonb_build_object(
    'stamp', rowplane.stamp(array[workspace]),
    'realms', case when visible is null and cardinality(mine.view_flags) > 0 and true = any (mine.view_flags) then null when seen >= share_limit then null else coalesce(to_jsonb(visible), '[]') end,
    'planes', coalesce((
      select jsonb_agg(jsonb_build_object('id', p.id, 'definitions', (
        select coalesce(jsonb_object_agg(d.definition, jsonb_build_object(
          'restricted', d.restricted,
          'fields', (select coalesce(jsonb_object_agg(f.field, f.level), '{}') from rowplane.plane_fields f where f.plane_id = p.id and f.definition = d.definition),
          'abilities', (select coalesce(jsonb_agg(a.ability order by a.ability), '[]') from rowplane.plane_abilities a where a.plane_id = p.id and a.definition = d.definition)
        )), '{}') from rowplane.plane_definitions d where d.plane_id = p.id)) order by p.id)
      from rowplane.planes p where p.id = any (mine.planes)), '[]'));
end $$;
grant execute on function rowplane.viewer_knowledge(int) to rowplane_viewer;

-- Opens a change of permissions: takes the clock before anything else, so that a change never holds a table that a writer waits for while it waits for that writer's clock.
-- Readers queue behind the table locks of compiling, so none of them waits long: the whole change is tried again instead.
create function rowplane.begin_change() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rowplane.gate in exclusive mode;
  perform from rowplane.clock for no key update;
  perform set_config('lock_timeout', '400ms', true);
end $$;
grant execute on function rowplane.begin_change() to rowplane_admin;
