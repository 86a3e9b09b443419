-- Planes (A1). Content, making and deleting compile, which is the owner's work; administrators list and rename.
alter table rowplane.planes enable row level security;
revoke all on rowplane.planes from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, update (name) on rowplane.planes to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.planes;
create policy administration on rowplane.planes to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
