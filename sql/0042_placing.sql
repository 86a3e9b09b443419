-- P8, C7, C8: where records go, now that a folder or a record may be a scope of its own.

-- C7, C8: the client that a record of the viewer's gets in an archive that the viewer sees. Null where clients are off.
create function rowplane.client_for(archive uuid, client uuid) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
  choices jsonb;
begin
  select a.clients_enabled, a.workspace_id into strict home from rowplane.archives a where a.id = archive;
  if not home.clients_enabled then
    if client is not null then
      perform rowplane.refuse('VALIDATION_FAILED', 'Clients are off in this archive: leave the client out.',
        jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'client', 'message', 'clients are off in this archive'))));
    end if;
    return null;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) order by c.name), '[]') into choices
  from rowplane.assigned_clients(rowplane.viewer(), home.workspace_id) m join rowplane.clients c on c.id = m.client_id where m.archive_id = archive;
  if client is not null then
    if not choices @> jsonb_build_array(jsonb_build_object('id', client)) then
      perform rowplane.refuse('NOT_FOUND', 'There is no such client for you in this archive. Choose one of your own.', jsonb_build_object('path', 'client'));
    end if;
    return client;
  end if;
  if jsonb_array_length(choices) > 1 then
    perform rowplane.refuse('CLIENT_REQUIRED', 'You work for several clients in this archive: say which one the record is for.', jsonb_build_object('clients', choices));
  end if;
  return (choices -> 0 ->> 'id')::uuid;
end $$;
drop function rowplane.choose_client(uuid, uuid);

create or replace function rowplane.prepare_realm(archive uuid, folder uuid, client uuid)
returns table (folder_id uuid, client_id uuid, realm_id int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  chosen uuid;
  place uuid := coalesce(folder, archive);
  editable boolean;
begin
  select f.may_edit into editable from rowplane.viewer_folder(place) f where f.archive_id = archive;
  if not found then
    if not exists (select from rowplane.visible_archives a where a.id = archive) then
      perform rowplane.refuse('NOT_FOUND', 'There is no such archive.', jsonb_build_object('path', 'archive'));
    end if;
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder in this archive.', jsonb_build_object('path', 'folder'));
  end if;
  chosen := rowplane.client_for(archive, client);
  if not editable then
    perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', 'EDIT'));
  end if;
  return query select place, chosen, rowplane.realm_for(archive, chosen, rowplane.scope_of(archive, place));
end $$;

create or replace function rowplane.placement(workspace int, archive uuid, folder uuid, client uuid, permission text)
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
  where f.id = coalesce(folder, archive) and a.workspace_id = workspace and (archive is null or f.archive_id = archive) and f.deleted_at is null;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
  end if;
  realm := place.realm;
  -- A realm that the viewer sees says all that client_for would: the folder is visible and the client one of the viewer's.
  if realm is null or place.clients_enabled <> (chosen is not null) or mine.view_flags[realm] is not true then
    if not rowplane.viewer_may(place.id, 'VIEW') then
      perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
    end if;
    chosen := rowplane.client_for(place.archive_id, chosen);
    realm := rowplane.realm_of(place.archive_id, chosen, place.id);
  end if;
  if realm is null then
    -- Whoever may put nothing there hears that, and not what to prepare.
    if rowplane.viewer_may(place.id, permission) then
      perform rowplane.refuse('VALIDATION_FAILED', 'No record was ever in this place. Call rowplane.prepare_realm(archive, folder, client) in a statement before.',
        jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'folder', 'message', 'must be prepared by rowplane.prepare_realm'))));
    end if;
  end if;
  if realm is null or (case permission when 'CREATE' then mine.create_flags when 'EDIT' then mine.edit_flags end)[realm] is not true then
    perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', permission, 'path', 'folder'));
  end if;
  return query select place.archive_id, place.id, chosen, realm, mine.user_id;
end $$;

