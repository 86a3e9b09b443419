-- Workspaces, archives, folders, clients, and the realms that keep records apart.

create table rowplane.workspaces (
  id int generated always as identity primary key,
  company_id uuid not null references rowplane.companies,
  name text not null unique check (name <> ''),
  realms int not null default 0,
  created_at timestamptz not null default now()
);
comment on column rowplane.workspaces.realms is 'the highest realm number handed out: realms are only ever added';

create table rowplane.archives (
  id uuid primary key default uuidv7(),
  workspace_id int not null references rowplane.workspaces,
  name text not null check (name <> ''),
  clients_enabled boolean not null default false,
  created_by uuid,
  created_at timestamptz not null default now(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

-- The root folder of an archive has the archive's id and is the only one without a parent.
create table rowplane.folders (
  id uuid primary key default uuidv7(),
  archive_id uuid not null references rowplane.archives on delete cascade,
  parent_id uuid,
  name text not null check (name <> '' and name !~ '/'),
  created_at timestamptz not null default now(),
  unique (archive_id, id),
  unique nulls not distinct (archive_id, parent_id, name),
  foreign key (archive_id, parent_id) references rowplane.folders (archive_id, id),
  check ((parent_id is null) = (id = archive_id)),
  check (parent_id <> id)
);
create index folders_parent on rowplane.folders (parent_id);

create table rowplane.clients (
  id uuid primary key default uuidv7(),
  workspace_id int not null references rowplane.workspaces,
  name text not null check (name <> ''),
  created_at timestamptz not null default now(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

-- C4: who works for a client in an archive.
create table rowplane.client_assignments (
  id uuid primary key default uuidv7(),
  workspace_id int not null,
  client_id uuid not null,
  archive_id uuid not null,
  user_id uuid references rowplane.users on delete cascade,
  group_id uuid references rowplane.groups on delete cascade,
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, group_id) = 1),
  unique nulls not distinct (client_id, archive_id, user_id, group_id),
  foreign key (workspace_id, client_id) references rowplane.clients (workspace_id, id) on delete cascade,
  foreign key (workspace_id, archive_id) references rowplane.archives (workspace_id, id) on delete cascade
);
create index client_assignments_user on rowplane.client_assignments (user_id);
create index client_assignments_group on rowplane.client_assignments (group_id);
create index client_assignments_archive on rowplane.client_assignments (archive_id);

-- The workspace of an assignment is that of its archive, whoever writes it.
create function rowplane.fill_assignment() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  select a.workspace_id into new.workspace_id from rowplane.archives a where a.id = new.archive_id;
  if not found or not exists (select from rowplane.clients c where c.id = new.client_id and c.workspace_id = new.workspace_id) then
    perform rowplane.refuse('VALIDATION_FAILED', 'A client can only be assigned in an archive of its own workspace.');
  end if;
  return new;
end $$;
create trigger fill before insert or update on rowplane.client_assignments for each row execute function rowplane.fill_assignment();

-- P1, P2: entries on objects of the tree. Archive roots have P6's from the start, so that a permission nobody has touched restricts nobody.
create table rowplane.object_entries (
  id uuid primary key default uuidv7(),
  archive_id uuid not null references rowplane.archives on delete cascade,
  object_id uuid not null,
  user_id uuid references rowplane.users on delete cascade,
  group_id uuid references rowplane.groups on delete cascade,
  permission text not null check (permission in ('VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS')),
  decision text not null check (decision in ('ALLOW', 'DENY')),
  check (num_nonnulls(user_id, group_id) = 1),
  unique nulls not distinct (object_id, user_id, group_id, permission)
);
create index object_entries_archive on rowplane.object_entries (archive_id);

-- A new archive has its root folder, and there P6's entries.
create function rowplane.furnish_archive() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.folders (id, archive_id, parent_id, name) values (new.id, new.id, null, new.name);
  insert into rowplane.object_entries (archive_id, object_id, group_id, permission, decision)
    select new.id, new.id, g.id, p.permission, 'ALLOW'
    from rowplane.groups g, unnest(array['VIEW', 'EDIT', 'CREATE', 'DELETE']) p(permission) where g.builtin = 'EVERYONE'
    union all
    select new.id, new.id, g.id, 'EDIT_PERMISSIONS', 'ALLOW' from rowplane.groups g where g.builtin = 'ADMINISTRATORS';
  if new.created_by is not null then
    insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values (new.id, new.id, new.created_by, 'EDIT_PERMISSIONS', 'ALLOW');
  end if;
  return null;
end $$;
create trigger furnish after insert on rowplane.archives for each row execute function rowplane.furnish_archive();

create function rowplane.rename_root_folder() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update rowplane.folders set name = new.name where id = new.id;
  return null;
end $$;
create trigger rename_root after update of name on rowplane.archives for each row execute function rowplane.rename_root_folder();

-- Everything that layers C and P can tell apart: the records of one archive, client and scope. Numbers are dense within a workspace, since each is a place in the viewers' flags.
create table rowplane.realms (
  workspace_id int not null references rowplane.workspaces on delete cascade,
  id int not null,
  archive_id uuid not null references rowplane.archives on delete cascade,
  client_id uuid references rowplane.clients,
  scope_id uuid not null,
  primary key (workspace_id, id),
  unique nulls not distinct (archive_id, client_id, scope_id)
);
create index realms_client on rowplane.realms (client_id);

-- The realm of an archive, client and scope, made if there is none yet. The workspace's row serialises those who make one.
create function rowplane.realm_for(archive uuid, client uuid, scope uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  workspace int;
  realm int;
begin
  select r.id into realm from rowplane.realms r where r.archive_id = archive and r.client_id is not distinct from client and r.scope_id = scope;
  if found then
    return realm;
  end if;
  select a.workspace_id into strict workspace from rowplane.archives a where a.id = archive;
  perform from rowplane.workspaces w where w.id = workspace for no key update;
  select r.id into realm from rowplane.realms r where r.archive_id = archive and r.client_id is not distinct from client and r.scope_id = scope;
  if found then
    return realm;
  end if;
  update rowplane.workspaces w set realms = w.realms + 1 where w.id = workspace returning w.realms into realm;
  insert into rowplane.realms (workspace_id, id, archive_id, client_id, scope_id) values (workspace, realm, archive, client, scope);
  return realm;
end $$;

-- The scope that rules an object of the tree: the nearest one with entries of its own. Archive roots are the only scopes of this version of the schema.
create function rowplane.scope_of(archive uuid, folder uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select f.archive_id from rowplane.folders f where f.id = folder and f.archive_id = archive $$;

-- The realm where a record of this archive, client and folder belongs, or null if it was not made yet.
create function rowplane.realm_of(archive uuid, client uuid, folder uuid) returns int
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select r.id from rowplane.realms r
  where r.archive_id = archive and r.client_id is not distinct from client and r.scope_id = rowplane.scope_of(archive, folder)
$$;
