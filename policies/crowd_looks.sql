-- When somebody last looked for folders with many records. The owner's functions keep it.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.crowd_looks enable row level security;
revoke all on rowplane.crowd_looks from public, rowplane_api, rowplane_viewer, rowplane_admin;
