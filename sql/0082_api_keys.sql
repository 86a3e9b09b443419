-- U11: service accounts, which are users for programs, and the keys that they come with.

alter table rowplane.users add column service boolean not null default false;
comment on column rowplane.users.service is 'U11: a user for a program, who comes with an API key and in no other way';

create table rowplane.api_keys (
  id uuid primary key default uuidv7(),
  user_id uuid not null references rowplane.users on delete cascade,
  name text not null check (btrim(name) <> ''),
  hash bytea not null unique check (length(hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_keys_user on rowplane.api_keys (user_id);
comment on column rowplane.api_keys.hash is 'SHA-256 of 256 random bits, which stand nowhere: nothing slower is needed, since nobody guesses those';
comment on column rowplane.api_keys.last_used_at is 'to the hour: a key that is used all the time is not written all the time';

-- U11: people sign in, programs have keys.
create function rowplane.guard_api_keys() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from rowplane.users u where u.id = new.user_id and u.service) then
    perform rowplane.refuse('VALIDATION_FAILED', 'Only service accounts have API keys: make one for the program.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'user', 'message', 'is no service account'))));
  end if;
  -- A key that was revoked stays so.
  if tg_op = 'UPDATE' and old.revoked_at is not null then
    new.revoked_at := old.revoked_at;
  end if;
  return new;
end $$;
create trigger guard before insert or update of user_id, revoked_at on rowplane.api_keys for each row execute function rowplane.guard_api_keys();

-- The account behind a key and when the key ends; nothing for a key that is unknown, revoked or over, or whose account is blocked. For the server, which asks for each request.
create function rowplane.use_key(hash bytea, proof text) returns table (user_id uuid, expires_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_key rowplane.api_keys;
begin
  if not rowplane.is_server(proof) then
    return;
  end if;
  select k.* into found_key from rowplane.api_keys k
  where k.hash = use_key.hash and k.revoked_at is null and k.expires_at > now() and rowplane.role_of(k.user_id) is not null;
  if not found then
    return;
  end if;
  if coalesce(found_key.last_used_at < now() - interval '1 hour', true) then
    -- One of those who come at once notes it, and nobody waits.
    update rowplane.api_keys k set last_used_at = now()
    where k.id in (select n.id from rowplane.api_keys n where n.id = found_key.id for no key update skip locked);
  end if;
  return query select found_key.user_id, found_key.expires_at;
end $$;
grant execute on function rowplane.use_key(bytea, text) to rowplane_api;

-- U11: nobody signs in as a program.
create or replace function rowplane.find_account(claim text, value text, proof text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case when count(*) = 1 then (array_agg(u.id))[1] end
  from rowplane.users u
  where rowplane.is_server(proof) and case claim
    when 'id' then u.id::text = lower(value)
    when 'name' then u.name = value and not u.service
    when 'email' then lower(u.email) = lower(value) and not u.service
    else false end
$$;

-- U7, U11: keys end, and only administrators make new ones: the account keeps one who is a person.
create or replace function rowplane.keep_an_administrator() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from rowplane.users u where u.role = 'ADMINISTRATOR' and not u.service and rowplane.role_of(u.id) = 'ADMINISTRATOR') then
    perform rowplane.refuse('LOCKED_OUT', 'This would leave the account without an active administrator who is a person. Make another user administrator first.');
  end if;
  return null;
end $$;
