-- The log itself (L2), in a schema that belongs to rowplane_log, which nobody may become: what owns a table or its schema can change it, so neither is rowplane_owner's.
-- Nothing here may use anything of rowplane_owner's. Whatever the owner could replace, a function, a view, a policy, would run here with the rights to rewrite the log.

alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;
grant usage on schema rowplane_log to rowplane_owner;
comment on schema rowplane_log is 'the log of changes to permissions, which nobody but a superuser changes';

-- Which files of sql/log this database has had.
create table rowplane_log.migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
);
alter table rowplane_log.migrations enable row level security;
create policy reading on rowplane_log.migrations for select to rowplane_owner using (true);
grant select on rowplane_log.migrations to rowplane_owner;

-- One entry per changed row, in the order of the commits and without gaps. L1: people stand here by id alone.
create table rowplane_log.entries (
  id bigint primary key check (id > 0),
  at timestamptz not null,
  actor uuid,
  login text not null,
  door text not null check (door in ('API', 'CLI', 'SQL')),
  table_name text not null,
  operation text not null check (operation in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'BASELINE')),
  changed text[],
  before jsonb,
  after jsonb,
  transaction xid8 not null,
  previous_hash bytea not null,
  hash bytea not null,
  about text[] not null
);
create index entries_about on rowplane_log.entries using gin (about);
create index entries_actor on rowplane_log.entries (actor, id);
comment on column rowplane_log.entries.actor is 'the viewer; null where nobody had entered';
comment on column rowplane_log.entries.login is 'the role that had logged in';
comment on column rowplane_log.entries.changed is 'the columns that an UPDATE changed, also those whose values are withheld';
comment on column rowplane_log.entries.operation is 'BASELINE: how a row was when logging of its table began';
comment on column rowplane_log.entries.about is 'what the entry names, to find it by: uuids, and numbers as plane/7';
-- No policy to write by: rowplane_log, whom row level security doesn't hold, is the only one who adds.
alter table rowplane_log.entries enable row level security;
create policy reading on rowplane_log.entries for select to rowplane_owner using (true);
grant select on rowplane_log.entries to rowplane_owner;

-- Nothing but its lock: the transaction that adds to the log holds it until it ends, and so the chain has one end.
create table rowplane_log.tail (
  one boolean primary key default true check (one),
  holder xid8
);
alter table rowplane_log.tail enable row level security;
insert into rowplane_log.tail default values;

-- The hash of an entry: SHA-256 over the hash before it and a text that is the same whatever the session's settings.
create function rowplane_log.hash_of(entry rowplane_log.entries) returns bytea
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select sha256((entry).previous_hash || convert_to(jsonb_build_array((entry).id, extract(epoch from (entry).at), (entry).actor, (entry).login, (entry).door, (entry).table_name,
    (entry).operation, (entry).changed, (entry).before, (entry).after, (entry).transaction::text)::text, 'UTF8'))
$$;
grant execute on function rowplane_log.hash_of(rowplane_log.entries) to rowplane_owner;

-- Adds an entry. Login, time, transaction, number and hash are what they are, whoever calls; the rest is what the triggers of the permission tables say.
create function rowplane_log.append(actor uuid, door text, table_name text, operation text, changed text[], before jsonb, after jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  last record;
  entry rowplane_log.entries;
begin
  -- Once per transaction. Another one waits here for its end; under REPEATABLE READ it fails and comes again, since it wouldn't see what was added meanwhile.
  perform from rowplane_log.tail t where t.holder = pg_current_xact_id();
  if not found then
    update rowplane_log.tail set holder = pg_current_xact_id();
    if not found then
      raise exception 'The row of rowplane_log.tail is missing: nothing can be logged, and so nothing changed. As a superuser, run: insert into rowplane_log.tail default values';
    end if;
  end if;
  select e.id, e.hash into last from rowplane_log.entries e order by e.id desc limit 1;
  entry.id := coalesce(last.id, 0) + 1;
  entry.at := clock_timestamp();
  entry.actor := append.actor;
  entry.login := session_user;
  entry.door := append.door;
  entry.table_name := append.table_name;
  entry.operation := append.operation;
  entry.changed := append.changed;
  entry.before := append.before;
  entry.after := append.after;
  entry.transaction := pg_current_xact_id();
  entry.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  entry.hash := rowplane_log.hash_of(entry);
  -- Itself and what it refers to, before and after.
  entry.about := array(
    select distinct case jsonb_typeof(c.value) when 'number' then case c.key when 'id' then left(append.table_name, -1) else left(c.key, -3) end || '/' || (c.value #>> '{}') else c.value #>> '{}' end
    from (select b.key, b.value from jsonb_each(append.before) b union all select a.key, a.value from jsonb_each(append.after) a) c
    where (jsonb_typeof(c.value) = 'number' and (c.key = 'id' or c.key like '%\_id'))
      or (jsonb_typeof(c.value) = 'string' and c.value #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    order by 1);
  insert into rowplane_log.entries select (entry).*;
end $$;
grant execute on function rowplane_log.append(uuid, text, text, text, text[], jsonb, jsonb) to rowplane_owner;
