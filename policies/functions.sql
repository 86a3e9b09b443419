-- The functions that there are (P10), as schema/functions.ts declares them. Administrators read them; migrating writes them.
alter table rowplane.functions enable row level security;
revoke all on rowplane.functions from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.functions to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.functions;
create policy administration on rowplane.functions for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
