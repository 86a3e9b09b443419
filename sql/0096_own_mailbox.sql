-- M3: the ids of what is in the viewer's mailbox in a workspace now; of all entries, or of some.
create function rowplane.own_mailbox(workspace int, entries uuid[] default null) returns setof uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select rowplane.own_mailbox_entries(workspace, coalesce(entries,
    array(select e.id from rowplane.mailbox_entries e where e.workspace_id = workspace and e.recipient_id = rowplane.viewer())))
$$;
grant execute on function rowplane.own_mailbox(int, uuid[]) to rowplane_viewer;
