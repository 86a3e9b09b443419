-- Entering, in one query: most of what such a function costs is that its expressions and queries are set up anew in each transaction. And for nothing, where the server planned by what isn't true any more.

-- Opens a viewer's transaction. A bad token is no viewer, not an error: then nothing is visible. The mode lets the server check that the connection still reads one snapshot and writes nothing.
-- `known`: the stamp that the statements behind were planned by. At any other one nobody enters, since what they find would be thrown away, and computing access anew for it can take long.
-- Entries are signed with the same key as tokens, and whoever has entered can read theirs: they are no tokens. The viewer that is told is the one that was left.
create function rowplane.enter(token text, workspaces int[], known text, out viewer uuid, out stamp text, out mode text)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  select nullif(left(set_config('rowplane.viewer', coalesce(
      -- The signature first: nothing that the deployment didn't sign is parsed.
      case when right(token, 64) = encode(sha256(h.outer_pad || sha256(h.inner_pad || convert_to(left(token, -65), 'UTF8'))), 'hex') and left(token, -65) ~ '^[0-9a-f-]{36}[.][0-9]{1,12}$' then
        case when split_part(left(token, -65), '.', 2)::double precision > extract(epoch from clock_timestamp()) and coalesce(known = h.stamp, true) then
          left(token, 36) || '.' || encode(sha256(h.outer_pad || sha256(h.inner_pad ||
            convert_to('entry.' || left(token, 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()), 'UTF8'))), 'hex')
        end
      end, ''), true), 36), '')::uuid,
    h.stamp,
    current_setting('transaction_isolation') || case when current_setting('transaction_read_only') = 'on' then ' read only' else '' end || ' ' || current_setting('role')
  from (
    select s.inner_pad, s.outer_pad, c.ticks || coalesce((select string_agg('.' || w.id || ':' || w.realms, '' order by w.id) from rowplane.workspaces w where w.id = any (workspaces)), '') as stamp
    from rowplane.clock c left join rowplane.secret s on true
  ) h
$$;
grant execute on function rowplane.enter(text, int[], text) to rowplane_viewer;

-- Whatever the state of permissions is.
create or replace function rowplane.enter(token text, workspaces int[] default '{}', out viewer uuid, out stamp text, out mode text)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$ select e.viewer, e.stamp, e.mode from rowplane.enter(token, workspaces, null) e $$;
