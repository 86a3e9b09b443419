-- D1: a record's owner is who created it, or to whom it was transferred.

-- Who may own: an active user who is no guest (U4), among those whom the viewer may see (U3).
create function rowplane.check_new_owner(person uuid) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  problem text;
begin
  if person is null or not exists (select from rowplane.viewer_users() v(id) where v.id = person) then
    perform rowplane.refuse('NOT_FOUND', 'There is no such user.', jsonb_build_object('path', 'to'));
  end if;
  problem := case coalesce(rowplane.role_of(person), 'NONE') when 'NONE' then 'is blocked' when 'GUEST' then 'is a guest, and guests own nothing' end;
  if problem is not null then
    perform rowplane.refuse('VALIDATION_FAILED', format('This user %s: choose another.', problem), jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'to', 'message', problem))));
  end if;
end $$;
grant execute on function rowplane.check_new_owner(uuid) to rowplane_viewer;

-- The guard of owner_id: whoever owns the record gives it away.
create or replace function rowplane.guard_owner() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if old.owner_id is distinct from rowplane.viewer() then
    perform rowplane.refuse('FORBIDDEN', 'Only its owner transfers a record; administrators do it for owners who are blocked or gone.', jsonb_build_object('field', 'owner', 'id', old.id));
  end if;
  perform rowplane.check_new_owner(new.owner_id);
  return new;
end $$;

-- For administrators, who needn't see the records (U2): gives away what somebody owns who is blocked or gone. Everything, or what lies in a workspace, is of a definition, or is named; all or nothing.
-- What is in the trash goes along. Answers how many there were.
create function rowplane.transfer_ownership(previous uuid, successor uuid, workspace int default null, definition_table text default null, records uuid[] default null) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  record_table text;
  moved uuid[];
  all_moved uuid[] := '{}';
  missing uuid[];
begin
  perform rowplane.hold_permissions();
  if rowplane.viewer_role() is distinct from 'ADMINISTRATOR' then
    perform rowplane.refuse('FORBIDDEN', 'Only administrators may do this.');
  end if;
  if previous is null or rowplane.role_of(previous) is not null then
    perform rowplane.refuse('FORBIDDEN', 'Active users transfer their records themselves. Block the user first.', jsonb_build_object('path', 'from'));
  end if;
  perform rowplane.check_new_owner(successor);
  for record_table in
    select t.name from rowplane.workspaces w cross join lateral rowplane.record_tables(w.id) t(name)
    where (transfer_ownership.workspace is null or w.id = transfer_ownership.workspace)
      and (definition_table is null or t.name = format('%I.%I', 'ws_' || w.id, definition_table))
    order by w.id, t.name
  loop
    execute format('with given as (update %s t set owner_id = $2, version = t.version + 1, updated_at = now() where t.owner_id = $1 and ($3 is null or t.id = any ($3)) returning t.id)
      select coalesce(array_agg(g.id), ''{}'') from given g', record_table) into moved using previous, successor, records;
    all_moved := all_moved || moved;
  end loop;
  select array_agg(r.id) into missing from unnest(records) r(id) where r.id <> all (all_moved);
  if missing is not null then
    perform rowplane.refuse('NOT_FOUND', 'This user owns no such records. Nothing was changed.', jsonb_build_object('ids', to_jsonb(missing)));
  end if;
  return cardinality(all_moved);
end $$;
grant execute on function rowplane.transfer_ownership(uuid, uuid, int, text, uuid[]) to rowplane_admin;
