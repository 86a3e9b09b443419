-- What was migrated, with checksums. The migrating process is the owner.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.migrations enable row level security;
revoke all on rowplane.migrations from public, rowplane_api, rowplane_viewer, rowplane_admin;
