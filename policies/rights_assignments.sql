-- Who has which profile or rights role in which company (R4). An assignment is there or not; nothing about it can be changed.
alter table rowplane.rights_assignments enable row level security;
revoke all on rowplane.rights_assignments from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.rights_assignments to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.rights_assignments;
create policy administration on rowplane.rights_assignments to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
