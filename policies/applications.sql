-- Applications (R1). They change with schema/rights.ts and `rowplane migrate` alone; administrators read them.
alter table rowplane.applications enable row level security;
revoke all on rowplane.applications from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.applications to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.applications;
create policy administration on rowplane.applications for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
