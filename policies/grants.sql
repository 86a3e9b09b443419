-- The schema itself: whoever works under row level security may look names up in it and make nothing there.
revoke all on schema rowplane from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant usage on schema rowplane to rowplane_api, rowplane_viewer, rowplane_admin;

-- Sequences of identity columns are taken through their tables; a login of one's own would learn counts from them.
revoke all on all sequences in schema rowplane from public, rowplane_api, rowplane_viewer, rowplane_admin;
