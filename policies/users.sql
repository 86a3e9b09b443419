-- Accounts (U1). Administrators make and block them; an account is removed by its own operation (U8), never by DELETE here. Viewers see people through visible_users (U3).
alter table rowplane.users enable row level security;
revoke all on rowplane.users from public, rowplane_api, rowplane_viewer, rowplane_admin, rowplane_sight;
grant select, insert, update (name, display_name, email, role, active, blocked_until, workflow_access) on rowplane.users to rowplane_admin;
grant select (id) on rowplane.users to rowplane_sight;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.users;
create policy administration on rowplane.users to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');

-- U3: whom the viewer may see. As a policy, so that no condition of the viewer's own is tried on anybody else.
drop policy if exists sight on rowplane.users;
create policy sight on rowplane.users for select to rowplane_sight
  using ((select rowplane.viewer_sees_all_users()) or id in (select v.id from rowplane.viewer_users() v(id)));
