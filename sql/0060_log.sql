-- Every change of a permission is logged in the transaction that makes it (L1). What is logged is kept in the schema rowplane_log, out of the owner's reach (L2).

-- Through which door a change came. The administration's connection says so itself; a login of one's own is SQL whatever it says.
create function rowplane.door() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case
    when session_user = 'rowplane_api' then 'API'
    when exists (select from rowplane.logins l where l.role_name = session_user) then 'SQL'
    when current_setting('rowplane.door', true) in ('API', 'CLI') then current_setting('rowplane.door', true)
    else 'SQL' end
$$;

-- Adds what a statement did to one row to the log. Its arguments: columns whose values are withheld (names, which can be erased; secrets), and columns that only follow from other tables.
-- Takes the gate first, as whatever ticks the clock has: one order for all changes, and no two that wait for each other. In UTC, so that a row reads the same whoever changed it.
create function rowplane.log_change() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
declare
  withheld text[] := tg_argv[0];
  derived text[] := tg_argv[1];
  old_row jsonb := case when tg_op in ('UPDATE', 'DELETE') then to_jsonb(old) - derived end;
  new_row jsonb := case when tg_op in ('INSERT', 'UPDATE') then to_jsonb(new) - derived end;
  changed text[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(n.key order by n.key) into changed from jsonb_each(new_row) n where n.value is distinct from old_row -> n.key;
    if changed is null then
      return null;
    end if;
  end if;
  lock table rowplane.gate in exclusive mode;
  perform rowplane_log.append(rowplane.viewer(), rowplane.door(), tg_table_name, tg_op, changed, old_row - withheld, new_row - withheld);
  return null;
end $$;

-- Has a table of this schema logged from now on, its rows as they are now first. Does nothing where that is so already.
create function rowplane.log_table(logged text, withheld text[] default '{}', derived text[] default '{}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
declare
  place regclass := format('rowplane.%I', logged)::regclass;
  guarded boolean;
  unchanged boolean;
begin
  select count(*) = 2, bool_and(t.tgargs = convert_to(withheld::text, 'UTF8') || '\x00' || convert_to(derived::text, 'UTF8') || '\x00') into guarded, unchanged
  from pg_trigger t
  where t.tgrelid = place and t.tgname in ('a_log', 'a_log_truncate') and t.tgenabled = 'O' and t.tgfoid = 'rowplane.log_change()'::regprocedure;
  if guarded and unchanged then
    return;
  end if;
  execute format('drop trigger if exists a_log on %s', place);
  execute format('drop trigger if exists a_log_truncate on %s', place);
  -- Named to fire before triggers that change other tables in turn, so that the cause stands before its effects.
  execute format('create trigger a_log after insert or update or delete on %s for each row execute function rowplane.log_change(%L, %L)', place, withheld, derived);
  execute format('create trigger a_log_truncate after truncate on %s for each statement execute function rowplane.log_change(%L, %L)', place, withheld, derived);
  if not guarded then
    execute format('select rowplane_log.append(rowplane.viewer(), rowplane.door(), %L, ''BASELINE'', null, null, to_jsonb(t) - %L::text[] - %L::text[]) from %s t', logged, withheld, derived, place);
  end if;
end $$;

-- The log as administrators read it (U2). No barrier: who may read decides for all entries or none, before any is looked at, and filters use the indexes.
create view rowplane.log as
  select e.* from rowplane_log.entries e
  where current_user = 'rowplane_owner' or (select rowplane.viewer_role()) = 'ADMINISTRATOR';
