create or replace function rowplane.viewer_flags10(workspace int, permission text) returns boolean[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  mine record;
begin
  if session_user = 'rowplane_api' then
    select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end || '{}' as flags into mine
    from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
    where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
      and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
    if found then
      return mine.flags;
    end if;
  end if;
  return rowplane.viewer_flags(workspace, permission);
end $$;
grant execute on function rowplane.viewer_flags10(int, text) to public;
drop function if exists rowplane.enter2(text, int[]);
create function rowplane.enter2(token text, workspaces int[] default '{}', out viewer uuid, out stamp text, out mode text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  pads record;
  entry text := '';
begin
  select s.inner_pad, s.outer_pad, c.ticks || coalesce((select string_agg('.' || w.id || ':' || w.realms, '' order by w.id) from rowplane.workspaces w where w.id = any (workspaces)), '') as stamp
  into pads from rowplane.secret s, rowplane.clock c;
  if right(token, 64) = encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(left(token, -65), 'UTF8'))), 'hex') and split_part(token, '.', 2)::double precision > extract(epoch from clock_timestamp()) then
    viewer := left(token, 36)::uuid;
    entry := left(token, 36) || '.' || encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to('entry.' || left(token, 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))), 'hex');
  end if;
  entry := set_config('rowplane.viewer', entry, true);
  stamp := pads.stamp;
  mode := current_setting('transaction_isolation') || case when current_setting('transaction_read_only') = 'on' then ' read only' else '' end || ' ' || current_setting('role');
end $$;
grant execute on function rowplane.enter2(text, int[]) to rowplane_viewer, rowplane_admin;
