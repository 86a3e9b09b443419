-- Which records layers C and P can tell apart. The owner's functions make realms and read them.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.realms enable row level security;
revoke all on rowplane.realms from public, rowplane_api, rowplane_viewer, rowplane_admin;
