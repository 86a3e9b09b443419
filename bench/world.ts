import { openAdministrators, type Administrators } from '../src/access/administrators.ts';
import { openViewers, type Viewer, type Viewers } from '../src/access/viewers.ts';
import { deletePlane } from '../src/administration/planes.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { rolePassword, viewerTokenKey } from '../src/database/keys.ts';
import { migrate, withUser } from '../src/database/migrate.ts';
import { connect, type Connection } from '../src/database/queryable.ts';
import { buildWorld } from './build-world.ts';
import { FEW_REALMS, manyRealms, type Realms, type Share } from './shares.ts';

export const SECRET = 'the secret of the benchmark, which everybody knows';

/** Who is in the one plane that shows everything, in three that show parts, or in one that shows one record in ten thousand. */
export type Sees = 'one plane' | 'three planes' | 'rare records';

/** A workspace of the benchmark. */
export interface BenchWorkspace {
  id: number;
  archive: string;
  /** The plane that shows everything. */
  fullPlane: number;
  realms: Realms;
}

export interface World {
  /** Documents in each workspace. */
  size: number;
  /** As the superuser, whom no row security concerns: whoever writes SQL by hand. */
  superuserUrl: string;
  apiUrl: string;
  adminUrl: string;
  /** Two workspaces that differ in the number of their realms alone. */
  few: BenchWorkspace;
  many: BenchWorkspace;
  viewers: Viewers;
  administrators: Administrators;
  administrator: Viewer;
  superuser: Connection;
  viewer: (share: Share, sees: Sees) => Viewer;
  /** The group whose members are in these planes. */
  group(sees: Sees): string;
  /** Sees everything of `many` and nothing of `few`. */
  webViewer: Viewer;
  stop(): Promise<void>;
}

/** Names of what the world holds; the rest is found by them. */
export const viewerName = (share: Share, sees: Sees): string => `${share} in ${sees}`;
export const groupName = (sees: Sees): string => `in ${sees}`;
export const WEB_VIEWER = 'web';
export const ADMINISTRATOR = 'administrator';

/** Opens the world in `directory`; makes it first where there is none. */
export async function openWorld(directory: string, size: number, log: (line: string) => void): Promise<World> {
  const server = await startEmbedded({
    directory,
    configuration: { shared_buffers: '2GB', max_wal_size: '8GB', maintenance_work_mem: '512MB' },
  });
  const adminPassword = rolePassword(SECRET, 'rowplane_admin');
  const key = viewerTokenKey(SECRET);
  const apiUrl = withUser(server.url, 'rowplane_api', rolePassword(SECRET, 'rowplane_api'));
  const adminUrl = withUser(server.url, 'rowplane_admin', adminPassword);
  const superuser = await connect(server.url, 'rowplane bench');
  const [found] = await superuser.query<{ made: boolean }>(`select to_regnamespace('peer') is not null as made`);
  if (!found!.made) {
    await migrate(server.url, { secret: SECRET, adminPassword });
    await buildWorld(server.url, size, log);
  }
  const ids = await namesToIds(superuser);
  const viewers = openViewers({ url: apiUrl, key });
  const administrators = openAdministrators({ url: adminUrl, key });
  const world: World = {
    size,
    superuserUrl: server.url,
    apiUrl,
    adminUrl,
    few: await workspaceOf(superuser, 'few', FEW_REALMS),
    many: await workspaceOf(superuser, 'many', manyRealms(size)),
    viewers,
    administrators,
    administrator: { id: ids(ADMINISTRATOR) },
    superuser,
    viewer: (share, sees) => ({ id: ids(viewerName(share, sees)) }),
    group: (sees) => ids(groupName(sees)),
    webViewer: { id: ids(WEB_VIEWER) },
    async stop() {
      await Promise.all([viewers.end(), administrators.end(), superuser.end()]);
      await server.stop();
    },
  };
  if (found!.made) await dropPlanes(world);
  return world;
}

/** Takes away what an earlier run made in a database that was kept. */
async function dropPlanes({ superuser, administrators, administrator, many }: World): Promise<void> {
  const planes = await superuser.query<{ id: number }>(
    'select id from rowplane.planes where workspace_id = $1 and not is_full',
    [many.id],
  );
  for (const { id } of planes) await administrators.change(administrator, (a) => deletePlane(a, id, true));
}

async function namesToIds(superuser: Connection): Promise<(name: string) => string> {
  const rows = await superuser.query<{ name: string; id: string }>(
    'select name, id from rowplane.users union all select name, id from rowplane.groups',
  );
  const ids = new Map(rows.map(({ name, id }) => [name, id]));
  return (name) => {
    const id = ids.get(name);
    if (id === undefined)
      throw new Error(`This world has no "${name}": it was made by another version. Make a new one.`);
    return id;
  };
}

async function workspaceOf(superuser: Connection, name: string, realms: Realms): Promise<BenchWorkspace> {
  const [row] = await superuser.query<Omit<BenchWorkspace, 'realms'>>(
    `select w.id, a.id as archive, p.id as "fullPlane" from rowplane.workspaces w
     join rowplane.archives a on a.workspace_id = w.id join rowplane.planes p on p.workspace_id = w.id and p.is_full
     where w.name = $1`,
    [name],
  );
  return { ...row!, realms };
}
