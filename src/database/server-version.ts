import type { Queryable } from './queryable.ts';

/** The oldest PostgreSQL that works. */
const REQUIRED = 180000;
/** From here on, plans that were made before a change of role memberships are not used after it (CVE-2026-14666). */
const ADVISED = 180006;

/** Refuses a server that can't work, and warns of one that should be updated. */
export async function checkServer(session: Queryable, { warn }: { warn: (message: string) => void }): Promise<void> {
  const [server] = await session.query<{ number: number; name: string; encoding: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as name,
            current_setting('server_encoding') as encoding`,
  );
  if (!server) throw new Error('The database server does not say its version.');
  checkVersion(server.number, server.name);
  if (server.encoding !== 'UTF8') {
    throw new Error(
      `The database is encoded in ${server.encoding}. Rowplane needs UTF8: create database … encoding 'UTF8' template template0`,
    );
  }
  const advice = versionAdvice(server.number, server.name);
  if (advice) warn(advice);
}

/** Throws on a PostgreSQL older than 18. `number` is `server_version_num`. */
export function checkVersion(number: number, name: string): void {
  if (number < REQUIRED)
    throw new Error(`Rowplane needs PostgreSQL 18 or newer; DATABASE_URL leads to version ${name}.`);
}

/** What to tell an operator about the server's version, or null. */
export function versionAdvice(number: number, name: string): string | null {
  if (number >= ADVISED) return null;
  return (
    `PostgreSQL ${name} lacks security fixes, among them one for plans that outlive a change of role memberships ` +
    '(CVE-2026-14666). Update it to 18.6 or newer.'
  );
}
