-- What viewers see of the tree, of clients and of each other.

-- C6, P8: the archives that exist for the viewer, with what may be done at their roots.
create function rowplane.viewer_archives()
returns table (archive_id uuid, workspace_id int, may_edit boolean, may_create boolean, may_delete boolean)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select d.archive_id, w.id, d.may_edit, d.may_create, d.may_delete
  from rowplane.workspaces w
  cross join lateral rowplane.archive_decisions(rowplane.viewer(), w.id) d
  where d.may_view and (not d.clients_enabled
    or exists (select from rowplane.assigned_clients(rowplane.viewer(), w.id) c where c.archive_id = d.archive_id))
$$;
grant execute on function rowplane.viewer_archives() to rowplane_viewer;

create view rowplane.visible_archives with (security_barrier) as
  select a.id, a.workspace_id, a.name, a.clients_enabled, v.may_edit, v.may_create, v.may_delete, a.created_at
  from rowplane.viewer_archives() v join rowplane.archives a on a.id = v.archive_id;
comment on view rowplane.visible_archives is 'C6: the archives that exist for the viewer';

create view rowplane.visible_workspaces with (security_barrier) as
  select w.id, w.name, c.id as company_id, c.name as company_name
  from rowplane.workspaces w join rowplane.companies c on c.id = w.company_id
  where w.id in (select v.workspace_id from rowplane.viewer_archives() v);
comment on view rowplane.visible_workspaces is 'the workspaces in which the viewer sees an archive';

create view rowplane.visible_folders with (security_barrier) as
  select f.id, f.archive_id, f.parent_id, f.name, f.created_at
  from rowplane.viewer_archives() v join rowplane.folders f on f.archive_id = v.archive_id;
comment on view rowplane.visible_folders is 'the folders of the visible archives; an archive''s root folder has its id and no parent';

-- C7: the clients that the viewer can choose, per archive with clients on.
create function rowplane.viewer_clients() returns table (archive_id uuid, client_id uuid)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select c.archive_id, c.client_id
  from rowplane.viewer_archives() v
  join rowplane.archives a on a.id = v.archive_id and a.clients_enabled
  cross join lateral rowplane.assigned_clients(rowplane.viewer(), v.workspace_id) c
  where c.archive_id = v.archive_id
$$;
grant execute on function rowplane.viewer_clients() to rowplane_viewer;

create view rowplane.visible_clients with (security_barrier) as
  select v.archive_id, c.id as client_id, c.name
  from rowplane.viewer_clients() v join rowplane.clients c on c.id = v.client_id;
comment on view rowplane.visible_clients is 'C7: the clients that the viewer is assigned to in an archive';

-- U3: who sees whom. Built-in groups make nobody visible.
create function rowplane.viewer_users() returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := rowplane.viewer();
begin
  case rowplane.role_of(person)
    when 'ADMINISTRATOR', 'INTERNAL' then
      return query select u.id from rowplane.users u;
    when 'EXTERNAL' then
      return query select person union select other.user_id from rowplane.group_members mine join rowplane.group_members other on other.group_id = mine.group_id where mine.user_id = person;
    when 'GUEST' then
      return next person;
    else
      null;
  end case;
end $$;
grant execute on function rowplane.viewer_users() to rowplane_viewer;

create view rowplane.visible_users with (security_barrier) as
  select u.id, u.name, u.display_name, u.role
  from rowplane.viewer_users() v(id) join rowplane.users u on u.id = v.id;
comment on view rowplane.visible_users is 'U3: the users whom the viewer may see';

grant select on rowplane.visible_archives, rowplane.visible_workspaces, rowplane.visible_folders, rowplane.visible_clients, rowplane.visible_users to rowplane_viewer;
