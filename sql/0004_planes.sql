-- Object definitions, planes, and what planes are compiled into (A).

create table rowplane.definitions (
  name text primary key,
  content jsonb not null,
  applied_at timestamptz not null default now()
);

create table rowplane.planes (
  id int generated always as identity primary key,
  workspace_id int not null references rowplane.workspaces,
  name text not null check (name <> ''),
  content jsonb not null default '{}',
  is_full boolean not null default false,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);
comment on column rowplane.planes.is_full is 'shows everything and grows with the definitions';

create table rowplane.plane_groups (
  plane_id int not null references rowplane.planes on delete cascade,
  group_id uuid not null references rowplane.groups on delete cascade,
  primary key (plane_id, group_id)
);
create index plane_groups_group on rowplane.plane_groups (group_id);

-- A3, compiled: the fields that a plane shows, and how.
create table rowplane.plane_fields (
  plane_id int not null references rowplane.planes on delete cascade,
  definition text not null references rowplane.definitions on delete cascade,
  field text not null,
  level text not null check (level in ('READ', 'EDIT')),
  primary key (plane_id, definition, field)
);

-- A4, compiled: the abilities that count in a plane.
create table rowplane.plane_abilities (
  plane_id int not null references rowplane.planes on delete cascade,
  definition text not null references rowplane.definitions on delete cascade,
  ability text not null,
  primary key (plane_id, definition, ability)
);

-- Which definitions are active in a plane (A1), and whether a restriction narrows them (A2).
create table rowplane.plane_definitions (
  plane_id int not null references rowplane.planes on delete cascade,
  definition text not null references rowplane.definitions on delete cascade,
  restricted boolean not null,
  primary key (plane_id, definition)
);

-- What was compiled, object by object, with a fingerprint of the catalog's own view of it: drift shows as a difference.
create table rowplane.compiled_objects (
  workspace_id int not null references rowplane.workspaces on delete cascade,
  plane_id int references rowplane.planes on delete cascade,
  kind text not null,
  name text not null,
  fingerprint text not null,
  primary key (kind, name)
);
create index compiled_objects_plane on rowplane.compiled_objects (plane_id);
create index compiled_objects_workspace on rowplane.compiled_objects (workspace_id);
