-- P8: what viewers do with folders. Each function judges by itself, whatever door it is called through.

-- From here to the end nobody else changes permissions, folders or records: for changes of the tree that permissions follow. Never the first thing that an operation of a viewer's does, or anybody could hold everybody up.
create function rowplane.take_permissions() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rowplane.gate in exclusive mode;
  perform from rowplane.clock for no key update;
end $$;

create function rowplane.no_such_folder(path text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', path)); end $$;

create function rowplane.lacks_on_folder(path text, permission text, message text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('FORBIDDEN', message, jsonb_build_object('permission', permission, 'path', path)); end $$;

-- P8: adding to a folder needs CREATE and EDIT on it. U4: guests create nothing. A folder that the viewer doesn't see is refused like a missing one (V2).
create or replace function rowplane.create_folder(parent uuid, folder_name text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
  made uuid;
begin
  -- V5: no permission changes between here and the commit, by whatever door this came.
  perform rowplane.hold_permissions();
  select f.archive_id, f.may_edit, f.may_create into home from rowplane.viewer_folder(parent) f;
  if not found then
    perform rowplane.no_such_folder('parent');
  end if;
  if rowplane.viewer_role() in ('GUEST', 'ANONYMOUS') then
    perform rowplane.refuse('FORBIDDEN', 'Guests create nothing.');
  end if;
  if not (home.may_edit and home.may_create) then
    perform rowplane.refuse('FORBIDDEN', 'Adding to this folder needs the permissions CREATE and EDIT on it.', jsonb_build_object('permission', case when home.may_edit then 'CREATE' else 'EDIT' end));
  end if;
  perform rowplane.check_folder_name(folder_name);
  insert into rowplane.folders (archive_id, parent_id, name) values (home.archive_id, parent, folder_name)
    on conflict (archive_id, parent_id, name) where deleted_at is null do nothing returning id into made;
  if made is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'This folder already has one of that name.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', 'is taken in this folder'))));
  end if;
  return made;
end $$;

-- P8: changing a folder needs EDIT on it. An archive's root carries the archive's name, which administrators change (U2).
create or replace function rowplane.rename_folder(folder uuid, folder_name text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
begin
  -- V5: no permission changes between here and the commit, by whatever door this came.
  perform rowplane.hold_permissions();
  select f.parent_id, f.may_edit into place from rowplane.viewer_folder(folder) f;
  if not found then
    perform rowplane.no_such_folder('folder');
  end if;
  if place.parent_id is null then
    perform rowplane.refuse('FORBIDDEN', 'The topmost folder carries the name of its archive, which administrators change.');
  end if;
  if not place.may_edit then
    perform rowplane.refuse('FORBIDDEN', 'Renaming this folder needs the permission EDIT on it.', jsonb_build_object('permission', 'EDIT'));
  end if;
  perform rowplane.check_folder_name(folder_name);
  update rowplane.folders f set name = folder_name where f.id = folder;
exception when unique_violation then
  perform rowplane.refuse('VALIDATION_FAILED', 'The folder above already has one of that name.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', 'is taken in the folder above'))));
end $$;

