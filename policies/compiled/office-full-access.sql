-- The plane "Full access" of the demo's workspace "Office".
-- Written by npm run snapshot:compiled; rowplane policies print shows those of a deployment.

create role acp_d3d3d3_1 nologin;
grant acp_d3d3d3_1 to rowplane_owner with inherit false, set true;
grant ws_d3d3d3_1_planes to acp_d3d3d3_1 with inherit true, set false;
comment on role acp_d3d3d3_1 is 'Plane 1 of workspace 1: owns its views; nobody signs in as it (A6: membership is data).';

create schema plane_1;
grant usage, create on schema plane_1 to acp_d3d3d3_1;
grant usage on schema plane_1 to rowplane_viewer;
comment on schema plane_1 is 'Plane 1: what it shows (A2), one view per active definition.';

create schema plane_1_new;
grant usage, create on schema plane_1_new to acp_d3d3d3_1;
grant usage on schema plane_1_new to rowplane_viewer;
comment on schema plane_1_new is 'Plane 1: where records are created through it (W3).';

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, name, status, received_at),
  insert (id, archive_id, folder_id, client_id, name, status, received_at)
  on ws_1.batch to acp_d3d3d3_1;

create policy acp_1_read on ws_1.batch for select to acp_d3d3d3_1
  using ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_read on ws_1.batch is 'A2, A6, V1: what plane 1 exposes of definition batch to its members.';

create view plane_1.batch as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    seen_owner_id.id as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.name,
    t.status,
    t.received_at
  from ws_1.batch t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_1.batch do also nothing;
grant select on plane_1.batch to rowplane_viewer;
comment on view plane_1.batch is 'A3, A7: definition batch as plane 1 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_1.batch owner to acp_d3d3d3_1;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, title, document_date, pages, amount, confidential, relevancy, coding, notes, process_id, batch_id),
  insert (id, archive_id, folder_id, client_id, title, document_date, pages, amount, confidential, relevancy, coding, notes, process_id, batch_id)
  on ws_1.document to acp_d3d3d3_1;

create policy acp_1_read on ws_1.document for select to acp_d3d3d3_1
  using ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_read on ws_1.document is 'A2, A6, V1: what plane 1 exposes of definition document to its members.';

create view plane_1.document as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    seen_owner_id.id as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.title,
    t.document_date,
    t.pages,
    t.amount,
    t.confidential,
    t.relevancy,
    t.coding,
    t.notes,
    seen_process_id.id as process_id,
    seen_batch_id.id as batch_id
  from ws_1.document t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  left join ws_1_sight.process seen_process_id on seen_process_id.id = t.process_id
  left join ws_1_sight.batch seen_batch_id on seen_batch_id.id = t.batch_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_1.document do also nothing;
grant select on plane_1.document to rowplane_viewer;
comment on view plane_1.document is 'A3, A7: definition document as plane 1 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_1.document owner to acp_d3d3d3_1;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, reference, channel, department, "group", responsible, started_at, due_at, planned_end_at, ended_at),
  insert (id, archive_id, folder_id, client_id, reference, channel, department, "group", responsible, started_at, due_at, planned_end_at, ended_at)
  on ws_1.process to acp_d3d3d3_1;

create policy acp_1_read on ws_1.process for select to acp_d3d3d3_1
  using ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_read on ws_1.process is 'A2, A6, V1: what plane 1 exposes of definition process to its members.';

create view plane_1.process as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    seen_owner_id.id as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    t.reference,
    t.channel,
    t.department,
    t."group",
    t.responsible,
    t.started_at,
    t.due_at,
    t.planned_end_at,
    t.ended_at,
    coalesce((select rowplane.viewer_flags(1, 'EDIT'))[t.realm_id], false) and t.ended_at is not null as frozen_1
  from ws_1.process t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_1.process do also nothing;
