-- Large accounts: thousands of scopes, hundreds of groups, ten thousand people. The rules stay those of 0020 and 0084.

-- P3, P4, P8: what a person may do in each scope. Of all scopes of a workspace the entries that reach the person are found first, and put to the scopes at once; of chosen ones those of their chains.
create or replace function rowplane.scope_decisions(person uuid, workspace int, chosen uuid[] default null)
returns table (scope_id uuid, archive_id uuid, record_table text, may_view boolean, may_edit boolean, may_create boolean, may_delete boolean, may_edit_permissions boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive reached as materialized (
    select rowplane.groups_of(person) as groups, rowplane.role_of(person) as role
  ), chain(id) as (
    -- The chosen scopes and those above that they may inherit from.
    select c.id from unnest(chosen) c(id)
    union
    select s.parent_id from chain c join rowplane.scopes s on s.object_id = c.id where s.parent_id is not null
  ), reaching as (
    select e.object_id, e.decision, e.permission from rowplane.object_entries e where chosen is null and e.user_id = person
    union all
    select e.object_id, e.decision, e.permission from rowplane.object_entries e where chosen is null and e.group_id = any ((select r.groups from reached r)::uuid[])
    union all
    -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
    select e.object_id, e.decision, e.permission from rowplane.object_entries e where chosen is null and e.group_id = '00000000-0000-0000-0000-0000000000e1' and e.decision = 'DENY'
    union all
    select e.object_id, e.decision, e.permission from chain c join rowplane.object_entries e on e.object_id = c.id, reached r
    where e.user_id = person or e.group_id = any (r.groups) or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1')
  ), named as (
    select e.object_id, coalesce(bit_or(p.bit) filter (where e.decision = 'ALLOW'), 0) as allowed, coalesce(bit_or(p.bit) filter (where e.decision = 'DENY'), 0) as denied
    from reaching e
    cross join lateral (select case e.permission when 'VIEW' then 1 when 'EDIT' then 2 when 'CREATE' then 4 when 'DELETE' then 8 when 'EDIT_PERMISSIONS' then 16 end) p(bit)
    where (select r.role from reached r) is not null
    group by e.object_id
  ), ruled as materialized (
    select s.object_id, s.archive_id, s.parent_id, s.record_table, s.inherits, coalesce(n.allowed, 0) as allowed, coalesce(n.denied, 0) as denied
    from (
      select a.* from rowplane.scopes a where a.workspace_id = workspace and chosen is null
      union all
      select a.* from chain c join rowplane.scopes a on a.object_id = c.id and a.workspace_id = workspace
    ) s
    left join named n on n.object_id = s.object_id
  ), down(object_id, archive_id, record_table, allowed, denied, above) as (
    select u.object_id, u.archive_id, u.record_table, u.allowed, u.denied, 0 from ruled u where u.parent_id is null
    union all
    select u.object_id, u.archive_id, u.record_table, u.allowed | case when u.inherits then d.allowed else 0 end, u.denied | case when u.inherits then d.denied else 0 end, d.allowed & ~d.denied
    from down d join ruled u on u.parent_id = d.object_id
  )
  select d.object_id, d.archive_id, d.record_table, v, v and m.bits & 2 > 0,
    -- U4: guests create nothing, whatever they are given.
    v and m.bits & 6 = 6 and (select role from reached) <> 'GUEST',
    -- A record goes into the trash only from a folder that the viewer may EDIT; of other objects' folders the operations ask themselves.
    v and m.bits & 10 = 10 and (d.record_table is null or d.above & 3 = 3),
    v and m.bits & 16 > 0
  from down d cross join lateral (select d.allowed & ~d.denied as bits, d.allowed & ~d.denied & 1 > 0 as v) m
  where chosen is null or d.object_id = any (chosen)
$$;

-- U9: who is reached through some groups. For a built-in group everybody is asked whose role may lead there, instead of everybody.
create or replace function rowplane.people_reached(groups uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive down(id) as (
    select unnest(groups)
    union
    select n.child_id from down d join rowplane.group_nesting n on n.parent_id = d.id
  ), builtin as materialized (
    select g.id from rowplane.groups g where g.id = any (groups) and g.builtin is not null
  ), roles(name) as materialized (
    select k.role from unnest(array['ADMINISTRATOR', 'INTERNAL', 'EXTERNAL', 'GUEST']) k(role)
    cross join lateral (select u.id from rowplane.users u where u.role = k.role and rowplane.role_of(u.id) is not null limit 1) one
    where exists (select from builtin b) and exists (select from builtin b where b.id = any (rowplane.groups_of(one.id)))
  ), candidates(id) as (
    select m.user_id from down d join rowplane.group_members m on m.group_id = d.id
    union
    select u.id from roles r join rowplane.users u on u.role = r.name
    union
    select '00000000-0000-0000-0000-000000000000' from builtin b
  )
  select r.person from rowplane.reaching(array(select c.id from candidates c)) r where r.groups && people_reached.groups
$$;
