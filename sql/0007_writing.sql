-- What a write says before it goes through the edit door, and the realms that it needs.

-- The records that a write is aimed at, and the versions that it expects of them (W6), for this transaction only.
create function rowplane.set_targets(ids uuid[], versions int[] default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if versions is not null and cardinality(versions) <> cardinality(ids) then
    perform rowplane.refuse('VALIDATION_FAILED', 'There must be as many expected versions as records.');
  end if;
  perform set_config('rowplane.targets', ids::text, true), set_config('rowplane.versions', coalesce(versions::text, ''), true);
end $$;
grant execute on function rowplane.set_targets(uuid[], int[]) to rowplane_viewer;

create function rowplane.targets() returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(current_setting('rowplane.targets', true), ''), '{}')::uuid[];
end $$;
grant execute on function rowplane.targets() to public;

-- The version that the write expects of a record, or null if it expects none.
create function rowplane.expected_version(id uuid) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  versions int[] := nullif(current_setting('rowplane.versions', true), '')::int[];
begin
  if versions is null then
    return null;
  end if;
  return versions[array_position(rowplane.targets(), id)];
end $$;
grant execute on function rowplane.expected_version(uuid) to public;

-- C7, C8: the client that a record of the viewer's gets in an archive. Null where clients are off.
create function rowplane.choose_client(archive uuid, client uuid) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  enabled boolean;
  choices jsonb;
begin
  select a.clients_enabled into enabled from rowplane.visible_archives a where a.id = archive;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such archive.', jsonb_build_object('path', 'archive'));
  end if;
  if not enabled then
    if client is not null then
      perform rowplane.refuse('VALIDATION_FAILED', 'Clients are off in this archive: leave the client out.',
        jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'client', 'message', 'clients are off in this archive'))));
    end if;
    return null;
  end if;
  select jsonb_agg(jsonb_build_object('id', c.client_id, 'name', c.name) order by c.name) into choices from rowplane.visible_clients c where c.archive_id = archive;
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

-- Readies a place for a record in a statement of its own, before the record is written there: the policies of the write's own statement don't see what it makes itself.
create function rowplane.prepare_realm(archive uuid, folder uuid, client uuid)
returns table (folder_id uuid, client_id uuid, realm_id int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  chosen uuid := rowplane.choose_client(archive, client);
  place uuid := coalesce(folder, archive);
begin
  if not exists (select from rowplane.visible_folders f where f.id = place and f.archive_id = archive) then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder in this archive.', jsonb_build_object('path', 'folder'));
  end if;
  if not (select v.may_edit from rowplane.visible_archives v where v.id = archive) then
    perform rowplane.refuse('FORBIDDEN', 'You may not change the content of this folder.', jsonb_build_object('permission', 'EDIT'));
  end if;
  return query select place, chosen, rowplane.realm_for(archive, chosen, rowplane.scope_of(archive, place));
end $$;
grant execute on function rowplane.prepare_realm(uuid, uuid, uuid) to rowplane_viewer;
