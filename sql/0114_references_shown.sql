-- What is told of records because others that they refer to changed, with what decides who may learn of it (V2): the reference's field and target, and how the target stood before. A reference to what is hidden, and was, is empty all along.

-- The references of some definitions to some records, by field: `targets` has as many as `ids`.
create function rowplane.references_to(workspace int, target text, wanted uuid[], referring text[]) returns table (definition text, field text, right_name text, ids uuid[], targets uuid[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  each record;
begin
  for each in
    select d.name, rowplane.record_table_of(workspace, d.name) as record_table, f.key as field, f.value ->> 'column' as reference, t.content ->> 'right' as target_right
    from rowplane.definitions d cross join lateral jsonb_each(d.content -> 'fields') f join rowplane.definitions t on t.name = target
    where d.name = any (referring) and f.value ->> 'type' = 'reference' and f.value ->> 'to' = target
  loop
    if each.record_table is not null then
      execute format('select array_agg(t.id), array_agg(t.%3$I) from ws_%1$s.%2$I t where t.%3$I = any ($1)', workspace, each.record_table, each.reference) into ids, targets using wanted;
      if ids is not null then
        definition := each.name;
        field := each.field;
        right_name := each.target_right;
        return next;
      end if;
    end if;
  end loop;
end $$;

-- `through`, of records that only refer to what changed: the field, the right that its targets need (R7), where these stood before and which planes exposed them, and the target of each. Null for what changed itself.
create or replace function rowplane.read_feed(proof text, since pg_snapshot, people uuid[], referring text[])
returns table (place text, ticks bigint, is_kept boolean, records jsonb, entries jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes reads the feed.');
  end if;
  return query
    with changed as materialized (
      select r.xid, r.workspace_id, r.definition, r.realm_id, r.exposing, r.ids from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since)
      union all
      select r.xid, r.workspace_id, r.definition, r.realm_id, r.exposing, r.ids from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since))
    ), placed as materialized (
      select m.xid, m.recipient_id, m.workspace_id, m.entry_ids from rowplane.mailbox_changes m where m.xid >= pg_snapshot_xmax(since)
      union all
      select m.xid, m.recipient_id, m.workspace_id, m.entry_ids from rowplane.mailbox_changes m where m.xid = any (rowplane.xids_under_way(since))
    ), touched as (
      select p.xid, p.recipient_id, p.workspace_id, p.entry_ids from placed p where people is null or p.recipient_id = any (people)
      union all
      select c.xid, e.recipient_id, e.workspace_id, array_agg(e.entry_id)
      from changed c cross join lateral rowplane.entries_of_changed(people, array_fill(c.workspace_id, array[cardinality(c.ids)]), c.ids) e
      where people is null or people <> '{}' group by c.xid, e.recipient_id, e.workspace_id
    )
    select pg_current_snapshot()::text, k.ticks, since is null or rowplane.is_kept(since),
      (select coalesce(jsonb_agg(jsonb_build_object('xid', c.xid::text, 'workspace', c.workspace_id, 'definition', c.definition, 'ids', c.ids, 'through', c.through)), '[]')
        from (
          select d.xid, d.workspace_id, d.definition, d.ids, null::jsonb as through from changed d
          union all
          select d.xid, d.workspace_id, r.definition, r.ids, jsonb_build_object('field', r.field, 'right', r.right_name, 'realm', d.realm_id, 'exposing', d.exposing, 'targets', r.targets)
          from changed d cross join lateral rowplane.references_to(d.workspace_id, d.definition, d.ids, referring) r where referring <> '{}'
        ) c),
      (select coalesce(jsonb_agg(jsonb_build_object('xid', t.xid::text, 'recipient', t.recipient_id, 'workspace', t.workspace_id, 'ids', t.entry_ids)), '[]') from touched t)
    from rowplane.clock k;
end $$;

-- Changed records of a definition. `shown`: whether they stood where the person sees them, in planes of the person's that ask nobody who looks.
-- With `through`, also records that refer to changed ones, which stood as they stand, as `read_feed` tells of them; here each with its target alone.
drop function rowplane.missed_records(text, pg_snapshot, uuid, int, text, boolean, int);
create function rowplane.missed_records(proof text, since pg_snapshot, person uuid, workspace int, definition text, through boolean, many int)
returns table (is_kept boolean, xid xid8, ids uuid[], shown boolean, reference jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  theirs rowplane.viewer_access;
  has_right boolean;
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes asks what was missed.');
  end if;
  if not rowplane.is_kept(since) then
    return query select false, null::xid8, null::uuid[], false, null::jsonb;
    return;
  end if;
  theirs := rowplane.compile_access(person, workspace);
  -- R7: what needs a right that the person doesn't have was never shown.
  select d.content ->> 'right' is null or theirs.rights ? (d.content ->> 'right') into has_right from rowplane.definitions d where d.name = missed_records.definition;
  return query
    with changed as materialized (
      select r.* from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since) and r.workspace_id = workspace
      union all
      select r.* from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since)) and r.workspace_id = workspace
    )
    (select true, c.xid, c.ids, coalesce(has_right and theirs.view_flags[c.realm_id] and c.exposing && theirs.planes, false), null::jsonb
    from changed c where c.definition = missed_records.definition limit many)
    union all
    (select true, c.xid, array[s.record_id], coalesce(has_right and theirs.view_flags[s.realm_id] and s.exposing && theirs.planes, false),
      jsonb_build_object('field', r.field, 'right', r.right_name, 'realm', c.realm_id, 'exposing', c.exposing, 'targets', array[e.target])
    from changed c cross join lateral rowplane.references_to(workspace, c.definition, c.ids, array[missed_records.definition]) r
    cross join lateral rowplane.standing_records(workspace, array_fill(r.definition, array[cardinality(r.ids)]), r.ids) s
    join lateral unnest(r.ids, r.targets) e(id, target) on e.id = s.record_id
    where through limit many);
end $$;
grant execute on function rowplane.missed_records(text, pg_snapshot, uuid, int, text, boolean, int) to rowplane_api;

drop function rowplane.referring_records(int, text, uuid[], text[]);
