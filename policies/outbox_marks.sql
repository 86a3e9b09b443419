-- How far back the outbox is complete. The owner's functions keep it.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.outbox_marks enable row level security;
revoke all on rowplane.outbox_marks from public, rowplane_api, rowplane_viewer, rowplane_admin;
