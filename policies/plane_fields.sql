-- The compiled field levels of planes (A3). Written when a plane is saved; administrators read them (A11).
alter table rowplane.plane_fields enable row level security;
revoke all on rowplane.plane_fields from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.plane_fields to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.plane_fields;
create policy administration on rowplane.plane_fields for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
