-- Which profiles a rights role bundles (R3).
alter table rowplane.rights_role_profiles enable row level security;
revoke all on rowplane.rights_role_profiles from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.rights_role_profiles to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.rights_role_profiles;
create policy administration on rowplane.rights_role_profiles to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
