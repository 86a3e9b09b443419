import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { rolePassword, viewerTokenKey } from '../../src/database/keys.ts';
import { withUser } from '../../src/database/migrate.ts';
import { connect, openPool, type Queryable, quoteName, transaction } from '../../src/database/queryable.ts';
import { ensureDatabasePrivileges } from '../../src/database/roles.ts';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { TEST_SECRET } from './secret.ts';

/** A database of one's own: migrated, without any workspace, user or group of its own. */
export interface TestDatabase {
  name: string;
  /** Runs as rowplane_owner (the session belongs to a superuser, and RESET ROLE stays with the owner). */
  ownerUrl: string;
  apiUrl: string;
  adminUrl: string;
  superuserUrl: string;
  secret: string;
  /** A pool as rowplane_owner. */
  owner: Queryable;
  /** Removes the database and the roles that carry its tag. */
  drop(): Promise<void>;
}

/** Clones the migrated template, in about a tenth of a second. `settings` are what its sessions start with. */
export async function createDatabase(settings: Record<string, string> = {}): Promise<TestDatabase> {
  const template = inject('template');
  const tag = randomBytes(3).toString('hex');
  const name = `test_${tag}`;
  const superuserUrl = onDatabase(template, name);

  await asSuperuser(onDatabase(template, 'postgres'), async (session) => {
    // One clone at a time, for Postgres refuses to copy a database that anybody is connected to.
    await session.query(`select pg_advisory_lock(hashtextextended('clone', 0))`);
    await session.query(`create database ${name} template rowplane_template`);
    for (const [setting, value] of Object.entries(settings))
      await session.query(`alter database ${name} set ${setting} = '${value}'`);
  });
  await asSuperuser(superuserUrl, async (session) => {
    await transaction(session, ensureDatabasePrivileges);
    const [deployment] = await session.query<{ exists: boolean }>(
      `select to_regclass('rowplane.deployment') is not null as exists`,
    );
    if (deployment?.exists) await session.query('update rowplane.deployment set tag = $1', [tag]);
  });

  const ownerUrl = `${superuserUrl}?options=${encodeURIComponent('-c role=rowplane_owner')}`;
  const owner = openPool(ownerUrl, 2, 'test owner');
  return {
    name,
    ownerUrl,
    apiUrl: withUser(superuserUrl, 'rowplane_api', rolePassword(TEST_SECRET, 'rowplane_api')),
    adminUrl: withUser(superuserUrl, 'rowplane_admin', rolePassword(TEST_SECRET, 'rowplane_admin')),
    superuserUrl,
    secret: TEST_SECRET,
    owner,
    async drop() {
      await owner.end();
      await asSuperuser(onDatabase(template, 'postgres'), async (session) => {
        await session.query(`drop database ${name} with (force)`);
        const roles = await session.query<{ name: string }>(
          'select rolname as name from pg_roles where rolname like $1',
          [`%\\_${tag}\\_%`],
        );
        for (const role of roles) await session.query(`drop role ${quoteName(role.name)}`);
      });
    },
  };
}

/** Runs `work` in one transaction as rowplane_owner. */
export async function withOwner<T>(database: TestDatabase, work: (owner: Queryable) => Promise<T>): Promise<T> {
  const session = await connect(database.ownerUrl, 'test owner');
  try {
    return await transaction(session, work);
  } finally {
    await session.end();
  }
}

/** Runs `work` in one transaction the way a viewer's statements are run: rowplane_api become rowplane_viewer. */
export async function withViewer<T>(
  database: TestDatabase,
  userId: string,
  work: (viewer: Queryable) => Promise<T>,
  workspaces: number[] = [],
): Promise<T> {
  const session = await connect(database.apiUrl, 'test viewer');
  try {
    return await transaction(session, async (viewer) => {
      await viewer.query('set local role rowplane_viewer');
      await viewer.query('select rowplane.enter($1, $2)', [viewerToken(userId), workspaces]);
      return work(viewer);
    });
  } finally {
    await session.end();
  }
}

/** A token that says who the viewer is for the next minute, or for `seconds`; negative ones make an expired token. */
export function viewerToken(userId: string, seconds = 60): string {
  return signViewerToken(viewerTokenKey(TEST_SECRET), userId, Date.now() / 1000 + seconds);
}

/** The same server and user, another database. */
export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asSuperuser<T>(url: string, work: (session: Queryable) => Promise<T>): Promise<T> {
  const session = await connect(url, 'test superuser');
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
