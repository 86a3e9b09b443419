-- P7, U7: no archive is left without anybody who may edit its permissions, whoever changes what.

-- Somebody who manages each archive, as far as anybody does: what a change may not take away without there being another.
create table rowplane.archive_managers (
  archive_id uuid primary key references rowplane.archives on delete cascade,
  user_id uuid not null
);
comment on table rowplane.archive_managers is 'P7: for each archive, one active user who has VIEW and EDIT_PERMISSIONS at its root and gets past C6';

-- At which state of permissions the guard last looked: once is enough for all rows of a change. For changes that it may refuse, and for the owner's own.
alter table rowplane.clock add column guarded bigint not null default 0, add column noted bigint not null default 0;

-- The archives of a workspace that a person manages, or would if clients were off.
create function rowplane.managed_archives(person uuid, workspace int, regardless_of_clients boolean default false) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select d.archive_id from rowplane.archive_decisions(person, workspace) d
  where person <> '00000000-0000-0000-0000-000000000000' and d.may_edit_permissions
    and (not d.clients_enabled or regardless_of_clients or exists (select from rowplane.assigned_clients(person, workspace) c where c.archive_id = d.archive_id))
$$;

-- Somebody who manages an archive, or null. Those are asked first who are named, and administrators; then everybody whom EDIT_PERMISSIONS is given to.
create function rowplane.find_manager(archive uuid, regardless_of_clients boolean default false) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home int := (select a.workspace_id from rowplane.archives a where a.id = archive);
  person uuid;
begin
  for person in
    select e.user_id from rowplane.object_entries e where e.object_id = archive and e.permission = 'EDIT_PERMISSIONS' and e.decision = 'ALLOW' and e.user_id is not null
    union all
    select u.id from rowplane.users u where u.role = 'ADMINISTRATOR'
  loop
    if archive in (select rowplane.managed_archives(person, home, regardless_of_clients)) then
      return person;
    end if;
  end loop;
  for person in
    select p.id from rowplane.people_reached(array(
      select e.group_id from rowplane.object_entries e where e.object_id = archive and e.permission = 'EDIT_PERMISSIONS' and e.decision = 'ALLOW' and e.group_id is not null)) p(id)
  loop
    if archive in (select rowplane.managed_archives(person, home, regardless_of_clients)) then
      return person;
    end if;
  end loop;
  return null;
end $$;

insert into rowplane.archive_managers select a.id, m.person from rowplane.archives a cross join lateral rowplane.find_manager(a.id) m(person) where m.person is not null;

-- P7: looks at the end of a change. Its argument says what it does about an archive that lost the last one: `refuse` the change; only `note` it, for the owner's own upkeep; `find` is for what can take nothing away.
-- U7: where accounts were changed, Administrators receive EDIT_PERMISSIONS instead. Turning clients on is free, as administrators assign them afterwards, too.
create function rowplane.keep_managers() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  mode text := tg_argv[0];
  lost record;
  person uuid;
begin
  if not exists (select from rowplane.clock c where case when mode = 'refuse' then c.guarded else greatest(c.guarded, c.noted) end < c.ticks) then
    return null;
  end if;
  for lost in
    with witnesses as materialized (select distinct m.user_id, a.workspace_id from rowplane.archive_managers m join rowplane.archives a on a.id = m.archive_id),
    managing as materialized (select w.user_id, d.id from witnesses w cross join lateral rowplane.managed_archives(w.user_id, w.workspace_id) d(id))
    select a.id, a.name, m.user_id is not null as managed
    from rowplane.archives a left join rowplane.archive_managers m on m.archive_id = a.id
    where not exists (select from managing g where g.user_id = m.user_id and g.id = a.id)
  loop
    person := rowplane.find_manager(lost.id);
    if person is null and lost.managed and mode = 'refuse' then
      if tg_table_name = 'users' then
        insert into rowplane.object_entries (archive_id, object_id, group_id, permission, decision)
          values (lost.id, lost.id, '00000000-0000-0000-0000-0000000000e2', 'EDIT_PERMISSIONS', 'ALLOW')
          on conflict (object_id, user_id, group_id, permission) do update set decision = 'ALLOW';
        person := rowplane.find_manager(lost.id);
      elsif tg_table_name <> 'archives' or rowplane.find_manager(lost.id, true) is null then
        perform rowplane.refuse('LOCKED_OUT', format('This would leave nobody who may edit the permissions of the archive "%s". Give somebody else VIEW and EDIT_PERMISSIONS there first, and one of its clients.', lost.name), jsonb_build_object('archive', lost.id));
      end if;
    end if;
    if person is not null then
      insert into rowplane.archive_managers values (lost.id, person) on conflict (archive_id) do update set user_id = excluded.user_id;
    elsif mode <> 'find' then
      delete from rowplane.archive_managers m where m.archive_id = lost.id;
    end if;
  end loop;
  update rowplane.clock c set guarded = case when mode = 'refuse' then c.ticks else c.guarded end, noted = c.ticks;
  return null;
end $$;

-- Two kinds of trigger on each table that decides who manages: for changes by viewers and administrators, through whichever door, and for the owner's own upkeep.
do $$
declare
  watched text[];
begin
  foreach watched slice 1 in array array[
    ['delete or update of role, active, blocked_until on rowplane.users', 'refuse'],
    ['insert or delete or update on rowplane.group_members', 'refuse'],
    ['insert or delete or update on rowplane.group_nesting', 'refuse'],
    ['delete or update on rowplane.client_assignments', 'refuse'],
    ['insert on rowplane.client_assignments', 'find'],
    ['insert or delete or update on rowplane.object_entries', 'refuse'],
    ['insert or update of clients_enabled on rowplane.archives', 'refuse']
  ] loop
    execute format('create constraint trigger %s_managers after %s deferrable initially deferred for each row when (current_user <> ''rowplane_owner'' or rowplane.viewer() is not null) execute function rowplane.keep_managers(%L)',
      case when watched[2] = 'find' then 'find' else 'keep' end, watched[1], watched[2]);
    if watched[2] <> 'find' then
      execute format('create constraint trigger note_managers after %s deferrable initially deferred for each row when (current_user = ''rowplane_owner'' and rowplane.viewer() is null) execute function rowplane.keep_managers(''note'')', watched[1]);
    end if;
  end loop;
end $$;
