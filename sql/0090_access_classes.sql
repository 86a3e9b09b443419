-- Access of others than the viewer, asked about many people at once: people whom nothing tells apart are asked about once, through the functions that access is compiled by.

-- C5, P8: what a person may do in the realms of a workspace, or only in some. A realm whose scope is none any more holds no record, and allows nothing.
create function rowplane.realm_decisions(person uuid, workspace int, chosen int[] default null)
returns table (realm_id int, may_view boolean, may_edit boolean, may_create boolean, may_delete boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select r.id, d.may_view and client.shown, d.may_edit and client.shown, d.may_create and client.shown, d.may_delete and client.shown
  from rowplane.scope_decisions(person, workspace,
    case when chosen is not null then array(select distinct c.scope_id from rowplane.realms c where c.workspace_id = workspace and c.id = any (chosen)) end) d
  join rowplane.realms r on r.scope_id = d.scope_id and r.archive_id = d.archive_id
  join rowplane.archives a on a.id = r.archive_id
  left join rowplane.assigned_clients(person, workspace) m on m.archive_id = r.archive_id and m.client_id = r.client_id
  -- C1, C5: with clients off this layer lets everything through.
  cross join lateral (select not a.clients_enabled or m.client_id is not null) as client(shown)
  where r.workspace_id = workspace and (chosen is null or r.id = any (chosen))
$$;

-- A6: the planes of a workspace that groups are in.
create function rowplane.planes_of_groups(groups uuid[], workspace int) returns int[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct p.id order by p.id), '{}')
  from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id
  where p.workspace_id = workspace and g.group_id = any (groups)
$$;

create or replace function rowplane.compile_access(person uuid, workspace int) returns rowplane.viewer_access
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select person, workspace, (select ticks from rowplane.clock), w.realms,
    coalesce((select u.blocked_until from rowplane.users u where u.id = person and u.blocked_until > now()), 'infinity'),
    f.v, f.e, f.c, f.x,
    rowplane.planes_of_groups(rowplane.groups_of(person), workspace),
    rowplane.rights_of(person, w.company_id)
  from rowplane.workspaces w,
    (select coalesce(array_agg(coalesce(v, false) order by id), '{}') as v, coalesce(array_agg(coalesce(e, false) order by id), '{}') as e,
        coalesce(array_agg(coalesce(c, false) order by id), '{}') as c, coalesce(array_agg(coalesce(x, false) order by id), '{}') as x
      -- Every number handed out, also of realms that went with their archive or client: a flag's place is its realm's number.
      from (select place as id, d.may_view as v, d.may_edit as e, d.may_create as c, d.may_delete as x
        from generate_series(1, (select counted.realms from rowplane.workspaces counted where counted.id = workspace)) place
        left join rowplane.realm_decisions(person, workspace) d on d.realm_id = place) as every_realm) f
  where w.id = workspace
$$;

