-- What changed, written in the transaction that changes it: what subscriptions are told from (M5). Nothing notifies in writers' transactions; processes with subscribers ask for what is new.

-- One row for the records of a statement that stood alike before it. A row is new since a snapshot if its transaction wasn't visible in it: so whatever order transactions commit in, none is missed or told twice.
create table rowplane.record_changes (
  xid xid8 not null default pg_current_xact_id(),
  workspace_id int not null,
  definition text not null,
  realm_id int,
  exposing int[],
  ids uuid[] not null
);
comment on column rowplane.record_changes.xid is 'the transaction, which is what a position in the feed is about';
comment on column rowplane.record_changes.realm_id is 'where the records were before; null if they weren''t there, or in the trash';
comment on column rowplane.record_changes.exposing is 'A2: the planes that exposed them before to everybody in these planes';
create index record_changes_xid on rowplane.record_changes (xid);

-- The same for mailboxes: one row per statement and mailbox. Without entries: the whole mailbox, since its owner received or lost workflow access (U10).
create table rowplane.mailbox_changes (
  xid xid8 not null default pg_current_xact_id(),
  recipient_id uuid not null,
  workspace_id int,
  entry_ids uuid[],
  record_ids uuid[]
);
comment on column rowplane.mailbox_changes.recipient_id is 'in whose mailbox the entries are, or were';
create index mailbox_changes_xid on rowplane.mailbox_changes (xid);

-- Records that are new; compiled into a trigger of each record table, with its workspace and definition. What was there before is noted by a compiled function, which knows the planes.
create function rowplane.note_new_records() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.record_changes (workspace_id, definition, ids)
  select tg_argv[0]::int, tg_argv[1], array_agg(n.id) from new_rows n having count(*) > 0;
  return null;
end $$;

create function rowplane.note_new_entries() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.mailbox_changes (recipient_id, workspace_id, entry_ids, record_ids)
  select n.recipient_id, n.workspace_id, array_agg(n.id order by n.id), array_agg(n.record_id order by n.id) from new_rows n group by n.recipient_id, n.workspace_id;
  return null;
end $$;

create function rowplane.note_changed_entries() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.mailbox_changes (recipient_id, workspace_id, entry_ids, record_ids)
  select r.recipient_id, r.workspace_id, array_agg(r.id order by r.id), array_agg(r.record_id order by r.id)
  from (select o.recipient_id, o.workspace_id, o.id, o.record_id from old_rows o union select n.recipient_id, n.workspace_id, n.id, n.record_id from new_rows n) r
  group by r.recipient_id, r.workspace_id;
  return null;
end $$;

create function rowplane.note_gone_entries() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.mailbox_changes (recipient_id, workspace_id, entry_ids, record_ids)
  select o.recipient_id, o.workspace_id, array_agg(o.id order by o.id), array_agg(o.record_id order by o.id) from old_rows o group by o.recipient_id, o.workspace_id;
  return null;
end $$;

create trigger note_new after insert on rowplane.mailbox_entries referencing new table as new_rows for each statement execute function rowplane.note_new_entries();
create trigger note_changed after update on rowplane.mailbox_entries referencing old table as old_rows new table as new_rows for each statement execute function rowplane.note_changed_entries();
create trigger note_gone after delete on rowplane.mailbox_entries referencing old table as old_rows for each statement execute function rowplane.note_gone_entries();

-- U10: workflow access is no permission that the clock knows of.
create function rowplane.note_mailbox() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.mailbox_changes (recipient_id) values (new.id);
  return null;
end $$;
create trigger note_mailbox after update of workflow_access on rowplane.users for each row when (old.workflow_access is distinct from new.workflow_access) execute function rowplane.note_mailbox();

-- Since when what is kept of the outbox is complete: all transactions before `horizon` had ended at that moment. The oldest mark says how far back a position may be.
create table rowplane.outbox_marks (
  at timestamptz primary key default clock_timestamp(),
  horizon xid8 not null
);
insert into rowplane.outbox_marks (horizon) values ('0');
