-- Access of others than the viewer, asked about many people at once: people whom nothing tells apart are asked about once, through the functions that access is compiled by.

-- V1, as far as people differ: who has the same role and state of the account, is named alike by what rules these realms, and is in the same groups that are named there or are in planes.
-- One row for all who have the same, with the realms that they VIEW, their planes and rights. Accounts that may not look are in none. What is decided on the tree (P4) and by rights (R5) is
-- asked of the functions that access is compiled by, for one of those whom nothing tells apart there; groups, clients and planes are joined for all at once.
create function rowplane.access_classes(workspace int, realms int[], people uuid[])
returns table (class bigint, members uuid[], view_realms int[], planes int[], rights jsonb)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive places as materialized (
    -- Numbers, since they are looked up more often than anything else here.
    select r.id, r.archive_id, r.client_id, r.scope_id, a.clients_enabled,
      dense_rank() over (order by r.archive_id, r.client_id)::int as party, dense_rank() over (order by r.scope_id)::int as scope
    from rowplane.realms r join rowplane.archives a on a.id = r.archive_id where r.workspace_id = workspace and r.id = any (realms)
  ), chain(id) as (
    select p.scope_id from places p
    union
    select s.parent_id from chain c join rowplane.scopes s on s.object_id = c.id where s.parent_id is not null
  ), entries as materialized (
    select e.user_id, e.group_id, e.object_id, e.decision from chain c join rowplane.object_entries e on e.object_id = c.id where e.permission = 'VIEW'
  ), assignments as materialized (
    select a.user_id, a.group_id, p.party
    from (select distinct p.archive_id, p.client_id, p.party from places p where p.clients_enabled and p.client_id is not null) p
    join rowplane.client_assignments a on a.archive_id = p.archive_id and a.client_id = p.client_id
  ), plane_groups as materialized (
    select g.group_id, p.id from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id where p.workspace_id = workspace
  ), named(id) as materialized (
    select e.group_id from entries e where e.group_id is not null
    union
    select a.group_id from assignments a where a.group_id is not null
    union
    select g.group_id from plane_groups g
  ), down(named, id) as (
    select n.id, n.id from named n
    union
    select d.named, n.child_id from down d join rowplane.group_nesting n on n.parent_id = d.id
  ), by_groups as (
    select m.user_id, array_agg(distinct d.named) as given from down d join rowplane.group_members m on m.group_id = d.id group by m.user_id
  ), by_entries as (
    select e.user_id, array_agg(e.object_id || e.decision order by e.object_id, e.decision) as given from entries e where e.user_id is not null group by e.user_id
  ), by_clients as (
    select a.user_id, array_agg(distinct a.party) as given from assignments a where a.user_id is not null group by a.user_id
  ), by_rights as (
    select t.user_id, array_agg(coalesce(t.profile_id, t.rights_role_id) order by t.profile_id, t.rights_role_id) as given
    from rowplane.workspaces w join rowplane.rights_assignments t on t.company_id = w.company_id
    where w.id = workspace group by t.user_id
  ), classes as materialized (
    select row_number() over () as class, array_agg(u.id) as members, (array_agg(u.id))[1] as one, u.role, g.given as groups, e.given as entries, c.given as parties, r.given is not null as has_rights
    from rowplane.users u
    left join by_groups g on g.user_id = u.id
    left join by_entries e on e.user_id = u.id
    left join by_clients c on c.user_id = u.id
    left join by_rights r on r.user_id = u.id
    where u.id = any (people)
    group by u.role, u.active, coalesce(u.blocked_until <= now(), true), g.given, e.given, c.given, r.given
  ), looking as materialized (
    select c.* from classes c where rowplane.role_of(c.one) is not null
  ), by_role as materialized (
    -- Built-in groups follow from the role alone.
    select r.role, array(select b.id from rowplane.groups b where b.builtin is not null and b.id = any (rowplane.groups_of(r.one))) as builtin
    from (select l.role, (array_agg(l.one))[1] as one from looking l group by l.role) r
  ), reached as materialized (
    select l.class, l.members, l.one, l.role, l.entries, l.parties, l.has_rights, coalesce(l.groups, '{}') || r.builtin as groups,
      array(select n.group_id from (select distinct e.group_id from entries e where e.group_id is not null) n where n.group_id = any (l.groups) order by 1) as ruling
    from looking l join by_role r on r.role = l.role
  ), decided as materialized (
    select k.role, k.ruling, k.entries, array(
      select distinct p.scope from rowplane.scope_decisions(k.one, workspace, array(select distinct p.scope_id from places p)) d join places p on p.scope_id = d.scope_id where d.may_view) as scopes
    from (select r.role, r.ruling, r.entries, (array_agg(r.one))[1] as one from reached r group by r.role, r.ruling, r.entries) k
  ), having_all as materialized (
    select r.class, r.members, r.one, r.has_rights, d.scopes,
      coalesce(r.parties, '{}') || array(select a.party from assignments a where a.group_id = any (r.groups)) as parties,
      array(select distinct g.id from plane_groups g where g.group_id = any (r.groups) order by 1) as planes
    from reached r join decided d on d.role = r.role and d.ruling = r.ruling and d.entries is not distinct from r.entries
  )
  select h.class, h.members,
    -- C1, C5: with clients off this layer lets everything through.
    array(select p.id from places p where p.scope = any (h.scopes) and (not p.clients_enabled or p.party = any (h.parties))),
    h.planes,
    case when h.has_rights then rowplane.rights_of(h.one, (select w.company_id from rowplane.workspaces w where w.id = workspace)) else '{}' end
  from having_all h
