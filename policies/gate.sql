-- The gate that writers and changes of permissions pass: only the engine's own functions lock it.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.gate enable row level security;
revoke all on rowplane.gate from public, rowplane_api, rowplane_viewer, rowplane_admin;
