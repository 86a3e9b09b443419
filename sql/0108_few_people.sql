-- Access of a few others than the viewer, as whoever places something in somebody's mailbox asks about: each as it is stored for that person, or computed once, which takes a fraction of telling classes apart.

-- A person's access to a workspace: the stored row if it is true in this snapshot, else computed on the fly. No person, no row.
create function rowplane.access_of(person uuid, workspace int) returns rowplane.viewer_access
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_row rowplane.viewer_access;
begin
  if person is null then
    return null;
  end if;
  select a.* into found_row
  from rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = person and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return found_row;
  end if;
  return rowplane.compile_access(person, workspace);
end $$;

create or replace function rowplane.access(workspace int) returns rowplane.viewer_access
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.access_of(rowplane.viewer(), workspace) $$;

alter function rowplane.access_classes(int, int[], uuid[]) rename to access_classes_of_many;

-- V1, as far as people differ: the realms of these that they VIEW, their planes and rights. One row for people who have the same, or of few people for each.
create function rowplane.access_classes(workspace int, realms int[], people uuid[])
returns table (class bigint, members uuid[], view_realms int[], planes int[], rights jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(people) > 4 then
    return query select c.class, c.members, c.view_realms, c.planes, c.rights from rowplane.access_classes_of_many(workspace, realms, people) c;
  else
    return query select row_number() over (), array[p.id], array(select r.id from unnest(access_classes.realms) r(id) where a.view_flags[r.id]), a.planes, a.rights
      from (select distinct u.id from unnest(people) u(id)) p cross join lateral rowplane.access_of(p.id, workspace) a;
  end if;
end $$;

-- M2: the users whom the viewer may see (U3) and who have a mailbox (U10) and see all of the records; among some people, or all.
create or replace function rowplane.recipients_of(workspace int, definitions text[], ids uuid[], among uuid[] default null) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select rowplane.people_seeing_all(workspace, definitions, ids, case
    when among is null then array(select u.id from rowplane.viewer_users() v(id) join rowplane.users u on u.id = v.id where u.workflow_access)
    -- Few are looked up, whoever else there is.
    else array(select u.id from rowplane.users u join rowplane.seen_users s on s.id = u.id where u.id = any (among) and u.workflow_access)
  end)
$$;

-- M1: makes an entry of each record for each recipient. The sender's access is stored first, since much of what follows asks for it.
create or replace function rowplane.deposit(workspace int, definitions text[], ids uuid[], recipients uuid[], note text, due_date date, ability text) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  made uuid[];
begin
  perform rowplane.hold_permissions();
  perform rowplane.refresh_access(workspace);
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

-- Refuses entries that aren't in the viewer's mailbox. What is, stays as it is until the commit.
create or replace function rowplane.take_own_entries(workspace int, entries uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  missing uuid[];
begin
  perform rowplane.hold_permissions();
  perform rowplane.refresh_access(workspace);
  if coalesce(cardinality(entries), 0) not between 1 and 1000 then
    perform rowplane.refuse('VALIDATION_FAILED', 'Name 1 to 1000 entries.', '{"problems": [{"path": "entries", "message": "must be 1 to 1000 entries"}]}');
  end if;
  perform from rowplane.mailbox_entries e where e.id = any (entries) and e.recipient_id = rowplane.viewer() order by e.id for update;
  missing := array(select i.id from unnest(entries) i(id) where i.id is null or i.id not in (select o.id from rowplane.own_mailbox_entries(workspace, entries) o(id)));
  if missing <> '{}' then
    perform rowplane.no_such_mailbox_entries(missing);
  end if;
end $$;
