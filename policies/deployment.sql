-- The tag in this database's role names. Read through role_name() only.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.deployment enable row level security;
revoke all on rowplane.deployment from public, rowplane_api, rowplane_viewer, rowplane_admin;