$$;

-- The table of a definition's records in a workspace, or null if there is none.
create function rowplane.record_table_of(workspace int, definition text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select c.relname from rowplane.definitions d join pg_class c on c.relname = d.content ->> 'table'
  where d.name = definition and c.relnamespace = to_regnamespace('ws_' || workspace) and c.relkind = 'r'
$$;

-- The records of a list that exist and aren't in the trash, with what decides who sees them: the realm, the right, and the planes that expose them to everybody in these planes.
create function rowplane.standing_records(workspace int, definitions text[], ids uuid[])
returns table (record_id uuid, definition text, right_name text, realm_id int, exposing int[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  each record;
begin
  for each in
    select g.definition, g.ids, rowplane.record_table_of(workspace, g.definition) as name, d.content ->> 'right' as right_name
    from (select l.definition, array_agg(l.id) as ids from unnest(definitions, ids) l(definition, id) group by l.definition) g join rowplane.definitions d on d.name = g.definition
  loop
    if each.name is not null then
      return query execute format('select t.id, $2, $3, t.realm_id, ws_%1$s_edit.%2$I(t, null, null) from ws_%1$s.%3$I t where t.id = any ($1) and t.deleted_at is null',
        workspace, each.name || '_exposing', each.name) using each.ids, each.definition, each.right_name;
    end if;
  end loop;
end $$;

-- A5: whether planes expose a record to one person, those included whose restriction asks who looks.
create function rowplane.exposed_to(person uuid, workspace int, definition text, record uuid, planes int[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  exposed boolean;
  name text := rowplane.record_table_of(workspace, definition);
begin
  execute format('select ws_%1$s_edit.%2$I(t, $2, rowplane.groups_of($2)) && $3 from ws_%1$s.%3$I t where t.id = $1', workspace, name || '_exposing', name)
    into exposed using record, person, planes;
  return coalesce(exposed, false);
end $$;

-- The planes of a workspace whose restriction may ask who looks.
create function rowplane.personal_planes(workspace int) returns int[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(array_agg(p.id), '{}') from rowplane.planes p where p.workspace_id = workspace and p.content::text ~ '"(ME|MY_GROUPS)"' $$;

-- Who of these people sees all of the records (V1). Nobody, if one of them doesn't exist.
create function rowplane.people_seeing_all(workspace int, definitions text[], ids uuid[], people uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with records as materialized (
    select s.* from rowplane.standing_records(workspace, definitions, ids) s
  ), needed as materialized (
    select array_agg(distinct r.realm_id) as realms, coalesce(array_agg(distinct r.right_name) filter (where r.right_name is not null), '{}') as rights, count(distinct r.record_id) as records from records r
  ), exposures as materialized (
    select distinct r.exposing from records r
  ), classes as materialized (
    select c.members, c.planes, not exists (select from exposures e where not e.exposing && c.planes) as exposed
    from needed n cross join lateral rowplane.access_classes(workspace, n.realms, people) c
    where n.records = (select count(distinct i.id) from unnest(ids) i(id)) and n.realms <@ c.view_realms and c.rights ?& n.rights
  )
  select unnest(c.members) from classes c where c.exposed
  union all
  select p.id
  from classes c cross join lateral unnest(c.members) p(id)
  where not c.exposed and c.planes && rowplane.personal_planes(workspace)
    and not exists (select from records r where not r.exposing && c.planes and not rowplane.exposed_to(p.id, workspace, r.definition, r.record_id, c.planes))
$$;

-- Of pairs of a person and a record, the places of those where the person sees the record (V1).
create function rowplane.pairs_seen(workspace int, people uuid[], definitions text[], ids uuid[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with records as materialized (
    select s.* from rowplane.standing_records(workspace, definitions, ids) s
  ), sights as materialized (
    select p.id as person, c.view_realms, c.planes, c.rights
    from rowplane.access_classes(workspace, array(select distinct r.realm_id from records r), array(select distinct p.id from unnest(people) p(id))) c cross join lateral unnest(c.members) p(id)
  )
  select distinct pair.place
  from unnest(people, definitions, ids) with ordinality pair(person, definition, id, place)
  join sights s on s.person = pair.person
  join records r on r.record_id = pair.id and r.definition = pair.definition
  where r.realm_id = any (s.view_realms) and (r.right_name is null or s.rights ? r.right_name)
    and (r.exposing && s.planes or (s.planes && rowplane.personal_planes(workspace) and rowplane.exposed_to(pair.person, workspace, pair.definition, pair.id, s.planes)))
$$;

-- Which of some records the viewer sees, by the views and policies themselves.
create function rowplane.viewer_sees(workspace int, definitions text[], ids uuid[]) returns table (definition text, id uuid)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  each record;
begin
  for each in
    select g.definition, rowplane.record_table_of(workspace, g.definition) as name, g.ids
    from (select l.definition, array_agg(l.id) as ids from unnest(definitions, ids) l(definition, id) group by l.definition) g
  loop
    if each.name is not null then
      return query execute format('select $3, s.id from ws_%s_sight.seen($1, $2) s(id)', workspace) using each.name, each.ids, each.definition;
    end if;
  end loop;
end $$;
