-- Who is in which group (U9). A membership is there or not; nothing about it can be changed.
alter table rowplane.group_members enable row level security;
revoke all on rowplane.group_members from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.group_members to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.group_members;
create policy administration on rowplane.group_members to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
