-- Which followers see the same (M5): asked about all of them at once, whenever the permission clock has moved.

-- People whom nothing that is written down about permissions in a workspace tells apart: one row for all who are alike. Who may not look is in none.
-- Guests are alike with nobody, and externals with those in the same groups: they see fewer users (U3).
create function rowplane.people_alike(workspace int, people uuid[]) returns table (one uuid, members uuid[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive asked(id) as materialized (
    select distinct p.id from unnest(people) p(id)
  ), entries as materialized (
    select e.user_id, e.group_id, e.object_id || ' ' || e.permission || ' ' || e.decision as given
    from rowplane.archives a join rowplane.object_entries e on e.archive_id = a.id where a.workspace_id = workspace
    union all
    select f.user_id, f.group_id, f.function || ' ' || f.decision from rowplane.function_entries f where f.workspace_id = workspace
    union all
    select c.user_id, c.group_id, c.archive_id || ' ' || c.client_id from rowplane.client_assignments c where c.workspace_id = workspace
    union all
    select t.user_id, null, coalesce(t.profile_id, t.rights_role_id)::text from rowplane.workspaces w join rowplane.rights_assignments t on t.company_id = w.company_id where w.id = workspace
    union all
    select l.holder_id, null, 'lock' from rowplane.workspace_locks l where l.workspace_id = workspace
  ), named(id) as materialized (
    select e.group_id from entries e where e.group_id is not null
    union
    select g.group_id from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id where p.workspace_id = workspace
  ), down(named, id) as (
    select n.id, n.id from named n
    union
    select d.named, n.child_id from down d join rowplane.group_nesting n on n.parent_id = d.id
  ), by_groups as (
    select m.user_id, array_agg(distinct d.named order by d.named) as given from down d join rowplane.group_members m on m.group_id = d.id where m.user_id in (select a.id from asked a) group by m.user_id
  ), by_entries as (
    select e.user_id, array_agg(e.given order by e.given) as given from entries e where e.user_id in (select a.id from asked a) group by e.user_id
  ), by_company as (
    select m.user_id, array_agg(m.group_id order by m.group_id) as given from rowplane.group_members m where m.user_id in (select a.id from asked a) group by m.user_id
  ), described as (
    select a.id, coalesce(u.role, 'ANONYMOUS') as role, g.given as groups, e.given as entries,
      case u.role when 'EXTERNAL' then c.given when 'GUEST' then array[u.id] end as company
    from asked a left join rowplane.users u on u.id = a.id
    left join by_groups g on g.user_id = a.id left join by_entries e on e.user_id = a.id left join by_company c on c.user_id = a.id
    where rowplane.role_of(a.id) is not null
  )
  select (array_agg(d.id))[1], array_agg(d.id) from described d group by d.role, d.groups, d.entries, d.company
$$;

-- V1, U3, V4: what a person sees and may do in a workspace, in four parts, by the functions that access is compiled by. Equal parts, equal answers, but for what asks who looks (`personal`).
-- `timed`: whether a restriction counts from now.
-- look: which cells, through which planes, rights and users. place: in which archives, folders and clients. act: what may be done. None of them names a realm: realms come without the clock.
create function rowplane.access_keys(workspace int, person uuid) returns table (look text, place text, act text, sees boolean, personal boolean, timed boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with scopes as materialized (
    select d.* from rowplane.scope_decisions(person, workspace) d where d.may_view
  ), planes as materialized (
    select p.id, p.content from rowplane.planes p
    where p.workspace_id = workspace and p.id in (select g.plane_id from rowplane.plane_groups g where g.group_id = any (rowplane.groups_of(person)))
  ), users as (
    select md5(string_agg(o.user_id::text, ' ' order by o.user_id)) as seen
    from (select distinct other.user_id from rowplane.group_members mine join rowplane.group_members other on other.group_id = mine.group_id where mine.user_id = person) o
    where rowplane.role_of(person) = 'EXTERNAL'
  )
  select
    md5(concat_ws(' ', rowplane.role_of(person), case when rowplane.role_of(person) = 'GUEST' then person end, (select u.seen from users u),
      (select string_agg(p.id || ' ' || md5(p.content::text), ' ' order by p.id) from planes p),
      rowplane.rights_of(person, (select w.company_id from rowplane.workspaces w where w.id = workspace)))),
    md5(concat_ws(' ', (select string_agg(s.scope_id::text, ' ' order by s.scope_id) from scopes s),
      (select string_agg(c.archive_id || ' ' || c.client_id, ' ' order by c.archive_id, c.client_id) from rowplane.assigned_clients(person, workspace) c),
      (select string_agg(a.id::text, ' ' order by a.id) from rowplane.archives a where a.workspace_id = workspace and a.clients_enabled))),
    md5(concat_ws(' ', (select string_agg(concat(s.scope_id, s.may_edit, s.may_create, s.may_delete, s.may_edit_permissions), ' ' order by s.scope_id) from scopes s),
      (select string_agg(f.name, ' ' order by f.name) from rowplane.functions f where rowplane.function_decision(person, workspace, f.name) = 'ALLOW'),
      (select l.holder_id is distinct from person from rowplane.workspace_locks l where l.workspace_id = workspace))),
    exists (select from scopes) and exists (select from planes),
    exists (select from planes p where p.id = any (rowplane.personal_planes(workspace))),
    exists (select from planes p where p.content::text ~ '"(today|now)')
$$;

-- Of followers: whose account may not look any more, and who sees the same where, of one snapshot; with the clock that it is true at, and which definitions there are.
-- `workspaces`: null for all.
create function rowplane.follower_access(proof text, people uuid[], workspaces int[])
returns table (ticks bigint, ended uuid[], definitions jsonb, classes jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes asks for the access of followers.');
  end if;
  return query
    select k.ticks,
      array(select p.id from unnest(people) p(id) where rowplane.role_of(p.id) is null),
      (select coalesce(jsonb_object_agg(d.name, md5(d.content::text)), '{}') from rowplane.definitions d),
      (select coalesce(jsonb_agg(jsonb_build_object('workspace', w.id, 'members', a.members, 'look', x.look, 'place', x.place, 'act', x.act, 'sees', x.sees, 'personal', x.personal, 'timed', x.timed)), '[]')
        from rowplane.workspaces w cross join lateral rowplane.people_alike(w.id, people) a cross join lateral rowplane.access_keys(w.id, a.one) x
        where workspaces is null or w.id = any (workspaces))
    from rowplane.clock k;
end $$;
grant execute on function rowplane.follower_access(text, uuid[], int[]) to rowplane_api;
