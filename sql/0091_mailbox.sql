-- Mailboxes (M1–M4): what lies in them, and what became of it. An entry belongs to the workspace of its record: nothing here crosses from one to another, so that a workspace can move with its entries.

create table rowplane.mailbox_entries (
  id uuid primary key default uuidv7(),
  workspace_id int not null references rowplane.workspaces on delete cascade,
  definition text not null,
  record_id uuid not null,
  recipient_id uuid not null references rowplane.users on delete cascade,
  sender_id uuid references rowplane.users on delete set null,
  note text check (note ~ '\S' and length(note) <= 4000),
  due_date date,
  placed_at timestamptz not null default now(),
  read_at timestamptz,
  completed_at timestamptz,
  returned_at timestamptz,
  version int not null default 1
);
comment on column rowplane.mailbox_entries.recipient_id is 'whose mailbox it lies in now';
comment on column rowplane.mailbox_entries.sender_id is 'who placed it there, sent it on or returned it';
comment on column rowplane.mailbox_entries.placed_at is 'since when it lies in this mailbox';
comment on column rowplane.mailbox_entries.returned_at is 'M4: when it came back to this mailbox, if it did';
comment on column rowplane.mailbox_entries.version is 'grows with each change';
create index mailbox_entries_recipient on rowplane.mailbox_entries (recipient_id, workspace_id, placed_at desc, id desc);
create index mailbox_entries_sender on rowplane.mailbox_entries (sender_id, workspace_id, placed_at desc, id desc);
create index mailbox_entries_workspace on rowplane.mailbox_entries (workspace_id, placed_at desc, id desc);
create index mailbox_entries_record on rowplane.mailbox_entries (record_id);

-- What became of an entry: one row per change, and with which version of the entry it came, so that each change can be told once and in order.
create table rowplane.mailbox_events (
  entry_id uuid not null references rowplane.mailbox_entries on delete cascade,
  version int not null,
  kind text not null check (kind in ('PLACED', 'FORWARDED', 'READ', 'COMPLETED', 'RETURNED', 'REASSIGNED')),
  actor_id uuid references rowplane.users on delete set null,
  at timestamptz not null default now(),
  recipient_id uuid references rowplane.users on delete set null,
  note text,
  primary key (entry_id, version)
);
comment on column rowplane.mailbox_events.recipient_id is 'whose mailbox the entry lay in from then on';
create index mailbox_events_actor on rowplane.mailbox_events (actor_id);
create index mailbox_events_recipient on rowplane.mailbox_events (recipient_id);

