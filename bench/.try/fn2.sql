create or replace function rowplane.viewer_flags4(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer
begin atomic
  select coalesce((select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where session_user = 'rowplane_api' and a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()), rowplane.viewer_flags(workspace, permission));
end;
grant execute on function rowplane.viewer_flags4(int, text) to public;
create or replace function rowplane.viewer_flags5(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where session_user = 'rowplane_api' and a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()), rowplane.viewer_flags(workspace, permission));
end;
grant execute on function rowplane.viewer_flags5(int, text) to public;
create or replace function rowplane.viewer5() returns uuid
language sql stable parallel restricted security definer
begin atomic
  select rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) from rowplane.secret s;
end;
grant execute on function rowplane.viewer5() to public;
create or replace function rowplane.sempty() returns int language sql stable security definer begin atomic select 1; end;
create or replace function rowplane.sempty2() returns int language sql stable security definer set search_path = pg_catalog, pg_temp begin atomic select 1; end;
create or replace function rowplane.sempty3() returns int language sql stable security definer begin atomic select 1 from rowplane.clock; end;
do $$ begin execute (select string_agg(format('grant execute on function %s to public', p.oid::regprocedure), ';') from pg_proc p where proname ~ 'sempty'); end $$;
