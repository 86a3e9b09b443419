-- Where many follow their mailboxes, what is new in all of them: naming thousands of people each time costs more than a few rows too many.

-- The mailbox entries of these people whose records changed; null: of everybody.
create or replace function rowplane.entries_of_changed(people uuid[], workspaces int[], ids uuid[]) returns table (recipient_id uuid, workspace_id int, entry_id uuid, record_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select e.recipient_id, e.workspace_id, e.id, e.record_id
  from unnest(workspaces, ids) c(workspace_id, id) join rowplane.mailbox_entries e on e.record_id = c.id and e.workspace_id = c.workspace_id
  where people is null or e.recipient_id = any (people)
$$;

-- What is new since a position, of one snapshot, which is the next position; with the permission clock. `people`: whose mailboxes are followed; null: everybody's. `referring`: the definitions of which more is told than the records themselves.
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
      select r.xid, r.workspace_id, r.definition, r.ids from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since)
      union all
      select r.xid, r.workspace_id, r.definition, r.ids from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since))
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
          select d.xid, d.workspace_id, d.definition, d.ids, false as through from changed d
          union all
          select d.xid, d.workspace_id, r.definition, r.ids, true from changed d cross join lateral rowplane.referring_records(d.workspace_id, d.definition, d.ids, referring) r where referring <> '{}'
        ) c),
      (select coalesce(jsonb_agg(jsonb_build_object('xid', t.xid::text, 'recipient', t.recipient_id, 'workspace', t.workspace_id, 'ids', t.entry_ids)), '[]') from touched t)
    from rowplane.clock k;
end $$;
