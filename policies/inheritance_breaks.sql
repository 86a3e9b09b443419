-- Which objects inherit nothing from above (P5). Administrators read it; whoever holds EDIT_PERMISSIONS changes it, by an operation of its own (P8).
alter table rowplane.inheritance_breaks enable row level security;
revoke all on rowplane.inheritance_breaks from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.inheritance_breaks to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.inheritance_breaks;
create policy administration on rowplane.inheritance_breaks for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
