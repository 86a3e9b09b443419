-- Accounts (U1). Administrators make and block them; an account is removed by its own operation (U8), never by DELETE here. Viewers see people through visible_users (U3).
alter table rowplane.users enable row level security;
revoke all on rowplane.users from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name, display_name, email, role, active, blocked_until, workflow_access) on rowplane.users to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.users;
create policy administration on rowplane.users to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
