-- The plane "First-level review" of the demo's workspace "Review".
-- Written by npm run snapshot:compiled; rowplane policies print shows those of a deployment.

create role acp_d3d3d3_3 nologin;
grant acp_d3d3d3_3 to rowplane_owner with inherit false, set true;
grant ws_d3d3d3_2_planes to acp_d3d3d3_3 with inherit true, set false;
comment on role acp_d3d3d3_3 is 'Plane 3 of workspace 2: owns its views; nobody signs in as it (A6: membership is data).';

create schema plane_3;
grant usage, create on schema plane_3 to acp_d3d3d3_3;
grant usage on schema plane_3 to rowplane_viewer;
comment on schema plane_3 is 'Plane 3: what it shows (A2), one view per active definition.';

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, name, status, received_at)
  on ws_2.batch to acp_d3d3d3_3;

create policy acp_3_read on ws_2.batch for select to acp_d3d3d3_3
  using ((select rowplane.viewer_in_plane(3))
    and deleted_at is null);
comment on policy acp_3_read on ws_2.batch is 'A2, A6, V1: what plane 3 exposes of definition batch to its members.';

create view plane_3.batch as
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
create rule plain as on update to plane_3.batch do also nothing;
grant select on plane_3.batch to rowplane_viewer;
comment on view plane_3.batch is 'A3, A7: definition batch as plane 3 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_3.batch owner to acp_d3d3d3_3;

grant select (id, realm_id, archive_id, folder_id, client_id, owner_id, version, created_at, updated_at, title, document_date, pages, relevancy, coding, batch_id)
  on ws_2.document to acp_d3d3d3_3;

create policy acp_3_read on ws_2.document for select to acp_d3d3d3_3
  using ((select rowplane.viewer_in_plane(3))
    and deleted_at is null);
comment on policy acp_3_read on ws_2.document is 'A2, A6, V1: what plane 3 exposes of definition document to its members.';

create view plane_3.document as
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
    null::bigint as amount,
    null::boolean as confidential,
    t.relevancy,
    t.coding,
    null::text collate "C" as notes,
    null::uuid as process_id,
    seen_batch_id.id as batch_id
  from ws_2.document t
  left join rowplane.seen_users seen_owner_id on seen_owner_id.id = t.owner_id
  left join ws_2_sight.batch seen_batch_id on seen_batch_id.id = t.batch_id
  where (select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '');
create rule plain as on update to plane_3.document do also nothing;
grant select on plane_3.document to rowplane_viewer;
comment on view plane_3.document is 'A3, A7: definition document as plane 3 shows it. References to records and users whom the viewer doesn''t see are empty.';
alter view plane_3.document owner to acp_d3d3d3_3;
