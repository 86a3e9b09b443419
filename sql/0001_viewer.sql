-- Who is looking: signed tokens, the viewer of a transaction, and the words in which the database refuses.

create schema if not exists rowplane;
revoke all on schema rowplane from public;
grant usage on schema rowplane to rowplane_viewer, rowplane_api, rowplane_admin;

-- What the owner creates anywhere is nobody else's until granted. Without IN SCHEMA: with it, the default grant to PUBLIC would stay.
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;

-- One row: the tag in the names of this database's own roles, since roles are shared by all databases of a server.
create table rowplane.deployment (
  one boolean primary key default true check (one),
  tag text not null default substr(md5(gen_random_uuid()::text), 1, 6) check (tag ~ '^[0-9a-f]{6}$')
);
insert into rowplane.deployment default values;

-- A role name of this database: role_name('acp', 7) is acp_<tag>_7.
create function rowplane.role_name(prefix text, number int, suffix text default '') returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select prefix || '_' || tag || '_' || number || case when suffix = '' then '' else '_' || suffix end from rowplane.deployment $$;

-- The key that viewer tokens are signed with, and the two pads of HMAC-SHA256 (RFC 2104) derived from it.
create table rowplane.secret (
  one boolean primary key default true check (one),
  key bytea not null check (length(key) between 32 and 64),
  inner_pad bytea not null,
  outer_pad bytea not null
);

create function rowplane.derive_pads() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  new.inner_pad := decode(repeat('36', 64), 'hex');
  new.outer_pad := decode(repeat('5c', 64), 'hex');
  for i in 0 .. length(new.key) - 1 loop
    new.inner_pad := set_byte(new.inner_pad, i, get_byte(new.key, i) # 54);
    new.outer_pad := set_byte(new.outer_pad, i, get_byte(new.key, i) # 92);
  end loop;
  return new;
end $$;
create trigger derive_pads before insert or update on rowplane.secret for each row execute function rowplane.derive_pads();

-- Raises a refusal that clients can tell by its SQLSTATE; the detail is JSON.
create function rowplane.refuse(code text, message text, detail jsonb default '{}') returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  state text := case code
    when 'FORBIDDEN' then 'RPFOR'
    when 'NOT_FOUND' then 'RPNFD'
    when 'VALIDATION_FAILED' then 'RPVAL'
    when 'CLIENT_REQUIRED' then 'RPCLI'
    when 'STALE_VERSION' then 'RPSTA'
    when 'LOCKED' then 'RPLOC'
    when 'LOCKED_OUT' then 'RPLKO'
    when 'IN_USE' then 'RPUSE'
    when 'UNAUTHENTICATED' then 'RPUNA'
    else 'XX000'
  end;
begin
  raise exception using errcode = state, message = message, detail = detail::text;
end $$;
grant execute on function rowplane.refuse(text, text, jsonb) to rowplane_viewer, rowplane_admin;

-- Database logins of people: a login is its user, whatever any setting says (V6).
create table rowplane.logins (
  role_name name primary key,
  user_id uuid not null
);

-- The user of an entry that rowplane.enter left in this transaction of this backend, or null. Written out and inlined, since every statement asks several times.
create function rowplane.entered(entry text, inner_pad bytea, outer_pad bytea) returns uuid
language sql stable parallel restricted
-- The cast stands outside, or planning would try it on entries that nobody signed.
return (case when length(entry) = 101 and substr(entry, 38) =
  encode(sha256(outer_pad || sha256(inner_pad || convert_to('entry.' || left(entry, 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))), 'hex')
  then left(entry, 36) end)::uuid;

-- The viewer of this transaction, or null, and then nothing is visible. The nil uuid is anonymous.
-- rowplane.enter left the user and a signature over user, backend and start of the transaction, so that neither set_config nor a leftover makes anyone someone else.
-- Restricted to the leader: parallel workers have other backend numbers.
create function rowplane.viewer() returns uuid
language plpgsql stable parallel restricted security definer
-- With each entry's own plan the planner would take longer than the answer.
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
  entry text := current_setting('rowplane.viewer', true);
  person uuid;
begin
  if session_user <> 'rowplane_api' and session_user <> 'rowplane_admin' then
    select user_id into person from rowplane.logins where role_name = session_user;
    if found then
      return person;
    end if;
  end if;
  select rowplane.entered(entry, s.inner_pad, s.outer_pad) into person from rowplane.secret s;
  return person;
end $$;
grant execute on function rowplane.viewer() to rowplane_viewer, rowplane_admin;
