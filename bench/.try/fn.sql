-- entry → user, if the signature is right; inlined.
create or replace function rowplane.entered(entry text, inner_pad bytea, outer_pad bytea) returns uuid
language sql stable
return case when length(entry) = 101 and substr(entry, 38) = encode(sha256(outer_pad || sha256(inner_pad || convert_to('entry.' || left(entry, 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))), 'hex') then left(entry, 36)::uuid end;

create or replace function rowplane.viewer2() returns uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid;
begin
  if session_user <> 'rowplane_api' and session_user <> 'rowplane_admin' then
    select user_id into person from rowplane.logins where role_name = session_user;
    if found then
      return person;
    end if;
  end if;
  select rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) into person from rowplane.secret s;
  return person;
end $$;
grant execute on function rowplane.viewer2() to rowplane_viewer;

create or replace function rowplane.viewer_flags2(workspace int, permission text) returns boolean[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  flags boolean[];
begin
  if session_user = 'rowplane_api' then
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end
  into flags
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now();
  if found then
    return flags;
  end if;
  end if;
  return null;
end $$;
grant execute on function rowplane.viewer_flags2(int, text) to public;

create or replace function rowplane.viewer_flags3(workspace int, permission text) returns boolean[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
  select case permission when 'VIEW' then a.view_flags when 'EDIT' then a.edit_flags when 'CREATE' then a.create_flags when 'DELETE' then a.delete_flags end
  from rowplane.secret s, rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
  where a.user_id = rowplane.entered(current_setting('rowplane.viewer', true), s.inner_pad, s.outer_pad) and a.workspace_id = workspace and w.id = workspace
    and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()
$$;
grant execute on function rowplane.viewer_flags3(int, text) to public;

create or replace function rowplane.empty1() returns int language plpgsql stable as $$ begin return 1; end $$;
create or replace function rowplane.empty2() returns int language plpgsql stable security definer as $$ begin return 1; end $$;
create or replace function rowplane.empty3() returns int language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ begin return 1; end $$;
create or replace function rowplane.empty4() returns int language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ declare x int; begin select 1 into x from rowplane.clock; return 1; end $$;
create or replace function rowplane.empty5() returns int language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ declare x int; begin select 1 into x from rowplane.clock, rowplane.secret; return 1; end $$;
create or replace function rowplane.empty6() returns int language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ declare x int; begin select 1 into x from rowplane.workspaces where id = 1; return 1; end $$;
create or replace function rowplane.empty7() returns int language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ declare x bytea; begin select sha256(outer_pad || sha256(inner_pad || convert_to('entry.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))) into x from rowplane.secret; return 1; end $$;
do $$ begin execute (select string_agg(format('grant execute on function rowplane.empty%s() to public', i), ';') from generate_series(1,7) i); end $$;
