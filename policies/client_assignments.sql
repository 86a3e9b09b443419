-- Who works for which client in which archive (C4).
alter table rowplane.client_assignments enable row level security;
revoke all on rowplane.client_assignments from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.client_assignments to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.client_assignments;
create policy administration on rowplane.client_assignments to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