-- P8, C7, C8: where a record goes that moves to another folder or client: it needs EDIT on both folders, and keeps a rule of its own. Makes the realm that it comes to, since the record's
-- own policies and guards ask only about the one that it leaves.
create function rowplane.new_place(workspace int, records text, moving uuid, realm int, old_folder uuid, folder uuid, old_client uuid, client uuid)
returns table (archive_id uuid, client_id uuid, realm_id int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  home record;
  place record;
  chosen uuid := client;
  scope uuid;
  ruled boolean := exists (select from rowplane.scopes s where s.object_id = moving and s.workspace_id = workspace and s.record_table = records);
begin
  select r.archive_id, r.client_id into home from rowplane.realms r where r.workspace_id = workspace and r.id = realm;
  select f.archive_id, f.scope_id into place
  from rowplane.folders f join rowplane.archives a on a.id = f.archive_id
  where f.id = folder and a.workspace_id = workspace and f.deleted_at is null;
  -- What the policy has let through; asked again, since viewers can call this themselves.
  if place is null or (rowplane.viewer_flags(workspace, 'EDIT'))[realm] is not true then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
  end if;
  if folder is distinct from old_folder then
    -- A realm that the viewer may EDIT says that its folder is visible, too.
    if (rowplane.viewer_flags(workspace, 'EDIT'))[rowplane.realm_of(place.archive_id, client, folder)] is not true then
      if not rowplane.viewer_may(folder, 'VIEW') then
        perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
      end if;
      if not rowplane.viewer_may(folder, 'EDIT') then
        perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', 'EDIT', 'path', 'folder'));
      end if;
    end if;
    -- Of a record without a rule of its own, the policy has asked already: it has its folder's.
    if ruled and not rowplane.viewer_may(old_folder, 'EDIT') then
      perform rowplane.refuse('FORBIDDEN', 'You may not change the content of the folder that the record is in.', jsonb_build_object('permission', 'EDIT', 'id', moving));
    end if;
  end if;
  if client is distinct from old_client then
    chosen := rowplane.client_for(place.archive_id, client);
  elsif place.archive_id = home.archive_id then
    -- Also while clients are off, when the records keep theirs (C2).
    chosen := home.client_id;
  else
    -- C8: in another archive the client is chosen anew, unless it is one of the viewer's there too.
    chosen := rowplane.client_for(place.archive_id, (select c.client_id from rowplane.assigned_clients(rowplane.viewer(), workspace) c
      join rowplane.archives a on a.id = c.archive_id and a.clients_enabled where c.archive_id = place.archive_id and c.client_id = client));
  end if;
  scope := case when ruled then moving else place.scope_id end;
  return query select place.archive_id, chosen, rowplane.realm_for(place.archive_id, chosen, scope);
end $$;
grant execute on function rowplane.new_place(int, text, uuid, int, uuid, uuid, uuid, uuid) to rowplane_viewer;

create or replace function rowplane.guard_place() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if new.folder_id is not distinct from old.folder_id and new.client_id is not distinct from old.client_id then
    return new;
  end if;
  select p.archive_id, p.client_id, p.realm_id into new.archive_id, new.client_id, new.realm_id
  from rowplane.new_place(tg_argv[0]::int, tg_table_name, old.id, old.realm_id, old.folder_id, new.folder_id, old.client_id, new.client_id) p;
  return new;
end $$;
drop function rowplane.kept_realm(int, int, uuid);

-- Whether a folder is in the trash. A record that somebody finds in the trash tells it by its folder.
create function rowplane.folder_is_trashed(folder uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select exists (select from rowplane.folders f where f.id = folder and f.deleted_at is not null) $$;
grant execute on function rowplane.folder_is_trashed(uuid) to rowplane_viewer;

create or replace function rowplane.guard_restored() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if old.deleted_at is null and new.deleted_at is null then
    return null;
  end if;
  if new.deleted_at is null and rowplane.folder_is_trashed(new.folder_id) then
    perform rowplane.refuse('VALIDATION_FAILED', 'The folder of this record is in the trash, too. Restore the folder first.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'folder', 'message', 'is in the trash')), 'id', old.id));
  end if;
  return new;
end $$;

-- C2, C3: as before; a record with a rule of its own keeps it.
create or replace function rowplane.enable_clients(archive uuid, client uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  home int;
  record_table text;
  moved bigint;
  total bigint := 0;
begin
  -- The clock that this statement takes keeps every writer out until the end: no record slips in without a client.
  update rowplane.archives a set clients_enabled = true where a.id = archive returning a.workspace_id into strict home;
  for record_table in select rowplane.record_tables(home) loop
    if client is null then
      execute format('select count(*) from %s t where t.archive_id = $1 and t.client_id is null', record_table) into moved using archive;
    else
      execute format(
        'with olds as materialized (
           select distinct t.realm_id as id, case when r.scope_id = t.id then t.id end as own, t.folder_id
           from %1$s t join rowplane.realms r on r.workspace_id = $3 and r.id = t.realm_id
           where t.archive_id = $1 and t.client_id is null),
         realms as materialized (select o.id as old, o.own, o.folder_id, rowplane.realm_for($1, $2, coalesce(o.own, rowplane.scope_of($1, o.folder_id))) as id from olds o)
         update %1$s t set client_id = $2, realm_id = r.id from realms r
         where t.realm_id = r.old and t.folder_id = r.folder_id and (r.own is null or r.own = t.id) and t.archive_id = $1 and t.client_id is null', record_table)
        using archive, client, home;
      get diagnostics moved = row_count;
    end if;
    total := total + moved;
  end loop;
  if client is null and total > 0 then
    perform rowplane.refuse('VALIDATION_FAILED', format('%s records of this archive have no client yet: say whose they are.', total),
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'client', 'message', 'is needed for the records that have none')), 'records', total));
  end if;
  return total;
end $$;
