import type { World } from './world.ts';

/** How much of everything there is, besides the documents of the world. */
export const TREE = { folders: 100_000, scopes: 5_000, users: 10_000, groups: 500, rights: 200 };

/** Records of the archive with the tree: three times as many as folders. A third lies in each of two large folders. */
const RECORDS_PER_FOLDER = 3;
const LARGE = [7, 8];

/** A folder without entries, with so many records in it. */
export interface LargeFolder {
  id: string;
  records: number;
}

/**
 * Adds to the workspace of few realms an archive with a tree of folders and entries all over it, and to the account many
 * people in nested groups, who are among those that the entries name.
 */
export async function fillTree(
  { superuser, few, viewer }: World,
  sizes: typeof TREE,
  log: (line: string) => void,
): Promise<LargeFolder[]> {
  const start = performance.now();
  const run = (text: string, values: unknown[] = []) => superuser.query<Record<string, unknown>>(text, values);
  const user = viewer('100 %', 'one plane').id;
  const [archive] = await run(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'Tree ' || clock_timestamp()) returning id`,
    [few.id],
  );
  const root = archive!.id as string;

  // Past the triggers that would look at each one, as a dump is loaded. A tree of ten folders in each.
  await run('set session_replication_role = replica');
  await run(`create temp table numbered as select i, uuidv7() as id from generate_series(1, $1::int) i`, [
    sizes.folders,
  ]);
  await run('create index on numbered (i)');
  await run(
    `insert into rowplane.folders (id, archive_id, parent_id, name, scope_id)
     select n.id, $1, coalesce(p.id, $1), 'Folder ' || n.i, $1 from numbered n left join numbered p on p.i = n.i / 10`,
    [root],
  );
  const records = sizes.folders * RECORDS_PER_FOLDER;
  const [realm] = await run('select rowplane.realm_for($1, null, $1) as id', [root]);
  await run(
    `insert into ws_${few.id}.document (realm_id, archive_id, folder_id, title, code, status, priority)
     select $2, $1, n.id, 'Document ' || r || ' of the tree', 'C-' || lpad((r % 1000)::text, 4, '0'), 'NEW', r % 100
     from generate_series(1, $3::int) r join numbered n on n.i = coalesce(($4::int[])[1 + r % 3], r / 3)`,
    [root, realm!.id, records, LARGE],
  );
  await run(
    `insert into rowplane.users (name, role) select 'layer-' || i, 'INTERNAL' from generate_series(1, $1::int) i`,
    [sizes.users],
  );
  await run(
    `insert into rowplane.groups (name) select 'Layer group ' || lpad(i::text, 4, '0') from generate_series(1, $1::int) i`,
    [sizes.groups],
  );
  await run(
    `insert into rowplane.group_members (group_id, user_id)
     select g.id, u.id from (select id, row_number() over (order by name) as i from rowplane.groups where name like 'Layer group %') g
     join (select id, substr(name, 7)::int as i from rowplane.users where name like 'layer-%') u on u.i % $1 in (g.i, g.i * 7 % $1)
     on conflict do nothing`,
    [sizes.groups],
  );
  await run(
    `insert into rowplane.group_members (group_id, user_id)
     select id, $1 from rowplane.groups where name like 'Layer group %3' on conflict do nothing`,
    [user],
  );
  await run(
    `insert into rowplane.group_nesting (parent_id, child_id)
     select p.id, c.id from (select id, row_number() over (order by name) as i from rowplane.groups where name like 'Layer group %') c
     join (select id, row_number() over (order by name) as i from rowplane.groups where name like 'Layer group %') p on p.i = c.i / 4`,
  );
  await run(`insert into rowplane.applications (name, title) values ('layers', 'Layers') on conflict do nothing`);
  await run(
    `with made as (insert into rowplane.rights (name, title) select 'layer' || i, 'Layer ' || i from generate_series(1, $1::int) i returning name)
     insert into rowplane.application_rights (application, right_name) select 'layers', name from made`,
    [sizes.rights],
  );
  await run(
    `insert into rowplane.profiles (name, application) select 'Layer profile ' || i, 'layers' from generate_series(1, 20) i`,
  );
  await run(
    `insert into rowplane.profile_rights (profile_id, application, right_name, level)
     select p.id, 'layers', r.right_name, case when length(p.name || r.right_name) % 2 = 0 then 'EDIT' else 'DISPLAY' end
     from rowplane.profiles p, rowplane.application_rights r where p.application = 'layers' and r.application = 'layers'`,
  );
  await run(
    `insert into rowplane.rights_assignments (user_id, company_id, profile_id)
     select u.id, c.id, p.id from rowplane.users u, rowplane.companies c,
       (select id, row_number() over (order by name) as i from rowplane.profiles where application = 'layers') p
     where u.id = $1 or (u.name like 'layer-%' and substr(u.name, 7)::int % 20 = p.i - 1)`,
    [user],
  );
  await run('set session_replication_role = origin');

  // With the triggers: scopes and realms follow from entries.
  await run(
    `insert into rowplane.object_entries (archive_id, object_id, group_id, permission, decision)
     select $1, n.id, g.id, case when n.i % 3 = 0 then 'EDIT' else 'VIEW' end, case when n.i % 5 = 0 and g.i > 20 then 'DENY' else 'ALLOW' end
     from numbered n join (select id, row_number() over (order by name) as i from rowplane.groups where name like 'Layer group %') g
       on g.i = 1 + n.i % $2
     where n.i > 10 and n.i % ($3::int / $4::int) = 1`,
    [root, sizes.groups, sizes.folders, sizes.scopes],
  );
  const large = await run(
    `select n.id, (select count(*)::int from ws_${few.id}.document d where d.folder_id = n.id) as records from numbered n
     where i = any ($1::int[]) order by i`,
    [LARGE],
  );
  await run('drop table numbered');
  await run('vacuum (analyze)');
  log(`Filled a tree of ${sizes.folders} folders, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return large as unknown as LargeFolder[];
}
