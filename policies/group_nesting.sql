-- Which group contains which (U9). Triggers refuse cycles and built-in groups.
alter table rowplane.group_nesting enable row level security;
revoke all on rowplane.group_nesting from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, delete on rowplane.group_nesting to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.group_nesting;
create policy administration on rowplane.group_nesting to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
