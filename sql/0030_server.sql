-- What a server process asks before anyone is a viewer: whose token it is, and whether the database is in order.

create index users_email on rowplane.users (lower(email));

-- Whether the caller is the server rather than a statement that got onto its connection: a signature by the key that the two share.
create function rowplane.is_server(proof text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(proof = encode(sha256(outer_pad || sha256(inner_pad || 'accounts')), 'hex'), false) from rowplane.secret $$;

-- The account that a verified token names: by id, login name or e-mail address. Null if there is none, or if two addresses differ in case alone.
create function rowplane.find_account(claim text, value text, proof text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case when count(*) = 1 then (array_agg(u.id))[1] end
  from rowplane.users u
  where rowplane.is_server(proof) and case claim
    when 'id' then u.id::text = lower(value)
    when 'name' then u.name = value
    when 'email' then lower(u.email) = lower(value)
    else false end
$$;
-- Not for viewers, who learn of accounts what U3 allows.
grant execute on function rowplane.find_account(text, text, text) to rowplane_api;

-- Whether this is the demo, whose users anyone on the machine may view as.
alter table rowplane.deployment add column demo boolean not null default false;

create function rowplane.is_demo() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select demo from rowplane.deployment $$;
grant execute on function rowplane.is_demo() to rowplane_api;

-- The first accounts by name: for choosing whom to view as in development.
create function rowplane.some_accounts(many int, proof text) returns table (name text, role text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select u.name, u.role from rowplane.users u where rowplane.is_server(proof) order by u.name limit many $$;
grant execute on function rowplane.some_accounts(int, text) to rowplane_api;

-- The migrations that this database has had, with their checksums.
create function rowplane.applied_migrations() returns table (name text, checksum text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select m.name, m.checksum from rowplane.migrations m order by m.name $$;
grant execute on function rowplane.applied_migrations() to rowplane_api;

-- How many compiled objects are missing from the catalog or differ from what was compiled. Indexes don't count: without one, things are slow, not wrong.
create function rowplane.count_drift() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select count(*)
  from (
    select c.kind || ' ' || replace(c.name, '"', '') as key, split_part(c.fingerprint, '.', 2) as expected
    from rowplane.compiled_objects c where c.kind <> 'index'
  ) c
  left join (
    select o.kind || ' ' || replace(o.name, '"', '') as key,
      left(translate(encode(sha256(convert_to(o.definition, 'UTF8')), 'base64'), '+/', '-_'), 16) as actual
    from rowplane.catalog_objects() o
  ) found on found.key = c.key
  where c.expected <> '' and found.actual is distinct from c.expected
$$;
grant execute on function rowplane.count_drift() to rowplane_api;
