-- What SQL of viewers reaches beyond rows: locks on tables, and where entries lie that nobody shows them.

-- V7. Functions, since who may DELETE from a table may also LOCK it, and keep everybody else from their saved queries. Both answer whether there was something of the viewer's own to take away.
create function rowplane.delete_saved_query(query uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from rowplane.saved_queries q where q.id = query and q.id in (select rowplane.viewer_own_queries());
  return found;
end $$;

create function rowplane.unshare_saved_query(query uuid, groups uuid[]) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from rowplane.saved_query_groups s where s.query_id = query and s.group_id = any (groups) and s.query_id in (select rowplane.viewer_own_queries());
  return found;
end $$;
grant execute on function rowplane.delete_saved_query(uuid), rowplane.unshare_saved_query(uuid, uuid[]) to rowplane_viewer;

-- M3, V2: the workspaces in which the viewer's mailbox has entries, or entries are undelivered that are the viewer's business: lists across workspaces are one statement for each. Where nothing is there for the viewer, no workspace is told either.
create or replace function rowplane.mailbox_workspaces(undelivered boolean) returns setof int
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select w.id from rowplane.workspaces w
  where exists (select from rowplane.mailbox_entries e where e.workspace_id = w.id and case when not undelivered then e.recipient_id = rowplane.viewer() else e.sender_id = rowplane.viewer() or rowplane.viewer_role() = 'ADMINISTRATOR' end)
    and exists (select from rowplane.find_mailbox_entries(w.id, undelivered, 1, null, null, null, null))
$$;