grant select on plane_1.process to rowplane_viewer;
comment on view plane_1.process is 'A3, A7: definition process as plane 1 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_1.process owner to acp_d3d3d3_1;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, process_id, step, name, "group", performed_by, performed_at),
  insert (id, archive_id, folder_id, client_id, process_id, step, name, "group", performed_by, performed_at)
  on ws_1.step to acp_d3d3d3_1;

create policy acp_1_read on ws_1.step for select to acp_d3d3d3_1
  using ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_read on ws_1.step is 'A2, A6, V1: what plane 1 exposes of definition step to its members.';

create view plane_1.step as
  select
    t.id,
    t.realm_id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    seen_owner_id.id as owner_id,
    t.version,
    t.created_at,
    t.updated_at,
    seen_process_id.id as process_id,
    t.step,
    t.name,
    t."group",
    t.performed_by,
    t.performed_at
  from ws_1.step t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  left join ws_1_sight.process seen_process_id on seen_process_id.id = t.process_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_1.step do also nothing;
grant select on plane_1.step to rowplane_viewer;
comment on view plane_1.step is 'A3, A7: definition step as plane 1 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_1.step owner to acp_d3d3d3_1;

create policy acp_1_create on ws_1.batch for insert to acp_d3d3d3_1
  with check ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_create on ws_1.batch is 'W3: what may be created of definition batch through plane 1.';

create view plane_1_new.batch as
  select
    t.id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    t.name,
    t.status,
    t.received_at
  from ws_1.batch t;
create rule plain as on update to plane_1_new.batch do also nothing;
grant insert on plane_1_new.batch to rowplane_viewer;
comment on view plane_1_new.batch is 'W3: creating definition batch through plane 1, with the fields that it edits.';
alter view plane_1_new.batch owner to acp_d3d3d3_1;

create policy acp_1_create on ws_1.document for insert to acp_d3d3d3_1
  with check ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_create on ws_1.document is 'W3: what may be created of definition document through plane 1.';

create view plane_1_new.document as
  select
    t.id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    t.title,
    t.document_date,
    t.pages,
    t.amount,
    t.confidential,
    t.relevancy,
    t.coding,
    t.notes,
    t.process_id,
    t.batch_id
  from ws_1.document t;
create rule plain as on update to plane_1_new.document do also nothing;
grant insert on plane_1_new.document to rowplane_viewer;
comment on view plane_1_new.document is 'W3: creating definition document through plane 1, with the fields that it edits.';
alter view plane_1_new.document owner to acp_d3d3d3_1;

create policy acp_1_create on ws_1.process for insert to acp_d3d3d3_1
  with check ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_create on ws_1.process is 'W3: what may be created of definition process through plane 1.';

create view plane_1_new.process as
  select
    t.id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    t.reference,
    t.channel,
    t.department,
    t."group",
    t.responsible,
    t.started_at,
    t.due_at,
    t.planned_end_at,
    t.ended_at
  from ws_1.process t;
create rule plain as on update to plane_1_new.process do also nothing;
grant insert on plane_1_new.process to rowplane_viewer;
comment on view plane_1_new.process is 'W3: creating definition process through plane 1, with the fields that it edits.';
alter view plane_1_new.process owner to acp_d3d3d3_1;

create policy acp_1_create on ws_1.step for insert to acp_d3d3d3_1
  with check ((select rowplane.viewer_in_plane(1))
    and deleted_at is null);
comment on policy acp_1_create on ws_1.step is 'W3: what may be created of definition step through plane 1.';

create view plane_1_new.step as
  select
    t.id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    t.process_id,
    t.step,
    t.name,
    t."group",
    t.performed_by,
    t.performed_at
  from ws_1.step t;
create rule plain as on update to plane_1_new.step do also nothing;
grant insert on plane_1_new.step to rowplane_viewer;
comment on view plane_1_new.step is 'W3: creating definition step through plane 1, with the fields that it edits.';
alter view plane_1_new.step owner to acp_d3d3d3_1;
