-- Compiled access (V5). Written and read by the owner's functions; a row forged here would be believed.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.viewer_access enable row level security;
revoke all on rowplane.viewer_access from public, rowplane_api, rowplane_viewer, rowplane_admin;
