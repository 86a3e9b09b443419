-- The log (L2), for administrators to read. Nobody writes it: its entries are kept in a schema that not even the owner may change.
revoke all on rowplane.log from public, rowplane_api, rowplane_viewer, rowplane_admin;
grant select on rowplane.log to rowplane_admin;

-- L1: the tables whose changes are logged. People stand in the log by id: their names and addresses can be erased.
select rowplane.log_table('api_keys', withheld => '{hash}', derived => '{last_used_at}');
select rowplane.log_table('archives');
select rowplane.log_table('client_assignments');
select rowplane.log_table('clients');
select rowplane.log_table('companies');
select rowplane.log_table('function_entries');
select rowplane.log_table('group_members');
select rowplane.log_table('group_nesting');
select rowplane.log_table('groups');
select rowplane.log_table('inheritance_breaks');
select rowplane.log_table('logins');
select rowplane.log_table('object_entries');
select rowplane.log_table('plane_groups');
select rowplane.log_table('planes');
select rowplane.log_table('profile_rights');
select rowplane.log_table('profiles');
select rowplane.log_table('rights_assignments');
select rowplane.log_table('rights_role_profiles');
select rowplane.log_table('rights_roles');
select rowplane.log_table('users', withheld => '{name,display_name,email}');
-- Not saved queries: sharing one shares no record (V7). Nor mailboxes: an entry gives nobody access (M2), and keeps its own history. Nor the outbox: what it says of permissions is in the log already.
select rowplane.log_table('workspaces', derived => '{realms}');
select rowplane.log_table('workspace_locks', derived => '{judged}');
