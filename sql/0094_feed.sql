-- How server processes read the outbox: by functions that ask for a proof that SQL on a viewer's connection doesn't have.

-- Whether a process that delivers asks, rather than a statement that got onto its connection: a signature by the key that the two share, for this purpose alone.
create function rowplane.is_delivery(proof text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(proof = encode(sha256(outer_pad || sha256(inner_pad || 'delivery')), 'hex'), false) from rowplane.secret $$;

-- Whether a transaction is new to a snapshot is two look-ups in an index: it began afterwards, or was under way.
create function rowplane.xids_under_way(since pg_snapshot) returns xid8[]
language sql stable set search_path = pg_catalog, pg_temp
as $$ select coalesce(array_agg(x), '{}') from pg_snapshot_xip(since) x $$;

-- Whether everything since a position is still kept, and the position is one of this database's own past.
create function rowplane.is_kept(since pg_snapshot) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select pg_snapshot_xmin(since) >= (select m.horizon from rowplane.outbox_marks m order by m.at limit 1)
    and pg_snapshot_xmax(since) <= pg_snapshot_xmax(pg_current_snapshot())
$$;

-- The mailbox entries of these people whose records changed.
create function rowplane.entries_of_changed(people uuid[], workspaces int[], ids uuid[]) returns table (recipient_id uuid, workspace_id int, entry_id uuid, record_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select e.recipient_id, e.workspace_id, e.id, e.record_id
  from unnest(workspaces, ids) c(workspace_id, id) join rowplane.mailbox_entries e on e.record_id = c.id and e.workspace_id = c.workspace_id
  where people <> '{}' and e.recipient_id = any (people)
$$;

-- The records of some definitions that refer to some others: what is told of them changes with these (V2: a reference to what isn't seen is empty).
create function rowplane.referring_records(workspace int, target text, targets uuid[], referring text[]) returns table (definition text, ids uuid[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  each record;
  found_ids uuid[];
begin
  for each in
    select d.name, rowplane.record_table_of(workspace, d.name) as record_table, f.value ->> 'column' as reference
    from rowplane.definitions d cross join lateral jsonb_each(d.content -> 'fields') f
    where d.name = any (referring) and f.value ->> 'type' = 'reference' and f.value ->> 'to' = target
  loop
    if each.record_table is not null then
      execute format('select array_agg(t.id) from ws_%s.%I t where t.%I = any ($1)', workspace, each.record_table, each.reference) into found_ids using targets;
      if found_ids is not null then
        definition := each.name;
        ids := found_ids;
        return next;
      end if;
    end if;
  end loop;
end $$;

-- What is new since a position, of one snapshot, which is the next position; with the permission clock. `people`: whose mailboxes are followed. `referring`: the definitions of which more is told than the records themselves.
create function rowplane.read_feed(proof text, since pg_snapshot, people uuid[], referring text[])
returns table (place text, ticks bigint, is_kept boolean, records jsonb, entries jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes reads the feed.');
  end if;
  return query
    with changed as materialized (
      select r.xid, r.workspace_id, r.definition, r.ids from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since)
      union all
      select r.xid, r.workspace_id, r.definition, r.ids from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since))
    ), placed as materialized (
      select m.xid, m.recipient_id, m.workspace_id, m.entry_ids from rowplane.mailbox_changes m where m.xid >= pg_snapshot_xmax(since) and m.recipient_id = any (people)
      union all
      select m.xid, m.recipient_id, m.workspace_id, m.entry_ids from rowplane.mailbox_changes m where m.xid = any (rowplane.xids_under_way(since)) and m.recipient_id = any (people)
    ), touched as (
      select p.xid, p.recipient_id, p.workspace_id, p.entry_ids from placed p
      union all
      select c.xid, e.recipient_id, e.workspace_id, array_agg(e.entry_id)
      from changed c cross join lateral rowplane.entries_of_changed(people, array_fill(c.workspace_id, array[cardinality(c.ids)]), c.ids) e
      where people <> '{}' group by c.xid, e.recipient_id, e.workspace_id
    )
    select pg_current_snapshot()::text, k.ticks, since is null or rowplane.is_kept(since),
      (select coalesce(jsonb_agg(jsonb_build_object('xid', c.xid::text, 'workspace', c.workspace_id, 'definition', c.definition, 'ids', c.ids, 'through', c.through)), '[]')
        from (
          select d.xid, d.workspace_id, d.definition, d.ids, false as through from changed d
          union all
          select d.xid, d.workspace_id, r.definition, r.ids, true from changed d cross join lateral rowplane.referring_records(d.workspace_id, d.definition, d.ids, referring) r where referring <> '{}'
        ) c),
      (select coalesce(jsonb_agg(jsonb_build_object('xid', t.xid::text, 'recipient', t.recipient_id, 'workspace', t.workspace_id, 'ids', t.entry_ids)), '[]') from touched t)
    from rowplane.clock k;
end $$;

-- Forgets what is older than `keep`, a stretch at a time; any process may. A mark a minute says which transactions had ended when: what they wrote has been there to be read for as long as the mark is old.
create function rowplane.prune_outbox(proof text, keep interval, many int default 10000) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  mark record;
  pruned bigint;
  more bigint;
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes prunes the outbox.');
  end if;
  insert into rowplane.outbox_marks (horizon) select pg_snapshot_xmin(pg_current_snapshot())
    where not exists (select from rowplane.outbox_marks m where m.at > clock_timestamp() - least(keep, interval '1 minute')) on conflict do nothing;
  select m.* into mark from rowplane.outbox_marks m where m.at < clock_timestamp() - keep order by m.at desc limit 1;
  if not found then
    return 0;
  end if;
  delete from rowplane.outbox_marks m where m.at < mark.at;
  delete from rowplane.record_changes r where r.ctid = any (array(select c.ctid from rowplane.record_changes c where c.xid < mark.horizon order by c.xid limit many for update skip locked));
  get diagnostics pruned = row_count;
  delete from rowplane.mailbox_changes r where r.ctid = any (array(select c.ctid from rowplane.mailbox_changes c where c.xid < mark.horizon order by c.xid limit many for update skip locked));
  get diagnostics more = row_count;
  return pruned + more;
end $$;

-- Not for viewers, whose role has neither; and without the proof they answer nothing.
grant execute on function rowplane.read_feed(text, pg_snapshot, uuid[], text[]), rowplane.prune_outbox(text, interval, int) to rowplane_api;
