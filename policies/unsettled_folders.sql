-- Which folders of prepared scopes have records in the realms of the scope above. The owner's functions keep it.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.unsettled_folders enable row level security;
revoke all on rowplane.unsettled_folders from public, rowplane_api, rowplane_viewer, rowplane_admin;
