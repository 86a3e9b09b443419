-- What the guards of all record tables share. They run with the rights of the viewer who writes, so that what they look up is what the viewer sees;
-- only the functions that read the tree are the owner's.

grant execute on function rowplane.viewer_planes(int) to rowplane_viewer;

-- P8, C7, C8: where a record goes that is created in a folder or moved there, for a viewer who has the permission. A place that isn't the viewer's is refused like one that doesn't exist.
create function rowplane.placement(workspace int, archive uuid, folder uuid, client uuid, permission text)
returns table (archive_id uuid, folder_id uuid, client_id uuid, realm_id int, viewer uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  -- Asked once: an import comes here for each row.
  mine rowplane.viewer_access := rowplane.access(workspace);
  place record;
  chosen uuid := client;
  realm int;
begin
  select f.id, f.archive_id, a.clients_enabled, rowplane.realm_of(f.archive_id, chosen, f.id) as realm into place
  from rowplane.folders f join rowplane.archives a on a.id = f.archive_id
  where f.id = coalesce(folder, archive) and a.workspace_id = workspace and (archive is null or f.archive_id = archive);
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
  end if;
  realm := place.realm;
  -- A realm that the viewer sees says all that choose_client would: the archive is visible and the client one of the viewer's.
  if realm is null or place.clients_enabled <> (chosen is not null) or mine.view_flags[realm] is not true then
    if not exists (select from rowplane.visible_archives v where v.id = place.archive_id) then
      perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
    end if;
    chosen := rowplane.choose_client(place.archive_id, chosen);
    realm := rowplane.realm_of(place.archive_id, chosen, place.id);
  end if;
  if realm is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'No record was ever in this place. Call rowplane.prepare_realm(archive, folder, client) in a statement before.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'folder', 'message', 'must be prepared by rowplane.prepare_realm'))));
  end if;
  if (case permission when 'CREATE' then mine.create_flags when 'EDIT' then mine.edit_flags end)[realm] is not true then
    perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', permission, 'path', 'folder'));
  end if;
  return query select place.archive_id, place.id, chosen, realm, mine.user_id;
end $$;
grant execute on function rowplane.placement(int, uuid, uuid, uuid, text) to rowplane_viewer;

-- The permission clock as it stands now, whatever snapshot the caller has: a volatile function takes its own.
create function rowplane.ticks_now() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$ select c.ticks from rowplane.clock c $$;

-- V5: a write by whatever door keeps the permissions as they are until it commits, and is refused if they changed after its statement began. The server has
-- held them since rowplane.begin_write; people with logins of their own may not have. Stable, so that it reads the clock in the snapshot of the statement.
create function rowplane.guard_permissions() returns trigger
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.hold_permissions();
  if (select c.ticks from rowplane.clock c) <> rowplane.ticks_now() then
    raise exception using errcode = 'serialization_failure', message = 'Permissions changed while the statement waited. Try again.';
  end if;
  return null;
end $$;

-- W3: what a new record is, whatever the statement says: its place judged, its owner the viewer, its version 1.
create function rowplane.guard_new() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  -- V2: an id that was made now can't be another record's. Any other would tell by its conflict that a hidden record exists.
  if uuid_extract_version(new.id) is distinct from 7
    or uuid_extract_timestamp(new.id) not between date_trunc('milliseconds', transaction_timestamp()) and clock_timestamp() + interval '1 minute' then
    perform rowplane.refuse('VALIDATION_FAILED', 'The id of a new record must come from uuidv7() in the transaction that creates it. Leave it out, or take it from there.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'id', 'message', 'must come from uuidv7() in this transaction'))));
  end if;
  select p.archive_id, p.folder_id, p.client_id, p.realm_id, nullif(p.viewer, '00000000-0000-0000-0000-000000000000')
  into new.archive_id, new.folder_id, new.client_id, new.realm_id, new.owner_id
  from rowplane.placement(tg_argv[0]::int, new.archive_id, new.folder_id, new.client_id, 'CREATE') p;
  new.version := 1;
  new.created_at := now();
  new.updated_at := now();
  new.deleted_at := null;
  return new;
end $$;

-- P8, C7, C8: a record goes to another folder, archive or client, and so to another realm.
create function rowplane.guard_place() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  workspace int := tg_argv[0]::int;
  stays boolean;
begin
  if new.folder_id is not distinct from old.folder_id and new.client_id is not distinct from old.client_id then
    return new;
  end if;
  if new.client_id is not distinct from old.client_id then
    stays := exists (select from rowplane.visible_folders f where f.id = new.folder_id and f.archive_id = old.archive_id);
    if not stays and not exists (
      select from rowplane.visible_clients c join rowplane.visible_folders f on f.archive_id = c.archive_id
      where f.id = new.folder_id and c.client_id = new.client_id
    ) then
      -- C8: in another archive the client is chosen anew, unless it is one of the viewer's there too.
      new.client_id := null;
    end if;
  end if;
  if stays then
    -- Also while clients are off, when the records keep theirs (C2).
    new.realm_id := rowplane.kept_realm(workspace, old.realm_id, new.folder_id);
  else
    select p.archive_id, p.folder_id, p.client_id, p.realm_id into new.archive_id, new.folder_id, new.client_id, new.realm_id
    from rowplane.placement(workspace, null, new.folder_id, new.client_id, 'EDIT') p;
  end if;
  return new;
end $$;

-- The realm of a record that moves within its archive and keeps its client.
create function rowplane.kept_realm(workspace int, realm int, folder uuid) returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  target int;
begin
  select rowplane.realm_of(r.archive_id, r.client_id, folder) into target from rowplane.realms r where r.workspace_id = workspace and r.id = realm;
  if target is null or (rowplane.viewer_flags(workspace, 'EDIT'))[target] is not true then
    perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', 'EDIT', 'path', 'folder'));
  end if;
  return target;
end $$;
grant execute on function rowplane.kept_realm(int, int, uuid) to rowplane_viewer;

-- W8: in the same words for a record that doesn't exist and for one that the viewer doesn't see. Stands as the last part of a condition that didn't hold.
create function rowplane.no_such_record(field text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('VALIDATION_FAILED', format('There is no such record for the field "%s".', field),
    jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', field, 'message', 'there is no such record'))));
  return false;
end $$;
grant execute on function rowplane.no_such_record(text) to rowplane_viewer;

-- D1: an owner is set when the record is created, and else by a transfer.
create function rowplane.guard_owner() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('FORBIDDEN', 'The owner of a record changes by a transfer only.', jsonb_build_object('field', 'owner', 'id', old.id));
  return null;
end $$;

-- W2: what isn't in the trash can't be restored from it: no change, as for a missing record.
create function rowplane.guard_restored() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if old.deleted_at is null and new.deleted_at is null then
    return null;
  end if;
  return new;
end $$;

-- W5: the records that the last statement through the edit door changed. The others of its targets are hidden or don't exist.
create function rowplane.changed_targets() returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(current_setting('rowplane.changed', true), ''), '{}')::uuid[];
end $$;
grant execute on function rowplane.changed_targets() to rowplane_viewer;
