import { applyDefinitions } from '../src/administration/definitions.ts';
import { makeWorkspace } from '../src/administration/workspaces.ts';
import { connect, transaction, type Connection, type Queryable } from '../src/database/queryable.ts';
import { DEFINITIONS } from './definitions.ts';
import { fillWorkspace } from './fill.ts';
import { copyForPeers } from './peer-tables.ts';
import { FEW_REALMS, manyRealms, realmsOf, SHARES, type Realms } from './shares.ts';
import { ADMINISTRATOR, groupName, viewerName, WEB_VIEWER, type Sees } from './world.ts';

const SEES: readonly Sees[] = ['one plane', 'three planes', 'rare records'];

/** Fills an empty database: people, two workspaces of `size` documents each, and a copy for those who are compared. */
export async function buildWorld(superuserUrl: string, size: number, log: (line: string) => void): Promise<void> {
  const owner = await connect(superuserUrl, 'rowplane bench');
  const superuser = await connect(superuserUrl, 'rowplane bench');
  try {
    await owner.query('set role rowplane_owner');
    await applyDefinitions(owner, DEFINITIONS);
    await makePeople(owner);
    for (const [name, realms] of Object.entries({ few: FEW_REALMS, many: manyRealms(size) })) {
      const start = performance.now();
      const { workspace, archive } = await makeHome(owner, name, realms);
      await fillWorkspace(superuser, { workspace, archive, size, realms });
      log(`Workspace "${name}": ${size} documents in ${realms.total} realms, ${seconds(start)}`);
    }
    const start = performance.now();
    await copyForPeers(superuser);
    await superuser.query('vacuum (analyze)');
    log(`Copied for comparison and analysed, ${seconds(start)}`);
  } finally {
    await Promise.all([owner.end(), superuser.end()]);
  }
}

const seconds = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** A viewer for each share and kind of planes; groups by share are assigned to clients, groups by planes to planes. */
async function makePeople(owner: Queryable): Promise<void> {
  const groups = [...SHARES, ...SEES.map(groupName)];
  const members = SHARES.flatMap((share) => SEES.map((sees) => ({ name: viewerName(share, sees), share, sees })));
  await owner.query(
    `insert into rowplane.users (name, role) select name, 'INTERNAL' from unnest($1::text[]) name
     union all select $2, 'ADMINISTRATOR'`,
    [[...members.map(({ name }) => name), WEB_VIEWER], ADMINISTRATOR],
  );
  await owner.query('insert into rowplane.groups (name) select unnest($1::text[])', [groups]);
  const joins = members.flatMap(({ name, share, sees }) => [
    [name, share],
    [name, groupName(sees)],
  ]);
  joins.push([WEB_VIEWER, groupName('one plane')]);
  await owner.query(
    `insert into rowplane.group_members (user_id, group_id)
     select u.id, g.id from unnest($1::text[], $2::text[]) j(person, into_group)
     join rowplane.users u on u.name = j.person join rowplane.groups g on g.name = j.into_group`,
    [joins.map(([person]) => person), joins.map(([, group]) => group)],
  );
}

/** A workspace with an archive, a realm for each of its clients, and who is assigned to them. */
async function makeHome(
  owner: Connection,
  name: string,
  realms: Realms,
): Promise<{ workspace: number; archive: string }> {
  return transaction(owner, async () => {
    const [company] = await owner.query<{ id: string }>(
      'insert into rowplane.companies (name) values ($1) returning id',
      [name],
    );
    const { id: workspace, planeId } = await makeWorkspace(owner, DEFINITIONS, { companyId: company!.id, name });
    await owner.query('delete from rowplane.plane_groups where plane_id = $1', [planeId]);
    await owner.query(
      'insert into rowplane.plane_groups (plane_id, group_id) select $1, id from rowplane.groups where name = $2',
      [planeId, groupName('one plane')],
    );
    const [archive] = await owner.query<{ id: string }>(
      'insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, $2, true) returning id',
      [workspace, name],
    );
    await makeRealms(owner, workspace, archive!.id, realms);
    if (name === 'many') {
      await owner.query(
        `insert into rowplane.client_assignments (client_id, archive_id, user_id)
         select r.client_id, r.archive_id, u.id from rowplane.realms r, rowplane.users u
         where r.workspace_id = $1 and u.name = $2`,
        [workspace, WEB_VIEWER],
      );
    }
    return { workspace, archive: archive!.id };
  });
}

async function makeRealms(owner: Queryable, workspace: number, archive: string, realms: Realms): Promise<void> {
  await owner.query(
    `insert into rowplane.clients (workspace_id, name) select $1, 'Client ' || i from generate_series(1, $2::int) i`,
    [workspace, realms.total],
  );
  await owner.query(
    `insert into rowplane.realms (workspace_id, id, archive_id, client_id, scope_id)
     select $1, substr(name, 8)::int, $2, id, $2 from rowplane.clients where workspace_id = $1`,
    [workspace, archive],
  );
  await owner.query('update rowplane.workspaces set realms = $2 where id = $1', [workspace, realms.total]);
  for (const share of SHARES) {
    const [first, last] = realmsOf(share, realms);
    await owner.query(
      `insert into rowplane.client_assignments (client_id, archive_id, group_id)
       select r.client_id, r.archive_id, g.id from rowplane.realms r, rowplane.groups g
       where r.workspace_id = $1 and r.id between $2 and $3 and g.name = $4`,
      [workspace, first, last, share],
    );
  }
}