-- Writes down what just became of entries: each change of theirs, with its version.
create function rowplane.note_mailbox_events(entries uuid[], kind text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into rowplane.mailbox_events (entry_id, version, kind, actor_id, recipient_id, note)
  select e.id, e.version, note_mailbox_events.kind, rowplane.viewer(), e.recipient_id, case when note_mailbox_events.kind in ('PLACED', 'FORWARDED', 'RETURNED') then e.note end
  from rowplane.mailbox_entries e where e.id = any (entries)
$$;

-- What is erased for good takes its entries along; compiled into a trigger of each record table, with its workspace.
create or replace function rowplane.forget_records() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.forget_objects(array(
    select s.object_id from old_rows o join rowplane.scopes s on s.object_id = o.id and s.workspace_id = tg_argv[0]::int and s.record_table = tg_table_name));
  delete from rowplane.mailbox_entries e using old_rows o where e.record_id = o.id and e.workspace_id = tg_argv[0]::int;
  return null;
end $$;

-- U10: whether a person has a mailbox.
create function rowplane.has_mailbox(person uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce((select u.workflow_access and rowplane.role_of(u.id) is not null from rowplane.users u where u.id = person), false) $$;

create function rowplane.viewer_has_mailbox() returns boolean
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.has_mailbox(rowplane.viewer()) $$;
grant execute on function rowplane.viewer_has_mailbox() to rowplane_viewer;

-- M3: of some entries of a workspace, those that are in the viewer's mailbox now.
create function rowplane.own_mailbox_entries(workspace int, entries uuid[]) returns setof uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with mine as materialized (
    select e.id, e.definition, e.record_id from rowplane.mailbox_entries e
    where e.id = any (entries) and e.workspace_id = workspace and e.recipient_id = rowplane.viewer() and rowplane.viewer_has_mailbox()
  ), given as (
    select array_agg(m.definition) as definitions, array_agg(m.record_id) as ids from mine m
  )
  select m.id from mine m where m.record_id in (select s.id from given g cross join lateral rowplane.viewer_sees(workspace, g.definitions, g.ids) s)
$$;

-- M3: of some entries of a workspace, those that don't reach whom they are for: the account may not look, has no mailbox, or doesn't see the record. For their senders and administrators; what is completed needs no one.
create function rowplane.undelivered_mailbox_entries(workspace int, entries uuid[]) returns setof uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with theirs as materialized (
    select e.id, e.recipient_id, e.definition, e.record_id, row_number() over (order by e.id) as place from rowplane.mailbox_entries e
    where e.id = any (entries) and e.workspace_id = workspace and e.completed_at is null
      and rowplane.viewer_role() is not null and (e.sender_id = rowplane.viewer() or rowplane.viewer_role() = 'ADMINISTRATOR')
  ), given as (
    select array_agg(t.recipient_id order by t.place) as people, array_agg(t.definition order by t.place) as definitions, array_agg(t.record_id order by t.place) as ids from theirs t
  ), seen as materialized (
    select p.place from given g cross join lateral rowplane.pairs_seen(workspace, g.people, g.definitions, g.ids) p(place)
  )
  select t.id from theirs t join rowplane.users u on u.id = t.recipient_id
  where not u.workflow_access or t.place not in (select s.place from seen s)
$$;

-- What viewers read of entries. People whom the viewer may not see are nobody (U3); record and note are null to who doesn't see the record, but for a sender's own note (U2: administration is not sight).
create type rowplane.mailbox_item as (
  id uuid, workspace_id int, definition text, record_id uuid, recipient_id uuid, sender_id uuid, note text, due_date date,
  placed_at timestamptz, read_at timestamptz, completed_at timestamptz, returned_at timestamptz
);
grant usage on type rowplane.mailbox_item to rowplane_viewer, rowplane_admin;

create function rowplane.mailbox_items(workspace int, entries uuid[]) returns setof rowplane.mailbox_item
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  with chosen as materialized (
    select e.* from rowplane.mailbox_entries e where e.id = any (entries) and e.workspace_id = workspace
  ), given as (
    select array_agg(c.definition) as definitions, array_agg(c.record_id) as ids from chosen c
  ), seen as materialized (
    select s.id from given g cross join lateral rowplane.viewer_sees(workspace, g.definitions, g.ids) s
  )
  select c.id, c.workspace_id, case when s.id is not null then c.definition end, s.id,
    (select p.id from rowplane.seen_users p where p.id = c.recipient_id), (select p.id from rowplane.seen_users p where p.id = c.sender_id),
    case when s.id is not null or c.sender_id = rowplane.viewer() then c.note end, c.due_date, c.placed_at, c.read_at, c.completed_at, c.returned_at
  from chosen c left join seen s on s.id = c.record_id
  order by c.placed_at desc, c.id desc
$$;

-- Entries of a workspace, the newest first, behind a place in that order: the viewer's own (M3), or the undelivered ones. Looks at a stretch at a time, since it can't know how many of it are there for the viewer.
create function rowplane.find_mailbox_entries(workspace int, undelivered boolean, many int, before_at timestamptz, before_id uuid, only_read boolean, only_completed boolean)
returns setof rowplane.mailbox_item
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := rowplane.viewer();
  everyones boolean := undelivered and rowplane.viewer_role() = 'ADMINISTRATOR';
  stretch uuid[];
  found_ids uuid[] := '{}';
begin
  if person is null or not (undelivered or rowplane.viewer_has_mailbox()) then
    return;
  end if;
  while cardinality(found_ids) < many loop
    select array_agg(x.id), (array_agg(x.placed_at order by x.placed_at, x.id))[1], (array_agg(x.id order by x.placed_at, x.id))[1] into stretch, before_at, before_id from (
      select e.id, e.placed_at from rowplane.mailbox_entries e
      where e.workspace_id = workspace and (everyones or (case when undelivered then e.sender_id else e.recipient_id end) = person)
        and (before_at is null or (e.placed_at, e.id) < (before_at, before_id))
        and (only_read is null or (e.read_at is not null) = only_read) and (only_completed is null or (e.completed_at is not null) = only_completed)
        and not (undelivered and e.completed_at is not null)
      order by e.placed_at desc, e.id desc limit greatest(many, 200)) x;
    exit when stretch is null;
    found_ids := found_ids || case when undelivered then array(select rowplane.undelivered_mailbox_entries(workspace, stretch)) else array(select rowplane.own_mailbox_entries(workspace, stretch)) end;
  end loop;
  return query select i.* from rowplane.mailbox_items(workspace, found_ids) i limit many;
end $$;

create function rowplane.mailbox(workspace int, many int default 50, before_at timestamptz default null, before_id uuid default null, only_read boolean default null, only_completed boolean default null)
returns setof rowplane.mailbox_item
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select f.* from rowplane.find_mailbox_entries(workspace, false, many, before_at, before_id, only_read, only_completed) f $$;

create function rowplane.undelivered_mailbox(workspace int, many int default 50, before_at timestamptz default null, before_id uuid default null)
returns setof rowplane.mailbox_item
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$ select f.* from rowplane.find_mailbox_entries(workspace, true, many, before_at, before_id, null, null) f $$;

-- How many entries of a workspace are in the viewer's mailbox.
create function rowplane.count_mailbox(workspace int, only_read boolean default null, only_completed boolean default null) returns bigint
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select count(*) from rowplane.own_mailbox_entries(workspace, array(
    select e.id from rowplane.mailbox_entries e
    where e.workspace_id = workspace and e.recipient_id = rowplane.viewer()
      and (only_read is null or (e.read_at is not null) = only_read) and (only_completed is null or (e.completed_at is not null) = only_completed)))
$$;

-- The workspaces in which the viewer's mailbox may have entries, or in which entries may be undelivered that are the viewer's business: lists across workspaces are one statement for each.
create function rowplane.mailbox_workspaces(undelivered boolean) returns setof int
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select w.id from rowplane.workspaces w
  where exists (select from rowplane.mailbox_entries e where e.workspace_id = w.id and not undelivered and e.recipient_id = rowplane.viewer())
    or exists (select from rowplane.mailbox_entries e where e.workspace_id = w.id and undelivered and e.sender_id = rowplane.viewer())
    or undelivered and rowplane.viewer_role() = 'ADMINISTRATOR' and exists (select from rowplane.mailbox_entries e where e.workspace_id = w.id)
$$;

-- Entries that the viewer may see by id: those in the own mailbox, and the undelivered ones of the viewer's business.
create function rowplane.seen_mailbox_entries(workspace int, entries uuid[]) returns setof rowplane.mailbox_item
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select i.* from rowplane.mailbox_items(workspace,
    array(select rowplane.own_mailbox_entries(workspace, entries) union select rowplane.undelivered_mailbox_entries(workspace, entries))) i
$$;

-- The history of these, oldest first. Notes of others to who sees the record.
create function rowplane.mailbox_history(workspace int, entries uuid[])
returns table (entry_id uuid, kind text, actor_id uuid, at timestamptz, recipient_id uuid, note text)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select v.entry_id, v.kind, (select p.id from rowplane.seen_users p where p.id = v.actor_id), v.at, (select p.id from rowplane.seen_users p where p.id = v.recipient_id),
    case when s.record_id is not null or v.actor_id = rowplane.viewer() then v.note end
  from rowplane.seen_mailbox_entries(workspace, entries) s join rowplane.mailbox_events v on v.entry_id = s.id
  order by v.entry_id, v.version
$$;

grant execute on function rowplane.mailbox(int, int, timestamptz, uuid, boolean, boolean), rowplane.count_mailbox(int, boolean, boolean), rowplane.mailbox_workspaces(boolean),
  rowplane.undelivered_mailbox(int, int, timestamptz, uuid), rowplane.seen_mailbox_entries(int, uuid[]), rowplane.mailbox_history(int, uuid[]) to rowplane_viewer, rowplane_admin;
