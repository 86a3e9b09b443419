-- Who may use which function in a workspace (P10). Administrators read them, and set them by an operation of its own.
alter table rowplane.function_entries enable row level security;
revoke all on rowplane.function_entries from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.function_entries to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.function_entries;
create policy administration on rowplane.function_entries for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
