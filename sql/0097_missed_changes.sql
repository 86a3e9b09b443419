-- What a follower missed since a position, for going on from there (M5). Ids of what is not there any more are told only to whom they were shown: to people whose access is as it was, which the asking process makes sure of.

-- Changed records of a definition. `shown`: whether they stood where the person sees them, in planes of the person's that ask nobody who looks.
-- With `through`, also records that refer to changed ones: those stood as they stand.
create function rowplane.missed_records(proof text, since pg_snapshot, person uuid, workspace int, definition text, through boolean, many int)
returns table (is_kept boolean, xid xid8, ids uuid[], shown boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  theirs rowplane.viewer_access;
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes asks what was missed.');
  end if;
  if not rowplane.is_kept(since) then
    return query select false, null::xid8, null::uuid[], false;
    return;
  end if;
  theirs := rowplane.compile_access(person, workspace);
  return query
    with changed as materialized (
      select r.* from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since) and r.workspace_id = workspace
      union all
      select r.* from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since)) and r.workspace_id = workspace
    )
    (select true, c.xid, c.ids, coalesce(theirs.view_flags[c.realm_id] and c.exposing && theirs.planes, false) from changed c where c.definition = missed_records.definition limit many)
    union all
    (select true, c.xid, array[s.record_id], coalesce(theirs.view_flags[s.realm_id] and s.exposing && theirs.planes, false)
    from changed c cross join lateral rowplane.referring_records(workspace, c.definition, c.ids, array[missed_records.definition]) r
    cross join lateral rowplane.standing_records(workspace, array_fill(r.definition, array[cardinality(r.ids)]), r.ids) s
    where through limit many);
end $$;

-- Entries of the person's that changed, or whose records did. `shown`: whether the record is one that the person sees now, or stood where the person sees it.
create function rowplane.missed_entries(proof text, since pg_snapshot, person uuid, workspace int, many int)
returns table (is_kept boolean, xid xid8, ids uuid[], shown boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  theirs rowplane.viewer_access;
begin
  if not rowplane.is_delivery(proof) then
    perform rowplane.refuse('FORBIDDEN', 'Only a process that delivers changes asks what was missed.');
  end if;
  if not rowplane.is_kept(since) then
    return query select false, null::xid8, null::uuid[], false;
    return;
  end if;
  theirs := rowplane.compile_access(person, workspace);
  return query
    with changed as materialized (
      select c.xid, i.id, coalesce(theirs.view_flags[c.realm_id] and c.exposing && theirs.planes, false) as shown
      from (
        select r.* from rowplane.record_changes r where r.xid >= pg_snapshot_xmax(since)
        union all
        select r.* from rowplane.record_changes r where r.xid = any (rowplane.xids_under_way(since))
      ) c cross join lateral unnest(c.ids) i(id)
      where c.workspace_id = workspace
    ), placed as materialized (
      select m.xid, m.workspace_id, p.entry_id, p.record_id
      from (
        select m.* from rowplane.mailbox_changes m where m.xid >= pg_snapshot_xmax(since)
        union all
        select m.* from rowplane.mailbox_changes m where m.xid = any (rowplane.xids_under_way(since))
      ) m left join lateral unnest(m.entry_ids, m.record_ids) p(entry_id, record_id) on true
      where m.recipient_id = person and (m.workspace_id = workspace or m.workspace_id is null)
    )
    (select true, p.xid, case when p.entry_id is not null then array[p.entry_id] end,
      coalesce((select bool_or(c.shown) from changed c where c.id = p.record_id),
        exists (select from rowplane.mailbox_entries e cross join lateral rowplane.pairs_seen(workspace, array[person], array[e.definition], array[e.record_id]) where e.id = p.entry_id))
    from placed p limit many)
    union all
    (select true, c.xid, array_agg(e.id), c.shown
    from changed c join rowplane.mailbox_entries e on e.record_id = c.id and e.workspace_id = workspace and e.recipient_id = person
    group by c.xid, c.shown limit many);
end $$;
grant execute on function rowplane.missed_records(text, pg_snapshot, uuid, int, text, boolean, int), rowplane.missed_entries(text, pg_snapshot, uuid, int, int) to rowplane_api;
