-- The key that viewer tokens are signed with. Nobody but the owner's functions: whoever reads it is anyone.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.secret enable row level security;
revoke all on rowplane.secret from public, rowplane_api, rowplane_viewer, rowplane_admin;
