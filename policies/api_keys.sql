-- API keys (U11). Administrators make and revoke them; nobody reads a hash. A key that was made can only be revoked.
alter table rowplane.api_keys enable row level security;
revoke all on rowplane.api_keys from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select (id, user_id, name, created_at, expires_at, revoked_at, last_used_at), insert (user_id, name, hash, expires_at), update (revoked_at) on rowplane.api_keys to rowplane_admin;

-- U2: administrators, for as long as their accounts may look (U7). No viewer, no row.
drop policy if exists administration on rowplane.api_keys;
create policy administration on rowplane.api_keys to rowplane_admin
  using ((select rowplane.viewer_role()) = 'ADMINISTRATOR')
  with check ((select rowplane.viewer_role()) = 'ADMINISTRATOR');
