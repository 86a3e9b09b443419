-- A person's groups, found once per question instead of once per row that is compared with them: Postgres writes a subquery that is a mere expression into every place that names it. The rules stay those of 0005, 0063, 0066 and 0071.

-- C4: the clients of an archive that a person is assigned to, directly or through a group.
create or replace function rowplane.assigned_clients(person uuid, workspace int) returns table (archive_id uuid, client_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with reached as materialized (
    select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role
  )
  select distinct c.archive_id, c.client_id
  from reached r, rowplane.client_assignments c
  where c.workspace_id = workspace and r.role is not null and (c.user_id = person or c.group_id = any (r.groups))
$$;

-- Computes a viewer's access to a workspace from the tables, in the caller's snapshot.
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
      where p.workspace_id = workspace and g.group_id = any ((select rowplane.groups_of(person))::uuid[])), '{}'),
    rowplane.rights_of(person, w.company_id)
  from rowplane.workspaces w,
    (select coalesce(array_agg(coalesce(v, false) order by id), '{}') as v, coalesce(array_agg(coalesce(e, false) order by id), '{}') as e,
        coalesce(array_agg(coalesce(c, false) order by id), '{}') as c, coalesce(array_agg(coalesce(x, false) order by id), '{}') as x
      -- Every number handed out, also of realms that went with their archive or client: a flag's place is its realm's number.
      from (select place as id, flagged.v, flagged.e, flagged.c, flagged.x
        from generate_series(1, (select counted.realms from rowplane.workspaces counted where counted.id = workspace)) place
        left join flagged on flagged.id = place) as every_realm) f
  where w.id = workspace
$$;

-- Whether the viewer is in one of several planes of one workspace (A6). Only the clock matters to planes, not the number of realms.
create or replace function rowplane.viewer_in_any_plane(planes int[]) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  here record;
  person uuid;
  mine record;
begin
  select s.inner_pad, s.outer_pad, c.ticks, p.workspace_id into here from rowplane.secret s, rowplane.clock c, rowplane.planes p where p.id = viewer_in_any_plane.planes[1];
  person := case when session_user = 'rowplane_api' then rowplane.entered(entry, here.inner_pad, here.outer_pad) else rowplane.viewer() end;
  if person is null then
    return false;
  end if;
  select a.planes && viewer_in_any_plane.planes as inside into mine
  from rowplane.viewer_access a
  where a.user_id = person and a.workspace_id = here.workspace_id and a.ticks = here.ticks and a.expires > now();
  if not found then
    -- The same as is compiled, without all the rest of it.
    select exists (select from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id
      where p.workspace_id = here.workspace_id and p.id = any (viewer_in_any_plane.planes) and g.group_id = any ((select rowplane.groups_of(person))::uuid[])) as inside into mine;
  end if;
  return coalesce(mine.inside, false);
end $$;

-- P4: what the entries that reach a person decide about a function; null if none does. Nothing reaches who may not look (U7), and guests no function that creates.
create or replace function rowplane.function_decision(person uuid, workspace int, function_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with reached as materialized (
    select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role
  )
  select case when bool_and(e.decision = 'ALLOW') then 'ALLOW' when bool_or(e.decision = 'DENY') then 'DENY' end
  from reached r, rowplane.function_entries e
  where e.workspace_id = workspace and e.function = function_name and r.role is not null and not (r.role = 'GUEST' and rowplane.function_creates(function_name))
    and (e.user_id = person or e.group_id = any (r.groups)
      -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
      or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'))
$$;
