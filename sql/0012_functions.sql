-- P10: permissions on a whole workspace.

-- P6: a new workspace allows Everyone all functions, and what Everyone is given reaches all users but guests (U9). A workspace that the viewer doesn't see allows nothing.
create function rowplane.viewer_has_function(workspace int, function_name text) returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select function_name is not null and coalesce(rowplane.viewer_role() in ('ADMINISTRATOR', 'INTERNAL', 'EXTERNAL'), false)
    and exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
$$;
grant execute on function rowplane.viewer_has_function(int, text) to rowplane_viewer;
