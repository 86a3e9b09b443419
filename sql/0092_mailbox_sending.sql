-- M1, M2: placing, sending, returning. Each function judges by itself, whatever door it is called through, on permissions that stay as they are to the end of the transaction (V5); all or nothing (W5).

create function rowplane.no_such_records(ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('NOT_FOUND', format('%s of these records don''t exist. Nothing was changed.', cardinality(ids)), jsonb_build_object('ids', to_jsonb(ids))); end $$;

create function rowplane.no_such_mailbox_entries(ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin perform rowplane.refuse('NOT_FOUND', format('%s of these entries don''t exist. Nothing was changed.', cardinality(ids)), jsonb_build_object('entries', to_jsonb(ids))); end $$;

-- U4: guests create nothing, nor does who has no account or may not look.
create function rowplane.check_mailbox_sender() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(rowplane.viewer_role(), 'ANONYMOUS') in ('GUEST', 'ANONYMOUS') then
    perform rowplane.refuse('FORBIDDEN', 'Guests send nothing.');
  end if;
end $$;

-- A8, V2: refuses records that the viewer doesn't see, and by name those on which the viewer has none of these abilities.
create function rowplane.check_sending(workspace int, definitions text[], ids uuid[], abilities text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  refused uuid[];
  unable uuid[];
  each record;
begin
  perform rowplane.check_mailbox_sender();
  if coalesce(cardinality(ids), 0) not between 1 and 1000 or cardinality(definitions) <> cardinality(ids) then
    perform rowplane.refuse('VALIDATION_FAILED', 'Name 1 to 1000 records, each with its definition.', '{"problems": [{"path": "records", "message": "must be 1 to 1000 records"}]}');
  end if;
  refused := array(
    with seen as materialized (select s.* from rowplane.viewer_sees(workspace, definitions, ids) s)
    select l.id from unnest(definitions, ids) l(definition, id) where not exists (select from seen s where s.definition = l.definition and s.id = l.id));
  if refused <> '{}' then
    perform rowplane.no_such_records(refused);
  end if;
  for each in
    select rowplane.record_table_of(workspace, g.definition) as name, g.ids from (select l.definition, array_agg(l.id) as ids from unnest(definitions, ids) l(definition, id) group by l.definition) g
  loop
    execute format('select coalesce(array_agg(t.id), ''{}'') from ws_%1$s.%2$I t where t.id = any ($1) and not exists (select from unnest($2) a(ability) where ws_%1$s_edit.%3$I(a.ability, t, $3))',
      workspace, each.name, each.name || '_able') into unable using each.ids, abilities, rowplane.viewer_planes(workspace);
    refused := refused || unable;
  end loop;
  if refused <> '{}' then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on these records.', array_to_string(abilities, ' or ')), jsonb_build_object('ability', abilities[1], 'ids', to_jsonb(refused)));
  end if;
end $$;

-- M2: the users whom the viewer may see (U3) and who have a mailbox (U10) and see all of the records; among some people, or all.
create function rowplane.recipients_of(workspace int, definitions text[], ids uuid[], among uuid[] default null) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select rowplane.people_seeing_all(workspace, definitions, ids,
    array(select u.id from rowplane.viewer_users() v(id) join rowplane.users u on u.id = v.id where u.workflow_access and (among is null or u.id = any (among))))
$$;

-- M2, as the question before placing.
create function rowplane.mailbox_candidates(workspace int, definitions text[], ids uuid[]) returns table (id uuid, name text, "displayName" text, role text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.check_sending(workspace, definitions, ids, array['PLACE_IN_MAILBOX', 'SEND_PROCESS']);
  return query select u.id, u.name, u.display_name, u.role from rowplane.recipients_of(workspace, definitions, ids) r(id) join rowplane.users u on u.id = r.id;
end $$;

-- M2, enforced: refuses recipients who are no candidates, those who are hidden or don't exist in the same words. Their accounts stay as they are until the commit: workflow access is no permission that the clock knows of.
create function rowplane.check_recipients(workspace int, definitions text[], ids uuid[], recipients uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  refused uuid[];
begin
  if coalesce(cardinality(recipients), 0) not between 1 and 100 then
    perform rowplane.refuse('VALIDATION_FAILED', 'Name 1 to 100 recipients.', '{"problems": [{"path": "recipients", "message": "must be 1 to 100 users"}]}');
  end if;
  perform from rowplane.users u where u.id = any (recipients) order by u.id for share;
  refused := array(select p.id from unnest(recipients) p(id) where p.id is null or p.id not in (select r.id from rowplane.recipients_of(workspace, definitions, ids, recipients) r(id)));
  if refused <> '{}' then
    perform rowplane.refuse('VALIDATION_FAILED', 'Not everybody here can receive all of this. Choose among mailboxCandidates. Nothing was sent.',
      jsonb_build_object('recipients', to_jsonb(refused), 'problems', (select jsonb_agg(jsonb_build_object('path', format('recipients[%s]', p.place - 1), 'message', 'is no candidate for all of it'))
        from unnest(recipients) with ordinality p(id, place) where p.id is null or p.id = any (refused))));
  end if;
end $$;

create function rowplane.checked_note(note text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if length(note) > 4000 then
    perform rowplane.refuse('VALIDATION_FAILED', 'A note has at most 4000 characters.', '{"problems": [{"path": "note", "message": "must have at most 4000 characters"}]}');
  end if;
  return case when note ~ '\S' then btrim(note) end;
end $$;

-- M1: makes an entry of each record for each recipient.
create function rowplane.deposit(workspace int, definitions text[], ids uuid[], recipients uuid[], note text, due_date date, ability text) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  made uuid[];
begin
  perform rowplane.hold_permissions();
  perform rowplane.check_sending(workspace, definitions, ids, array[ability]);
  perform rowplane.check_recipients(workspace, definitions, ids, recipients);
  with placed as (
    insert into rowplane.mailbox_entries (workspace_id, definition, record_id, recipient_id, sender_id, note, due_date)
    select workspace, l.definition, l.id, p.id, rowplane.viewer(), rowplane.checked_note(deposit.note), deposit.due_date
    from (select distinct on (l.id) l.* from unnest(definitions, ids) with ordinality l(definition, id, place) order by l.id, l.place) l, (select distinct unnest(recipients)) p(id)
    order by l.place, p.id
    returning mailbox_entries.id
  ) select array_agg(p.id) into made from placed p;
  perform rowplane.note_mailbox_events(made, 'PLACED');
  return query select unnest(made);
end $$;

create function rowplane.place_in_mailbox(workspace int, definitions text[], ids uuid[], recipients uuid[], note text default null, due_date date default null) returns setof uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.deposit(workspace, definitions, ids, recipients, note, due_date, 'PLACE_IN_MAILBOX') $$;

create function rowplane.send_records(workspace int, definitions text[], ids uuid[], recipient uuid, note text default null, due_date date default null) returns setof uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.deposit(workspace, definitions, ids, array[recipient], note, due_date, 'SEND_PROCESS') $$;

-- Refuses entries that aren't in the viewer's mailbox. What is, stays as it is until the commit.
create function rowplane.take_own_entries(workspace int, entries uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  missing uuid[];
begin
  perform rowplane.hold_permissions();
  if coalesce(cardinality(entries), 0) not between 1 and 1000 then
    perform rowplane.refuse('VALIDATION_FAILED', 'Name 1 to 1000 entries.', '{"problems": [{"path": "entries", "message": "must be 1 to 1000 entries"}]}');
  end if;
  perform from rowplane.mailbox_entries e where e.id = any (entries) and e.recipient_id = rowplane.viewer() order by e.id for update;
  missing := array(select i.id from unnest(entries) i(id) where i.id is null or i.id not in (select o.id from rowplane.own_mailbox_entries(workspace, entries) o(id)));
  if missing <> '{}' then
    perform rowplane.no_such_mailbox_entries(missing);
  end if;
end $$;

-- M1: moves entries of the viewer's on to another mailbox.
create function rowplane.send_entries(workspace int, entries uuid[], recipient uuid, note text default null, due_date date default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  records record;
begin
  perform rowplane.check_mailbox_sender();
  perform rowplane.take_own_entries(workspace, entries);
  select array_agg(e.definition) as definitions, array_agg(e.record_id) as ids into records from rowplane.mailbox_entries e where e.id = any (entries);
  perform rowplane.check_sending(workspace, records.definitions, records.ids, array['SEND_PROCESS']);
  perform rowplane.check_recipients(workspace, records.definitions, records.ids, array[recipient]);
  update rowplane.mailbox_entries e
    set recipient_id = recipient, sender_id = rowplane.viewer(), note = rowplane.checked_note(send_entries.note), due_date = coalesce(send_entries.due_date, e.due_date),
      placed_at = clock_timestamp(), read_at = null, completed_at = null, returned_at = null, version = e.version + 1
    where e.id = any (entries);
  perform rowplane.note_mailbox_events(entries, 'FORWARDED');
end $$;

-- M4. Twice is once.
create function rowplane.mark_entries_read(workspace int, entries uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  changed uuid[];
begin
  perform rowplane.take_own_entries(workspace, entries);
  with marked as (update rowplane.mailbox_entries e set read_at = now(), version = e.version + 1 where e.id = any (entries) and e.read_at is null returning e.id)
  select array_agg(m.id) into changed from marked m;
  perform rowplane.note_mailbox_events(changed, 'READ');
end $$;

create function rowplane.complete_entries(workspace int, entries uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  changed uuid[];
begin
  perform rowplane.take_own_entries(workspace, entries);
  with marked as (update rowplane.mailbox_entries e set read_at = coalesce(e.read_at, now()), completed_at = now(), version = e.version + 1 where e.id = any (entries) and e.completed_at is null returning e.id)
  select array_agg(m.id) into changed from marked m;
  perform rowplane.note_mailbox_events(changed, 'COMPLETED');
end $$;

-- M4: gives entries back to whom they came from. Whether that one still sees the record isn't the returner's to know: if not, the entry is undelivered there.
create function rowplane.return_entries(workspace int, entries uuid[], note text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  stuck uuid[];
begin
  perform rowplane.take_own_entries(workspace, entries);
  stuck := array(select e.id from rowplane.mailbox_entries e
    where e.id = any (entries) and (e.returned_at is not null or e.completed_at is not null or e.sender_id is null or e.sender_id = rowplane.viewer()));
  if stuck <> '{}' then
    perform rowplane.refuse('VALIDATION_FAILED', 'Entries that are completed, came back themselves or have no sender can''t be returned: send them on, or complete them.', jsonb_build_object('entries', to_jsonb(stuck),
      'problems', jsonb_build_array(jsonb_build_object('path', 'entries', 'message', 'has some that can''t be returned'))));
  end if;
  update rowplane.mailbox_entries e
    set recipient_id = e.sender_id, sender_id = rowplane.viewer(), note = rowplane.checked_note(return_entries.note),
      placed_at = clock_timestamp(), read_at = null, completed_at = null, returned_at = clock_timestamp(), version = e.version + 1
    where e.id = any (entries);
  perform rowplane.note_mailbox_events(entries, 'RETURNED');
end $$;

-- M3: gives entries that don't reach whom they are for to somebody whom they reach.
create function rowplane.reassign_entries(workspace int, entries uuid[], recipient uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  missing uuid[];
  records record;
begin
  perform rowplane.hold_permissions();
  perform rowplane.check_mailbox_sender();
  if coalesce(cardinality(entries), 0) not between 1 and 1000 then
    perform rowplane.refuse('VALIDATION_FAILED', 'Name 1 to 1000 entries.', '{"problems": [{"path": "entries", "message": "must be 1 to 1000 entries"}]}');
  end if;
  perform from rowplane.mailbox_entries e
    where e.id = any (entries) and (e.sender_id = rowplane.viewer() or rowplane.viewer_role() = 'ADMINISTRATOR') order by e.id for update;
  missing := array(select i.id from unnest(entries) i(id) where i.id is null or i.id not in (select o.id from rowplane.undelivered_mailbox_entries(workspace, entries) o(id)));
  if missing <> '{}' then
    perform rowplane.no_such_mailbox_entries(missing);
  end if;
  select array_agg(e.definition) as definitions, array_agg(e.record_id) as ids into records from rowplane.mailbox_entries e where e.id = any (entries);
  perform rowplane.check_recipients(workspace, records.definitions, records.ids, array[recipient]);
  -- The sender stays who it was: what is returned goes there.
  update rowplane.mailbox_entries e set recipient_id = recipient, placed_at = clock_timestamp(), read_at = null, returned_at = null, version = e.version + 1 where e.id = any (entries);
  perform rowplane.note_mailbox_events(entries, 'REASSIGNED');
end $$;

-- M2, M3: whom undelivered entries can be reassigned to.
create function rowplane.reassignment_candidates(workspace int, entries uuid[]) returns table (id uuid, name text, "displayName" text, role text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select u.id, u.name, u.display_name, u.role
  from (select array_agg(e.definition) as definitions, array_agg(e.record_id) as ids, count(*) as found from rowplane.mailbox_entries e
    where e.id in (select o.id from rowplane.undelivered_mailbox_entries(workspace, entries) o(id))) g
  cross join lateral rowplane.recipients_of(workspace, g.definitions, g.ids) r(id) join rowplane.users u on u.id = r.id
  where g.found = (select count(distinct i.id) from unnest(entries) i(id))
$$;

grant execute on function rowplane.mailbox_candidates(int, text[], uuid[]), rowplane.place_in_mailbox(int, text[], uuid[], uuid[], text, date), rowplane.send_records(int, text[], uuid[], uuid, text, date),
  rowplane.send_entries(int, uuid[], uuid, text, date), rowplane.mark_entries_read(int, uuid[]), rowplane.complete_entries(int, uuid[]), rowplane.return_entries(int, uuid[], text) to rowplane_viewer;
grant execute on function rowplane.reassign_entries(int, uuid[], uuid), rowplane.reassignment_candidates(int, uuid[]) to rowplane_viewer, rowplane_admin;
