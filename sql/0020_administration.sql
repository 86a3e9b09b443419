-- What administration needs of the database: guards that no connection gets around, and changes that move records. And folders, which whoever may add to one makes.

-- U7, P7: the account keeps an active administrator, whoever takes one away. Only the owner's own maintenance, which acts for no viewer, is free to rebuild an account from nothing.
create function rowplane.keep_an_administrator() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from rowplane.users u where u.role = 'ADMINISTRATOR' and rowplane.role_of(u.id) = 'ADMINISTRATOR') then
    perform rowplane.refuse('LOCKED_OUT', 'This would leave the account without an active administrator. Make another user administrator first.');
  end if;
  return null;
end $$;
create trigger keep_an_administrator after delete or update of role, active, blocked_until on rowplane.users
  for each statement when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null) execute function rowplane.keep_an_administrator();

-- The groups that reach each of many people, as groups_of decides: it is asked once for all who have the same role and are direct members of the same groups.
create function rowplane.reaching(people uuid[]) returns table (person uuid, groups uuid[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with given as materialized (
    select p.id, coalesce(rowplane.role_of(p.id), '') as role, array(select m.group_id from rowplane.group_members m where m.user_id = p.id order by 1) as direct
    from unnest(people) p(id)
  ), kinds as materialized (
    select g.role, g.direct, rowplane.groups_of((array_agg(g.id))[1]) as groups from given g group by g.role, g.direct
  )
  select g.id, k.groups from given g join kinds k on k.role = g.role and k.direct = g.direct
$$;

-- Whom a grant to one of these groups reaches, anonymous included. The nesting only narrows down whom to ask about.
create function rowplane.people_reached(groups uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive down(id) as (
    select unnest(groups)
    union
    select n.child_id from down d join rowplane.group_nesting n on n.parent_id = d.id
  ), candidates(id) as (
    select m.user_id from down d join rowplane.group_members m on m.group_id = d.id
    union
    select everybody.id from (select u.id from rowplane.users u union all select '00000000-0000-0000-0000-000000000000') as everybody(id)
    where exists (select from rowplane.groups g where g.id = any (groups) and g.builtin is not null)
  )
  select r.person from rowplane.reaching(array(select c.id from candidates c)) r where r.groups && people_reached.groups
$$;

-- A6: the planes of many people, of all workspaces.
create function rowplane.planes_of(people uuid[]) returns table (person uuid, plane_id int, workspace_id int)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select distinct r.person, p.id, p.workspace_id
  from rowplane.reaching(people) r cross join lateral unnest(r.groups) reached(id)
  join rowplane.plane_groups g on g.group_id = reached.id
  join rowplane.planes p on p.id = g.plane_id
$$;

-- The record tables of a workspace.
create function rowplane.record_tables(workspace int) returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$ select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'ws_' || workspace and c.relkind = 'r' order by 1 $$;

-- Whether an archive, or a client anywhere in its workspace, has records, those in the trash included.
create function rowplane.has_records(workspace int, archive uuid, client uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  record_table text;
  found_one boolean;
begin
  for record_table in select rowplane.record_tables(workspace) loop
    execute format('select exists (select from %s t where ($1 is null or t.archive_id = $1) and ($2 is null or t.client_id = $2))', record_table) into found_one using archive, client;
    if found_one then
      return true;
    end if;
  end loop;
  return false;
end $$;

-- C2, C3: turns clients on. The records that have no client get this one and move to its realms, in the same transaction. Answers how many there were.
create function rowplane.enable_clients(archive uuid, client uuid) returns bigint
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
        'with places as materialized (select distinct t.folder_id as id from %1$s t where t.archive_id = $1 and t.client_id is null),
           realms as materialized (select p.id as folder_id, rowplane.realm_for($1, $2, rowplane.scope_of($1, p.id)) as id from places p)
         update %1$s t set client_id = $2, realm_id = r.id from realms r where t.folder_id = r.folder_id and t.archive_id = $1 and t.client_id is null', record_table)
        using archive, client;
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

-- The rules of a folder's name, in the words in which they are refused.
create function rowplane.check_folder_name(folder_name text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  problem text := case
    when coalesce(btrim(folder_name), '') = '' then 'must not be empty'
    when length(folder_name) > 200 then 'must have at most 200 characters'
    when folder_name <> btrim(folder_name) then 'must not begin or end with a space'
    when folder_name ~ '/' then 'must not contain "/", which separates the names of a path'
    when folder_name ~ '[[:cntrl:]]' then 'must not contain control characters'
  end;
begin
  if problem is not null then
    perform rowplane.refuse('VALIDATION_FAILED', 'The name of a folder ' || problem || '.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', problem))));
  end if;
end $$;

-- P8: adding to a folder needs CREATE and EDIT on it. U4: guests create nothing. A folder that the viewer doesn't see is refused like a missing one (V2).
create function rowplane.create_folder(parent uuid, folder_name text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
  made uuid;
begin
  -- V5: no permission changes between here and the commit, by whatever door this came.
  perform rowplane.hold_permissions();
  select f.archive_id, a.may_edit, a.may_create into home from rowplane.visible_folders f join rowplane.visible_archives a on a.id = f.archive_id where f.id = parent;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'parent'));
  end if;
  if rowplane.viewer_role() in ('GUEST', 'ANONYMOUS') then
    perform rowplane.refuse('FORBIDDEN', 'Guests create nothing.');
  end if;
  if not (home.may_edit and home.may_create) then
    perform rowplane.refuse('FORBIDDEN', 'Adding to this folder needs the permissions CREATE and EDIT on it.', jsonb_build_object('permission', case when home.may_edit then 'CREATE' else 'EDIT' end));
  end if;
  perform rowplane.check_folder_name(folder_name);
  insert into rowplane.folders (archive_id, parent_id, name) values (home.archive_id, parent, folder_name)
    on conflict (archive_id, parent_id, name) do nothing returning id into made;
  if made is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'This folder already has one of that name.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', 'is taken in this folder'))));
  end if;
  return made;
end $$;
grant execute on function rowplane.create_folder(uuid, text) to rowplane_viewer;

-- P8: changing a folder needs EDIT on it. An archive's root carries the archive's name, which administrators change (U2).
create function rowplane.rename_folder(folder uuid, folder_name text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
begin
  -- V5: no permission changes between here and the commit, by whatever door this came.
  perform rowplane.hold_permissions();
  select f.parent_id, a.may_edit into place from rowplane.visible_folders f join rowplane.visible_archives a on a.id = f.archive_id where f.id = folder;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder.', jsonb_build_object('path', 'folder'));
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
grant execute on function rowplane.rename_folder(uuid, text) to rowplane_viewer;
