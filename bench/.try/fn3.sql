create or replace function rowplane.viewer_flags6(workspace int, permission text) returns boolean[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}'
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where session_user = 'rowplane_api' and a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()), rowplane.viewer_flags(workspace, permission));
end $$;
create or replace function rowplane.viewer_flags7(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}'
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where session_user = 'rowplane_api' and a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()
  union all select rowplane.viewer_flags(workspace, permission) limit 1
$$;
create or replace function rowplane.viewer_flags8(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select case when a.user_id is null then rowplane.viewer_flags(workspace, permission) else case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}' end
  from rowplane.secret s cross join rowplane.clock c left join rowplane.workspaces w on w.id = workspace left join rowplane.viewer_access a on  a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now() and session_user = 'rowplane_api'
$$;
-- plain SQL, no session check
create or replace function rowplane.viewer_flags9(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}'
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()
$$;
create or replace function rowplane.viewer_in_plane2(plane int) returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select plane = any (a.planes) 
  from rowplane.secret s, rowplane.planes p, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and p.id = plane and a.workspace_id = p.workspace_id and w.id = p.workspace_id
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()
$$;
create or replace function rowplane.viewer_in_plane3(plane int) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare inside boolean;
begin
  if session_user = 'rowplane_api' then
  select plane = any (a.planes) into inside
  from rowplane.secret s, rowplane.planes p, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and p.id = plane and a.workspace_id = p.workspace_id and w.id = p.workspace_id
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then return inside; end if;
  end if;
  return null;
end $$;
grant execute on function rowplane.viewer_flags6(int, text), rowplane.viewer_flags7(int, text), rowplane.viewer_flags8(int, text), rowplane.viewer_flags9(int, text), rowplane.viewer_in_plane2(int), rowplane.viewer_in_plane3(int) to public;
