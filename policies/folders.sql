-- Folders are content: whoever sees one sees it through visible_folders, administrators included (U2: administration is not sight).
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.folders enable row level security;
revoke all on rowplane.folders from public, rowplane_api, rowplane_viewer, rowplane_admin;
