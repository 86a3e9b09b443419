-- Legal entities that workspaces belong to: part of the account that administrators run (U2).
alter table rowplane.companies enable row level security;
revoke all on rowplane.companies from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name), delete on rowplane.companies to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.companies;
create policy administration on rowplane.companies to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
