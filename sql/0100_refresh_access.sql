-- A viewer's access, stored by many at once: each begins with other statements than storing, and only one of them has to be the first.

-- Stores the viewer's access, so that the next statements read it instead of computing it. One statement, one snapshot: the row says what was true at the ticks that it carries, and an older one never replaces a newer.
create or replace function rowplane.refresh_access(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- A row that is true in this snapshot would be computed to be the same.
  perform from rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.viewer() and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return;
  end if;
  begin
    insert into rowplane.viewer_access as a
    select c.* from rowplane.compile_access(rowplane.viewer(), workspace) c where c.user_id is not null and c.workspace_id is not null
    on conflict (user_id, workspace_id) do update set
      ticks = excluded.ticks, realms = excluded.realms, expires = excluded.expires, view_flags = excluded.view_flags, edit_flags = excluded.edit_flags,
      create_flags = excluded.create_flags, delete_flags = excluded.delete_flags, planes = excluded.planes, rights = excluded.rights
    where (excluded.ticks, excluded.realms) > (a.ticks, a.realms) or (a.expires <= now() and (excluded.ticks, excluded.realms) = (a.ticks, a.realms));
  exception
    -- Somebody stored a row after this snapshot was taken: theirs stays, and this transaction computes what it asks for.
    when serialization_failure then
      null;
  end;
end $$;
