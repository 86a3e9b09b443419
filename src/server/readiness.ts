import { fileURLToPath } from 'node:url';
import { pendingMigrations, readMigrations, type AppliedMigration } from '../database/migration-files.ts';
import type { Queryable } from '../database/queryable.ts';
import type { CheckReadiness } from './health.ts';
import type { Log } from './log.ts';

/** Milliseconds between two comparisons of everything compiled with the catalog, which take a while in a large database. */
const DRIFT_EVERY = 60_000;

export interface ReadinessCheck {
  check: CheckReadiness;
  stop(): void;
}

/** Whether the database answers, has the migrations of this version, and still holds what was compiled. `api`: as rowplane_api. */
export async function createReadinessCheck(api: Queryable, log: Log): Promise<ReadinessCheck> {
  const files = await readMigrations(fileURLToPath(new URL('../../sql', import.meta.url)));
  let compiled = 'being compared with the catalog';

  async function compare(): Promise<void> {
    try {
      const [row] = await api.query<{ drift: string }>('select rowplane.count_drift() as drift');
      const drift = Number(row?.drift);
      compiled = drift === 0 ? 'ok' : `${drift} objects differ from what was compiled: see rowplane policies verify`;
      if (drift > 0) log.error({ drift }, 'compiled objects differ from the catalog');
    } catch (error) {
      compiled = 'can not be compared with the catalog';
      log.warn({ err: error }, 'comparing compiled objects failed');
    }
  }
  const timer = setInterval(() => void compare(), DRIFT_EVERY);
  timer.unref();
  await compare();

  async function migrations(): Promise<string> {
    const applied = await api.query<AppliedMigration>('select name, checksum from rowplane.applied_migrations()');
    try {
      const pending = pendingMigrations(files, applied);
      return pending.length === 0 ? 'ok' : `${pending.length} to be applied: run rowplane migrate`;
    } catch {
      return 'the database has others than this version';
    }
  }

  return {
    async check() {
      const checks: Record<string, string> = {};
      try {
        checks.migrations = await migrations();
        checks.database = 'ok';
      } catch (error) {
        log.warn({ err: error }, 'the database does not answer');
        checks.database = 'does not answer';
      }
      checks.compiled = compiled;
      return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
