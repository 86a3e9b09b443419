-- P14: an archive is listed for whoever sees anything in it, with what may be done at its root. What is in the trash or hidden by every plane isn't seen.
create or replace function rowplane.viewer_archives()
returns table (archive_id uuid, workspace_id int, may_edit boolean, may_create boolean, may_delete boolean)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  listed uuid[] := '{}';
  found_scope record;
  seen boolean;
begin
  for archive_id, workspace_id, may_edit, may_create, may_delete in
    select v.archive_id, v.workspace_id, v.may_edit, v.may_create, v.may_delete from rowplane.viewer_scopes(array(select a.id from rowplane.archives a)) v
  loop
    listed := listed || archive_id;
    return next;
  end loop;
  -- Only where the root is hidden does it take more to know. Folders first, for they cost nothing.
  for found_scope in
    select v.archive_id, v.workspace_id, v.scope_id, v.record_table
    from rowplane.viewer_scopes(array(select s.object_id from rowplane.scopes s where s.parent_id is not null and s.archive_id <> all (listed))) v
    left join rowplane.folders f on f.id = v.scope_id
    where v.record_table is not null or f.deleted_at is null
    order by v.record_table nulls first
  loop
    continue when found_scope.archive_id = any (listed);
    if found_scope.record_table is not null then
      execute format('select ws_%s_sight.sees($1, $2)', found_scope.workspace_id) into seen using found_scope.record_table, found_scope.scope_id;
      continue when not seen;
    end if;
    listed := listed || found_scope.archive_id;
    return query select found_scope.archive_id, found_scope.workspace_id, false, false, false;
  end loop;
end $$;
