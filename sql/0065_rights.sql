-- Rights profiles (R1–R5): what the rights are, who has them in which company.

-- R1: the rights of schema/rights.ts. They change with that file and `rowplane migrate` alone.
create table rowplane.rights (
  name text primary key,
  title text not null
);
create table rowplane.applications (
  name text primary key,
  title text not null
);
-- A right may stand in several applications.
create table rowplane.application_rights (
  application text not null references rowplane.applications on delete cascade,
  right_name text not null references rowplane.rights on delete cascade,
  primary key (application, right_name)
);
create index application_rights_right on rowplane.application_rights (right_name);

create table rowplane.profiles (
  id uuid primary key default uuidv7(),
  name text not null unique check (name <> ''),
  application text not null references rowplane.applications,
  created_at timestamptz not null default now(),
  unique (id, application)
);
create index profiles_application on rowplane.profiles (application);

-- R2: no row is NONE. The application stands here so that both keys together keep out another application's right.
create table rowplane.profile_rights (
  profile_id uuid not null,
  application text not null,
  right_name text not null,
  level text not null check (level in ('DISPLAY', 'EDIT')),
  primary key (profile_id, right_name),
  foreign key (profile_id, application) references rowplane.profiles (id, application) on delete cascade,
  foreign key (application, right_name) references rowplane.application_rights (application, right_name)
);
create index profile_rights_right on rowplane.profile_rights (application, right_name);

-- R3.
create table rowplane.rights_roles (
  id uuid primary key default uuidv7(),
  name text not null unique check (name <> ''),
  created_at timestamptz not null default now()
);
create table rowplane.rights_role_profiles (
  rights_role_id uuid not null references rowplane.rights_roles on delete cascade,
  profile_id uuid not null references rowplane.profiles,
  primary key (rights_role_id, profile_id)
);
create index rights_role_profiles_profile on rowplane.rights_role_profiles (profile_id);

-- R4: one profile or one rights role, to a user in a company.
create table rowplane.rights_assignments (
  id uuid primary key default uuidv7(),
  user_id uuid not null references rowplane.users on delete cascade,
  company_id uuid not null references rowplane.companies on delete cascade,
  profile_id uuid references rowplane.profiles,
  rights_role_id uuid references rowplane.rights_roles,
  created_at timestamptz not null default now(),
  check (num_nonnulls(profile_id, rights_role_id) = 1),
  unique nulls not distinct (user_id, company_id, profile_id, rights_role_id)
);
create index rights_assignments_company on rowplane.rights_assignments (company_id);
create index rights_assignments_profile on rowplane.rights_assignments (profile_id);
create index rights_assignments_rights_role on rowplane.rights_assignments (rights_role_id);

create trigger a_tick before insert or delete or truncate or update of name on rowplane.rights for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update of name on rowplane.applications for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.application_rights for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update of id, application on rowplane.profiles for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.profile_rights for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update of id on rowplane.rights_roles for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.rights_role_profiles for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.rights_assignments for each statement execute function rowplane.tick();
-- What a workspace's records ask for: its company's rights (R7), by the definition that names one.
create trigger a_tick before update of company_id on rowplane.workspaces for each statement execute function rowplane.tick();
create trigger a_tick before insert or delete or truncate or update on rowplane.definitions for each statement execute function rowplane.tick();

-- R2: refuses another application's right in words; the keys of the table would refuse it, too.
create function rowplane.fill_profile_right() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  select p.application into new.application from rowplane.profiles p where p.id = new.profile_id;
  if found and not exists (select from rowplane.application_rights r where r.application = new.application and r.right_name = new.right_name) then
    perform rowplane.refuse('VALIDATION_FAILED', format('"%s" is no right of the application "%s". A profile holds the rights of its own application only.', new.right_name, new.application),
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'right', 'message', format('is no right of the application "%s"', new.application))), 'right', new.right_name, 'application', new.application));
  end if;
  return new;
end $$;
create trigger fill before insert or update on rowplane.profile_rights for each row execute function rowplane.fill_profile_right();

-- R8: what is assigned, or in a rights role, can't be deleted. Says by whom it is used: twenty assignments, and how many there are.
create function rowplane.keep_used_rights() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  is_profile boolean := tg_table_name = 'profiles';
  assigned bigint;
  users jsonb;
  roles jsonb;
begin
  select count(*) into assigned from rowplane.rights_assignments t where case when is_profile then t.profile_id else t.rights_role_id end = old.id;
  select coalesce(jsonb_agg(r.name order by r.name), '[]') into roles
  from rowplane.rights_role_profiles p join rowplane.rights_roles r on r.id = p.rights_role_id where is_profile and p.profile_id = old.id;
  if assigned = 0 and roles = '[]' then
    return old;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('id', few.id, 'user', few.user_name, 'company', few.company_name) order by few.user_name, few.company_name), '[]') into users from (
    select t.id, u.name as user_name, c.name as company_name
    from rowplane.rights_assignments t join rowplane.users u on u.id = t.user_id join rowplane.companies c on c.id = t.company_id
    where case when is_profile then t.profile_id else t.rights_role_id end = old.id order by 2, 3 limit 20) few;
  perform rowplane.refuse('IN_USE', format('The %s "%s" is in use: %s.', case when is_profile then 'profile' else 'rights role' end, old.name, concat_ws(', and ',
      case when assigned > 0 then format('%s assignments have to be withdrawn first', assigned) end,
      case when roles <> '[]' then 'it has to be taken out of its rights roles first' end)),
    jsonb_build_object('assignmentCount', assigned, 'assignments', users, 'rightsRoles', roles));
  return null;
end $$;
create trigger keep_used before delete on rowplane.profiles for each row execute function rowplane.keep_used_rights();
create trigger keep_used before delete on rowplane.rights_roles for each row execute function rowplane.keep_used_rights();

-- R5: the highest level that any assignment gives a person in a company, by right; rights at NONE aren't there. Nothing for accounts that may not look, and for anonymous, whom nothing can be assigned to.
create function rowplane.rights_of(person uuid, company uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_object_agg(given.right_name, given.level), '{}')
  from (
    select r.right_name, case when bool_or(r.level = 'EDIT') then 'EDIT' else 'DISPLAY' end as level
    from rowplane.rights_assignments t
    left join rowplane.rights_role_profiles b on b.rights_role_id = t.rights_role_id
    join rowplane.profile_rights r on r.profile_id = coalesce(t.profile_id, b.profile_id)
    where t.user_id = person and t.company_id = company and rowplane.role_of(person) is not null
    group by r.right_name
  ) given
$$;
