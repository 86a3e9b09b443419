-- P1–P5: entries on any object of the tree, breaks of inheritance, and the scopes that follow from them. Whoever writes entries or breaks, by whatever door, gets the scopes and realms that they mean in the same transaction.

-- P5: a break copies what reached the object; an entry of its own that a copied DENY overrules comes back when the break goes.
alter table rowplane.object_entries
  add column copied boolean not null default false,
  add column covers text check (covers = 'ALLOW'),
  add check (covers is null or (copied and decision = 'DENY'));
comment on column rowplane.object_entries.copied is 'P5: made by a break and unchanged since; goes with the break';
comment on column rowplane.object_entries.covers is 'P5: the decision of the object''s own that a copied one overrules';
create index object_entries_user on rowplane.object_entries (user_id);
create index object_entries_group on rowplane.object_entries (group_id);

-- P5: the objects that inherit nothing from above.
create table rowplane.inheritance_breaks (
  object_id uuid primary key,
  archive_id uuid not null references rowplane.archives on delete cascade,
  created_at timestamptz not null default now()
);
create index inheritance_breaks_archive on rowplane.inheritance_breaks (archive_id);

-- The objects that have a rule of their own: archive roots, and what has entries or a break. Follows from those tables; never written by hand.
create table rowplane.scopes (
  object_id uuid primary key,
  workspace_id int not null references rowplane.workspaces on delete cascade,
  archive_id uuid not null references rowplane.archives on delete cascade,
  record_table text,
  container_id uuid,
  parent_id uuid,
  inherits boolean not null,
  check ((object_id = archive_id) = (parent_id is null)),
  check ((parent_id is null) = (container_id is null))
);
comment on column rowplane.scopes.record_table is 'the table of a record in its workspace''s schema; null for folders';
comment on column rowplane.scopes.container_id is 'the folder that the object is in';
comment on column rowplane.scopes.parent_id is 'the scope that rules that folder';
create index scopes_workspace on rowplane.scopes (workspace_id);
create index scopes_archive on rowplane.scopes (archive_id);
create index scopes_container on rowplane.scopes (container_id);
create index scopes_parent on rowplane.scopes (parent_id);

-- The scope that rules each folder, kept here so that a folder's visibility is one look-up. And the folder's trash (W2).
alter table rowplane.folders add column scope_id uuid, add column deleted_at timestamptz;
update rowplane.folders set scope_id = archive_id;
alter table rowplane.folders alter column scope_id set not null;
create index folders_scope on rowplane.folders (scope_id);
insert into rowplane.scopes (object_id, workspace_id, archive_id, inherits) select a.id, a.workspace_id, a.id, false from rowplane.archives a;

-- A name is taken by what isn't in the trash.
alter table rowplane.folders drop constraint folders_archive_id_parent_id_name_key;
create unique index folders_name on rowplane.folders (archive_id, parent_id, name) nulls not distinct where deleted_at is null;

create trigger a_tick before insert or delete or truncate or update on rowplane.inheritance_breaks for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.scopes for each statement execute function rowplane.tick();
create trigger a_tick before delete or truncate or update of id, archive_id, parent_id on rowplane.folders for each statement execute function rowplane.tick();

