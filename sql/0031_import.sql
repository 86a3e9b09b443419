-- Where the rows of a file wait while they are imported: one table per run, made by the importer and dropped at its end.

create schema rowplane_import;
comment on schema rowplane_import is 'rows of running imports; each table is visible to the user whose import it is, and to nobody else';
grant usage on schema rowplane_import to rowplane_viewer;

-- Makes the table of a run. Its rows are the user's alone, and so are the two changes that the user's own statements make: what a reference was resolved to, and why a row was rejected.
-- The columns are given by the importer as name and type; those named in "resolved" are filled in later.
create function rowplane.create_import(run text, person uuid, columns text[], types text[], resolved text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  listed text;
begin
  select coalesce(string_agg(format(', %I %s', c.name, case c.type when 'text' then 'text collate "C"' else c.type::regtype::text end), '' order by c.place), '') into listed
  from unnest(columns, types) with ordinality c(name, type, place);
  execute format('create unlogged table rowplane_import.%I (line int primary key, raw text not null, problem text%s) with (autovacuum_enabled = off)', run, listed);
  execute format('alter table rowplane_import.%I enable row level security', run);
  execute format('create policy own on rowplane_import.%I to rowplane_viewer using ((select rowplane.viewer() = %L::uuid))', run, person);
  execute format('grant select, update (problem%s) on rowplane_import.%I to rowplane_viewer',
    (select coalesce(string_agg(format(', %I', r.name), ''), '') from unnest(resolved) r(name)), run);
end $$;

-- Drops what imports left behind that were killed: a running one holds the advisory lock of its table's name.
create function rowplane.drop_abandoned_imports() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  run text;
  dropped int := 0;
begin
  for run in select c.relname from pg_class c where c.relnamespace = 'rowplane_import'::regnamespace and c.relkind = 'r' loop
    if pg_try_advisory_xact_lock(hashtextextended('rowplane_import.' || run, 0)) then
      execute format('drop table if exists rowplane_import.%I', run);
      dropped := dropped + 1;
    end if;
  end loop;
  return dropped;
end $$;
