-- What became of mailbox entries (M4). The owner's functions write it and show it with the entries.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.mailbox_events enable row level security;
revoke all on rowplane.mailbox_events from public, rowplane_api, rowplane_viewer, rowplane_admin;
