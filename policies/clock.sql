-- The permission clock. Triggers tick it; a viewer who could lock it could stop all administration.
-- No policy: row level security then shows nothing to anyone but the owner, even after a grant by mistake.
alter table rowplane.clock enable row level security;
revoke all on rowplane.clock from public, rowplane_api, rowplane_viewer, rowplane_admin;
