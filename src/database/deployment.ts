import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbedded } from './embedded.ts';
import { withFileLock } from './file-lock.ts';
import { rolePassword } from './keys.ts';
import { migrate, type MigrateOptions, type MigrateResult, withUser } from './migrate.ts';
import { connect } from './queryable.ts';
import type { Settings } from './settings.ts';

/** A database, embedded or one's own, with the ways into it. */
export interface Deployment {
  secret: string;
  /** True where this machine's embedded PostgreSQL serves it. */
  embedded: boolean;
  /** As rowplane_api. */
  apiUrl: string;
  /** As rowplane_admin; null where this process refuses administration. */
  adminUrl: string | null;
  /** Whoever migrates; null for a process that was given ROWPLANE_API_URL alone. */
  ownerUrl: string | null;
  /** Brings the database up to date. */
  migrate(options?: Pick<MigrateOptions, 'afterMigrations' | 'log' | 'warn'>): Promise<MigrateResult>;
  /** Fails, naming the variable, if a way into the database is closed. To be called once it has been migrated. */
  check(): Promise<void>;
  /** Stops the embedded server if this process started it. */
  stop(): Promise<void>;
}

/** Starts the embedded server unless the settings lead to another one. Migrates nothing yet. */
export async function openDeployment(
  settings: Settings,
  log: (message: string) => void = () => undefined,
): Promise<Deployment> {
  return settings.databaseUrl || settings.apiUrl ? ownServer(settings) : embeddedServer(settings, log);
}

function ownServer(settings: Settings): Deployment {
  const { databaseUrl, adminUrl, secret = '' } = settings;
  const password = rolePassword(secret, 'rowplane_api');
  const apiUrl = settings.apiUrl ?? withUser(databaseUrl ?? '', 'rowplane_api', password);
  return {
    secret,
    embedded: false,
    apiUrl,
    adminUrl: adminUrl ?? null,
    ownerUrl: databaseUrl ?? null,
    async migrate(options) {
      if (!databaseUrl) {
        throw new Error(
          'DATABASE_URL must be set to migrate: it names the owner of the database, who may create roles.',
        );
      }
      await reach('DATABASE_URL', databaseUrl);
      // A process that faces the public knows the secret; rowplane_admin's password must not follow from it. So this
      // role can log in only with what ROWPLANE_ADMIN_URL says.
      return migrate(databaseUrl, {
        secret,
        apiPassword: settings.apiUrl ? passwordIn(settings.apiUrl) : password,
        adminPassword: adminUrl ? passwordIn(adminUrl) : null,
        ...options,
      });
    },
    async check() {
      await reach('ROWPLANE_API_URL', apiUrl);
      if (adminUrl) await reach('ROWPLANE_ADMIN_URL', adminUrl);
    },
    stop: async () => undefined,
  };
}

/** Connects once, so that what is wrong with a URL is told with the variable it came from. */
async function reach(variable: string, url: string): Promise<void> {
  try {
    await (await connect(url)).end();
  } catch (error) {
    throw new Error(`${variable}: ${(error as Error).message}`, { cause: error });
  }
}

async function embeddedServer(settings: Settings, log: (message: string) => void): Promise<Deployment> {
  const directory = resolve(settings.data);
  const secret = settings.secret ?? (await keptSecret(directory));
  const server = await startEmbedded({ directory, log });
  const adminPassword = rolePassword(secret, 'rowplane_admin');
  return {
    secret,
    embedded: true,
    apiUrl: withUser(server.url, 'rowplane_api', rolePassword(secret, 'rowplane_api')),
    adminUrl: withUser(server.url, 'rowplane_admin', adminPassword),
    ownerUrl: server.url,
    // The version of the embedded server is ours to choose, not the operator's: nothing to warn of.
    migrate: (options) => migrate(server.url, { secret, adminPassword, ...options, warn: () => undefined }),
    check: async () => undefined,
    stop: () => server.stop(),
  };
}

/** The secret of an embedded deployment, made at its first start. */
async function keptSecret(directory: string): Promise<string> {
  const file = join(directory, 'secret');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return withFileLock(join(directory, 'secret.lock'), async () => {
    const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (kept) return kept;
    const made = randomBytes(32).toString('hex');
    await writeFile(file, `${made}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
    return made;
  });
}

function passwordIn(url: string): string | null {
  const { password, searchParams } = new URL(url);
  return decodeURIComponent(password) || searchParams.get('password');
}
