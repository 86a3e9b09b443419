-- The compiled abilities of planes (A4). Written when a plane is saved; administrators read them.
alter table rowplane.plane_abilities enable row level security;
revoke all on rowplane.plane_abilities from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.plane_abilities to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.plane_abilities;
create policy administration on rowplane.plane_abilities for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