-- P8: moving needs EDIT on the folder and on both that it is in, before and after; not CREATE.
create function rowplane.check_folder_move(folder uuid, parent uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
  target record;
begin
  select f.parent_id, f.may_edit into place from rowplane.viewer_folder(folder) f;
  if not found then
    perform rowplane.no_such_folder('folder');
  end if;
  select f.may_edit into target from rowplane.viewer_folder(parent) f;
  if not found then
    perform rowplane.no_such_folder('parent');
  end if;
  if place.parent_id is null then
    perform rowplane.refuse('FORBIDDEN', 'The topmost folder of an archive stays where it is.');
  end if;
  if not place.may_edit then
    perform rowplane.lacks_on_folder('folder', 'EDIT', 'Moving this folder needs the permission EDIT on it.');
  end if;
  if not rowplane.viewer_may(place.parent_id, 'EDIT') then
    perform rowplane.lacks_on_folder('folder', 'EDIT', 'Moving this folder needs the permission EDIT on the folder that it is in.');
  end if;
  if not target.may_edit then
    perform rowplane.lacks_on_folder('parent', 'EDIT', 'Moving something into this folder needs the permission EDIT on it.');
  end if;
end $$;

-- P8, P7: moves a folder with its scopes. Where it inherits, it is ruled by its new place from then on.
create function rowplane.move_folder(folder uuid, parent uuid, confirm boolean default false) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held boolean;
begin
  perform rowplane.check_folder_move(folder, parent);
  perform rowplane.take_permissions();
  perform rowplane.check_folder_move(folder, parent);
  held := rowplane.viewer_may(folder, 'EDIT_PERMISSIONS');
  update rowplane.folders f set parent_id = parent where f.id = folder and f.parent_id <> parent;
  if held and not rowplane.viewer_may(folder, 'EDIT_PERMISSIONS') and not coalesce(confirm, false) then
    perform rowplane.refuse_own_loss();
  end if;
exception when unique_violation then
  perform rowplane.refuse('VALIDATION_FAILED', 'That folder already has one of this name.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'parent', 'message', 'has a folder of this name'))));
end $$;
grant execute on function rowplane.move_folder(uuid, uuid, boolean) to rowplane_viewer;

-- P7: said whenever an operation would take the acting user's own right to edit permissions.
create function rowplane.refuse_own_loss() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('LOCKED_OUT', 'Afterwards you could not edit the permissions here yourself any more. If that is what you want, confirm it.', jsonb_build_object('confirm', 'OWN_EDIT_PERMISSIONS'));
end $$;

-- The folder and all below it that isn't in the trash.
create function rowplane.folders_below(folder uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive down(id) as (
    select f.id from rowplane.folders f where f.id = folder and f.deleted_at is null
    union all
    select f.id from down d join rowplane.folders f on f.parent_id = d.id where f.deleted_at is null
  )
  select coalesce(array_agg(d.id), '{}') from down d
$$;

-- P8: in the same words for everything in a folder that stands in the way, hidden or not (V2).
create function rowplane.refuse_folder_content() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('FORBIDDEN', 'Something in this folder may not be deleted by you. It stays as it is.', jsonb_build_object('permission', 'DELETE', 'path', 'folder'));
end $$;

-- P8: deleting a folder needs DELETE on it, EDIT on the folder that it is in, and DELETE on every folder below. Answers them, all of which the viewer sees.
create function rowplane.check_folder_delete(folder uuid) returns uuid[]
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
  region uuid[];
begin
  select f.parent_id, f.may_delete into place from rowplane.viewer_folder(folder) f;
  if not found then
    perform rowplane.no_such_folder('folder');
  end if;
  if place.parent_id is null then
    perform rowplane.refuse('FORBIDDEN', 'The topmost folder goes with its archive, which administrators delete.');
  end if;
  if not place.may_delete then
    perform rowplane.lacks_on_folder('folder', 'DELETE', 'Deleting this folder needs the permissions DELETE and EDIT on it.');
  end if;
  if not rowplane.viewer_may(place.parent_id, 'EDIT') then
    perform rowplane.lacks_on_folder('folder', 'EDIT', 'Deleting this folder needs the permission EDIT on the folder that it is in.');
  end if;
  region := rowplane.folders_below(folder);
  if exists (
    select from (select distinct f.scope_id from rowplane.folders f where f.id = any (region)) s
    left join rowplane.viewer_scopes(array(select distinct f.scope_id from rowplane.folders f where f.id = any (region))) v on v.scope_id = s.scope_id
    where v.may_delete is not true
  ) then
    perform rowplane.refuse_folder_content();
  end if;
  return region;
end $$;

create function rowplane.begin_folder_delete(folder uuid) returns uuid[]
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.check_folder_delete(folder);
  perform rowplane.take_permissions();
  return rowplane.check_folder_delete(folder);
end $$;
grant execute on function rowplane.begin_folder_delete(uuid) to rowplane_viewer;

-- Puts a folder into the trash in which nothing is left that isn't there already. What is still in it, its viewer couldn't delete or doesn't see.
create function rowplane.finish_folder_delete(folder uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  region uuid[] := rowplane.begin_folder_delete(folder);
  record_table text;
  left_over boolean;
begin
  for record_table in select r.name from rowplane.folders f join rowplane.archives a on a.id = f.archive_id cross join lateral rowplane.record_tables(a.workspace_id) r(name) where f.id = folder loop
    execute format('select exists (select from %s t where t.folder_id = any ($1) and t.deleted_at is null)', record_table) into left_over using region;
    if left_over then
      perform rowplane.refuse_folder_content();
    end if;
  end loop;
  update rowplane.folders f set deleted_at = now() where f.id = any (region);
end $$;
grant execute on function rowplane.finish_folder_delete(uuid) to rowplane_viewer;

-- The workspace of a folder that the viewer sees, in the trash or not.
create function rowplane.folder_workspace(folder uuid) returns int
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select v.workspace_id from rowplane.folders f cross join lateral rowplane.viewer_scopes(array[f.scope_id]) v where f.id = folder $$;
grant execute on function rowplane.folder_workspace(uuid) to rowplane_viewer;

-- P8, W2: puts a folder with all that is in it into the trash, all or nothing. With the viewer's own rights: the records go through the edit door like any, so that every layer and every guard judges them.
create function rowplane.delete_folder(folder uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  region uuid[] := rowplane.begin_folder_delete(folder);
  workspace int := rowplane.folder_workspace(folder);
  planes int[] := rowplane.viewer_planes(workspace);
  plane int;
  definition text;
  found_ids uuid[];
  ids uuid[];
begin
  for definition in select c.relname from pg_class c where c.relnamespace = to_regnamespace(format('ws_%s_edit', workspace)) and c.relkind = 'v' order by 1 loop
    ids := '{}';
    foreach plane in array planes loop
      if to_regclass(format('plane_%s.%I', plane, definition)) is not null then
        execute format('select array_agg(t.id) from plane_%s.%I t where t.folder_id = any ($1) and t.id <> all ($2)', plane, definition) into found_ids using region, ids;
        ids := ids || coalesce(found_ids, '{}');
      end if;
    end loop;
    if cardinality(ids) > 0 then
      perform rowplane.set_targets(ids);
      begin
        execute format('update ws_%s_edit.%I set deleted_at = now()', workspace, definition);
      exception when sqlstate 'RPFOR' then
        perform rowplane.refuse_folder_content();
      end;
    end if;
  end loop;
  perform rowplane.set_targets('{}');
  perform rowplane.finish_folder_delete(folder);
end $$;
grant execute on function rowplane.delete_folder(uuid) to rowplane_viewer;
grant execute on function rowplane.refuse_folder_content() to rowplane_viewer;

-- W2: the folders in the trash that the viewer may restore: those who may delete them. Folders that went with another one come back with it.
create view rowplane.visible_trashed_folders with (security_barrier) as
  with seen as materialized (select v.* from rowplane.viewer_folder_scopes() v)
  select f.id, f.archive_id, f.parent_id, f.name, f.deleted_at
  from seen v join rowplane.folders f on f.scope_id = v.scope_id
  join rowplane.folders p on p.id = f.parent_id
  join seen above on above.scope_id = p.scope_id and above.may_edit
  where f.deleted_at is not null and v.may_delete and p.deleted_at is distinct from f.deleted_at;
comment on view rowplane.visible_trashed_folders is 'W2: the folders in the trash that the viewer may restore';
grant select on rowplane.visible_trashed_folders to rowplane_viewer;

-- Takes a folder out of the trash, with those that went with it. Answers them and when they went.
create function rowplane.revive_folder(folder uuid) returns table (folders uuid[], deleted_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  place record;
  region uuid[];
begin
  if not exists (select from rowplane.visible_trashed_folders t where t.id = folder) then
    perform rowplane.no_such_folder('folder');
  end if;
  perform rowplane.take_permissions();
  select t.parent_id, t.deleted_at, t.archive_id into place from rowplane.visible_trashed_folders t where t.id = folder;
  if not found then
    perform rowplane.no_such_folder('folder');
  end if;
  if rowplane.folder_is_trashed(place.parent_id) then
    perform rowplane.refuse('VALIDATION_FAILED', 'The folder above is in the trash, too. Restore that one first.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'folder', 'message', 'is in a folder that is in the trash'))));
  end if;
  with recursive down(id) as (
    select folder
    union all
    select f.id from down d join rowplane.folders f on f.parent_id = d.id where f.deleted_at = place.deleted_at
  )
  select array_agg(d.id) into region from down d;
  update rowplane.folders f set deleted_at = null where f.id = any (region);
  return query select region, place.deleted_at;
exception when unique_violation then
  perform rowplane.refuse('VALIDATION_FAILED', 'The folder above has another one of this name by now. Rename that one first.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', 'is taken in the folder above'))));
end $$;
grant execute on function rowplane.revive_folder(uuid) to rowplane_viewer;

-- W2: restores a folder, and of the records that went with it those that the viewer finds in the trash.
create function rowplane.restore_folder(folder uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  workspace int;
  place record;
  definition text;
  ids uuid[];
begin
  select r.folders, r.deleted_at into place from rowplane.revive_folder(folder) r;
  workspace := rowplane.folder_workspace(folder);
  for definition in select c.relname from pg_class c where c.relnamespace = to_regnamespace(format('ws_%s_trash', workspace)) and c.relkind = 'v' order by 1 loop
    execute format('select array_agg(t.id) from ws_%s_trash.%I t where t.folder_id = any ($1) and t.deleted_at = $2', workspace, definition) into ids using place.folders, place.deleted_at;
    if ids is not null then
      perform rowplane.set_targets(ids);
      execute format('update ws_%s_edit.%I set deleted_at = null', workspace, definition);
    end if;
  end loop;
  perform rowplane.set_targets('{}');
end $$;
grant execute on function rowplane.restore_folder(uuid) to rowplane_viewer;

-- W2: erases folders from the trash in which nothing is any more, for those who may restore them and have EMPTY_TRASH (P10). Answers how many.
create function rowplane.erase_folders(workspace int, archive uuid default null) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  erasable uuid[];
  used uuid[];
  record_table text;
  erased int;
  total int := 0;
begin
  if not rowplane.viewer_has_function(workspace, 'EMPTY_TRASH') then
    perform rowplane.refuse('FORBIDDEN', 'You may not empty the trash of this workspace.', jsonb_build_object('function', 'EMPTY_TRASH'));
  end if;
  if not exists (select from rowplane.folders f join rowplane.archives a on a.id = f.archive_id where a.workspace_id = workspace and f.deleted_at is not null) then
    return 0;
  end if;
  perform rowplane.take_permissions();
  loop
    -- From the bottom up, since a folder goes only after those in it.
    select array_agg(f.id) into erasable
    from rowplane.viewer_scopes() v join rowplane.folders f on f.scope_id = v.scope_id
    where v.workspace_id = workspace and v.record_table is null and v.may_delete and f.deleted_at is not null and f.archive_id = coalesce(archive, f.archive_id)
      and not exists (select from rowplane.folders c where c.parent_id = f.id);
    exit when erasable is null;
    for record_table in select rowplane.record_tables(workspace) loop
      execute format('select array_agg(distinct t.folder_id) from %s t where t.folder_id = any ($1)', record_table) into used using erasable;
      erasable := array(select e.id from unnest(erasable) e(id) where e.id <> all (coalesce(used, '{}')));
    end loop;
    delete from rowplane.folders f where f.id = any (erasable);
    get diagnostics erased = row_count;
    exit when erased = 0;
    total := total + erased;
  end loop;
  return total;
end $$;
grant execute on function rowplane.erase_folders(int, uuid) to rowplane_viewer;
