-- Large folders. A first entry on a folder gives all records below it other realms, and so each of them new entries in all indexes of its table. So whoever serves gives folders with many records a scope before anybody needs one: it has no rule of its own and decides as the one above does, and the records move to its realms some at a time.

alter table rowplane.scopes add column prepared boolean not null default false;
comment on column rowplane.scopes.prepared is 'made for the many records below, before there are entries: it has no rule of its own';

-- The folders of prepared scopes with records that are still in the realms of the scope above, where the same is decided.
create table rowplane.unsettled_folders (
  folder_id uuid not null references rowplane.folders on delete cascade,
  record_table text not null,
  workspace_id int not null references rowplane.workspaces on delete cascade,
  settled_id uuid not null default '00000000-0000-0000-0000-000000000000',
  primary key (folder_id, record_table)
);
comment on column rowplane.unsettled_folders.settled_id is 'the records up to this one are where they belong';
create index unsettled_folders_workspace on rowplane.unsettled_folders (workspace_id, folder_id, record_table);

-- From how many records on a folder gets a scope beforehand: so many a first entry moves at most, and a workspace gets no more such scopes than one for so many records.
create function rowplane.crowd() returns int
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select 10000 $$;

-- Moves records of a table, of folders whose scope changed, to the realms of the new ones; of all their records, or of some. Records with a rule of their own stay where they are.
create function rowplane.settle_table(workspace int, record_table text, folders uuid[], scopes uuid[], chosen uuid[] default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  old_realms int[];
  new_scopes uuid[];
  new_realms int[];
begin
  execute format(
    'select array_agg(distinct_realms.id order by distinct_realms.id, distinct_realms.scope), array_agg(distinct_realms.scope order by distinct_realms.id, distinct_realms.scope),
       array_agg(rowplane.realm_for(r.archive_id, r.client_id, distinct_realms.scope) order by distinct_realms.id, distinct_realms.scope)
     from (select distinct t.realm_id as id, m.scope from unnest($1, $2) m(folder, scope) join %s t on t.folder_id = m.folder where $4 is null or t.id = any ($4)) distinct_realms
     join rowplane.realms r on r.workspace_id = $3 and r.id = distinct_realms.id and r.scope_id <> distinct_realms.scope
     where not exists (select from rowplane.scopes s where s.object_id = r.scope_id and s.record_table is not null)', record_table)
    into old_realms, new_scopes, new_realms using folders, scopes, workspace, chosen;
  if old_realms is not null then
    execute format(
      'update %s t set realm_id = r.new from unnest($1, $2) m(folder, scope) join unnest($3, $4, $5) r(old, scope, new) on r.scope = m.scope
       where t.folder_id = m.folder and t.realm_id = r.old and ($6 is null or t.id = any ($6))', record_table)
      using folders, scopes, old_realms, new_scopes, new_realms, chosen;
  end if;
end $$;

create or replace function rowplane.settle_records(workspace int, folders uuid[], scopes uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  record_table text;
begin
  for record_table in select rowplane.record_tables(workspace) loop
    perform rowplane.settle_table(workspace, record_table, folders, scopes);
  end loop;
end $$;

-- Settles what is unsettled at or below these folders: before anything else is decided there.
create function rowplane.settle_rest(changed uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
begin
  if cardinality(changed) = 0 or not exists (select from rowplane.unsettled_folders) then
    return;
  end if;
  for home in
    -- Downwards: more of the tree waits than is changed.
    with recursive down(id) as (
      select c.id from unnest(changed) c(id)
      union
      select f.id from down d join rowplane.folders f on f.parent_id = d.id
    ), gone as (
      delete from rowplane.unsettled_folders u using down d where u.folder_id = d.id returning u.workspace_id, u.record_table, u.folder_id
    )
    select g.workspace_id, g.record_table, array_agg(g.folder_id) as folders, array_agg(f.scope_id) as scopes
    from gone g join rowplane.folders f on f.id = g.folder_id group by g.workspace_id, g.record_table
  loop
    -- A definition may have gone meanwhile, with its table.
    continue when to_regclass(home.record_table) is null;
    perform rowplane.settle_table(home.workspace_id, home.record_table, home.folders, home.scopes);
  end loop;
end $$;

-- Gives these folders, and all below them up to other scopes, the scopes that rule them. Which folders got another one, by workspace.
create function rowplane.rule_folders(changed uuid[])
returns table (workspace_id int, folders uuid[], scopes uuid[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  -- Of what is a scope itself: where it is now.
  if exists (select from rowplane.scopes s join rowplane.folders f on f.id = s.object_id
    where s.object_id = any (changed) and f.parent_id is not null and (s.container_id, s.parent_id) is distinct from (f.parent_id, rowplane.nearest_scope(f.parent_id))) then
    update rowplane.scopes s set container_id = f.parent_id, parent_id = rowplane.nearest_scope(f.parent_id)
    from rowplane.folders f where f.id = s.object_id and s.object_id = any (changed) and f.parent_id is not null;
  end if;
  for workspace_id, folders, scopes in
    with recursive down(id, scope) as (
      select c.id, rowplane.nearest_scope(c.id) from unnest(changed) c(id) where exists (select from rowplane.folders f where f.id = c.id)
      union
      select f.id, d.scope from down d join rowplane.folders f on f.parent_id = d.id
      where not exists (select from rowplane.scopes s where s.object_id = f.id)
    ), moved as (
      update rowplane.folders f set scope_id = d.scope from down d where f.id = d.id and f.scope_id <> d.scope returning f.id, f.scope_id, f.archive_id
    )
    select a.workspace_id, array_agg(m.id), array_agg(m.scope_id) from moved m join rowplane.archives a on a.id = m.archive_id group by a.workspace_id
  loop
    if exists (select from rowplane.scopes s join unnest(folders, scopes) m(folder, scope) on m.folder = s.container_id where s.parent_id <> m.scope) then
      update rowplane.scopes s set parent_id = m.scope from unnest(folders, scopes) m(folder, scope) where m.folder = s.container_id and s.parent_id <> m.scope;
    end if;
    return next;
  end loop;
end $$;

-- The same, and gives their records the realms of these scopes.
create or replace function rowplane.settle_folders(changed uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home record;
begin
  perform rowplane.settle_rest(changed);
  for home in select * from rowplane.rule_folders(changed) loop
    perform rowplane.settle_records(home.workspace_id, home.folders, home.scopes);
  end loop;
end $$;

-- Whether a scope rules so many records that it had better stay when its last entry goes.
create function rowplane.is_crowded(scope uuid, workspace int) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  record_table text;
  found_records bigint := 0;
  more bigint;
begin
  for record_table in select rowplane.record_tables(workspace) loop
    execute format('select count(*) from (select from rowplane.folders f join %s t on t.folder_id = f.id where f.scope_id = $1 limit $2) enough', record_table)
      into more using scope, rowplane.crowd() - found_records;
    found_records := found_records + more;
    exit when found_records >= rowplane.crowd();
  end loop;
  return found_records >= rowplane.crowd();
end $$;

-- Makes the scopes follow from the entries and breaks of these objects. Objects that are being erased are nowhere any more, and get none. Those with many records keep theirs, without a rule.
create or replace function rowplane.settle_objects(objects uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  ruled uuid[];
  changed rowplane.scopes[] := '{}';
  gone rowplane.scopes[];
  each rowplane.scopes;
begin
  -- Archive roots are scopes whatever they have.
  objects := array(select distinct o.id from unnest(objects) o(id) where not exists (select from rowplane.archives a where a.id = o.id));
  ruled := array(select o.id from unnest(objects) o(id)
    where exists (select from rowplane.object_entries e where e.object_id = o.id) or exists (select from rowplane.inheritance_breaks b where b.object_id = o.id));
  if exists (select from unnest(ruled) r(id) where not exists (select from rowplane.scopes s where s.object_id = r.id)) then
    with made as (
      insert into rowplane.scopes as s (object_id, workspace_id, archive_id, record_table, container_id, parent_id, inherits)
      select r.id, l.workspace_id, l.archive_id, l.record_table, l.container_id, rowplane.nearest_scope(l.container_id), not exists (select from rowplane.inheritance_breaks b where b.object_id = r.id)
      from unnest(ruled) r(id)
      -- An object that goes takes its entries along, one after the other.
      cross join lateral rowplane.locate(r.id, (select e.archive_id from rowplane.object_entries e where e.object_id = r.id limit 1)) l
      where not exists (select from rowplane.scopes k where k.object_id = r.id)
      returning s.*
    )
    select coalesce(array_agg(m), '{}') into changed from made m;
  end if;
  if exists (select from rowplane.scopes s where s.object_id = any (ruled) and s.prepared) then
    update rowplane.scopes s set prepared = false where s.object_id = any (ruled) and s.prepared;
    perform rowplane.settle_rest(ruled);
  end if;
  if exists (select from rowplane.scopes s where s.object_id = any (objects) and s.object_id <> all (ruled) and not s.prepared) then
    update rowplane.scopes s set prepared = true, inherits = true
      where s.object_id = any (objects) and s.object_id <> all (ruled) and not s.prepared and s.record_table is null and rowplane.is_crowded(s.object_id, s.workspace_id);
    with dropped as (delete from rowplane.scopes s where s.object_id = any (objects) and s.object_id <> all (ruled) and not s.prepared returning s.*)
    select array_agg(d) into gone from dropped d;
    changed := changed || gone;
  end if;
  if exists (select from rowplane.scopes s where s.object_id = any (ruled) and s.inherits = exists (select from rowplane.inheritance_breaks b where b.object_id = s.object_id)) then
    update rowplane.scopes s set inherits = not s.inherits
    where s.object_id = any (ruled) and s.inherits = exists (select from rowplane.inheritance_breaks b where b.object_id = s.object_id);
  end if;
  perform rowplane.settle_folders(array(select c.object_id from unnest(changed) c where c.record_table is null));
  foreach each in array changed loop
    if each.record_table is not null then
      perform rowplane.settle_record(each.object_id, each.workspace_id, each.record_table);
    end if;
  end loop;
end $$;

-- M5: records that stood in a prepared scope which goes with its folder stood, for all that anybody may tell, in the one above: who goes on from a cursor is told so.
create or replace function rowplane.forget_objects(objects uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from rowplane.scopes s where s.object_id = any (objects)) then
    if exists (select from rowplane.scopes s where s.object_id = any (objects) and s.prepared) then
      update rowplane.record_changes c set realm_id = m.above
      from (
        select r.workspace_id, r.id, rowplane.realm_for(r.archive_id, r.client_id, s.parent_id) as above
        -- Not where the whole archive goes.
        from rowplane.scopes s join rowplane.archives a on a.id = s.archive_id join rowplane.realms r on r.archive_id = s.archive_id and r.scope_id = s.object_id
        where s.object_id = any (objects) and s.prepared
      ) m where c.workspace_id = m.workspace_id and c.realm_id = m.id;
    end if;
    delete from rowplane.scopes s where s.object_id = any (objects);
    delete from rowplane.inheritance_breaks b where b.object_id = any (objects);
    delete from rowplane.object_entries e where e.object_id = any (objects);
  end if;
end $$;

-- V1, U3, V4: what a person sees and may do in a workspace, as before; but scopes without a rule tell nothing apart, and among the users whom an external sees is the external.
create or replace function rowplane.access_keys(workspace int, person uuid) returns table (look text, place text, act text, sees boolean, personal boolean, timed boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with scopes as materialized (
    select d.* from rowplane.scope_decisions(person, workspace) d where d.may_view and not exists (select from rowplane.scopes s where s.object_id = d.scope_id and s.prepared)
  ), planes as materialized (
    select p.id, p.content from rowplane.planes p
    where p.workspace_id = workspace and p.id in (select g.plane_id from rowplane.plane_groups g where g.group_id = any (rowplane.groups_of(person)))
  ), users as (
    select md5(string_agg(o.user_id::text, ' ' order by o.user_id)) as seen
    from (select person union select other.user_id from rowplane.group_members mine join rowplane.group_members other on other.group_id = mine.group_id where mine.user_id = person) o(user_id)
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
