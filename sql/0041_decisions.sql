-- P3, P4, P8: what a person may do in each scope, and in each realm.

-- The scopes of a workspace with what is decided there for a person, or only some of them. Each permission comes with what it presupposes (P8): nothing without VIEW; CREATE and DELETE need EDIT on the folder.
create function rowplane.scope_decisions(person uuid, workspace int, chosen uuid[] default null)
returns table (scope_id uuid, archive_id uuid, record_table text, may_view boolean, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive reached as materialized (
    select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role
  ), chain(id) as (
    -- Everything, or the chosen scopes and those above that they may inherit from.
    select s.object_id from rowplane.scopes s where s.workspace_id = workspace and chosen is null
    union all
    select c.id from unnest(chosen) c(id)
    union
    select s.parent_id from chain c join rowplane.scopes s on s.object_id = c.id where s.parent_id is not null and chosen is not null
  ), ruled as materialized (
    select s.object_id, s.archive_id, s.parent_id, s.record_table, s.inherits,
      coalesce(bit_or(e.bit) filter (where e.decision = 'ALLOW'), 0) as allowed, coalesce(bit_or(e.bit) filter (where e.decision = 'DENY'), 0) as denied
    from chain c join rowplane.scopes s on s.object_id = c.id and s.workspace_id = workspace
    left join lateral (
      select e.decision, case e.permission when 'VIEW' then 1 when 'EDIT' then 2 when 'CREATE' then 4 when 'DELETE' then 8 when 'EDIT_PERMISSIONS' then 16 end as bit
      from rowplane.object_entries e, reached r
      where e.object_id = s.object_id and r.role is not null
        and (e.user_id = person or e.group_id = any (r.groups)
          -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
          or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'))
    ) e on true
    group by s.object_id
  ), down(object_id, archive_id, record_table, allowed, denied, above) as (
    select u.object_id, u.archive_id, u.record_table, u.allowed, u.denied, 0 from ruled u where u.parent_id is null
    union all
    select u.object_id, u.archive_id, u.record_table, u.allowed | case when u.inherits then d.allowed else 0 end, u.denied | case when u.inherits then d.denied else 0 end, d.allowed & ~d.denied
    from down d join ruled u on u.parent_id = d.object_id
  )
  select d.object_id, d.archive_id, d.record_table, v, v and m.bits & 2 > 0,
    -- U4: guests create nothing, whatever they are given.
    v and m.bits & 6 = 6 and (select role from reached) <> 'GUEST',
    -- A record goes into the trash only from a folder that the viewer may EDIT; of other objects' folders the operations ask themselves.
    v and m.bits & 10 = 10 and (d.record_table is null or d.above & 3 = 3),
    v and m.bits & 16 > 0
  from down d cross join lateral (select d.allowed & ~d.denied as bits, d.allowed & ~d.denied & 1 > 0 as v) m
  where chosen is null or d.object_id = any (chosen)
$$;

create or replace function rowplane.archive_decisions(person uuid, workspace int)
returns table (archive_id uuid, clients_enabled boolean, may_view boolean, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select a.id, a.clients_enabled, d.may_view, d.may_edit, d.may_create, d.may_delete, d.may_edit_permissions
  from rowplane.archives a
  join rowplane.scope_decisions(person, workspace, array(select a.id from rowplane.archives a where a.workspace_id = workspace)) d on d.scope_id = a.id
  where a.workspace_id = workspace
$$;

-- A realm has what is decided in its scope, where its client is one of the viewer's. A realm whose scope is none any more holds no record, and allows nothing.
create or replace function rowplane.compile_access(person uuid, workspace int) returns rowplane.viewer_access
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with flagged as (
    select r.id, d.may_view and shown as v, d.may_edit and shown as e, d.may_create and shown as c, d.may_delete and shown as x
    from rowplane.scope_decisions(person, workspace) d
    join rowplane.realms r on r.scope_id = d.scope_id and r.archive_id = d.archive_id
    join rowplane.archives a on a.id = r.archive_id
    left join rowplane.assigned_clients(person, workspace) m on m.archive_id = r.archive_id and m.client_id = r.client_id
    -- C1, C5: with clients off this layer lets everything through.
    cross join lateral (select not a.clients_enabled or m.client_id is not null) as client(shown)
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

-- C6, P8: the scopes that the viewer may VIEW, in archives that the layer of clients lets the viewer into; of all workspaces, or only some scopes.
create function rowplane.viewer_scopes(chosen uuid[] default null)
returns table (scope_id uuid, archive_id uuid, workspace_id int, record_table text, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select d.scope_id, d.archive_id, w.id, d.record_table, d.may_edit, d.may_create, d.may_delete, d.may_edit_permissions
  from rowplane.workspaces w
  cross join lateral rowplane.scope_decisions(rowplane.viewer(), w.id, chosen) d
  join rowplane.archives a on a.id = d.archive_id
  where d.may_view and (chosen is null or w.id in (select s.workspace_id from rowplane.scopes s where s.object_id = any (chosen)))
    and (not a.clients_enabled or exists (select from rowplane.assigned_clients(rowplane.viewer(), w.id) c where c.archive_id = a.id))
$$;

-- P14: an archive is listed for whoever sees anything in it, with what may be done at its root.
create or replace function rowplane.viewer_archives()
returns table (archive_id uuid, workspace_id int, may_edit boolean, may_create boolean, may_delete boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with roots as materialized (
    select v.* from rowplane.viewer_scopes(array(select a.id from rowplane.archives a)) v
  )
  select r.archive_id, r.workspace_id, r.may_edit, r.may_create, r.may_delete from roots r
  union all
  -- Only where the root is hidden does it take more to know.
  select v.archive_id, v.workspace_id, false, false, false
  from rowplane.viewer_scopes(array(select s.object_id from rowplane.scopes s where s.parent_id is not null and s.archive_id not in (select r.archive_id from roots r))) v
  join rowplane.archives a on a.id = v.archive_id
  where v.record_table is null or not a.clients_enabled
    -- A record is seen only by those who work for its client.
    or exists (select from rowplane.realms r join rowplane.assigned_clients(rowplane.viewer(), v.workspace_id) c on c.archive_id = r.archive_id and c.client_id = r.client_id
      where r.scope_id = v.scope_id and r.archive_id = v.archive_id)
  group by v.archive_id, v.workspace_id
$$;

-- The same without records, of which a plane may hide those that this layer allows: for views, whose functions their readers call themselves.
create function rowplane.viewer_folder_scopes()
returns table (scope_id uuid, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select v.scope_id, v.may_edit, v.may_create, v.may_delete, v.may_edit_permissions from rowplane.viewer_scopes() v where v.record_table is null $$;
grant execute on function rowplane.viewer_folder_scopes() to rowplane_viewer;

-- P8, P14: the folders that the viewer sees; a parent that isn't among them is none.
create or replace view rowplane.visible_folders with (security_barrier) as
  with seen as materialized (select v.* from rowplane.viewer_folder_scopes() v)
  select f.id, f.archive_id, case when (select p.scope_id from rowplane.folders p where p.id = f.parent_id) in (select s.scope_id from seen s) then f.parent_id end as parent_id,
    f.name, f.created_at, v.may_edit, v.may_create, v.may_delete, v.may_edit_permissions,
    exists (select from rowplane.object_entries e where e.object_id = f.id and not e.copied) as has_own_entries,
    f.parent_id is not null and not exists (select from rowplane.inheritance_breaks b where b.object_id = f.id) as inherits
  from seen v join rowplane.folders f on f.scope_id = v.scope_id
  where f.deleted_at is null;
comment on view rowplane.visible_folders is 'P8, P14: the folders that the viewer sees, with what may be done in them; an archive''s root folder has its id';

-- What the viewer may do in one folder: no row, if the viewer doesn't see it. Asks only what rules it, and so costs little in a large tree.
create function rowplane.viewer_folder(folder uuid)
returns table (id uuid, archive_id uuid, workspace_id int, parent_id uuid, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select f.id, f.archive_id, v.workspace_id, f.parent_id, v.may_edit, v.may_create, v.may_delete, v.may_edit_permissions
  from rowplane.folders f cross join lateral rowplane.viewer_scopes(array[f.scope_id]) v
  where f.id = folder and f.deleted_at is null
$$;

-- Whether the viewer may do something in a folder, or sees it at all ('VIEW').
create function rowplane.viewer_may(folder uuid, permission text) returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce((select case permission when 'VIEW' then true when 'EDIT' then f.may_edit when 'CREATE' then f.may_create when 'DELETE' then f.may_delete when 'EDIT_PERMISSIONS' then f.may_edit_permissions end
    from rowplane.viewer_folder(folder) f), false)
$$;

-- P14: the chosen folders that the viewer sees, each with the names from the topmost folder down to it that the viewer sees without a gap. Asks only what rules these folders and those above them.
create function rowplane.visible_paths(chosen uuid[])
returns table (id uuid, archive_id uuid, workspace_id int, parent_id uuid, name text, path text[], may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean, has_own_entries boolean, inherits boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive up(leaf, id, parent_id, name, scope_id, step) as (
    select f.id, f.id, f.parent_id, f.name, f.scope_id, 0 from rowplane.folders f where f.id = any (chosen) and f.deleted_at is null
    union all
    select u.leaf, f.id, f.parent_id, f.name, f.scope_id, u.step + 1 from up u join rowplane.folders f on f.id = u.parent_id
  ), seen as materialized (
    select v.* from rowplane.viewer_scopes(array(select distinct u.scope_id from up u)) v
  ), steps as (
    select u.leaf, u.id, u.name, u.step, min(u.step) filter (where s.scope_id is null) over (partition by u.leaf) as hidden
    from up u left join seen s on s.scope_id = u.scope_id
  ), paths as (
    select p.leaf, array_agg(p.name order by p.step desc) as names, (array_agg(p.id) filter (where p.step = 1))[1] as parent_id
    from steps p where p.hidden is null or p.step < p.hidden group by p.leaf
  )
  select f.id, f.archive_id, s.workspace_id, p.parent_id, f.name, p.names, s.may_edit, s.may_create, s.may_delete, s.may_edit_permissions,
    exists (select from rowplane.object_entries e where e.object_id = f.id and not e.copied),
    f.parent_id is not null and not exists (select from rowplane.inheritance_breaks b where b.object_id = f.id)
  from paths p join rowplane.folders f on f.id = p.leaf join seen s on s.scope_id = f.scope_id
$$;
grant execute on function rowplane.visible_paths(uuid[]) to rowplane_viewer;

-- P14: the folders that the viewer finds in these folders. In an archive's root also those whose own parent is hidden: they are topmost for the viewer.
create function rowplane.visible_children(parents uuid[]) returns table (parent_id uuid, id uuid, name text)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with below as materialized (
    select f.id, f.parent_id, f.name, f.scope_id, p.scope_id as above
    from rowplane.folders f join rowplane.folders p on p.id = f.parent_id
    where f.parent_id = any (parents) and f.deleted_at is null and p.deleted_at is null
  ), seen as materialized (
    select v.scope_id from rowplane.viewer_scopes(array(select b.scope_id from below b union select b.above from below b)) v
  ), ruled as materialized (
    select v.scope_id from rowplane.viewer_scopes(array(select s.object_id from rowplane.scopes s where s.archive_id = any (parents) and s.record_table is null)) v
  )
  select b.parent_id, b.id, b.name from below b
  where b.scope_id in (select s.scope_id from seen s) and b.above in (select s.scope_id from seen s)
  union all
  -- Whoever sees a folder and not the one that it is in, sees it by a rule of its own.
  select f.archive_id, f.id, f.name
  from ruled r join rowplane.scopes s on s.object_id = r.scope_id join rowplane.folders f on f.id = s.object_id
  where s.parent_id is not null and s.parent_id not in (select o.scope_id from ruled o) and f.deleted_at is null
$$;
grant execute on function rowplane.visible_children(uuid[]) to rowplane_viewer;

-- Administrators name objects by the paths that they see.
grant select on rowplane.visible_archives, rowplane.visible_folders to rowplane_admin;
grant execute on function rowplane.viewer_archives(), rowplane.viewer_folder_scopes() to rowplane_admin;
