-- Thousands of followers: who sees the same is asked about all of them whenever the permission clock has moved, and what it covered has to end within a second (M5). The rules stay those of 0095, but for externals in no group.

-- What `rowplane.role_of` gives, of many at once. Nobody whose account may not look.
create function rowplane.roles_of(people uuid[]) returns table (person uuid, role text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select u.id, u.role from rowplane.users u where u.id = any (people) and u.active and coalesce(u.blocked_until <= now(), true)
  union all
  select '00000000-0000-0000-0000-000000000000', 'ANONYMOUS' where '00000000-0000-0000-0000-000000000000' = any (people)
$$;

-- People whom nothing that is written down about permissions in a workspace tells apart: one row for all who are alike. Who may not look is in none.
-- Guests are alike with nobody, nor are externals in no group, who see themselves alone; others are with externals in the same groups: they see fewer users (U3).
create or replace function rowplane.people_alike(workspace int, people uuid[]) returns table (one uuid, members uuid[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive asked(id, role) as materialized (
    select r.person, r.role from rowplane.roles_of(people) r
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
    -- Only externals are told apart by all of their groups.
    select m.user_id, array_agg(m.group_id order by m.group_id) as given from rowplane.group_members m where m.user_id in (select a.id from asked a where a.role = 'EXTERNAL') group by m.user_id
  ), described as (
    select a.id, a.role, g.given as groups, e.given as entries,
      case a.role when 'EXTERNAL' then coalesce(c.given, array[a.id]) when 'GUEST' then array[a.id] end as company
    from asked a
    left join by_groups g on g.user_id = a.id left join by_entries e on e.user_id = a.id left join by_company c on c.user_id = a.id
  )
  select (array_agg(d.id))[1], array_agg(d.id) from described d group by d.role, d.groups, d.entries, d.company
$$;

-- Of followers: whose account may not look any more, and who sees the same where, of one snapshot; with the clock that it is true at, and which definitions there are.
-- `workspaces`: null for all.
create or replace function rowplane.follower_access(proof text, people uuid[], workspaces int[])
returns table (ticks bigint, ended uuid[], definitions jsonb, classes jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes asks for the access of followers.');
  end if;
  return query
    select k.ticks,
      array(select p.id from unnest(people) p(id) where not exists (select from rowplane.roles_of(people) r where r.person = p.id)),
      (select coalesce(jsonb_object_agg(d.name, md5(d.content::text)), '{}') from rowplane.definitions d),
      (select coalesce(jsonb_agg(jsonb_build_object('workspace', w.id, 'members', a.members, 'look', x.look, 'place', x.place, 'act', x.act, 'sees', x.sees, 'personal', x.personal, 'timed', x.timed)), '[]')
        from rowplane.workspaces w cross join lateral rowplane.people_alike(w.id, people) a cross join lateral rowplane.access_keys(w.id, a.one) x
        where workspaces is null or w.id = any (workspaces))
    from rowplane.clock k;
end $$;
