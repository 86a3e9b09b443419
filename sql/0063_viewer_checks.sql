-- What every statement asks of the viewer, with less work: the entry is proven by expressions, so that each function plans and runs the simplest queries. The rules are those of 0001 and 0005.

-- The viewer of this transaction, or null, and then nothing is visible. The nil uuid is anonymous.
create or replace function rowplane.viewer() returns uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  here record;
  person uuid;
begin
  if session_user <> 'rowplane_api' and session_user <> 'rowplane_admin' then
    select user_id into person from rowplane.logins where role_name = session_user;
    if found then
      return person;
    end if;
  end if;
  select s.inner_pad, s.outer_pad into here from rowplane.secret s;
  return rowplane.entered(entry, here.inner_pad, here.outer_pad);
end $$;

-- One flag per realm of the workspace: what policies test. A realm past the end is null, which is not true.
-- Concatenated with nothing, since that unpacks the flags once instead of for every row; by way of a record, since plpgsql would take an array variable apart.
create or replace function rowplane.viewer_flags(workspace int, permission text) returns boolean[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  here record;
  person uuid;
  mine record;
begin
  select s.inner_pad, s.outer_pad, c.ticks, w.realms into here from rowplane.secret s, rowplane.clock c, rowplane.workspaces w where w.id = workspace;
  person := case when session_user = 'rowplane_api' then rowplane.entered(entry, here.inner_pad, here.outer_pad) else rowplane.viewer() end;
  if person is null then
    return null;
  end if;
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}' as flags
  into mine
  from rowplane.viewer_access a
  where a.user_id = person and a.workspace_id = workspace and a.ticks = here.ticks and a.realms = here.realms and a.expires > now();
  if not found then
    select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end as flags
    into mine from rowplane.compile_access(person, workspace) a;
  end if;
  return mine.flags;
end $$;

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
      where p.workspace_id = here.workspace_id and p.id = any (viewer_in_any_plane.planes) and g.group_id = any (rowplane.groups_of(person))) as inside into mine;
  end if;
  return coalesce(mine.inside, false);
end $$;

create or replace function rowplane.viewer_in_plane(plane int) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  here record;
  person uuid;
  mine record;
begin
  select s.inner_pad, s.outer_pad, c.ticks, p.workspace_id into here from rowplane.secret s, rowplane.clock c, rowplane.planes p where p.id = plane;
  person := case when session_user = 'rowplane_api' then rowplane.entered(entry, here.inner_pad, here.outer_pad) else rowplane.viewer() end;
  if person is null then
    return false;
  end if;
  select plane = any (a.planes) as inside into mine
  from rowplane.viewer_access a
  where a.user_id = person and a.workspace_id = here.workspace_id and a.ticks = here.ticks and a.expires > now();
  return case when found then mine.inside else rowplane.viewer_in_any_plane(array[plane]) end;
end $$;
