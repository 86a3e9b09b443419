-- Whom saved queries are shared with (V7), which their owners alone see and say.
alter table rowplane.saved_query_groups enable row level security;
revoke all on rowplane.saved_query_groups from public, rowplane_api, rowplane_viewer, rowplane_admin;
-- Taken back by unshare_saved_query: whoever may DELETE may also lock the whole table.
grant select, insert (query_id, group_id) on rowplane.saved_query_groups to rowplane_viewer;

drop policy if exists owner on rowplane.saved_query_groups;
create policy owner on rowplane.saved_query_groups to rowplane_viewer
  using (query_id in (select rowplane.viewer_own_queries()))
  -- U3: one shares with groups that one may see.
  with check (query_id in (select rowplane.viewer_own_queries()) and group_id in (select rowplane.viewer_visible_groups()));
