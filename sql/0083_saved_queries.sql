-- V7: saved queries. They are their owner's, and run under the rules of whoever runs them: sharing one shares no record.

create table rowplane.saved_queries (
  id uuid primary key default uuidv7(),
  owner_id uuid not null default rowplane.viewer() references rowplane.users on delete cascade,
  definition text not null check (length(definition) <= 200),
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  view text check (length(view) <= 200),
  condition jsonb check (jsonb_typeof(condition) = 'object' and pg_column_size(condition) <= 65536),
  orders jsonb check (jsonb_typeof(orders) = 'array' and jsonb_array_length(orders) <= 8 and pg_column_size(orders) <= 4096),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner_id, definition, name)
);
comment on column rowplane.saved_queries.condition is 'as the API takes it in where; judged when the query is saved and each time that it runs, since definitions change';

create table rowplane.saved_query_groups (
  query_id uuid not null references rowplane.saved_queries on delete cascade,
  group_id uuid not null references rowplane.groups on delete cascade,
  primary key (query_id, group_id)
);
create index saved_query_groups_group on rowplane.saved_query_groups (group_id);

-- The queries that the viewer saved. Nobody's, while the account may not look (U7).
create function rowplane.viewer_own_queries() returns setof uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select q.id from rowplane.saved_queries q where q.owner_id = rowplane.viewer() and rowplane.viewer_role() is not null $$;

-- The queries that are shared with one of the viewer's groups. A function, so that who receives a query doesn't learn with whom else it is shared.
create function rowplane.viewer_shared_queries() returns setof uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select distinct s.query_id from rowplane.saved_query_groups s where s.group_id = any (rowplane.viewer_groups()) $$;
grant execute on function rowplane.viewer_own_queries(), rowplane.viewer_shared_queries() to rowplane_viewer;

-- The queries that the viewer may run. Whose they are is told only where the viewer may see the user (U3), so nobody reads that from the table.
create view rowplane.visible_queries with (security_barrier) as
  select q.id, q.definition, q.name, q.view, q.condition, q.orders, u.id as owner_id, q.owner_id = rowplane.viewer() as is_own
  from rowplane.saved_queries q left join rowplane.viewer_users() u(id) on u.id = q.owner_id
  where q.id in (select rowplane.viewer_own_queries()) or q.id in (select rowplane.viewer_shared_queries());
comment on view rowplane.visible_queries is 'V7: the viewer''s own saved queries and those that are shared with the viewer';
grant select on rowplane.visible_queries to rowplane_viewer;

-- U4, by name: policies would refuse as well, but nobody would know why.
create function rowplane.guard_saved_queries() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(rowplane.viewer_role(), 'ANONYMOUS') in ('GUEST', 'ANONYMOUS') then
    perform rowplane.refuse('FORBIDDEN', 'Guests create nothing.');
  end if;
  if tg_op = 'UPDATE' then
    new.updated_at := now();
  elsif tg_table_name = 'saved_queries' and (select count(*) from rowplane.viewer_own_queries()) >= 1000 then
    -- Those whom they are shared with get them in their lists.
    perform rowplane.refuse('VALIDATION_FAILED', 'You have 1000 saved queries, which is the most. Delete one first.',
      jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'name', 'message', 'is one too many'))));
  end if;
  return new;
end $$;
create trigger guard before insert or update on rowplane.saved_queries for each row when (current_user <> 'rowplane_owner') execute function rowplane.guard_saved_queries();
create trigger guard before insert on rowplane.saved_query_groups for each row when (current_user <> 'rowplane_owner') execute function rowplane.guard_saved_queries();
