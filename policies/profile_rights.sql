-- The levels that a profile has (R2).
alter table rowplane.profile_rights enable row level security;
revoke all on rowplane.profile_rights from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select, insert, update (level), delete on rowplane.profile_rights to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.profile_rights;
create policy administration on rowplane.profile_rights to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
