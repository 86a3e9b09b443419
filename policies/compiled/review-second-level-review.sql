-- The plane "Second-level review" of the demo's workspace "Review".
-- Written by npm run snapshot:compiled; rowplane policies print shows those of a deployment.

create role acp_d3d3d3_4 nologin;
grant acp_d3d3d3_4 to rowplane_owner with inherit false, set true;
grant ws_d3d3d3_2_planes to acp_d3d3d3_4 with inherit true, set false;
comment on role acp_d3d3d3_4 is 'Plane 4 of workspace 2: owns its views; nobody signs in as it (A6: membership is data).';

create schema plane_4;
grant usage, create on schema plane_4 to acp_d3d3d3_4;
grant usage on schema plane_4 to rowplane_viewer;
comment on schema plane_4 is 'Plane 4: what it shows (A2), one view per active definition.';

create schema plane_4_new;
grant usage, create on schema plane_4_new to acp_d3d3d3_4;
grant usage on schema plane_4_new to rowplane_viewer;
comment on schema plane_4_new is 'Plane 4: where records are created through it (W3).';

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, name, status, received_at)
  on ws_2.batch to acp_d3d3d3_4;

create policy acp_4_read on ws_2.batch for select to acp_d3d3d3_4
  using ((select rowplane.viewer_in_plane(4))
    and deleted_at is null);
comment on policy acp_4_read on ws_2.batch is 'A2, A6, V1: what plane 4 exposes of definition batch to its members.';

create view plane_4.batch as
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
  from ws_2.batch t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_4.batch do also nothing;
grant select on plane_4.batch to rowplane_viewer;
comment on view plane_4.batch is 'A3, A7: definition batch as plane 4 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_4.batch owner to acp_d3d3d3_4;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, title, document_date, confidential, relevancy, coding, notes, batch_id),
  insert (id, archive_id, folder_id, client_id, relevancy, notes)
  on ws_2.document to acp_d3d3d3_4;

create policy acp_4_read on ws_2.document for select to acp_d3d3d3_4
  using ((select rowplane.viewer_in_plane(4))
    and deleted_at is null
    and relevancy is not null);
comment on policy acp_4_read on ws_2.document is 'A2, A6, V1: what plane 4 exposes of definition document to its members.';

create view plane_4.document as
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
    null::integer as pages,
    null::bigint as amount,
    t.confidential,
    t.relevancy,
    t.coding,
    t.notes,
    null::uuid as process_id,
    seen_batch_id.id as batch_id
  from ws_2.document t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  left join ws_2_sight.batch seen_batch_id on seen_batch_id.id = t.batch_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_4.document do also nothing;
grant select on plane_4.document to rowplane_viewer;
comment on view plane_4.document is 'A3, A7: definition document as plane 4 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_4.document owner to acp_d3d3d3_4;

create policy acp_4_create on ws_2.document for insert to acp_d3d3d3_4
  with check ((select rowplane.viewer_in_plane(4))
    and deleted_at is null
    and relevancy is not null);
comment on policy acp_4_create on ws_2.document is 'W3: what may be created of definition document through plane 4.';

create view plane_4_new.document as
  select
    t.id,
    t.archive_id,
    t.folder_id,
    t.client_id,
    t.relevancy,
    t.notes
  from ws_2.document t;
create rule plain as on update to plane_4_new.document do also nothing;
grant insert on plane_4_new.document to rowplane_viewer;
comment on view plane_4_new.document is 'W3: creating definition document through plane 4, with the fields that it edits.';
alter view plane_4_new.document owner to acp_d3d3d3_4;
