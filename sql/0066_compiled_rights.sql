-- R7: rights in the compiled access, and what policies and guards ask about them.

-- By right, as rights_of gives them. No row is older than the assignments, of which there are none yet.
alter table rowplane.viewer_access add column rights jsonb not null default '{}';
-- In the row itself, also two hundred of them: policies ask in every statement.
alter table rowplane.viewer_access alter rights set storage main;

create or replace function rowplane.compile_access(person uuid, workspace int) returns rowplane.viewer_access
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with flagged as (
    select r.id, d.may_view and shown as v, d.may_edit and shown as e, d.may_create and shown as c, d.may_delete and shown as x
    from rowplane.scope_decisions(person, workspace) d
    join rowplane.realms r on r.scope_id = d.scope_id and r.archive_id = d.archive_id
    join rowplane.archives a on a.id = r.archive_id
    left join rowplane.assigned_clients(person, workspace) m on m.archive_id = r.archive_id and m.client_id = r.client_id
    -- C1, C5: with clients off this layer lets everything through.
    cross join lateral (select not a.clients_enabled or m.client_id is not null) as client(shown)
    where r.workspace_id = workspace
  )
  select person, workspace, (select ticks from rowplane.clock), w.realms,
    coalesce((select u.blocked_until from rowplane.users u where u.id = person and u.blocked_until > now()), 'infinity'),
    f.v, f.e, f.c, f.x,
    -- A6: the planes of all groups that the viewer belongs to.
    coalesce((select array_agg(distinct p.id order by p.id)
      from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id
      where p.workspace_id = workspace and g.group_id = any (rowplane.groups_of(person))), '{}'),
    rowplane.rights_of(person, w.company_id)
  from rowplane.workspaces w,
    (select coalesce(array_agg(coalesce(v, false) order by id), '{}') as v, coalesce(array_agg(coalesce(e, false) order by id), '{}') as e,
        coalesce(array_agg(coalesce(c, false) order by id), '{}') as c, coalesce(array_agg(coalesce(x, false) order by id), '{}') as x
      -- Every number handed out, also of realms that went with their archive or client: a flag's place is its realm's number.
      from (select place as id, flagged.v, flagged.e, flagged.c, flagged.x
        from generate_series(1, (select counted.realms from rowplane.workspaces counted where counted.id = workspace)) place
        left join flagged on flagged.id = place) as every_realm) f
  where w.id = workspace
$$;

create or replace function rowplane.refresh_access(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.viewer_access as a
  select c.* from rowplane.compile_access(rowplane.viewer(), workspace) c where c.user_id is not null and c.workspace_id is not null
  on conflict (user_id, workspace_id) do update set
    ticks = excluded.ticks, realms = excluded.realms, expires = excluded.expires, view_flags = excluded.view_flags, edit_flags = excluded.edit_flags,
    create_flags = excluded.create_flags, delete_flags = excluded.delete_flags, planes = excluded.planes, rights = excluded.rights
  where (excluded.ticks, excluded.realms) > (a.ticks, a.realms) or (a.expires <= now() and (excluded.ticks, excluded.realms) = (a.ticks, a.realms));
end $$;

-- R7: whether the viewer has a right at a level in the company of a workspace. Policies ask it once per statement, so it proves the viewer and reads the stored row in one query, as viewer_flags does.
create function rowplane.viewer_right(workspace int, name text, level text) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  person uuid := case when session_user <> 'rowplane_api' then rowplane.viewer() end;
  mine text;
begin
  select a.rights ->> viewer_right.name into mine
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = coalesce(person, rowplane.entered(entry, s.inner_pad, s.outer_pad)) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if not found then
    mine := rowplane.rights_of(rowplane.viewer(), (select w.company_id from rowplane.workspaces w where w.id = workspace)) ->> viewer_right.name;
  end if;
  -- R1: EDIT includes DISPLAY.
  return coalesce(mine = level or (mine = 'EDIT' and level = 'DISPLAY'), false);
end $$;
grant execute on function rowplane.viewer_right(int, text, text) to public;

-- V4: the level at which the viewer has the right of each definition that names one: what the server lowers its knowledge by.
create function rowplane.viewer_rights_of(workspace int) returns jsonb
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_object_agg(d.name, coalesce(mine.rights ->> (d.content ->> 'right'), 'NONE')), '{}')
  from (select coalesce((rowplane.access(workspace)).rights, '{}') as rights) mine, rowplane.definitions d
  where d.content ->> 'right' is not null
$$;
grant execute on function rowplane.viewer_rights_of(int) to rowplane_viewer;

-- Whether the viewer sees any place of a workspace: else every record there is a missing one (V2), and no policy lets the viewer at any.
create function rowplane.viewer_sees_places(workspace int) returns boolean
language sql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$ select coalesce(true = any (rowplane.viewer_flags(workspace, 'VIEW')), false) $$;
grant execute on function rowplane.viewer_sees_places(int) to public;

-- R7: refuses by name what the right doesn't allow, before any record is looked at, so that the refusal tells of none. Compiled into a trigger of each record table whose definition names a right.
-- An UPDATE without DISPLAY goes on and finds nothing: the records are missing ones. So does whatever is asked of a workspace in which the viewer sees no place (V2).
-- A DELETE goes on, too: the trash shows only what the viewer may erase.
create function rowplane.guard_right() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  workspace int := tg_argv[0]::int;
begin
  if not rowplane.viewer_right(workspace, tg_argv[1], 'EDIT') and (tg_op = 'INSERT' or rowplane.viewer_right(workspace, tg_argv[1], 'DISPLAY'))
    and rowplane.viewer_sees_places(workspace) then
    perform rowplane.refuse('FORBIDDEN', format('This needs the right "%s" at EDIT in the company of the workspace.', tg_argv[1]), jsonb_build_object('right', tg_argv[1], 'level', 'EDIT'));
  end if;
  return null;
end $$;

-- R5: a person's rights by company and application: of each application in which the person has any right, all rights with their levels.
create function rowplane.applications_of(person uuid)
returns table (company_id uuid, company_name text, application text, application_title text, right_name text, right_title text, level text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with given as materialized (
    select c.id, c.name, rowplane.rights_of(person, c.id) as rights
    from rowplane.companies c where c.id in (select t.company_id from rowplane.rights_assignments t where t.user_id = person)
  )
  select g.id, g.name, a.name, a.title, r.name, r.title, coalesce(g.rights ->> r.name, 'NONE')
  from given g cross join rowplane.applications a
  join rowplane.application_rights b on b.application = a.name
  join rowplane.rights r on r.name = b.right_name
  where exists (select from rowplane.application_rights o where o.application = a.name and g.rights ? o.right_name)
  order by g.name, a.title, a.name, r.title, r.name
$$;

-- The viewer's own.
create function rowplane.viewer_applications()
returns table (company_id uuid, company_name text, application text, application_title text, right_name text, right_title text, level text)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select a.* from rowplane.applications_of(rowplane.viewer()) a $$;
grant execute on function rowplane.viewer_applications() to rowplane_viewer;
