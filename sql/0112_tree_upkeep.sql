-- Who gives folders with many records their scopes, and when: whoever serves, some at a time, whenever enough was written.

-- How much had been written to a workspace's records when somebody last looked for folders with many.
create table rowplane.crowd_looks (
  workspace_id int primary key references rowplane.workspaces on delete cascade,
  writes bigint not null,
  more boolean not null default false
);
comment on column rowplane.crowd_looks.more is 'whether scopes are left to be made that were found';

-- The folders of a workspace that should get a scope, so that no folder without one has `most` records or more that a first entry on it would move: from the leaves upwards, each as soon as that many have come together.
create function rowplane.crowded_folders(workspace int, most int) returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  counts text;
  ids uuid[];
  parents int[];
  records bigint[];
  crowded uuid[] := '{}';
begin
  select string_agg(format('select t.folder_id, count(*) as records from %s t group by 1', r.name), ' union all ') into counts from rowplane.record_tables(workspace) r(name);
  if counts is null then
    return crowded;
  end if;
  -- `is not distinct from`: else the planner may look for the folders of a scope again and again, which are many.
  execute format(
    'with recursive counted as materialized (
       select c.folder_id as id, sum(c.records)::bigint as records from (%s) c group by 1
     ), regions as (
       select f.scope_id as id from counted c join rowplane.folders f on f.id = c.id group by 1 having sum(c.records) >= $1
     ), down(region, id, parent_id, depth) as (
       select r.id, r.id, null::uuid, 0 from regions r
       union all
       select d.region, f.id, d.id, d.depth + 1 from down d join rowplane.folders f on f.parent_id = d.id and f.scope_id is not distinct from d.region
     ), numbered as materialized (
       select d.id, d.parent_id, (row_number() over (order by d.depth))::int as place from down d
     )
     select array_agg(n.id order by n.place), array_agg(p.place order by n.place), array_agg(coalesce(c.records, 0) order by n.place)
     from numbered n left join numbered p on p.id = n.parent_id left join counted c on c.id = n.id', counts)
    into ids, parents, records using most;
  for place in reverse coalesce(cardinality(ids), 0) .. 1 loop
    continue when parents[place] is null;
    if records[place] >= most then
      crowded := crowded || ids[place];
    else
      records[parents[place]] := records[parents[place]] + records[place];
    end if;
  end loop;
  return crowded;
end $$;

-- Of these folders, leaves first, those whose scopes are made in one step: writers wait while folders are told their scope and realms are made. At least one, and so many folders and realms at most.
-- None, once a workspace has ten thousand realms of such scopes: each is a bit in what is stored of everybody's access.
create function rowplane.first_crowds(workspace int, chosen uuid[], most int) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive crowds as materialized (
    select c.id, c.place, (select count(*) from rowplane.realms r where r.archive_id = f.archive_id and r.scope_id = f.scope_id) as realms
    from unnest(chosen) with ordinality c(id, place) join rowplane.folders f on f.id = c.id
  ), down(place, id) as (
    select c.place, c.id from crowds c
    union all
    select d.place, f.id from down d join rowplane.folders f on f.parent_id = d.id
    where not exists (select from crowds c where c.id = f.id) and not exists (select from rowplane.scopes s where s.object_id = f.id)
  ), costs as (
    select c.id, c.place, sum(c.realms) over (order by c.place) as realms, sum(c.realms + d.folders) over (order by c.place) as cost
    from crowds c join (select w.place, count(*) as folders from down w group by w.place) d on d.place = c.place
  ), before as (
    select count(*) as realms from rowplane.scopes s join rowplane.realms r on r.archive_id = s.archive_id and r.scope_id = s.object_id where s.workspace_id = workspace and s.prepared
  )
  select coalesce(array_agg(c.id order by c.place), '{}') from costs c, before b where (c.place = 1 or c.cost <= most) and b.realms + c.realms <= 10000
$$;