-- People by what could tell their sight of some realms apart: role and state of the account, and what stands by their own names or those of their groups. One row for all who have the same,
-- with what one of them has. Accounts that may not look are in none. The nesting only narrows down whom to ask about.
create function rowplane.access_classes(workspace int, realms int[], people uuid[])
returns table (class bigint, members uuid[], view_realms int[], planes int[], rights jsonb)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive places as materialized (
    select r.archive_id, r.client_id, r.scope_id from rowplane.realms r where r.workspace_id = workspace and r.id = any (realms)
  ), chain(id) as (
    select p.scope_id from places p
    union
    select s.parent_id from chain c join rowplane.scopes s on s.object_id = c.id where s.parent_id is not null
  ), entries as materialized (
    select e.user_id, e.group_id, e.object_id, e.decision from chain c join rowplane.object_entries e on e.object_id = c.id where e.permission = 'VIEW'
  ), assignments as materialized (
    select a.user_id, a.group_id, a.archive_id, a.client_id
    from (select distinct p.archive_id, p.client_id from places p where p.client_id is not null) p
    join rowplane.client_assignments a on a.archive_id = p.archive_id and a.client_id = p.client_id
  ), named(id) as (
    select e.group_id from entries e where e.group_id is not null
    union
    select a.group_id from assignments a where a.group_id is not null
    union
    select g.group_id from rowplane.planes p join rowplane.plane_groups g on g.plane_id = p.id where p.workspace_id = workspace
  ), down(named, id) as (
    select n.id, n.id from named n
    union
    select d.named, n.child_id from down d join rowplane.group_nesting n on n.parent_id = d.id
  ), by_groups as (
    select m.user_id, array_agg(distinct d.named) as given from down d join rowplane.group_members m on m.group_id = d.id group by m.user_id
  ), by_entries as (
    select e.user_id, array_agg(e.object_id || e.decision order by e.object_id, e.decision) as given from entries e where e.user_id is not null group by e.user_id
  ), by_clients as (
    select a.user_id, array_agg(a.archive_id::text || a.client_id order by a.archive_id, a.client_id) as given from assignments a where a.user_id is not null group by a.user_id
  ), by_rights as (
    select t.user_id, array_agg(coalesce(t.profile_id, t.rights_role_id) order by t.profile_id, t.rights_role_id) as given
    from rowplane.workspaces w join rowplane.rights_assignments t on t.company_id = w.company_id
    where w.id = workspace group by t.user_id
  ), classes as materialized (
    select row_number() over () as class, array_agg(u.id) as members, (array_agg(u.id))[1] as one
    from rowplane.users u
    left join by_groups g on g.user_id = u.id
    left join by_entries e on e.user_id = u.id
    left join by_clients c on c.user_id = u.id
    left join by_rights r on r.user_id = u.id
    where u.id = any (people)
    group by u.role, u.active, coalesce(u.blocked_until <= now(), true), g.given, e.given, c.given, r.given
  )
  select c.class, c.members,
    array(select d.realm_id from rowplane.realm_decisions(c.one, workspace, realms) d where d.may_view),
    rowplane.planes_of_groups(rowplane.groups_of(c.one), workspace),
    rowplane.rights_of(c.one, (select w.company_id from rowplane.workspaces w where w.id = workspace))
  from classes c
  where rowplane.role_of(c.one) is not null
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

-- V1 for many people and records at once: records that nothing tells apart, by classes of people. `passes`: right, client and VIEW; `exposed`: a plane of theirs shows the records to everybody in it.
create function rowplane.sight_by_class(workspace int, definitions text[], ids uuid[], people uuid[])
returns table (class bigint, members uuid[], planes int[], definition text, records uuid[], passes boolean, exposed boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with kinds as materialized (
    select s.definition, s.right_name, s.realm_id, s.exposing, array_agg(s.record_id) as records
    from rowplane.standing_records(workspace, definitions, ids) s group by 1, 2, 3, 4
  )
  select c.class, c.members, c.planes, k.definition, k.records,
    k.realm_id = any (c.view_realms) and (k.right_name is null or c.rights ? k.right_name), k.exposing && c.planes
  from rowplane.access_classes(workspace, array(select distinct k.realm_id from kinds k), people) c cross join kinds k
$$;

-- Who of these people sees all of the records (V1). Nobody, if one of them doesn't exist.
create function rowplane.people_seeing_all(workspace int, definitions text[], ids uuid[], people uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with sight as materialized (
    select s.* from rowplane.sight_by_class(workspace, definitions, ids, people) s
  ), classes as materialized (
    select s.class, any_value(s.members) as members, any_value(s.planes) as planes, bool_and(s.exposed) as exposed
    from sight s group by s.class
    having bool_and(s.passes) and sum(cardinality(s.records)) = (select count(distinct i.id) from unnest(ids) i(id))
  )
  select unnest(c.members) from classes c where c.exposed
  union all
  select p.id
  from classes c cross join lateral unnest(c.members) p(id)
  where not c.exposed and c.planes && rowplane.personal_planes(workspace)
    and not exists (
      select from sight s cross join lateral unnest(s.records) r(id)
      where s.class = c.class and not s.exposed and not rowplane.exposed_to(p.id, workspace, s.definition, r.id, c.planes))
$$;

-- Of pairs of a person and a record, the places of those where the person sees the record (V1).
create function rowplane.pairs_seen(workspace int, people uuid[], definitions text[], ids uuid[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with sight as materialized (
    select p.id as person, s.definition, r.id as record, s.exposed, s.planes
    from rowplane.sight_by_class(workspace, definitions, ids, array(select distinct p.id from unnest(people) p(id))) s
    cross join lateral unnest(s.members) p(id) cross join lateral unnest(s.records) r(id)
    where s.passes
  )
  select pair.place
  from unnest(people, definitions, ids) with ordinality pair(person, definition, id, place)
  join sight s on s.person = pair.person and s.record = pair.id and s.definition = pair.definition
  where s.exposed or (s.planes && rowplane.personal_planes(workspace) and rowplane.exposed_to(pair.person, workspace, pair.definition, pair.id, s.planes))
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
