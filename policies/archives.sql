-- Archives, as settings (U2): administrators list, make and rename them, which shows them no record. Clients go on and off by the owner's function, which moves the records in the same transaction (C2).
alter table rowplane.archives enable row level security;
revoke all on rowplane.archives from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert (workspace_id, name, created_by), update (name), delete on rowplane.archives to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.archives;
create policy administration on rowplane.archives to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
