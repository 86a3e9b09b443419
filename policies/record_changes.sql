-- What changed (M5). Triggers of the owner write it, and functions of the owner read it, for processes that prove that they deliver.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.record_changes enable row level security;
revoke all on rowplane.record_changes from public, rowplane_api, rowplane_viewer, rowplane_admin;
