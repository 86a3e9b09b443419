-- Makes the scopes follow from the entries and breaks of these objects. Objects that are being erased are nowhere any more, and get none.
create or replace function rowplane.settle_objects(objects uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  ruled uuid[];
  changed rowplane.scopes[] := '{}';
  gone rowplane.scopes[];
  each rowplane.scopes;
begin
  -- Archive roots are scopes whatever they have.
  objects := array(select distinct o.id from unnest(objects) o(id) where not exists (select from rowplane.archives a where a.id = o.id));
  ruled := array(select o.id from unnest(objects) o(id)
    where exists (select from rowplane.object_entries e where e.object_id = o.id) or exists (select from rowplane.inheritance_breaks b where b.object_id = o.id));
  if exists (select from unnest(ruled) r(id) where not exists (select from rowplane.scopes s where s.object_id = r.id)) then
    with made as (
      insert into rowplane.scopes as s (object_id, workspace_id, archive_id, record_table, container_id, parent_id, inherits)
      select r.id, l.workspace_id, l.archive_id, l.record_table, l.container_id, rowplane.nearest_scope(l.container_id), not exists (select from rowplane.inheritance_breaks b where b.object_id = r.id)
      from unnest(ruled) r(id)
      -- An object that goes takes its entries along, one after the other.
      cross join lateral rowplane.locate(r.id, (select e.archive_id from rowplane.object_entries e where e.object_id = r.id limit 1)) l
      where not exists (select from rowplane.scopes k where k.object_id = r.id)
      returning s.*
    )
    select coalesce(array_agg(m), '{}') into changed from made m;
  end if;
  if exists (select from rowplane.scopes s where s.object_id = any (objects) and s.object_id <> all (ruled)) then
    with dropped as (delete from rowplane.scopes s where s.object_id = any (objects) and s.object_id <> all (ruled) returning s.*)
    select array_agg(d) into gone from dropped d;
    changed := changed || gone;
  end if;
  if exists (select from rowplane.scopes s where s.object_id = any (ruled) and s.inherits = exists (select from rowplane.inheritance_breaks b where b.object_id = s.object_id)) then
    update rowplane.scopes s set inherits = not s.inherits
    where s.object_id = any (ruled) and s.inherits = exists (select from rowplane.inheritance_breaks b where b.object_id = s.object_id);
  end if;
  perform rowplane.settle_folders(array(select c.object_id from unnest(changed) c where c.record_table is null));
  foreach each in array changed loop
    if each.record_table is not null then
      perform rowplane.settle_record(each.object_id, each.workspace_id, each.record_table);
    end if;
  end loop;
end $$;
