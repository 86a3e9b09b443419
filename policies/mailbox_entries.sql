-- Mailbox entries (M3). The owner's functions read and write them: rowplane.mailbox, rowplane.place_in_mailbox and their like, each of which judges for itself.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.mailbox_entries enable row level security;
revoke all on rowplane.mailbox_entries from public, rowplane_api, rowplane_viewer, rowplane_admin;
