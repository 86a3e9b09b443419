-- The active definitions of planes (A1). Written when a plane is saved; administrators read them.
alter table rowplane.plane_definitions enable row level security;
revoke all on rowplane.plane_definitions from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.plane_definitions to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.plane_definitions;
create policy administration on rowplane.plane_definitions for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
