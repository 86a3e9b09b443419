import { pendingMigrations, type AppliedMigration, type SqlFile } from './migration-files.ts';
import { type Queryable, quoteName } from './queryable.ts';
import { run } from './run-file.ts';

/**
 * Brings the schema rowplane_log up to date (L2), as its own owner: not as rowplane_owner, whom it is kept from. To be
 * called in a transaction of whoever migrates, who may be rowplane_log only inside of it.
 */
export async function ensureLog(session: Queryable, files: SqlFile[], log: (message: string) => void): Promise<void> {
  if (files.length === 0) return;
  const applied = await readApplied(session);
  const pending = pendingMigrations(files, applied ?? []);
  if (pending.length === 0) return;
  await asKeeper(session, applied === null, async () => {
    for (const file of pending) {
      log(`Applying log/${file.name}`);
      await run(session, file);
      await session.query('insert into rowplane_log.migrations (name, checksum) values ($1, $2)', [
        file.name,
        file.checksum,
      ]);
    }
  });
}

/** What the database has had, as the owner, who may read it; null where there is no log yet. */
async function readApplied(session: Queryable): Promise<AppliedMigration[] | null> {
  const found = await session.query(`select from pg_namespace where nspname = 'rowplane_log'`);
  if (found.length === 0) return null;
  await session.query('set local role rowplane_owner');
  const applied = await session.query<AppliedMigration>('select name, checksum from rowplane_log.migrations');
  await session.query('reset role');
  return applied;
}

async function asKeeper(session: Queryable, isNew: boolean, work: () => Promise<void>): Promise<void> {
  const [me] = await session.query<{ name: string; super: boolean }>(
    'select rolname as name, rolsuper as super from pg_roles where rolname = current_user',
  );
  // A superuser needs no membership. Anybody else's is gone before the commit: nobody ever sees it.
  const member = me && !me.super ? quoteName(me.name) : null;
  if (member) await admit(session, member);
  if (isNew) await session.query('create schema rowplane_log authorization rowplane_log');
  await session.query('set local role rowplane_log');
  await work();
  await session.query('reset role');
  if (member) await session.query(`revoke rowplane_log from ${member}`);
}

async function admit(session: Queryable, member: string): Promise<void> {
  try {
    await session.query(`grant rowplane_log to ${member} with inherit false, set true`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new Error(
      `The role rowplane_log exists on this server, but ${member} may not give it a schema. As a superuser, run: ` +
        `grant rowplane_log to ${member} with inherit false, set false, admin true`,
      { cause: error },
    );
  }
}
