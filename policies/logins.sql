-- Which database login is which user (V6). Administrators give and take them.
alter table rowplane.logins enable row level security;
revoke all on rowplane.logins from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.logins to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.logins;
create policy administration on rowplane.logins to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
