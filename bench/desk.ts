import { makeWorkspace } from '../src/administration/workspaces.ts';
import { DEFINITIONS } from './definitions.ts';
import type { World } from './world.ts';

/** A workspace whose archive has a client for each access class; whoever is of a class sees the records of its client. */
export interface Desk {
  workspace: number;
  archive: string;
  classes: DeskClass[];
}

export interface DeskClass {
  group: string;
  users: string[];
  /** Documents, none of them changed yet. */
  records: string[];
  client: string;
  realm: number;
}

export interface DeskSize {
  subscribers: number;
  classes: number;
  /** Documents of each class. */
  records: number;
}

/** Adds one to the world: `subscribers` people in `classes` groups, each of which is assigned to a client of its own. */
export async function makeDesk({ superuser }: World, { subscribers, classes, records }: DeskSize): Promise<Desk> {
  const name = `Desk ${Date.now()}`;
  const [company] = await superuser.query<{ id: string }>(
    'insert into rowplane.companies (name) values ($1) returning id',
    [name],
  );
  // Whom no guard stops.
  await superuser.query('set role rowplane_owner');
  const { id: workspace, planeId } = await makeWorkspace(superuser, DEFINITIONS, { companyId: company!.id, name });
  const [archive] = await superuser.query<{ id: string }>(
    'insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, $2, true) returning id',
    [workspace, name],
  );
  const made: DeskClass[] = [];
  for (let number = 1; number <= classes; number++) {
    const share = Math.floor((subscribers * number) / classes) - Math.floor((subscribers * (number - 1)) / classes);
    const place = { workspace, archive: archive!.id, plane: planeId };
    made.push(await makeClass(superuser, `${name}, class ${number}`, place, share, records));
  }
  await superuser.query('reset role');
  await superuser.query(`analyze ws_${workspace}.document`);
  return { workspace, archive: archive!.id, classes: made };
}

async function makeClass(
  superuser: World['superuser'],
  name: string,
  { workspace, archive, plane }: { workspace: number; archive: string; plane: number },
  people: number,
  records: number,
): Promise<DeskClass> {
  const one = async (text: string, values: unknown[]): Promise<string> =>
    (await superuser.query<{ id: string }>(text, values))[0]!.id;
  const many = async (text: string, values: unknown[]): Promise<string[]> =>
    (await superuser.query<{ id: string }>(text, values)).map(({ id }) => id);
  const group = await one('insert into rowplane.groups (name) values ($1) returning id', [name]);
  const users = await many(
    `insert into rowplane.users (name, role, workflow_access)
     select $1 || ' ' || i, 'INTERNAL', true from generate_series(1, $2::int) i returning id`,
    [name, people],
  );
  await superuser.query('insert into rowplane.group_members (group_id, user_id) select $1, unnest($2::uuid[])', [
    group,
    users,
  ]);
  await superuser.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [plane, group]);
  const client = await one('insert into rowplane.clients (workspace_id, name) values ($1, $2) returning id', [
    workspace,
    name,
  ]);
  await superuser.query(
    'insert into rowplane.client_assignments (client_id, archive_id, group_id) values ($1, $2, $3)',
    [client, archive, group],
  );
  const realm = Number(await one('select rowplane.realm_for($1, $2, $1) as id', [archive, client]));
  const ids = await many(
    `insert into ws_${workspace}.document (realm_id, archive_id, folder_id, client_id, title, code, status, priority)
     select $1, $2, $2, $3, 'Document ' || i, 'C-' || i % 1000, 'OPEN', i % 100 from generate_series(1, $4::int) i returning id`,
    [realm, archive, client, records],
  );
  return { group, users, records: ids, client, realm };
}
