-- The objects that have a rule of their own (P1), and folders with many records, which may get one. Follows from entries, breaks and records; nobody but the owner's functions writes it.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.scopes enable row level security;
revoke all on rowplane.scopes from public, rowplane_api, rowplane_viewer, rowplane_admin;