-- Makes the realms of scopes that begin, for all clients that have one in the scope that ruled there before. So whoever may write there goes on to, and moving the records makes none, which statements under way would not know of.
create function rowplane.make_realms(begun uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.realm_for(k.archive_id, k.client_id, k.scope)
  from (
    with recursive up(scope, archive_id, above) as (
      select s.object_id, s.archive_id, s.parent_id from rowplane.scopes s where s.object_id = any (begun)
      union
      select u.scope, u.archive_id, s.parent_id from up u join rowplane.scopes s on s.object_id = u.above where u.above = any (begun)
    )
    select distinct u.archive_id, r.client_id, u.scope from up u join rowplane.realms r on r.archive_id = u.archive_id and r.scope_id = u.above
  ) k;
end $$;

-- Gives folders scopes without a rule of their own. Their records stay in the realms where they are, until `settle_some`.
create function rowplane.prepare_scopes(workspace int, chosen uuid[]) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
  record_table text;
begin
  if cardinality(chosen) = 0 then
    return 0;
  end if;
  lock table rowplane.gate in exclusive mode;
  chosen := array(select f.id from rowplane.folders f where f.id = any (chosen) and f.parent_id is not null and not exists (select from rowplane.scopes k where k.object_id = f.id));
  -- Whatever writes scopes ticks the clock, and all access is computed anew.
  if cardinality(chosen) = 0 then
    return 0;
  end if;
  insert into rowplane.scopes (object_id, workspace_id, archive_id, container_id, parent_id, inherits, prepared)
    select f.id, workspace, f.archive_id, f.parent_id, rowplane.nearest_scope(f.parent_id), true, true from rowplane.folders f where f.id = any (chosen);
  for home in select * from rowplane.rule_folders(chosen) loop
    for record_table in select rowplane.record_tables(home.workspace_id) loop
      execute format(
        'insert into rowplane.unsettled_folders (folder_id, record_table, workspace_id)
         select m.id, $2, $3 from unnest($1) m(id) where exists (select from %s t where t.folder_id = m.id)
         on conflict (folder_id, record_table) do update set settled_id = default', record_table)
        using home.folders, record_table, home.workspace_id;
    end loop;
  end loop;
  perform rowplane.make_realms(chosen);
  return cardinality(chosen);
end $$;

-- Moves some records of unsettled folders to the realms of their scopes: at most so many, in a transaction of its own. How many it looked at; 0 when all are settled.
-- Nobody is told of it: who sees a record and what may be done with it stays as it is.
create function rowplane.settle_some(workspace int, most int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  waiting record;
  home record;
  chosen uuid[];
  folders uuid[];
  scopes uuid[];
  through uuid[];
  done int := 0;
begin
  perform rowplane.hold_permissions();
  for waiting in
    select n.record_table, array_agg(n.folder_id order by n.folder_id) as folders, array_agg(n.settled_id order by n.folder_id) as settled, array_agg(n.scope_id order by n.folder_id) as scopes
    from (
      select u.folder_id, u.record_table, u.settled_id, f.scope_id
      from rowplane.unsettled_folders u join rowplane.folders f on f.id = u.folder_id where u.workspace_id = workspace
      order by u.folder_id, u.record_table limit most
    ) n
    group by n.record_table order by n.record_table
  loop
    if to_regclass(waiting.record_table) is null then
      delete from rowplane.unsettled_folders u where u.workspace_id = workspace and u.record_table = waiting.record_table;
      done := done + 1;
      exit when done >= most;
      continue;
    end if;
    chosen := '{}';
    folders := '{}';
    scopes := '{}';
    through := '{}';
    -- All folders of a table in one statement: one each would take longer than the records.
    for home in execute format(
      'select w.folder, w.scope, array(select t.id from %s t where t.folder_id = w.folder and t.id > w.settled order by t.id limit $4) as ids
       from unnest($1, $2, $3) w(folder, settled, scope)', waiting.record_table) using waiting.folders, waiting.settled, waiting.scopes, most - done
    loop
      folders := folders || home.folder;
      scopes := scopes || home.scope;
      -- The last that was looked at; null: there are no more.
      through := through || case when cardinality(home.ids) >= most - done then home.ids[most - done] end;
      chosen := chosen || home.ids[1 : most - done];
      done := done + least(greatest(cardinality(home.ids), 1), most - done);
      exit when done >= most;
    end loop;
    perform rowplane.settle_table(workspace, waiting.record_table, folders, scopes, chosen);
    delete from rowplane.unsettled_folders u using unnest(folders, through) d(folder, upto) where u.folder_id = d.folder and u.record_table = waiting.record_table and d.upto is null;
    update rowplane.unsettled_folders u set settled_id = d.upto from unnest(folders, through) d(folder, upto) where u.folder_id = d.folder and u.record_table = waiting.record_table and d.upto is not null;
    delete from rowplane.record_changes r where r.xid = pg_current_xact_id() and r.workspace_id = workspace and r.ids <@ chosen;
    exit when done >= most;
  end loop;
  return done;
end $$;

-- A step of this upkeep, for whoever serves: any process may, as often as it likes, each time in a transaction of its own. Null when there is nothing to do.
-- `most`: null for the usual crowd. It waits for nobody for long, and holds up writers for the time in which scopes are made.
create function rowplane.keep_tree(proof text, most int default null, at_once int default 1000, out workspace int, out prepared int, out settled int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
  many int := coalesce(most, rowplane.crowd());
  written bigint;
  crowded uuid[];
  few uuid[];
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that serves keeps the tree.');
  end if;
  select u.workspace_id into workspace from rowplane.unsettled_folders u limit 1;
  if found then
    -- One process at a time.
    lock table rowplane.unsettled_folders in share update exclusive mode nowait;
    settled := rowplane.settle_some(workspace, at_once);
    prepared := 0;
    return;
  end if;
  -- Counting goes through all records: after so many writes that there may be a new crowd, and no more than the workspace has grown by.
  -- All workspaces at once: going through the catalog for each would be too much where there are many.
  with sizes as materialized (
    select n.nspname as home, sum(pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid))::bigint as writes, sum(greatest(c.reltuples, 0)) as records
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname ~ '^ws_[0-9]+$' group by n.nspname
  )
  select w.id, coalesce(s.writes, 0) into workspace, written
  from rowplane.workspaces w
  left join sizes s on s.home = 'ws_' || w.id
  left join rowplane.crowd_looks l on l.workspace_id = w.id
  where l.more or abs(coalesce(s.writes, 0) - coalesce(l.writes, 0)) >= greatest(many, coalesce(s.records, 0) / 20)
  order by w.id limit 1;
  if not found then
    workspace := null;
    return;
  end if;
  crowded := rowplane.crowded_folders(workspace, many);
  few := rowplane.first_crowds(workspace, crowded, 5000);
  insert into rowplane.crowd_looks (workspace_id, writes, more) values (workspace, written, few <> '{}' and cardinality(few) < cardinality(crowded))
    on conflict (workspace_id) do update set writes = excluded.writes, more = excluded.more;
  prepared := rowplane.prepare_scopes(workspace, few);
  settled := 0;
end $$;
grant execute on function rowplane.keep_tree(text, int, int) to rowplane_api;
