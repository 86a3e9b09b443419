import { setTimeout as sleep } from 'node:timers/promises';

/** Whether an error of the server's says no more than "somebody else was at it; try again". */
export function isConflict(error: unknown): boolean {
  const { code, message, schema, table } = (error ?? {}) as Record<string, string | undefined>;
  switch (code) {
    case '40001': // serialization_failure
    case '40P01': // deadlock_detected
    case '55P03': // lock_not_available, after lock_timeout
      return true;
    case 'XX000': // two sessions changed the same catalog row: roles and grants have no row locks
      return /tuple concurrently (updated|deleted)/.test(message ?? '');
    case '23505': // the same for two insertions: roles and memberships are one table for all databases
      return schema === 'pg_catalog' && /^pg_/.test(table ?? '');
    case '42710': // duplicate_object: a role that was not there a moment ago
      return /^role /.test(message ?? '');
    default:
      return false;
  }
}

/**
 * Runs `work`, a whole transaction that may be run again, until nothing stands in its way; at most `attempts` times,
 * with growing, random pauses (up to a second each). Roles belong to the whole server, so that even an advisory lock of
 * one database doesn't keep two transactions that change them apart.
 */
export async function retryConflicts<T>(work: () => Promise<T>, attempts = 40): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error;
      await sleep(Math.random() * Math.min(1000, 20 * 2 ** attempt));
    }
  }
}
