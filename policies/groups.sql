-- Groups (U9). A trigger keeps the built-in ones as they are.
alter table rowplane.groups enable row level security;
revoke all on rowplane.groups from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name, colour), delete on rowplane.groups to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.groups;
create policy administration on rowplane.groups to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
