-- V2, U7: functions that viewers can call by themselves, with whatever arguments, tell no more of hidden folders, workspaces and entries than the doors do that they stand behind.

-- P8, C7, C8: where a record goes that moves to another folder or client, as before: it needs EDIT on both folders, and keeps a rule of its own. Makes the realm that it comes to.
-- What it is told of the record must be so, and the record seen: else its answers would tell a hidden folder, or a hidden record's own permissions, from missing ones.
create or replace function rowplane.new_place(workspace int, records text, moving uuid, realm int, old_folder uuid, folder uuid, old_client uuid, client uuid)
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
  known boolean := false;
begin
  if to_regclass(format('ws_%s.%I', workspace, records)) is not null then
    execute format('select exists (select from ws_%1$s.%2$I t where t.id = $1 and t.realm_id = $2 and t.folder_id = $3 and t.client_id is not distinct from $4) and ws_%1$s_sight.sees($5, $1)', workspace, records)
      into known using moving, realm, old_folder, old_client, records;
  end if;
  select r.archive_id, r.client_id into home from rowplane.realms r where r.workspace_id = workspace and r.id = realm;
  select f.archive_id, f.scope_id into place
  from rowplane.folders f join rowplane.archives a on a.id = f.archive_id
  where f.id = folder and a.workspace_id = workspace and f.deleted_at is null;
  -- What the policy has let through; asked again, since viewers can call this themselves.
  if not known or place is null or (rowplane.viewer_flags(workspace, 'EDIT'))[realm] is not true then
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

-- W2: as before, but the owner asks about the folder of a record that the viewer finds in the trash, so that nobody can ask about any folder.
create or replace function rowplane.guard_restored() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
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
revoke execute on function rowplane.folder_is_trashed(uuid) from rowplane_viewer;
