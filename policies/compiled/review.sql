-- What all planes of the demo's workspace "Review" share: sight, edit door, guards, trash.
-- Written by npm run snapshot:compiled; rowplane policies print shows those of a deployment.

create or replace function ws_2_edit.batch_shown(field text, item ws_2.batch, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('name', 'status', 'receivedAt') then mine && '{2,3,4}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.batch_shown(text, ws_2.batch, integer[]) to rowplane_viewer;
comment on function ws_2_edit.batch_shown(text, ws_2.batch, integer[]) is 'A7: whether one of the planes exposes the record and shows the field.';

create or replace function ws_2_edit.batch_editable(field text, item ws_2.batch, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('name', 'receivedAt') then mine && '{2}'::integer[]
    when field in ('status') then mine && '{2,3}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.batch_editable(text, ws_2.batch, integer[]) to rowplane_viewer;
comment on function ws_2_edit.batch_editable(text, ws_2.batch, integer[]) is 'A7, W1: whether one of the planes exposes the record and has the field as EDIT.';

create or replace function ws_2_edit.batch_able(ability text, item ws_2.batch, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when ability in ('CLOSE_BATCH') then mine && '{2,3}'::integer[]
    when ability in ('CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.batch_able(text, ws_2.batch, integer[]) to rowplane_viewer;
comment on function ws_2_edit.batch_able(text, ws_2.batch, integer[]) is 'A8: whether one of the planes exposes the record and grants the ability.';

create or replace function ws_2_edit.batch_exposing(item ws_2.batch, me uuid, groups uuid[]) returns integer[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return '{2,3,4}'::integer[];
end $$;
comment on function ws_2_edit.batch_exposing(ws_2.batch, uuid, uuid[]) is 'A2: the planes that expose the record, with a person also those whose restriction asks who looks.';

create or replace function ws_2_edit.document_shown(field text, item ws_2.document, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('title', 'documentDate', 'relevancy', 'coding', 'batch') then mine && '{2,3}'::integer[]
      or (mine && '{4}'::integer[] and item.relevancy is not null)
    when field in ('pages') then mine && '{2,3}'::integer[]
    when field in ('amount', 'process') then mine && '{2}'::integer[]
    when field in ('confidential', 'notes') then mine && '{2}'::integer[]
      or (mine && '{4}'::integer[] and item.relevancy is not null)
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.document_shown(text, ws_2.document, integer[]) to rowplane_viewer;
comment on function ws_2_edit.document_shown(text, ws_2.document, integer[]) is 'A7: whether one of the planes exposes the record and shows the field.';

create or replace function ws_2_edit.document_editable(field text, item ws_2.document, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('title', 'documentDate', 'pages', 'amount', 'confidential', 'process', 'batch') then mine && '{2}'::integer[]
    when field in ('relevancy') then mine && '{2,3}'::integer[]
      or (mine && '{4}'::integer[] and item.relevancy is not null)
    when field in ('coding') then mine && '{2,3}'::integer[]
    when field in ('notes') then mine && '{2}'::integer[]
      or (mine && '{4}'::integer[] and item.relevancy is not null)
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.document_editable(text, ws_2.document, integer[]) to rowplane_viewer;
comment on function ws_2_edit.document_editable(text, ws_2.document, integer[]) is 'A7, W1: whether one of the planes exposes the record and has the field as EDIT.';

create or replace function ws_2_edit.document_able(ability text, item ws_2.document, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when ability in ('CREATE', 'DELETE', 'DOWNLOAD') then mine && '{2}'::integer[]
      or (mine && '{4}'::integer[] and item.relevancy is not null)
    when ability in ('MASS_DELETE', 'PLACE_IN_MAILBOX', 'REDACT') then mine && '{2}'::integer[]
    when ability in ('MASS_UPDATE', 'PRINT') then mine && '{2,3}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.document_able(text, ws_2.document, integer[]) to rowplane_viewer;
comment on function ws_2_edit.document_able(text, ws_2.document, integer[]) is 'A8: whether one of the planes exposes the record and grants the ability.';

create or replace function ws_2_edit.document_exposing(item ws_2.document, me uuid, groups uuid[]) returns integer[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return '{2,3}'::integer[]
    || case when item.relevancy is not null then '{4}'::integer[] else '{}' end;
end $$;
comment on function ws_2_edit.document_exposing(ws_2.document, uuid, uuid[]) is 'A2: the planes that expose the record, with a person also those whose restriction asks who looks.';

create or replace function ws_2_edit.process_shown(field text, item ws_2.process, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('reference', 'channel', 'department', 'group', 'responsible', 'startedAt', 'dueAt', 'plannedEndAt', 'endedAt') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.process_shown(text, ws_2.process, integer[]) to rowplane_viewer;
comment on function ws_2_edit.process_shown(text, ws_2.process, integer[]) is 'A7: whether one of the planes exposes the record and shows the field.';

create or replace function ws_2_edit.process_editable(field text, item ws_2.process, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('reference', 'channel', 'department', 'group', 'responsible', 'startedAt', 'dueAt', 'plannedEndAt', 'endedAt') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.process_editable(text, ws_2.process, integer[]) to rowplane_viewer;
comment on function ws_2_edit.process_editable(text, ws_2.process, integer[]) is 'A7, W1: whether one of the planes exposes the record and has the field as EDIT.';

create or replace function ws_2_edit.process_able(ability text, item ws_2.process, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when ability in ('CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE', 'PLACE_IN_MAILBOX', 'SEND_PROCESS') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.process_able(text, ws_2.process, integer[]) to rowplane_viewer;
comment on function ws_2_edit.process_able(text, ws_2.process, integer[]) is 'A8: whether one of the planes exposes the record and grants the ability.';

create or replace function ws_2_edit.process_exposing(item ws_2.process, me uuid, groups uuid[]) returns integer[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return '{2}'::integer[];
end $$;
comment on function ws_2_edit.process_exposing(ws_2.process, uuid, uuid[]) is 'A2: the planes that expose the record, with a person also those whose restriction asks who looks.';

create or replace function ws_2_edit.step_shown(field text, item ws_2.step, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('process', 'step', 'name', 'group', 'performedBy', 'performedAt') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.step_shown(text, ws_2.step, integer[]) to rowplane_viewer;
comment on function ws_2_edit.step_shown(text, ws_2.step, integer[]) is 'A7: whether one of the planes exposes the record and shows the field.';

create or replace function ws_2_edit.step_editable(field text, item ws_2.step, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when field in ('process', 'step', 'name', 'group', 'performedBy', 'performedAt') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.step_editable(text, ws_2.step, integer[]) to rowplane_viewer;
comment on function ws_2_edit.step_editable(text, ws_2.step, integer[]) is 'A7, W1: whether one of the planes exposes the record and has the field as EDIT.';

create or replace function ws_2_edit.step_able(ability text, item ws_2.step, mine integer[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case
    when ability in ('CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE') then mine && '{2}'::integer[]
    else false
  end, false);
end $$;
grant execute on function ws_2_edit.step_able(text, ws_2.step, integer[]) to rowplane_viewer;
comment on function ws_2_edit.step_able(text, ws_2.step, integer[]) is 'A8: whether one of the planes exposes the record and grants the ability.';

create or replace function ws_2_edit.step_exposing(item ws_2.step, me uuid, groups uuid[]) returns integer[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return '{2}'::integer[];
end $$;
comment on function ws_2_edit.step_exposing(ws_2.step, uuid, uuid[]) is 'A2: the planes that expose the record, with a person also those whose restriction asks who looks.';

create or replace function ws_2_edit.process_frozen(field text, item ws_2.process) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when field is null then item.ended_at is not null
    when field in ('reference', 'channel', 'department', 'group', 'responsible', 'startedAt', 'dueAt', 'plannedEndAt', 'endedAt') then item.ended_at is not null
    else false
  end;
end $$;
grant execute on function ws_2_edit.process_frozen(text, ws_2.process) to rowplane_viewer;
comment on function ws_2_edit.process_frozen(text, ws_2.process) is 'W7: whether nobody may change the field of this record any more, or with null the record as a whole.';

grant create on schema ws_2_sight to ws_d3d3d3_2_sight;

grant usage on schema ws_2_sight to ws_d3d3d3_2_planes, ws_d3d3d3_2_trash;

grant select (id) on ws_2.batch to ws_d3d3d3_2_sight;

create policy sight on ws_2.batch for select to ws_d3d3d3_2_sight
  using (deleted_at is null and (
    (select rowplane.viewer_in_any_plane('{2,3,4}'::integer[]))));
comment on policy sight on ws_2.batch is 'V1: the records of definition batch that any plane of the viewer exposes.';

create view ws_2_sight.batch as
  select
    t.id
  from ws_2.batch t;
create rule plain as on update to ws_2_sight.batch do also nothing;
grant select on ws_2_sight.batch to rowplane_viewer, ws_d3d3d3_2_planes, ws_d3d3d3_2_trash;
comment on view ws_2_sight.batch is 'V1, W8: which records of definition batch the viewer sees.';
alter view ws_2_sight.batch owner to ws_d3d3d3_2_sight;

grant select (id) on ws_2.document to ws_d3d3d3_2_sight;

create policy sight on ws_2.document for select to ws_d3d3d3_2_sight
  using (deleted_at is null and (
    (select rowplane.viewer_in_any_plane('{2,3}'::integer[]))
    or ((select rowplane.viewer_in_any_plane('{4}'::integer[])) and relevancy is not null)));
comment on policy sight on ws_2.document is 'V1: the records of definition document that any plane of the viewer exposes.';

create view ws_2_sight.document as
  select
    t.id
  from ws_2.document t;
create rule plain as on update to ws_2_sight.document do also nothing;
grant select on ws_2_sight.document to rowplane_viewer, ws_d3d3d3_2_planes, ws_d3d3d3_2_trash;
comment on view ws_2_sight.document is 'V1, W8: which records of definition document the viewer sees.';
alter view ws_2_sight.document owner to ws_d3d3d3_2_sight;

grant select (id) on ws_2.process to ws_d3d3d3_2_sight;

create policy sight on ws_2.process for select to ws_d3d3d3_2_sight
  using (deleted_at is null and (
    (select rowplane.viewer_in_any_plane('{2}'::integer[]))));
comment on policy sight on ws_2.process is 'V1: the records of definition process that any plane of the viewer exposes.';

create view ws_2_sight.process as
  select
    t.id
  from ws_2.process t;
create rule plain as on update to ws_2_sight.process do also nothing;
grant select on ws_2_sight.process to rowplane_viewer, ws_d3d3d3_2_planes, ws_d3d3d3_2_trash;
comment on view ws_2_sight.process is 'V1, W8: which records of definition process the viewer sees.';
alter view ws_2_sight.process owner to ws_d3d3d3_2_sight;

grant select (id) on ws_2.step to ws_d3d3d3_2_sight;

create policy sight on ws_2.step for select to ws_d3d3d3_2_sight
  using (deleted_at is null and (
    (select rowplane.viewer_in_any_plane('{2}'::integer[]))));
comment on policy sight on ws_2.step is 'V1: the records of definition step that any plane of the viewer exposes.';

create view ws_2_sight.step as
  select
    t.id
  from ws_2.step t;
create rule plain as on update to ws_2_sight.step do also nothing;
grant select on ws_2_sight.step to rowplane_viewer, ws_d3d3d3_2_planes, ws_d3d3d3_2_trash;
comment on view ws_2_sight.step is 'V1, W8: which records of definition step the viewer sees.';
alter view ws_2_sight.step owner to ws_d3d3d3_2_sight;

grant create on schema ws_2_edit to ws_d3d3d3_2_writer;

grant select (id),
  update (name, status, received_at, folder_id, client_id, owner_id, deleted_at)
  on ws_2.batch to ws_d3d3d3_2_writer;

create policy planes on ws_2.batch for update to ws_d3d3d3_2_writer
  using (
    (select rowplane.viewer_in_any_plane('{2,3,4}'::integer[])))
  with check (true);
comment on policy planes on ws_2.batch is 'W1, W4: what any plane of the viewer exposes of definition batch can be aimed at; the guard judges the change.';

create view ws_2_edit.batch as
  select
    t.name,
    t.status,
    t.received_at,
    t.folder_id,
    t.client_id,
    t.owner_id,
    t.deleted_at
  from ws_2.batch t
  where t.id = any ((select rowplane.targets())::uuid[]);
create rule plain as on delete to ws_2_edit.batch do also nothing;
grant update on ws_2_edit.batch to rowplane_viewer;
comment on view ws_2_edit.batch is 'W1: the edit door of definition batch. Say rowplane.set_targets(ids), then update without a condition.';
alter view ws_2_edit.batch owner to ws_d3d3d3_2_writer;

grant select (id),
  update (title, document_date, pages, amount, confidential, relevancy, coding, notes, process_id, batch_id, folder_id, client_id, owner_id, deleted_at)
  on ws_2.document to ws_d3d3d3_2_writer;

create policy planes on ws_2.document for update to ws_d3d3d3_2_writer
  using (
    (select rowplane.viewer_in_any_plane('{2,3}'::integer[]))
    or ((select rowplane.viewer_in_any_plane('{4}'::integer[])) and relevancy is not null))
  with check (true);
comment on policy planes on ws_2.document is 'W1, W4: what any plane of the viewer exposes of definition document can be aimed at; the guard judges the change.';

create view ws_2_edit.document as
  select
    t.title,
    t.document_date,
    t.pages,
    t.amount,
    t.confidential,
    t.relevancy,
    t.coding,
    t.notes,
    t.process_id,
    t.batch_id,
    t.folder_id,
    t.client_id,
    t.owner_id,
    t.deleted_at
  from ws_2.document t
  where t.id = any ((select rowplane.targets())::uuid[]);
create rule plain as on delete to ws_2_edit.document do also nothing;
grant update on ws_2_edit.document to rowplane_viewer;
comment on view ws_2_edit.document is 'W1: the edit door of definition document. Say rowplane.set_targets(ids), then update without a condition.';
alter view ws_2_edit.document owner to ws_d3d3d3_2_writer;

grant select (id),
  update (reference, channel, department, "group", responsible, started_at, due_at, planned_end_at, ended_at, folder_id, client_id, owner_id, deleted_at)
  on ws_2.process to ws_d3d3d3_2_writer;

create policy planes on ws_2.process for update to ws_d3d3d3_2_writer
  using (
    (select rowplane.viewer_in_any_plane('{2}'::integer[])))
  with check (true);
comment on policy planes on ws_2.process is 'W1, W4: what any plane of the viewer exposes of definition process can be aimed at; the guard judges the change.';

create view ws_2_edit.process as
  select
    t.reference,
    t.channel,
    t.department,
    t."group",
    t.responsible,
    t.started_at,
    t.due_at,
    t.planned_end_at,
    t.ended_at,
    t.folder_id,
    t.client_id,
    t.owner_id,
    t.deleted_at
  from ws_2.process t
  where t.id = any ((select rowplane.targets())::uuid[]);
create rule plain as on delete to ws_2_edit.process do also nothing;
grant update on ws_2_edit.process to rowplane_viewer;
comment on view ws_2_edit.process is 'W1: the edit door of definition process. Say rowplane.set_targets(ids), then update without a condition.';
alter view ws_2_edit.process owner to ws_d3d3d3_2_writer;

grant select (id),
  update (process_id, step, name, "group", performed_by, performed_at, folder_id, client_id, owner_id, deleted_at)
  on ws_2.step to ws_d3d3d3_2_writer;

create policy planes on ws_2.step for update to ws_d3d3d3_2_writer
  using (
    (select rowplane.viewer_in_any_plane('{2}'::integer[])))
  with check (true);
comment on policy planes on ws_2.step is 'W1, W4: what any plane of the viewer exposes of definition step can be aimed at; the guard judges the change.';

create view ws_2_edit.step as
  select
    t.process_id,
    t.step,
    t.name,
    t."group",
    t.performed_by,
    t.performed_at,
    t.folder_id,
    t.client_id,
    t.owner_id,
    t.deleted_at
  from ws_2.step t
  where t.id = any ((select rowplane.targets())::uuid[]);
create rule plain as on delete to ws_2_edit.step do also nothing;
grant update on ws_2_edit.step to rowplane_viewer;
comment on view ws_2_edit.step is 'W1: the edit door of definition step. Say rowplane.set_targets(ids), then update without a condition.';
alter view ws_2_edit.step owner to ws_d3d3d3_2_writer;

create or replace function ws_2_edit.batch_field() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not ws_2_edit.batch_editable(tg_argv[0], old, rowplane.viewer_planes(2)) then
    perform rowplane.refuse('FORBIDDEN', format('You may not change the field "%s" of this record.', tg_argv[0]),
      jsonb_build_object('field', tg_argv[0], 'id', old.id));
  end if;
  return new;
end $$;
comment on function ws_2_edit.batch_field() is 'W1, W7: refuses a change of a field that is not EDIT for the viewer on this record, or is frozen.';

create or replace function ws_2_edit.batch_record() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  expected integer := rowplane.expected_version(old.id);
  mine integer[];
  removable boolean;
begin
  if old.deleted_at is not null or new.deleted_at is not null then
    removable := coalesce((rowplane.viewer_flags(2, 'DELETE'))[old.realm_id], false);
    if old.deleted_at is not null then
      mine := rowplane.viewer_planes(2);
      -- To those who don't see it in the trash, and for anything but restoring, the record is a missing one.
      if new.deleted_at is not null or not removable or not (ws_2_edit.batch_able('DELETE', old, mine) or ws_2_edit.batch_able('MASS_DELETE', old, mine)) then
        return null;
      end if;
      if to_jsonb(new) - 'deleted_at' <> to_jsonb(old) - 'deleted_at' then
        perform rowplane.refuse('VALIDATION_FAILED', 'A record in the trash can only be restored. Change it afterwards.', jsonb_build_object('id', old.id));
      end if;
    elsif not removable then
      perform rowplane.refuse('FORBIDDEN', 'You may not delete records from this folder.', jsonb_build_object('permission', 'DELETE', 'id', old.id));
    else
      new.deleted_at := now();
    end if;
  end if;
  if expected <> old.version then
    perform rowplane.refuse('STALE_VERSION', format('The record has version %s by now, not %s. Read it again.', old.version, expected),
      jsonb_build_object('id', old.id, 'version', old.version, 'expected', expected));
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;
comment on function ws_2_edit.batch_record() is 'W2, W6: what goes into the trash and comes out of it; the version that the writer expects, and the next one.';

create or replace function ws_2_edit.batch_changed() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  several boolean := (select count(*) > 1 from new_rows);
  mine integer[] := rowplane.viewer_planes(2);
  refused record;
begin
  perform set_config('rowplane.changed', coalesce((select array_agg(n.id) from new_rows n), '{}')::text, true);
  -- The first will do; a limit would make the planner go through all rows for each one.
  select o.id, needs.ability into refused
  from old_rows o
  join new_rows n on n.id = o.id
  cross join lateral (select case
    when (o.deleted_at is null) = (n.deleted_at is null) then case when several then 'MASS_UPDATE' end
    when several then 'MASS_DELETE'
    else 'DELETE'
  end) as needs(ability)
  where needs.ability is not null and not ws_2_edit.batch_able(needs.ability, o, mine);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on this record.', refused.ability),
      jsonb_build_object('ability', refused.ability, 'id', refused.id));
  end if;
  return null;
end $$;
comment on function ws_2_edit.batch_changed() is 'W1, W2: several records at once need MASS_UPDATE or MASS_DELETE on each, one needs DELETE to be deleted. W7: frozen ones stay where they are. W5: keeps which records changed.';

create trigger guard_0_permissions before insert or update or delete on ws_2.batch
  for each statement
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_permissions();
comment on trigger guard_0_permissions on ws_2.batch is 'V5: permissions stay as they are from here to the commit.';

create trigger guard_0_unlocked before insert or delete or update of name, status, received_at, folder_id, client_id, owner_id, deleted_at on ws_2.batch
  for each statement
  when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null)
  execute function rowplane.guard_unlocked(2);
comment on trigger guard_0_unlocked on ws_2.batch is 'P11: while the workspace is locked, only who holds the lock writes.';

create trigger guard_1_new before insert on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_new(2);
comment on trigger guard_1_new on ws_2.batch is 'W3: place, owner and version of a new record.';

create trigger guard_1_record before update on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.batch_record();
comment on trigger guard_1_record on ws_2.batch is 'W2, W6: trash, expected version, next version.';

create trigger guard_2_restored before update of deleted_at on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_restored();
comment on trigger guard_2_restored on ws_2.batch is 'W2: only the trash is restored from.';

create trigger guard_3_name before update of name on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.batch_field('name');
comment on trigger guard_3_name on ws_2.batch is 'W1: field name must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_status before update of status on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.batch_field('status');
comment on trigger guard_3_status on ws_2.batch is 'W1: field status must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_received_at before update of received_at on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.batch_field('receivedAt');
comment on trigger guard_3_received_at on ws_2.batch is 'W1: field receivedAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_4_owner before update of owner_id on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_owner();
comment on trigger guard_4_owner on ws_2.batch is 'D1: an owner changes by a transfer only.';

create trigger guard_4_place before update of folder_id, client_id on ws_2.batch
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_place(2);
comment on trigger guard_4_place on ws_2.batch is 'P8, C7, C8: where the record goes must be a place and a client of the viewer.';

create trigger guard_6_changed after update on ws_2.batch
  referencing old table as old_rows new table as new_rows for each statement
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.batch_changed();
comment on trigger guard_6_changed on ws_2.batch is 'W1, W2, W5: abilities by how many records changed, and which these were.';

create or replace function ws_2_edit.document_field() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not ws_2_edit.document_editable(tg_argv[0], old, rowplane.viewer_planes(2)) then
    perform rowplane.refuse('FORBIDDEN', format('You may not change the field "%s" of this record.', tg_argv[0]),
      jsonb_build_object('field', tg_argv[0], 'id', old.id));
  end if;
  return new;
end $$;
comment on function ws_2_edit.document_field() is 'W1, W7: refuses a change of a field that is not EDIT for the viewer on this record, or is frozen.';

create or replace function ws_2_edit.document_record() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  expected integer := rowplane.expected_version(old.id);
  mine integer[];
  removable boolean;
begin
  if old.deleted_at is not null or new.deleted_at is not null then
    removable := coalesce((rowplane.viewer_flags(2, 'DELETE'))[old.realm_id], false);
    if old.deleted_at is not null then
      mine := rowplane.viewer_planes(2);
      -- To those who don't see it in the trash, and for anything but restoring, the record is a missing one.
      if new.deleted_at is not null or not removable or not (ws_2_edit.document_able('DELETE', old, mine) or ws_2_edit.document_able('MASS_DELETE', old, mine)) then
        return null;
      end if;
      if to_jsonb(new) - 'deleted_at' <> to_jsonb(old) - 'deleted_at' then
        perform rowplane.refuse('VALIDATION_FAILED', 'A record in the trash can only be restored. Change it afterwards.', jsonb_build_object('id', old.id));
      end if;
    elsif not removable then
      perform rowplane.refuse('FORBIDDEN', 'You may not delete records from this folder.', jsonb_build_object('permission', 'DELETE', 'id', old.id));
    else
      new.deleted_at := now();
    end if;
  end if;
  if expected <> old.version then
    perform rowplane.refuse('STALE_VERSION', format('The record has version %s by now, not %s. Read it again.', old.version, expected),
      jsonb_build_object('id', old.id, 'version', old.version, 'expected', expected));
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;
comment on function ws_2_edit.document_record() is 'W2, W6: what goes into the trash and comes out of it; the version that the writer expects, and the next one.';

create or replace function ws_2_edit.document_changed() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  several boolean := (select count(*) > 1 from new_rows);
  mine integer[] := rowplane.viewer_planes(2);
  refused record;
begin
  perform set_config('rowplane.changed', coalesce((select array_agg(n.id) from new_rows n), '{}')::text, true);
  -- The first will do; a limit would make the planner go through all rows for each one.
  select o.id, needs.ability into refused
  from old_rows o
  join new_rows n on n.id = o.id
  cross join lateral (select case
    when (o.deleted_at is null) = (n.deleted_at is null) then case when several then 'MASS_UPDATE' end
    when several then 'MASS_DELETE'
    else 'DELETE'
  end) as needs(ability)
  where needs.ability is not null and not ws_2_edit.document_able(needs.ability, o, mine);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on this record.', refused.ability),
      jsonb_build_object('ability', refused.ability, 'id', refused.id));
  end if;
  return null;
end $$;
comment on function ws_2_edit.document_changed() is 'W1, W2: several records at once need MASS_UPDATE or MASS_DELETE on each, one needs DELETE to be deleted. W7: frozen ones stay where they are. W5: keeps which records changed.';

create or replace function ws_2_edit.document_references() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_argv[0] = 'process' and new.process_id is not null and not exists (select from ws_2_sight.process s where s.id = new.process_id) then
    perform rowplane.no_such_record('process');
  end if;
  if tg_argv[0] = 'batch' and new.batch_id is not null and not exists (select from ws_2_sight.batch s where s.id = new.batch_id) then
    perform rowplane.no_such_record('batch');
  end if;
  return new;
end $$;
comment on function ws_2_edit.document_references() is 'W8: a reference to a record that the viewer does not see is refused like one to a missing record.';

create trigger guard_0_permissions before insert or update or delete on ws_2.document
  for each statement
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_permissions();
comment on trigger guard_0_permissions on ws_2.document is 'V5: permissions stay as they are from here to the commit.';

create trigger guard_0_unlocked before insert or delete or update of title, document_date, pages, amount, confidential, relevancy, coding, notes, process_id, batch_id, folder_id, client_id, owner_id, deleted_at on ws_2.document
  for each statement
  when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null)
  execute function rowplane.guard_unlocked(2);
comment on trigger guard_0_unlocked on ws_2.document is 'P11: while the workspace is locked, only who holds the lock writes.';

create trigger guard_1_new before insert on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_new(2);
comment on trigger guard_1_new on ws_2.document is 'W3: place, owner and version of a new record.';

create trigger guard_1_record before update on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_record();
comment on trigger guard_1_record on ws_2.document is 'W2, W6: trash, expected version, next version.';

create trigger guard_2_restored before update of deleted_at on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_restored();
comment on trigger guard_2_restored on ws_2.document is 'W2: only the trash is restored from.';

create trigger guard_3_title before update of title on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('title');
comment on trigger guard_3_title on ws_2.document is 'W1: field title must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_document_date before update of document_date on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('documentDate');
comment on trigger guard_3_document_date on ws_2.document is 'W1: field documentDate must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_pages before update of pages on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('pages');
comment on trigger guard_3_pages on ws_2.document is 'W1: field pages must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_amount before update of amount on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('amount');
comment on trigger guard_3_amount on ws_2.document is 'W1: field amount must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_confidential before update of confidential on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('confidential');
comment on trigger guard_3_confidential on ws_2.document is 'W1: field confidential must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_relevancy before update of relevancy on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('relevancy');
comment on trigger guard_3_relevancy on ws_2.document is 'W1: field relevancy must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_coding before update of coding on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('coding');
comment on trigger guard_3_coding on ws_2.document is 'W1: field coding must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_notes before update of notes on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('notes');
comment on trigger guard_3_notes on ws_2.document is 'W1: field notes must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_process_id before update of process_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('process');
comment on trigger guard_3_process_id on ws_2.document is 'W1: field process must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_batch_id before update of batch_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_field('batch');
comment on trigger guard_3_batch_id on ws_2.document is 'W1: field batch must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_4_owner before update of owner_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_owner();
comment on trigger guard_4_owner on ws_2.document is 'D1: an owner changes by a transfer only.';

create trigger guard_4_place before update of folder_id, client_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_place(2);
comment on trigger guard_4_place on ws_2.document is 'P8, C7, C8: where the record goes must be a place and a client of the viewer.';

create trigger guard_5_process_id before update of process_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_references('process');
comment on trigger guard_5_process_id on ws_2.document is 'W8: what the viewer does not see can not be referred to.';

create trigger guard_5_batch_id before update of batch_id on ws_2.document
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_references('batch');
comment on trigger guard_5_batch_id on ws_2.document is 'W8: what the viewer does not see can not be referred to.';

create trigger guard_6_changed after update on ws_2.document
  referencing old table as old_rows new table as new_rows for each statement
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.document_changed();
comment on trigger guard_6_changed on ws_2.document is 'W1, W2, W5: abilities by how many records changed, and which these were.';

create policy sees_process_id on ws_2.document as restrictive for insert to ws_d3d3d3_2_planes
  with check (document.process_id is null
    or exists (select from ws_2_sight.process s where s.id = document.process_id)
    or rowplane.no_such_record('process'));
comment on policy sees_process_id on ws_2.document is 'W8: a new record refers by process to what the viewer sees.';

create policy sees_batch_id on ws_2.document as restrictive for insert to ws_d3d3d3_2_planes
  with check (document.batch_id is null
    or exists (select from ws_2_sight.batch s where s.id = document.batch_id)
    or rowplane.no_such_record('batch'));
comment on policy sees_batch_id on ws_2.document is 'W8: a new record refers by batch to what the viewer sees.';

create or replace function ws_2_edit.process_field() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not ws_2_edit.process_editable(tg_argv[0], old, rowplane.viewer_planes(2)) then
    perform rowplane.refuse('FORBIDDEN', format('You may not change the field "%s" of this record.', tg_argv[0]),
      jsonb_build_object('field', tg_argv[0], 'id', old.id));
  end if;
  if ws_2_edit.process_frozen(tg_argv[0], old) then
    perform rowplane.refuse('FORBIDDEN', format('This record is frozen: its field "%s" can''t be changed any more.', tg_argv[0]),
      jsonb_build_object('frozen', true, 'field', tg_argv[0], 'id', old.id));
  end if;
  return new;
end $$;
comment on function ws_2_edit.process_field() is 'W1, W7: refuses a change of a field that is not EDIT for the viewer on this record, or is frozen.';

create or replace function ws_2_edit.process_record() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  expected integer := rowplane.expected_version(old.id);
  mine integer[];
  removable boolean;
begin
  if old.deleted_at is not null or new.deleted_at is not null then
    removable := coalesce((rowplane.viewer_flags(2, 'DELETE'))[old.realm_id], false);
    if old.deleted_at is not null then
      mine := rowplane.viewer_planes(2);
      -- To those who don't see it in the trash, and for anything but restoring, the record is a missing one.
      if new.deleted_at is not null or not removable or not (ws_2_edit.process_able('DELETE', old, mine) or ws_2_edit.process_able('MASS_DELETE', old, mine)) then
        return null;
      end if;
      if to_jsonb(new) - 'deleted_at' <> to_jsonb(old) - 'deleted_at' then
        perform rowplane.refuse('VALIDATION_FAILED', 'A record in the trash can only be restored. Change it afterwards.', jsonb_build_object('id', old.id));
      end if;
    elsif not removable then
      perform rowplane.refuse('FORBIDDEN', 'You may not delete records from this folder.', jsonb_build_object('permission', 'DELETE', 'id', old.id));
    else
      new.deleted_at := now();
    end if;
  end if;
  if expected <> old.version then
    perform rowplane.refuse('STALE_VERSION', format('The record has version %s by now, not %s. Read it again.', old.version, expected),
      jsonb_build_object('id', old.id, 'version', old.version, 'expected', expected));
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;
comment on function ws_2_edit.process_record() is 'W2, W6: what goes into the trash and comes out of it; the version that the writer expects, and the next one.';

create or replace function ws_2_edit.process_changed() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  several boolean := (select count(*) > 1 from new_rows);
  mine integer[] := rowplane.viewer_planes(2);
  refused record;
begin
  perform set_config('rowplane.changed', coalesce((select array_agg(n.id) from new_rows n), '{}')::text, true);
  -- The first will do; a limit would make the planner go through all rows for each one.
  select o.id, needs.ability into refused
  from old_rows o
  join new_rows n on n.id = o.id
  cross join lateral (select case
    when (o.deleted_at is null) = (n.deleted_at is null) then case when several then 'MASS_UPDATE' end
    when several then 'MASS_DELETE'
    else 'DELETE'
  end) as needs(ability)
  where needs.ability is not null and not ws_2_edit.process_able(needs.ability, o, mine);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on this record.', refused.ability),
      jsonb_build_object('ability', refused.ability, 'id', refused.id));
  end if;
  select o.id, n.deleted_at is not null as deleted into refused
  from old_rows o
  join new_rows n on n.id = o.id
  where ((o.deleted_at is null and n.deleted_at is not null) or o.folder_id <> n.folder_id or o.client_id is distinct from n.client_id) and ws_2_edit.process_frozen(null, o);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('This record is frozen: it can''t be %s any more.', case when refused.deleted then 'deleted' else 'moved or given another client' end),
      jsonb_build_object('frozen', true, 'id', refused.id));
  end if;
  return null;
end $$;
comment on function ws_2_edit.process_changed() is 'W1, W2: several records at once need MASS_UPDATE or MASS_DELETE on each, one needs DELETE to be deleted. W7: frozen ones stay where they are. W5: keeps which records changed.';

create trigger guard_0_permissions before insert or update or delete on ws_2.process
  for each statement
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_permissions();
comment on trigger guard_0_permissions on ws_2.process is 'V5: permissions stay as they are from here to the commit.';

create trigger guard_0_unlocked before insert or delete or update of reference, channel, department, "group", responsible, started_at, due_at, planned_end_at, ended_at, folder_id, client_id, owner_id, deleted_at on ws_2.process
  for each statement
  when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null)
  execute function rowplane.guard_unlocked(2);
comment on trigger guard_0_unlocked on ws_2.process is 'P11: while the workspace is locked, only who holds the lock writes.';

create trigger guard_1_new before insert on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_new(2);
comment on trigger guard_1_new on ws_2.process is 'W3: place, owner and version of a new record.';

create trigger guard_1_record before update on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_record();
comment on trigger guard_1_record on ws_2.process is 'W2, W6: trash, expected version, next version.';

create trigger guard_2_restored before update of deleted_at on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_restored();
comment on trigger guard_2_restored on ws_2.process is 'W2: only the trash is restored from.';

create trigger guard_3_reference before update of reference on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('reference');
comment on trigger guard_3_reference on ws_2.process is 'W1: field reference must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_channel before update of channel on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('channel');
comment on trigger guard_3_channel on ws_2.process is 'W1: field channel must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_department before update of department on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('department');
comment on trigger guard_3_department on ws_2.process is 'W1: field department must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_group before update of "group" on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('group');
comment on trigger guard_3_group on ws_2.process is 'W1: field group must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_responsible before update of responsible on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('responsible');
comment on trigger guard_3_responsible on ws_2.process is 'W1: field responsible must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_started_at before update of started_at on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('startedAt');
comment on trigger guard_3_started_at on ws_2.process is 'W1: field startedAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_due_at before update of due_at on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('dueAt');
comment on trigger guard_3_due_at on ws_2.process is 'W1: field dueAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_planned_end_at before update of planned_end_at on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('plannedEndAt');
comment on trigger guard_3_planned_end_at on ws_2.process is 'W1: field plannedEndAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_ended_at before update of ended_at on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_field('endedAt');
comment on trigger guard_3_ended_at on ws_2.process is 'W1: field endedAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_4_owner before update of owner_id on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_owner();
comment on trigger guard_4_owner on ws_2.process is 'D1: an owner changes by a transfer only.';

create trigger guard_4_place before update of folder_id, client_id on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_place(2);
comment on trigger guard_4_place on ws_2.process is 'P8, C7, C8: where the record goes must be a place and a client of the viewer.';

create trigger guard_6_changed after update on ws_2.process
  referencing old table as old_rows new table as new_rows for each statement
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_changed();
comment on trigger guard_6_changed on ws_2.process is 'W1, W2, W5: abilities by how many records changed, and which these were.';

create or replace function ws_2_edit.step_field() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not ws_2_edit.step_editable(tg_argv[0], old, rowplane.viewer_planes(2)) then
    perform rowplane.refuse('FORBIDDEN', format('You may not change the field "%s" of this record.', tg_argv[0]),
      jsonb_build_object('field', tg_argv[0], 'id', old.id));
  end if;
  return new;
end $$;
comment on function ws_2_edit.step_field() is 'W1, W7: refuses a change of a field that is not EDIT for the viewer on this record, or is frozen.';

create or replace function ws_2_edit.step_record() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  expected integer := rowplane.expected_version(old.id);
  mine integer[];
  removable boolean;
begin
  if old.deleted_at is not null or new.deleted_at is not null then
    removable := coalesce((rowplane.viewer_flags(2, 'DELETE'))[old.realm_id], false);
    if old.deleted_at is not null then
      mine := rowplane.viewer_planes(2);
      -- To those who don't see it in the trash, and for anything but restoring, the record is a missing one.
      if new.deleted_at is not null or not removable or not (ws_2_edit.step_able('DELETE', old, mine) or ws_2_edit.step_able('MASS_DELETE', old, mine)) then
        return null;
      end if;
      if to_jsonb(new) - 'deleted_at' <> to_jsonb(old) - 'deleted_at' then
        perform rowplane.refuse('VALIDATION_FAILED', 'A record in the trash can only be restored. Change it afterwards.', jsonb_build_object('id', old.id));
      end if;
    elsif not removable then
      perform rowplane.refuse('FORBIDDEN', 'You may not delete records from this folder.', jsonb_build_object('permission', 'DELETE', 'id', old.id));
    else
      new.deleted_at := now();
    end if;
  end if;
  if expected <> old.version then
    perform rowplane.refuse('STALE_VERSION', format('The record has version %s by now, not %s. Read it again.', old.version, expected),
      jsonb_build_object('id', old.id, 'version', old.version, 'expected', expected));
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;
comment on function ws_2_edit.step_record() is 'W2, W6: what goes into the trash and comes out of it; the version that the writer expects, and the next one.';

create or replace function ws_2_edit.step_changed() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  several boolean := (select count(*) > 1 from new_rows);
  mine integer[] := rowplane.viewer_planes(2);
  refused record;
begin
  perform set_config('rowplane.changed', coalesce((select array_agg(n.id) from new_rows n), '{}')::text, true);
  -- The first will do; a limit would make the planner go through all rows for each one.
  select o.id, needs.ability into refused
  from old_rows o
  join new_rows n on n.id = o.id
  cross join lateral (select case
    when (o.deleted_at is null) = (n.deleted_at is null) then case when several then 'MASS_UPDATE' end
    when several then 'MASS_DELETE'
    else 'DELETE'
  end) as needs(ability)
  where needs.ability is not null and not ws_2_edit.step_able(needs.ability, o, mine);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on this record.', refused.ability),
      jsonb_build_object('ability', refused.ability, 'id', refused.id));
  end if;
  return null;
end $$;
comment on function ws_2_edit.step_changed() is 'W1, W2: several records at once need MASS_UPDATE or MASS_DELETE on each, one needs DELETE to be deleted. W7: frozen ones stay where they are. W5: keeps which records changed.';

create or replace function ws_2_edit.step_references() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_argv[0] = 'process' and new.process_id is not null and not exists (select from ws_2_sight.process s where s.id = new.process_id) then
    perform rowplane.no_such_record('process');
  end if;
  return new;
end $$;
comment on function ws_2_edit.step_references() is 'W8: a reference to a record that the viewer does not see is refused like one to a missing record.';

create trigger guard_0_permissions before insert or update or delete on ws_2.step
  for each statement
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_permissions();
comment on trigger guard_0_permissions on ws_2.step is 'V5: permissions stay as they are from here to the commit.';

create trigger guard_0_unlocked before insert or delete or update of process_id, step, name, "group", performed_by, performed_at, folder_id, client_id, owner_id, deleted_at on ws_2.step
  for each statement
  when (current_user <> 'rowplane_owner' or rowplane.viewer() is not null)
  execute function rowplane.guard_unlocked(2);
comment on trigger guard_0_unlocked on ws_2.step is 'P11: while the workspace is locked, only who holds the lock writes.';

create trigger guard_1_new before insert on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_new(2);
comment on trigger guard_1_new on ws_2.step is 'W3: place, owner and version of a new record.';

create trigger guard_1_record before update on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_record();
comment on trigger guard_1_record on ws_2.step is 'W2, W6: trash, expected version, next version.';

create trigger guard_2_restored before update of deleted_at on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_restored();
comment on trigger guard_2_restored on ws_2.step is 'W2: only the trash is restored from.';

create trigger guard_3_process_id before update of process_id on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('process');
comment on trigger guard_3_process_id on ws_2.step is 'W1: field process must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_step before update of step on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('step');
comment on trigger guard_3_step on ws_2.step is 'W1: field step must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_name before update of name on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('name');
comment on trigger guard_3_name on ws_2.step is 'W1: field name must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_group before update of "group" on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('group');
comment on trigger guard_3_group on ws_2.step is 'W1: field group must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_performed_by before update of performed_by on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('performedBy');
comment on trigger guard_3_performed_by on ws_2.step is 'W1: field performedBy must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_3_performed_at before update of performed_at on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_field('performedAt');
comment on trigger guard_3_performed_at on ws_2.step is 'W1: field performedAt must be EDIT in a plane of the viewer that exposes the record.';

create trigger guard_4_owner before update of owner_id on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_owner();
comment on trigger guard_4_owner on ws_2.step is 'D1: an owner changes by a transfer only.';

create trigger guard_4_place before update of folder_id, client_id on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function rowplane.guard_place(2);
comment on trigger guard_4_place on ws_2.step is 'P8, C7, C8: where the record goes must be a place and a client of the viewer.';

create trigger guard_5_process_id before update of process_id on ws_2.step
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_references('process');
comment on trigger guard_5_process_id on ws_2.step is 'W8: what the viewer does not see can not be referred to.';

create trigger guard_6_changed after update on ws_2.step
  referencing old table as old_rows new table as new_rows for each statement
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.step_changed();
comment on trigger guard_6_changed on ws_2.step is 'W1, W2, W5: abilities by how many records changed, and which these were.';

create policy sees_process_id on ws_2.step as restrictive for insert to ws_d3d3d3_2_planes
  with check (step.process_id is null
    or exists (select from ws_2_sight.process s where s.id = step.process_id)
    or rowplane.no_such_record('process'));
comment on policy sees_process_id on ws_2.step is 'W8: a new record refers by process to what the viewer sees.';

grant create on schema ws_2_trash to ws_d3d3d3_2_trash;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, deleted_at, name, status, received_at),
  delete
  on ws_2.batch to ws_d3d3d3_2_trash;

create policy trash_read on ws_2.batch for select to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.batch_able('DELETE', batch.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.batch_able('MASS_DELETE', batch.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_read on ws_2.batch is 'W2: the trash of those who may delete there.';

create policy trash_erase on ws_2.batch for delete to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_function(2, 'EMPTY_TRASH'))
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.batch_able('DELETE', batch.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.batch_able('MASS_DELETE', batch.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_erase on ws_2.batch is 'W2: who may delete there and has EMPTY_TRASH empties it.';

create view ws_2_trash.batch as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    (select s.id from rowplane.seen_users s where s.id = t.owner_id) as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.deleted_at,
    case when ws_2_edit.batch_shown('name', t.*, (select rowplane.viewer_planes(2))) then t.name end as name,
    case when ws_2_edit.batch_shown('status', t.*, (select rowplane.viewer_planes(2))) then t.status end as status,
    case when ws_2_edit.batch_shown('receivedAt', t.*, (select rowplane.viewer_planes(2))) then t.received_at end as received_at
  from ws_2.batch t;
create rule plain as on update to ws_2_trash.batch do also nothing;
grant select, delete on ws_2_trash.batch to rowplane_viewer;
comment on view ws_2_trash.batch is 'W2: definition batch in the trash, for those who may restore it. Deleting here erases for good.';
alter view ws_2_trash.batch owner to ws_d3d3d3_2_trash;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, deleted_at, title, document_date, pages, amount, confidential, relevancy, coding, notes, process_id, batch_id),
  delete
  on ws_2.document to ws_d3d3d3_2_trash;

create policy trash_read on ws_2.document for select to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.document_able('DELETE', document.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.document_able('MASS_DELETE', document.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_read on ws_2.document is 'W2: the trash of those who may delete there.';

create policy trash_erase on ws_2.document for delete to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_function(2, 'EMPTY_TRASH'))
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.document_able('DELETE', document.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.document_able('MASS_DELETE', document.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_erase on ws_2.document is 'W2: who may delete there and has EMPTY_TRASH empties it.';

create view ws_2_trash.document as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    (select s.id from rowplane.seen_users s where s.id = t.owner_id) as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.deleted_at,
    case when ws_2_edit.document_shown('title', t.*, (select rowplane.viewer_planes(2))) then t.title end as title,
    case when ws_2_edit.document_shown('documentDate', t.*, (select rowplane.viewer_planes(2))) then t.document_date end as document_date,
    case when ws_2_edit.document_shown('pages', t.*, (select rowplane.viewer_planes(2))) then t.pages end as pages,
    case when ws_2_edit.document_shown('amount', t.*, (select rowplane.viewer_planes(2))) then t.amount end as amount,
    case when ws_2_edit.document_shown('confidential', t.*, (select rowplane.viewer_planes(2))) then t.confidential end as confidential,
    case when ws_2_edit.document_shown('relevancy', t.*, (select rowplane.viewer_planes(2))) then t.relevancy end as relevancy,
    case when ws_2_edit.document_shown('coding', t.*, (select rowplane.viewer_planes(2))) then t.coding end as coding,
    case when ws_2_edit.document_shown('notes', t.*, (select rowplane.viewer_planes(2))) then t.notes end as notes,
    case when ws_2_edit.document_shown('process', t.*, (select rowplane.viewer_planes(2))) then (select s.id from ws_2_sight.process s where s.id = t.process_id) end as process_id,
    case when ws_2_edit.document_shown('batch', t.*, (select rowplane.viewer_planes(2))) then (select s.id from ws_2_sight.batch s where s.id = t.batch_id) end as batch_id
  from ws_2.document t;
create rule plain as on update to ws_2_trash.document do also nothing;
grant select, delete on ws_2_trash.document to rowplane_viewer;
comment on view ws_2_trash.document is 'W2: definition document in the trash, for those who may restore it. Deleting here erases for good.';
alter view ws_2_trash.document owner to ws_d3d3d3_2_trash;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, deleted_at, reference, channel, department, "group", responsible, started_at, due_at, planned_end_at, ended_at),
  delete
  on ws_2.process to ws_d3d3d3_2_trash;

create policy trash_read on ws_2.process for select to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.process_able('DELETE', process.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.process_able('MASS_DELETE', process.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_read on ws_2.process is 'W2: the trash of those who may delete there.';

create policy trash_erase on ws_2.process for delete to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_function(2, 'EMPTY_TRASH'))
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.process_able('DELETE', process.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.process_able('MASS_DELETE', process.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_erase on ws_2.process is 'W2: who may delete there and has EMPTY_TRASH empties it.';

create view ws_2_trash.process as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    (select s.id from rowplane.seen_users s where s.id = t.owner_id) as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.deleted_at,
    case when ws_2_edit.process_shown('reference', t.*, (select rowplane.viewer_planes(2))) then t.reference end as reference,
    case when ws_2_edit.process_shown('channel', t.*, (select rowplane.viewer_planes(2))) then t.channel end as channel,
    case when ws_2_edit.process_shown('department', t.*, (select rowplane.viewer_planes(2))) then t.department end as department,
    case when ws_2_edit.process_shown('group', t.*, (select rowplane.viewer_planes(2))) then t."group" end as "group",
    case when ws_2_edit.process_shown('responsible', t.*, (select rowplane.viewer_planes(2))) then t.responsible end as responsible,
    case when ws_2_edit.process_shown('startedAt', t.*, (select rowplane.viewer_planes(2))) then t.started_at end as started_at,
    case when ws_2_edit.process_shown('dueAt', t.*, (select rowplane.viewer_planes(2))) then t.due_at end as due_at,
    case when ws_2_edit.process_shown('plannedEndAt', t.*, (select rowplane.viewer_planes(2))) then t.planned_end_at end as planned_end_at,
    case when ws_2_edit.process_shown('endedAt', t.*, (select rowplane.viewer_planes(2))) then t.ended_at end as ended_at
  from ws_2.process t;
create rule plain as on update to ws_2_trash.process do also nothing;
grant select, delete on ws_2_trash.process to rowplane_viewer;
comment on view ws_2_trash.process is 'W2: definition process in the trash, for those who may restore it. Deleting here erases for good.';
alter view ws_2_trash.process owner to ws_d3d3d3_2_trash;

create or replace function ws_2_edit.process_kept() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if old.ended_at is not null
    or exists (select from ws_2.step t where t.process_id = old.id) then
    return null;
  end if;
  return old;
end $$;
comment on function ws_2_edit.process_kept() is 'W2, W7: keeps records of definition process that others must refer to, and frozen ones, from being erased.';

create trigger guard_1_kept before delete on ws_2.process
  for each row
  when (current_user <> 'rowplane_owner')
  execute function ws_2_edit.process_kept();
comment on trigger guard_1_kept on ws_2.process is 'W2, W7: what others must refer to, and what is frozen, is not erased.';

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, deleted_at, process_id, step, name, "group", performed_by, performed_at),
  delete
  on ws_2.step to ws_d3d3d3_2_trash;

create policy trash_read on ws_2.step for select to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.step_able('DELETE', step.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.step_able('MASS_DELETE', step.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_read on ws_2.step is 'W2: the trash of those who may delete there.';

create policy trash_erase on ws_2.step for delete to ws_d3d3d3_2_trash
  using (deleted_at is not null
    and (select rowplane.viewer_function(2, 'EMPTY_TRASH'))
    and (select rowplane.viewer_flags(2, 'DELETE'))[realm_id]
    and (ws_2_edit.step_able('DELETE', step.*, (select rowplane.viewer_planes(2)))
      or ws_2_edit.step_able('MASS_DELETE', step.*, (select rowplane.viewer_planes(2)))));
comment on policy trash_erase on ws_2.step is 'W2: who may delete there and has EMPTY_TRASH empties it.';

create view ws_2_trash.step as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    (select s.id from rowplane.seen_users s where s.id = t.owner_id) as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.deleted_at,
    case when ws_2_edit.step_shown('process', t.*, (select rowplane.viewer_planes(2))) then (select s.id from ws_2_sight.process s where s.id = t.process_id) end as process_id,
    case when ws_2_edit.step_shown('step', t.*, (select rowplane.viewer_planes(2))) then t.step end as step,
    case when ws_2_edit.step_shown('name', t.*, (select rowplane.viewer_planes(2))) then t.name end as name,
    case when ws_2_edit.step_shown('group', t.*, (select rowplane.viewer_planes(2))) then t."group" end as "group",
    case when ws_2_edit.step_shown('performedBy', t.*, (select rowplane.viewer_planes(2))) then t.performed_by end as performed_by,
    case when ws_2_edit.step_shown('performedAt', t.*, (select rowplane.viewer_planes(2))) then t.performed_at end as performed_at
  from ws_2.step t;
create rule plain as on update to ws_2_trash.step do also nothing;
grant select, delete on ws_2_trash.step to rowplane_viewer;
comment on view ws_2_trash.step is 'W2: definition step in the trash, for those who may restore it. Deleting here erases for good.';
alter view ws_2_trash.step owner to ws_d3d3d3_2_trash;

grant usage on schema ws_2_sight to ws_d3d3d3_2_sight;

grant usage on schema rowplane to ws_d3d3d3_2_sight;
grant execute on function rowplane.viewer(), rowplane.viewer_groups(), rowplane.viewer_planes(int) to ws_d3d3d3_2_sight;
set local role ws_d3d3d3_2_sight;
create or replace function ws_2_sight.sees(records text, id uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  seen boolean;
begin
  execute format('select exists (select from ws_2_sight.%I s where s.id = $1)', records) into seen using id;
  return seen;
end $$;
revoke all on function ws_2_sight.sees(text, uuid) from public;
grant execute on function ws_2_sight.sees(text, uuid) to rowplane_owner;
comment on function ws_2_sight.sees(text, uuid) is 'V1: whether the viewer sees a record of workspace 2, for functions of the owner.';
set local role rowplane_owner;

grant usage on schema rowplane to ws_d3d3d3_2_sight;
grant execute on function rowplane.viewer(), rowplane.viewer_groups(), rowplane.viewer_planes(int) to ws_d3d3d3_2_sight;
set local role ws_d3d3d3_2_sight;
create or replace function ws_2_sight.seen(records text, ids uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute format('select s.id from ws_2_sight.%I s where s.id = any ($1)', records) using ids;
end $$;
revoke all on function ws_2_sight.seen(text, uuid[]) from public;
grant execute on function ws_2_sight.seen(text, uuid[]) to rowplane_owner;
comment on function ws_2_sight.seen(text, uuid[]) is 'V1: which of some records the viewer sees, those of workspace 2, for functions of the owner.';
set local role rowplane_owner;

create trigger scope_moved after update of folder_id, archive_id on ws_2.batch
  for each row
  when (old.folder_id is distinct from new.folder_id or old.archive_id is distinct from new.archive_id)
  execute function rowplane.move_record_scope(2);
comment on trigger scope_moved on ws_2.batch is 'P5: permissions of its own move with the record.';

create trigger scope_erased after delete on ws_2.batch
  referencing old table as old_rows for each statement
  execute function rowplane.forget_records(2);
comment on trigger scope_erased on ws_2.batch is 'P5: permissions of its own go with the record.';

create trigger scope_moved after update of folder_id, archive_id on ws_2.document
  for each row
  when (old.folder_id is distinct from new.folder_id or old.archive_id is distinct from new.archive_id)
  execute function rowplane.move_record_scope(2);
comment on trigger scope_moved on ws_2.document is 'P5: permissions of its own move with the record.';

create trigger scope_erased after delete on ws_2.document
  referencing old table as old_rows for each statement
  execute function rowplane.forget_records(2);
comment on trigger scope_erased on ws_2.document is 'P5: permissions of its own go with the record.';

create trigger scope_moved after update of folder_id, archive_id on ws_2.process
  for each row
  when (old.folder_id is distinct from new.folder_id or old.archive_id is distinct from new.archive_id)
  execute function rowplane.move_record_scope(2);
comment on trigger scope_moved on ws_2.process is 'P5: permissions of its own move with the record.';

create trigger scope_erased after delete on ws_2.process
  referencing old table as old_rows for each statement
  execute function rowplane.forget_records(2);
comment on trigger scope_erased on ws_2.process is 'P5: permissions of its own go with the record.';

create trigger scope_moved after update of folder_id, archive_id on ws_2.step
  for each row
  when (old.folder_id is distinct from new.folder_id or old.archive_id is distinct from new.archive_id)
  execute function rowplane.move_record_scope(2);
comment on trigger scope_moved on ws_2.step is 'P5: permissions of its own move with the record.';

create trigger scope_erased after delete on ws_2.step
  referencing old table as old_rows for each statement
  execute function rowplane.forget_records(2);
comment on trigger scope_erased on ws_2.step is 'P5: permissions of its own go with the record.';

create or replace function ws_2_edit.batch_note() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.record_changes (workspace_id, definition, realm_id, exposing, ids)
  select 2, 'batch', b.realm_id, b.exposing, array_agg(b.id)
  from (
    select o.id, o.realm_id, ws_2_edit.batch_exposing(o::ws_2.batch, null, null) as exposing from old_rows o where o.deleted_at is null
    union all
    select o.id, null, null from old_rows o where o.deleted_at is not null
  ) b
  group by b.realm_id, b.exposing;
  return null;
end $$;
comment on function ws_2_edit.batch_note() is 'M5: notes changed records of definition batch, and how they stood.';

create trigger note_new after insert on ws_2.batch
  referencing new table as new_rows for each statement
  execute function rowplane.note_new_records(2, 'batch');
comment on trigger note_new on ws_2.batch is 'M5: tells followers of new records.';

create trigger note_changed after update on ws_2.batch
  referencing old table as old_rows for each statement
  execute function ws_2_edit.batch_note();
comment on trigger note_changed on ws_2.batch is 'M5: tells followers of changed records.';

create trigger note_gone after delete on ws_2.batch
  referencing old table as old_rows for each statement
  execute function ws_2_edit.batch_note();
comment on trigger note_gone on ws_2.batch is 'M5: tells followers of erased records.';

create or replace function ws_2_edit.document_note() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.record_changes (workspace_id, definition, realm_id, exposing, ids)
  select 2, 'document', b.realm_id, b.exposing, array_agg(b.id)
  from (
    select o.id, o.realm_id, ws_2_edit.document_exposing(o::ws_2.document, null, null) as exposing from old_rows o where o.deleted_at is null
    union all
    select o.id, null, null from old_rows o where o.deleted_at is not null
  ) b
  group by b.realm_id, b.exposing;
  return null;
end $$;
comment on function ws_2_edit.document_note() is 'M5: notes changed records of definition document, and how they stood.';

create trigger note_new after insert on ws_2.document
  referencing new table as new_rows for each statement
  execute function rowplane.note_new_records(2, 'document');
comment on trigger note_new on ws_2.document is 'M5: tells followers of new records.';

create trigger note_changed after update on ws_2.document
  referencing old table as old_rows for each statement
  execute function ws_2_edit.document_note();
comment on trigger note_changed on ws_2.document is 'M5: tells followers of changed records.';

create trigger note_gone after delete on ws_2.document
  referencing old table as old_rows for each statement
  execute function ws_2_edit.document_note();
comment on trigger note_gone on ws_2.document is 'M5: tells followers of erased records.';

create or replace function ws_2_edit.process_note() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.record_changes (workspace_id, definition, realm_id, exposing, ids)
  select 2, 'process', b.realm_id, b.exposing, array_agg(b.id)
  from (
    select o.id, o.realm_id, ws_2_edit.process_exposing(o::ws_2.process, null, null) as exposing from old_rows o where o.deleted_at is null
    union all
    select o.id, null, null from old_rows o where o.deleted_at is not null
  ) b
  group by b.realm_id, b.exposing;
  return null;
end $$;
comment on function ws_2_edit.process_note() is 'M5: notes changed records of definition process, and how they stood.';

create trigger note_new after insert on ws_2.process
  referencing new table as new_rows for each statement
  execute function rowplane.note_new_records(2, 'process');
comment on trigger note_new on ws_2.process is 'M5: tells followers of new records.';

create trigger note_changed after update on ws_2.process
  referencing old table as old_rows for each statement
  execute function ws_2_edit.process_note();
comment on trigger note_changed on ws_2.process is 'M5: tells followers of changed records.';

create trigger note_gone after delete on ws_2.process
  referencing old table as old_rows for each statement
  execute function ws_2_edit.process_note();
comment on trigger note_gone on ws_2.process is 'M5: tells followers of erased records.';

create or replace function ws_2_edit.step_note() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rowplane.record_changes (workspace_id, definition, realm_id, exposing, ids)
  select 2, 'step', b.realm_id, b.exposing, array_agg(b.id)
  from (
    select o.id, o.realm_id, ws_2_edit.step_exposing(o::ws_2.step, null, null) as exposing from old_rows o where o.deleted_at is null
    union all
    select o.id, null, null from old_rows o where o.deleted_at is not null
  ) b
  group by b.realm_id, b.exposing;
  return null;
end $$;
comment on function ws_2_edit.step_note() is 'M5: notes changed records of definition step, and how they stood.';

create trigger note_new after insert on ws_2.step
  referencing new table as new_rows for each statement
  execute function rowplane.note_new_records(2, 'step');
comment on trigger note_new on ws_2.step is 'M5: tells followers of new records.';

create trigger note_changed after update on ws_2.step
  referencing old table as old_rows for each statement
  execute function ws_2_edit.step_note();
comment on trigger note_changed on ws_2.step is 'M5: tells followers of changed records.';

create trigger note_gone after delete on ws_2.step
  referencing old table as old_rows for each statement
  execute function ws_2_edit.step_note();
comment on trigger note_gone on ws_2.step is 'M5: tells followers of erased records.';
