import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { rolePassword, viewerTokenKey } from './keys.ts';
import {
  type AppliedMigration,
  pendingMigrations,
  readMigrations,
  readSqlFiles,
  type SqlFile,
} from './migration-files.ts';
import { type Connection, connect, type Queryable, transaction } from './queryable.ts';
import { ensureLog } from './log-store.ts';
import { retryConflicts } from './retry.ts';
import { run } from './run-file.ts';
import { ensureDatabasePrivileges, ensureOwnership, ensureRoles, setPassword } from './roles.ts';
import { checkServer } from './server-version.ts';

/** What `migrate` needs to know beside the database. */
export interface MigrateOptions {
  /** The deployment's secret, from which the database's keys and passwords derive. */
  secret: string;
  /** Folder of the numbered migrations. Default: this package's `sql/`. */
  directory?: string;
  /** Folder of what is applied again after them, every time. Default: this package's `policies/`, or none with a `directory`. */
  policies?: string;
  /** Password of `rowplane_api`; null leaves the role as it is. Default: derived from the secret. */
  apiPassword?: string | null;
  /** Password of `rowplane_admin`; null, the default, leaves the role as it is. */
  adminPassword?: string | null;
  /** Called last, as `rowplane_owner`, while no other migration of this database runs; begins its own transactions. */
  afterMigrations?: (owner: Queryable) => Promise<void>;
  /** Told what is done, one line each. */
  log?: (message: string) => void;
  /** Told what the operator should know, one line each. Default: `log`. */
  warn?: (message: string) => void;
}

/** What a run of `migrate` did. */
export interface MigrateResult {
  /** Names of the migrations that were applied; none where the database was up to date. */
  applied: string[];
}

/** Who waits for a lock makes everybody wait who comes later, readers too: better to give up and come again. */
const WAIT_BRIEFLY = `set local lock_timeout = '1s'`;
const PACKAGE = new URL('../../', import.meta.url);

/**
 * Brings a database up to date: roles, migrations, policies, definitions. Safe to run again, by many processes at once,
 * and on many databases of one server at once. `url` names a role that owns the database and may create roles; it need
 * not be a superuser. Fails without leaving half a migration behind.
 */
export async function migrate(url: string, options: MigrateOptions): Promise<MigrateResult> {
  const { secret, log = () => undefined, warn = log, afterMigrations } = options;
  const { apiPassword = rolePassword(secret, 'rowplane_api'), adminPassword = null } = options;
  const directory = options.directory ?? fileURLToPath(new URL('sql', PACKAGE));
  const files = await readMigrations(directory);
  const logFiles = await readMigrations(join(directory, 'log'));
  const ownPolicies = options.directory ? null : fileURLToPath(new URL('policies', PACKAGE));
  const policies = await readSqlFiles(options.policies ?? ownPolicies);
  const session = await connect(url, 'rowplane migrate');
  try {
    await checkServer(session, { warn });
    await lock(session, log);
    await prepare(session);
    await retryConflicts(() => transaction(session, ensureDatabasePrivileges));
    await setPasswords(session, url, { rowplane_api: apiPassword, rowplane_admin: adminPassword }, log);
    await retryConflicts(() => transaction(session, (work) => ensureLog(work, logFiles, log)));
    await session.query('set role rowplane_owner');
    const applied = await applyMigrations(session, files, log);
    await retryConflicts(() => transaction(session, (owner) => storeKey(owner, secret)));
    await applyPolicies(session, policies);
    await afterMigrations?.(session);
    return { applied };
  } finally {
    await session.end();
  }
}

/** Held until the session ends: everything after it is done by one process at a time. */
async function lock(session: Queryable, log: (message: string) => void): Promise<void> {
  const key = `hashtextextended('rowplane migrate', 0)`;
  const [got] = await session.query<{ locked: boolean }>(`select pg_try_advisory_lock(${key}) as locked`);
  if (got?.locked) return;
  log('Waiting for another migration of this database to finish');
  await session.query(`select pg_advisory_lock(${key})`);
}

/** Roles, and the schema and table that say which migrations a database has. */
async function prepare(session: Queryable): Promise<void> {
  try {
    await retryConflicts(() =>
      transaction(session, async (work) => {
        await ensureRoles(work);
        await ensureOwnership(work);
      }),
    );
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new Error(
      'The user of DATABASE_URL may not create the roles that Rowplane needs. As a superuser, run: ' +
        'alter role <the user of DATABASE_URL> createrole',
      { cause: error },
    );
  }
}

async function applyMigrations(
  session: Queryable,
  files: SqlFile[],
  log: (message: string) => void,
): Promise<string[]> {
  const [found] = await session.query<{ exists: boolean }>(
    `select to_regclass('rowplane.migrations') is not null as exists`,
  );
  if (!found?.exists) {
    await transaction(session, async (owner) => {
      await owner.query('create schema if not exists rowplane');
      await owner.query(
        `create table rowplane.migrations (
           name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
      );
      await owner.query(
        `comment on table rowplane.migrations is 'The numbered SQL files that this database has had, by checksum.'`,
      );
    });
  }
  const applied = await session.query<AppliedMigration>('select name, checksum from rowplane.migrations');
  const pending = pendingMigrations(files, applied);
  for (const file of pending) {
    log(`Applying ${file.name}`);
    await retryConflicts(() =>
      transaction(session, async (owner) => {
        await owner.query(WAIT_BRIEFLY);
        await run(owner, file);
        await owner.query('insert into rowplane.migrations (name, checksum) values ($1, $2)', [
          file.name,
          file.checksum,
        ]);
      }),
    );
  }
  return pending.map(({ name }) => name);
}

async function applyPolicies(session: Queryable, files: SqlFile[]): Promise<void> {
  if (files.length === 0) return;
  await retryConflicts(() =>
    transaction(session, async (owner) => {
      await owner.query(WAIT_BRIEFLY);
      for (const file of files) await run(owner, file);
    }),
  );
}

/** Gives the database the key that viewer tokens are signed with, if it has another one. */
async function storeKey(owner: Queryable, secret: string): Promise<void> {
  const [found] = await owner.query<{ exists: boolean }>(`select to_regclass('rowplane.secret') is not null as exists`);
  if (!found?.exists) return;
  const key = viewerTokenKey(secret);
  const same = await owner.query('select from rowplane.secret where key = $1', [key]);
  if (same.length > 0) return;
  await owner.query('delete from rowplane.secret');
  await owner.query('insert into rowplane.secret (key) values ($1)', [key]);
}

/** Sets the passwords that don't work yet: a role is the whole server's, and is better not touched without need. */
async function setPasswords(
  session: Connection,
  url: string,
  passwords: Record<string, string | null>,
  log: (message: string) => void,
): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    if (password === null || (await canLogIn(url, role, password))) continue;
    log(`Setting the password of ${role}`);
    await retryConflicts(() => transaction(session, (work) => setPassword(work, role, password)));
  }
}

async function canLogIn(url: string, role: string, password: string): Promise<boolean> {
  try {
    await (await connect(withUser(url, role, password), 'rowplane migrate')).end();
    return true;
  } catch {
    return false;
  }
}

/** The same server and database, as somebody else. */
export function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  if (changed.host) {
    changed.username = user;
    changed.password = encodeURIComponent(password);
  } else {
    // A socket's URL has no place for a user before its host.
    changed.searchParams.set('user', user);
    changed.searchParams.set('password', password);
  }
  return changed.href;
}
