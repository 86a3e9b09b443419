-- Rights profiles (R2). A profile stays in its application.
alter table rowplane.profiles enable row level security;
revoke all on rowplane.profiles from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name), delete on rowplane.profiles to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.profiles;
create policy administration on rowplane.profiles to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
