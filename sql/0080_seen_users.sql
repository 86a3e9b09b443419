-- U3: whom the viewer may see, for whatever shows users: a user whom the viewer may not see is nobody there.

-- Administrators and internal users see all users and groups.
create function rowplane.viewer_sees_all_users() returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(rowplane.viewer_role() in ('ADMINISTRATOR', 'INTERNAL'), false) $$;

create or replace function rowplane.viewer_users() returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := rowplane.viewer();
begin
  if rowplane.viewer_sees_all_users() then
    return query select u.id from rowplane.users u;
  elsif rowplane.viewer_role() = 'EXTERNAL' then
    return query select person union select other.user_id from rowplane.group_members mine join rowplane.group_members other on other.group_id = mine.group_id where mine.user_id = person;
  elsif rowplane.viewer_role() = 'GUEST' then
    return next person;
  end if;
end $$;

create or replace function rowplane.viewer_visible_groups() returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if rowplane.viewer_sees_all_users() then
    return query select g.id from rowplane.groups g;
  elsif rowplane.viewer_role() = 'EXTERNAL' then
    return query select m.group_id from rowplane.group_members m where m.user_id = rowplane.viewer();
  end if;
end $$;

-- Policies ask both, and those are everybody's.
grant execute on function rowplane.viewer_sees_all_users(), rowplane.viewer_users() to public;

-- The sight of users that views of records join. Its owner is under the policy of users, so the planner can look through the view and leave it out where no user is asked for.
create view rowplane.seen_users as select u.id from rowplane.users u;
comment on view rowplane.seen_users is 'U3: the ids of the users whom the viewer may see';
grant select on rowplane.seen_users to public;
grant create on schema rowplane to rowplane_sight;
alter view rowplane.seen_users owner to rowplane_sight;
revoke create on schema rowplane from rowplane_sight;

-- D1: finds somebody's own records. New workspaces have it from the start.
do $$
declare
  record_table record;
begin
  for record_table in
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname ~ '^ws_[0-9]+$' and c.relkind = 'r'
  loop
    execute format('create index %I on %I.%I (owner_id, id desc)', record_table.name || '__owner_id', record_table.schema, record_table.name);
  end loop;
end $$;
