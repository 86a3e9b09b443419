-- P14: an archive whose root is hidden is listed by what the viewer really sees in it. Permission on a record isn't sight: its right, its client and the planes decide as well.

-- V1: whether the viewer sees a record. Not as the owner, who is free of the policies that viewers are under.
create function rowplane.sees_record(workspace int, record_table text, record uuid) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  seen boolean;
begin
  execute format('select ws_%s_sight.sees($1, $2)', workspace) into seen using record_table, record;
  return seen;
end $$;

-- P14: an archive is listed for whoever sees anything in it, with what may be done at its root.
create or replace function rowplane.viewer_archives()
returns table (archive_id uuid, workspace_id int, may_edit boolean, may_create boolean, may_delete boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with roots as materialized (
    select v.* from rowplane.viewer_scopes(array(select a.id from rowplane.archives a)) v
  ), below as materialized (
    -- Only where the root is hidden does it take more to know.
    select v.* from rowplane.viewer_scopes(array(select s.object_id from rowplane.scopes s where s.parent_id is not null and s.archive_id not in (select r.archive_id from roots r))) v
  )
  select r.archive_id, r.workspace_id, r.may_edit, r.may_create, r.may_delete from roots r
  union all
  select a.id, a.workspace_id, false, false, false from rowplane.archives a
  where a.id in (select b.archive_id from below b where b.record_table is null
      and exists (select from rowplane.folders f where f.id = b.scope_id and f.deleted_at is null))
    or exists (select from below b where b.archive_id = a.id and b.record_table is not null
      and rowplane.sees_record(b.workspace_id, b.record_table, b.scope_id))
$$;
