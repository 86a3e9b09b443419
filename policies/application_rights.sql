-- Which rights an application has (R1). They change with schema/rights.ts and `rowplane migrate` alone; administrators read them.
alter table rowplane.application_rights enable row level security;
revoke all on rowplane.application_rights from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.application_rights to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.application_rights;
create policy administration on rowplane.application_rights for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
