-- Saved queries (V7). Viewers see their own and what is shared with their groups, and change their own. Nobody administers them. Whose they are, visible_queries tells (U3).
alter table rowplane.saved_queries enable row level security;
revoke all on rowplane.saved_queries from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select (id, definition, name, view, condition, orders, created_at, updated_at), insert (definition, name, view, condition, orders), update (name, view, condition, orders) on rowplane.saved_queries to rowplane_viewer;

drop policy if exists sight on rowplane.saved_queries;
create policy sight on rowplane.saved_queries for select to rowplane_viewer
  -- Written out, since whoever saves one asks for it in the same statement.
  using ((owner_id = (select rowplane.viewer()) and (select rowplane.viewer_role()) is not null) or id in (select rowplane.viewer_shared_queries()));

-- U4: guests create nothing.
drop policy if exists creation on rowplane.saved_queries;
create policy creation on rowplane.saved_queries for insert to rowplane_viewer
  with check (owner_id = (select rowplane.viewer()) and (select rowplane.viewer_role()) in ('ADMINISTRATOR', 'INTERNAL', 'EXTERNAL'));

drop policy if exists change on rowplane.saved_queries;
create policy change on rowplane.saved_queries for update to rowplane_viewer
  using (id in (select rowplane.viewer_own_queries()));

-- By delete_saved_query: whoever may DELETE may also lock the whole table.
drop policy if exists deletion on rowplane.saved_queries;
