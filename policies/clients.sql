-- Clients of a workspace (C4).
alter table rowplane.clients enable row level security;
revoke all on rowplane.clients from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (name), delete on rowplane.clients to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.clients;
create policy administration on rowplane.clients to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
