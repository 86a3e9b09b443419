-- P3, P4, P8: what a person may do in each scope, as before; of all scopes of a workspace without looking for each of them by its id.
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
  ), ruled as materialized (
    select s.object_id, s.archive_id, s.parent_id, s.record_table, s.inherits,
      coalesce(bit_or(e.bit) filter (where e.decision = 'ALLOW'), 0) as allowed, coalesce(bit_or(e.bit) filter (where e.decision = 'DENY'), 0) as denied
    from (
      select a.* from rowplane.scopes a where a.workspace_id = workspace and chosen is null
      union all
      select a.* from chain c join rowplane.scopes a on a.object_id = c.id and a.workspace_id = workspace
    ) s
    left join lateral (
      select e.decision, case e.permission when 'VIEW' then 1 when 'EDIT' then 2 when 'CREATE' then 4 when 'DELETE' then 8 when 'EDIT_PERMISSIONS' then 16 end as bit
      from rowplane.object_entries e, reached r
      where e.object_id = s.object_id and r.role is not null
        and (e.user_id = person or e.group_id = any (r.groups)
          -- U9: a DENY to Everyone reaches every viewer, guests and anonymous included.
          or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'))
    ) e on true
    group by s.object_id, s.archive_id, s.parent_id, s.record_table, s.inherits
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
