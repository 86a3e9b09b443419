-- What changed in mailboxes (M5): as record_changes.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.mailbox_changes enable row level security;
revoke all on rowplane.mailbox_changes from public, rowplane_api, rowplane_viewer, rowplane_admin;
