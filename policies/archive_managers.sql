-- Who keeps each archive from being left without a manager (P7). The guard's own notes: whoever wrote here could make it look away.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.archive_managers enable row level security;
revoke all on rowplane.archive_managers from public, rowplane_api, rowplane_viewer, rowplane_admin;
