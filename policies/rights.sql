-- Rights (R1). They change with schema/rights.ts and `rowplane migrate` alone; administrators read them.
alter table rowplane.rights enable row level security;
revoke all on rowplane.rights from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.rights to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.rights;
create policy administration on rowplane.rights for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
