-- Users, groups and companies (U1, U7, U9).

create table rowplane.companies (
  id uuid primary key default uuidv7(),
  name text not null unique check (name <> ''),
  created_at timestamptz not null default now()
);

create table rowplane.users (
  id uuid primary key default uuidv7() check (id <> '00000000-0000-0000-0000-000000000000'),
  name text not null unique check (name <> '' and name <> 'anonymous'),
  display_name text not null default '',
  email text unique,
  role text not null check (role in ('ADMINISTRATOR', 'INTERNAL', 'EXTERNAL', 'GUEST')),
  active boolean not null default true,
  blocked_until timestamptz,
  workflow_access boolean not null default false,
  created_at timestamptz not null default now()
);
comment on column rowplane.users.blocked_until is 'U7: nothing is visible to the user until then; infinity is for good';
alter table rowplane.logins add foreign key (user_id) references rowplane.users on delete cascade;

create table rowplane.groups (
  id uuid primary key default uuidv7(),
  name text not null unique check (name <> ''),
  colour text not null default '#808080' check (colour ~ '^#[0-9a-fA-F]{6}$'),
  builtin text unique check (builtin in ('EVERYONE', 'ADMINISTRATORS', 'INTERNALS', 'EXTERNALS', 'GUESTS', 'ANONYMOUS')),
  created_at timestamptz not null default now()
);
-- U9: the built-in groups have no member rows; their members follow from the role alone.
insert into rowplane.groups (id, name, builtin) values
  ('00000000-0000-0000-0000-0000000000e1', 'Everyone', 'EVERYONE'),
  ('00000000-0000-0000-0000-0000000000e2', 'Administrators', 'ADMINISTRATORS'),
  ('00000000-0000-0000-0000-0000000000e3', 'Internals', 'INTERNALS'),
  ('00000000-0000-0000-0000-0000000000e4', 'Externals', 'EXTERNALS'),
  ('00000000-0000-0000-0000-0000000000e5', 'Guests', 'GUESTS'),
  ('00000000-0000-0000-0000-0000000000e6', 'Anonymous', 'ANONYMOUS');

create table rowplane.group_members (
  group_id uuid not null references rowplane.groups on delete cascade,
  user_id uuid not null references rowplane.users on delete cascade,
  primary key (group_id, user_id)
);
create index group_members_user on rowplane.group_members (user_id);

-- A child group inherits what its parents are given.
create table rowplane.group_nesting (
  parent_id uuid not null references rowplane.groups on delete cascade,
  child_id uuid not null references rowplane.groups on delete cascade,
  primary key (parent_id, child_id)
);
create index group_nesting_child on rowplane.group_nesting (child_id);

-- U9: built-in groups can't be edited, deleted, nested or joined.
create function rowplane.protect_builtin_groups() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if old.builtin is not null or (tg_op = 'UPDATE' and new.builtin is not null) then
    perform rowplane.refuse('FORBIDDEN', format('The group "%s" is built in: it can''t be changed or deleted.', old.name));
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger protect_builtin before update or delete on rowplane.groups for each row execute function rowplane.protect_builtin_groups();

create function rowplane.keep_builtin_groups_apart() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  touched uuid[] := case when tg_table_name = 'group_members' then array[(to_jsonb(new) ->> 'group_id')::uuid]
    else array[(to_jsonb(new) ->> 'parent_id')::uuid, (to_jsonb(new) ->> 'child_id')::uuid] end;
  builtin_name text;
begin
  select name into builtin_name from rowplane.groups where id = any (touched) and builtin is not null limit 1;
  if found then
    perform rowplane.refuse('VALIDATION_FAILED', format('The group "%s" is built in: its members follow from the account roles alone, so nobody can be added to it and it can''t be nested.', builtin_name));
  end if;
  return new;
end $$;
create trigger builtin_apart before insert or update on rowplane.group_members for each row execute function rowplane.keep_builtin_groups_apart();
create trigger builtin_apart before insert or update on rowplane.group_nesting for each row execute function rowplane.keep_builtin_groups_apart();

-- U9: refuses a cycle with the path that would close it. Concurrent changes are serialised by the permission clock before this looks.
create function rowplane.refuse_group_cycles() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_path uuid[];
  names text[];
begin
  with recursive down(id, path) as (
    select new.child_id, array[new.parent_id, new.child_id]
    union all
    select n.child_id, d.path || n.child_id
    from down d join rowplane.group_nesting n on n.parent_id = d.id
    where d.id <> new.parent_id and not n.child_id = any (d.path[2:])
  )
  select path into found_path from down where id = new.parent_id limit 1;
  if found then
    select array_agg(g.name order by p.place) into names from unnest(found_path) with ordinality p(id, place) join rowplane.groups g on g.id = p.id;
    perform rowplane.refuse('VALIDATION_FAILED', 'A group can''t contain itself: ' || array_to_string(names, ' → ') || '. Remove one of these links first.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'parent', 'message', 'would close the cycle ' || array_to_string(names, ' → '))), 'cycle', to_jsonb(names)));
  end if;
  return new;
end $$;
create trigger no_cycles after insert or update on rowplane.group_nesting for each row execute function rowplane.refuse_group_cycles();

-- U1: the role of an account that may look now, ANONYMOUS for the viewer without one, null for blocked, inactive and unknown.
create function rowplane.role_of(person uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case when person = '00000000-0000-0000-0000-000000000000' then 'ANONYMOUS'
    else (select u.role from rowplane.users u where u.id = person and u.active and coalesce(u.blocked_until <= now(), true)) end
$$;

create function rowplane.viewer_role() returns text
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.role_of(rowplane.viewer()) $$;
grant execute on function rowplane.viewer_role() to rowplane_viewer, rowplane_admin;

-- U9: the groups whose grants reach a person: direct ones, their parents upwards, and the built-in ones of the role. Nobody, if the account may not look.
create function rowplane.groups_of(person uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive role(name) as (select rowplane.role_of(person)),
  up(id) as (
    select m.group_id from rowplane.group_members m where m.user_id = person and (select name from role) is not null
    union
    select n.parent_id from up join rowplane.group_nesting n on n.child_id = up.id
  )
  select coalesce(array_agg(id), '{}') from (
    select id from up
    union all
    select g.id from rowplane.groups g, role r
    where g.builtin = case r.name when 'GUEST' then 'GUESTS' when 'EXTERNAL' then 'EXTERNALS' when 'ANONYMOUS' then 'ANONYMOUS' when 'INTERNAL' then 'INTERNALS' when 'ADMINISTRATOR' then 'INTERNALS' end
      or (g.builtin = 'ADMINISTRATORS' and r.name = 'ADMINISTRATOR')
      or (g.builtin = 'EVERYONE' and r.name in ('ADMINISTRATOR', 'INTERNAL', 'EXTERNAL'))
  ) reached
$$;

create function rowplane.viewer_groups() returns uuid[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.groups_of(rowplane.viewer()) $$;
grant execute on function rowplane.viewer_groups() to rowplane_viewer, rowplane_admin;
