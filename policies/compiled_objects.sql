-- Fingerprints of what was compiled. Who can change them can hide drift, so nobody but the owner does.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.compiled_objects enable row level security;
revoke all on rowplane.compiled_objects from public, rowplane_api, rowplane_viewer, rowplane_admin;
