-- Workspaces. Making and deleting one makes and drops a schema, which is the owner's work; administrators list and rename.
alter table rowplane.workspaces enable row level security;
revoke all on rowplane.workspaces from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, update (name) on rowplane.workspaces to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.workspaces;
create policy administration on rowplane.workspaces to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
