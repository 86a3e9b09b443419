-- Rights roles (R3).
alter table rowplane.rights_roles enable row level security;
revoke all on rowplane.rights_roles from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name), delete on rowplane.rights_roles to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.rights_roles;
create policy administration on rowplane.rights_roles to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
