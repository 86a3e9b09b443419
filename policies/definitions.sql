-- The applied object definitions. They change with schema/ and `rowplane migrate` alone; administrators read them.
alter table rowplane.definitions enable row level security;
revoke all on rowplane.definitions from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.definitions to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.definitions;
create policy administration on rowplane.definitions for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
