-- Permission entries on the tree (P2). Administrators read them; whoever holds EDIT_PERMISSIONS changes them, by operations of their own (P8).
alter table rowplane.object_entries enable row level security;
revoke all on rowplane.object_entries from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.object_entries to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.object_entries;
create policy administration on rowplane.object_entries for select to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