create or replace function rowplane.scope_of(archive uuid, folder uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select f.scope_id from rowplane.folders f where f.id = folder and f.archive_id = archive $$;

-- Where an object of the tree is: a folder, or a record of whichever workspace, first of the archive's where one is given. No row for what doesn't exist.
create function rowplane.locate(object uuid, archive uuid default null)
returns table (workspace_id int, archive_id uuid, container_id uuid, record_table text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  home record;
  found_table text;
begin
  return query select a.workspace_id, f.archive_id, f.parent_id, null::text from rowplane.folders f join rowplane.archives a on a.id = f.archive_id where f.id = object;
  if found then
    return;
  end if;
  -- Ids grow with time, so no two records have the same one.
  for home in select w.id from rowplane.workspaces w left join rowplane.archives a on a.id = archive and a.workspace_id = w.id order by a.id nulls last, w.id loop
    for found_table in select c.relname from pg_class c where c.relnamespace = to_regnamespace('ws_' || home.id) and c.relkind = 'r' order by 1 loop
      return query execute format('select $2, t.archive_id, t.folder_id, $3 from ws_%s.%I t where t.id = $1', home.id, found_table) using object, home.id, found_table;
      if found then
        return;
      end if;
    end loop;
  end loop;
end $$;

-- The scope that rules a folder, as the scopes are now: itself, or the nearest above.
create function rowplane.nearest_scope(folder uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive up(id, depth) as (
    select folder, 0
    union all
    select f.parent_id, u.depth + 1 from up u join rowplane.folders f on f.id = u.id
    where f.parent_id is not null and not exists (select from rowplane.scopes s where s.object_id = u.id)
  )
  select u.id from up u order by u.depth desc limit 1
$$;

-- Moves the records of folders whose scope changed to the realms of the new ones. Records with a rule of their own stay where they are.
create function rowplane.settle_records(workspace int, folders uuid[], scopes uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  record_table text;
  old_realms int[];
  new_scopes uuid[];
  new_realms int[];
begin
  for record_table in select rowplane.record_tables(workspace) loop
    execute format(
      'select array_agg(distinct_realms.id order by distinct_realms.id, distinct_realms.scope), array_agg(distinct_realms.scope order by distinct_realms.id, distinct_realms.scope),
         array_agg(rowplane.realm_for(r.archive_id, r.client_id, distinct_realms.scope) order by distinct_realms.id, distinct_realms.scope)
       from (select distinct t.realm_id as id, m.scope from unnest($1, $2) m(folder, scope) join %s t on t.folder_id = m.folder) distinct_realms
       join rowplane.realms r on r.workspace_id = $3 and r.id = distinct_realms.id and r.scope_id <> distinct_realms.scope
       where not exists (select from rowplane.scopes s where s.object_id = r.scope_id and s.record_table is not null)', record_table)
      into old_realms, new_scopes, new_realms using folders, scopes, workspace;
    if old_realms is not null then
      execute format(
        'update %s t set realm_id = r.new from unnest($1, $2) m(folder, scope) join unnest($3, $4, $5) r(old, scope, new) on r.scope = m.scope
         where t.folder_id = m.folder and t.realm_id = r.old', record_table)
        using folders, scopes, old_realms, new_scopes, new_realms;
    end if;
  end loop;
end $$;

-- Gives these folders, and all below them up to other scopes, the scopes that rule them; and their records the realms of these.
create function rowplane.settle_folders(changed uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
begin
  -- Of what is a scope itself: where it is now.
  if exists (select from rowplane.scopes s join rowplane.folders f on f.id = s.object_id
    where s.object_id = any (changed) and f.parent_id is not null and (s.container_id, s.parent_id) is distinct from (f.parent_id, rowplane.nearest_scope(f.parent_id))) then
    update rowplane.scopes s set container_id = f.parent_id, parent_id = rowplane.nearest_scope(f.parent_id)
    from rowplane.folders f where f.id = s.object_id and s.object_id = any (changed) and f.parent_id is not null;
  end if;
  for home in
    with recursive down(id, scope) as (
      select c.id, rowplane.nearest_scope(c.id) from unnest(changed) c(id) where exists (select from rowplane.folders f where f.id = c.id)
      union
      select f.id, d.scope from down d join rowplane.folders f on f.parent_id = d.id
      where not exists (select from rowplane.scopes s where s.object_id = f.id)
    ), moved as (
      update rowplane.folders f set scope_id = d.scope from down d where f.id = d.id and f.scope_id <> d.scope returning f.id, f.scope_id, f.archive_id
    )
    select a.workspace_id, array_agg(m.id) as folders, array_agg(m.scope_id) as scopes from moved m join rowplane.archives a on a.id = m.archive_id group by a.workspace_id
  loop
    if exists (select from rowplane.scopes s join unnest(home.folders, home.scopes) m(folder, scope) on m.folder = s.container_id where s.parent_id <> m.scope) then
      update rowplane.scopes s set parent_id = m.scope from unnest(home.folders, home.scopes) m(folder, scope) where m.folder = s.container_id and s.parent_id <> m.scope;
    end if;
    perform rowplane.settle_records(home.workspace_id, home.folders, home.scopes);
  end loop;
end $$;

-- Gives a record the realm of its own rule, or else of its folder's.
create function rowplane.settle_record(object uuid, workspace int, record_table text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('update ws_%s.%I t set realm_id = rowplane.realm_for(t.archive_id, t.client_id, coalesce($2, rowplane.scope_of(t.archive_id, t.folder_id))) where t.id = $1', workspace, record_table)
    using object, (select s.object_id from rowplane.scopes s where s.object_id = object);
end $$;

-- Makes the scopes follow from the entries and breaks of these objects.
create function rowplane.settle_objects(objects uuid[]) returns void
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
    select array_agg(m) into changed from made m;
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

create function rowplane.settle_inserted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.settle_objects(array(select distinct n.object_id from new_rows n)); return null; end $$;

create function rowplane.settle_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.settle_objects(array(select distinct o.object_id from old_rows o)); return null; end $$;

create function rowplane.settle_updated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.settle_objects(array(select n.object_id from new_rows n union select o.object_id from old_rows o)); return null; end $$;

create trigger settle_inserted after insert on rowplane.object_entries referencing new table as new_rows for each statement execute function rowplane.settle_inserted();
create trigger settle_deleted after delete on rowplane.object_entries referencing old table as old_rows for each statement execute function rowplane.settle_deleted();
create trigger settle_updated after update on rowplane.object_entries referencing old table as old_rows new table as new_rows for each statement execute function rowplane.settle_updated();
create trigger settle_inserted after insert on rowplane.inheritance_breaks referencing new table as new_rows for each statement execute function rowplane.settle_inserted();
create trigger settle_deleted after delete on rowplane.inheritance_breaks referencing old table as old_rows for each statement execute function rowplane.settle_deleted();

-- What has an entry or a break exists, and belongs to the archive that it is in, whoever writes the row.
create function rowplane.fill_object() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  select l.archive_id into new.archive_id from rowplane.locate(new.object_id, new.archive_id) l;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder or record.', jsonb_build_object('path', 'object'));
  end if;
  return new;
end $$;
create trigger fill before insert or update of object_id, archive_id on rowplane.object_entries for each row execute function rowplane.fill_object();
create trigger fill before insert on rowplane.inheritance_breaks for each row execute function rowplane.fill_object();

-- P5: a copy that is changed becomes an entry like others.
create function rowplane.keep_changed_copy() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if old.copied and new.copied and new.decision <> old.decision then
    new.copied := false;
    new.covers := null;
  end if;
  return new;
end $$;
create trigger keep_changed before update on rowplane.object_entries for each row execute function rowplane.keep_changed_copy();

-- P5: the entries that reach an object from above, whether or not it inherits them: those of the scope that rules its folder, and of those above up to a break. The nearest first.
create function rowplane.entries_above(container uuid)
returns table (entry_id uuid, object_id uuid, depth int)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive up(scope, depth) as (
    select f.scope_id, 1 from rowplane.folders f where f.id = container
    union all
    select s.parent_id, u.depth + 1 from up u join rowplane.scopes s on s.object_id = u.scope where s.inherits and s.parent_id is not null
  )
  select e.id, e.object_id, u.depth from up u join rowplane.object_entries e on e.object_id = u.scope
$$;

-- P5: breaking inheritance copies the entries that reach the object, once. One entry says all that several above said of a principal: a DENY, if there was one (P4).
create function rowplane.copy_entries() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  container uuid;
begin
  select l.container_id into container from rowplane.locate(new.object_id, new.archive_id) l;
  if container is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'The root of an archive inherits from nothing: there is no inheritance to break.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'object', 'message', 'is the root of an archive, which inherits from nothing'))));
  end if;
  insert into rowplane.object_entries as own (archive_id, object_id, user_id, group_id, permission, decision, copied)
  select new.archive_id, new.object_id, e.user_id, e.group_id, e.permission, case when bool_or(e.decision = 'DENY') then 'DENY' else 'ALLOW' end, true
  from rowplane.entries_above(container) a join rowplane.object_entries e on e.id = a.entry_id
  group by e.user_id, e.group_id, e.permission
  on conflict (object_id, user_id, group_id, permission) do update set decision = 'DENY', copied = true, covers = 'ALLOW'
    where own.decision = 'ALLOW' and excluded.decision = 'DENY';
  return null;
end $$;
create trigger copy_entries after insert on rowplane.inheritance_breaks for each row execute function rowplane.copy_entries();

-- P5: undoing a break removes the copies that were left unchanged.
create function rowplane.remove_copies() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update rowplane.object_entries e set decision = e.covers, copied = false, covers = null where e.object_id = old.object_id and e.copied and e.covers is not null;
  delete from rowplane.object_entries e where e.object_id = old.object_id and e.copied;
  return null;
end $$;
create trigger remove_copies after delete on rowplane.inheritance_breaks for each row execute function rowplane.remove_copies();

-- A break is there or not: nothing about it changes.
create function rowplane.keep_break() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('VALIDATION_FAILED', 'A break of inheritance can''t be changed: remove it, and break the inheritance of the other object.');
  return null;
end $$;
create trigger keep before update of object_id on rowplane.inheritance_breaks for each row execute function rowplane.keep_break();

-- A new folder is ruled by what rules the one it is in; an archive's root rules itself.
create function rowplane.place_folder() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- V5: nothing is ruled otherwise until this is committed.
  perform rowplane.hold_permissions();
  if new.parent_id is null then
    new.scope_id := new.id;
  else
    select p.scope_id into new.scope_id from rowplane.folders p where p.id = new.parent_id;
    -- A missing parent is refused by the foreign key.
    new.scope_id := coalesce(new.scope_id, new.archive_id);
  end if;
  return new;
end $$;
create trigger place before insert on rowplane.folders for each row execute function rowplane.place_folder();

create function rowplane.make_root_scope() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.scopes (object_id, workspace_id, archive_id, inherits) select new.id, a.workspace_id, new.id, false from rowplane.archives a where a.id = new.id;
  return null;
end $$;
create trigger root_scope after insert on rowplane.folders for each row when (new.parent_id is null) execute function rowplane.make_root_scope();

-- A folder can't go below itself, nor to another archive, whose clients are others.
create function rowplane.check_folder_place() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if new.archive_id <> old.archive_id or exists (select from rowplane.folders p where p.id = new.parent_id and p.archive_id <> new.archive_id) then
    perform rowplane.refuse('VALIDATION_FAILED', 'A folder stays in its archive. Make one in the other archive, and move the records.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'parent', 'message', 'is in another archive'))));
  end if;
  if exists (
    with recursive up(id) as (
      select new.parent_id
      union
      select f.parent_id from up u join rowplane.folders f on f.id = u.id where f.parent_id is not null
    )
    select from up where id = new.id
  ) then
    perform rowplane.refuse('VALIDATION_FAILED', 'A folder can''t be moved into itself or into a folder below it.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'parent', 'message', 'is the folder itself or below it'))));
  end if;
  return new;
end $$;
create trigger check_place before update of archive_id, parent_id on rowplane.folders for each row execute function rowplane.check_folder_place();

-- A folder that moves takes its scopes along, and is ruled by its new place.
create function rowplane.move_folder_scope() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.settle_folders(array[new.id]); return null; end $$;
create trigger moved after update of parent_id on rowplane.folders
  for each row when (old.parent_id is distinct from new.parent_id) execute function rowplane.move_folder_scope();

-- What goes for good takes its entries and breaks along.
create function rowplane.forget_objects(objects uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from rowplane.scopes s where s.object_id = any (objects)) then
    delete from rowplane.scopes s where s.object_id = any (objects);
    delete from rowplane.inheritance_breaks b where b.object_id = any (objects);
    delete from rowplane.object_entries e where e.object_id = any (objects);
  end if;
end $$;

create function rowplane.forget_folder() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.forget_objects(array[old.id]); return null; end $$;
create trigger forget after delete on rowplane.folders for each row execute function rowplane.forget_folder();

-- The same for records: compiled into a trigger of each record table, with its workspace.
create function rowplane.forget_records() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.forget_objects(array(
    select s.object_id from old_rows o join rowplane.scopes s on s.object_id = o.id and s.workspace_id = tg_argv[0]::int and s.record_table = tg_table_name));
  return null;
end $$;

-- A record with a rule of its own takes it along when it moves: compiled into a trigger of each record table, with its workspace.
create function rowplane.move_record_scope() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from rowplane.scopes s where s.object_id = new.id and s.workspace_id = tg_argv[0]::int and s.record_table = tg_table_name) then
    update rowplane.scopes s set archive_id = new.archive_id, container_id = new.folder_id, parent_id = (select f.scope_id from rowplane.folders f where f.id = new.folder_id)
      where s.object_id = new.id;
    if new.archive_id <> old.archive_id then
      update rowplane.inheritance_breaks b set archive_id = new.archive_id where b.object_id = new.id;
      update rowplane.object_entries e set archive_id = new.archive_id where e.object_id = new.id;
    end if;
  end if;
  return null;
end $$;
