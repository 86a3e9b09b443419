-- Which groups a plane is assigned to (A6).
alter table rowplane.plane_groups enable row level security;
revoke all on rowplane.plane_groups from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.plane_groups to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.plane_groups;
create policy administration on rowplane.plane_groups to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
