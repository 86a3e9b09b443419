-- Who holds the lock of a workspace (P11). Administrators read them; they come and go by operations of their own.
alter table rowplane.workspace_locks enable row level security;
revoke all on rowplane.workspace_locks from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.workspace_locks to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.workspace_locks;
create policy administration on rowplane.workspace_locks for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
