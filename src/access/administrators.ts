import { connect, openPool } from '../database/queryable.ts';
import type { Queryable } from '../database/queryable.ts';
import { isConflict } from '../database/retry.ts';
import { Refusal, asRefusal } from './refusals.ts';
import type { Viewer } from './viewers.ts';
import { signViewerToken } from './viewer-token.ts';

/** A transaction of a signed administrator: statements run as rowplane_admin, under the policies of the engine's tables. */
export interface Administration extends Queryable {
  viewer: Viewer;
  /** Runs `work` as rowplane_owner in the same transaction: for compiling, which owns what it makes. */
  asOwner<T>(work: (owner: Queryable) => Promise<T>): Promise<T>;
  /** SQL to run as rowplane_owner after the commit, one statement each, outside of any transaction (indexes built concurrently). */
  afterCommit(statements: string[]): void;
}

export interface Administrators {
  /** A change: takes the permission clock first, and is done again as a whole when a lock was not had in time. */
  change<T>(viewer: Viewer, work: (administration: Administration) => Promise<T>): Promise<T>;
  /** Reads on one snapshot. */
  read<T>(viewer: Viewer, work: (administration: Administration) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export interface AdministratorsOptions {
  /** A libpq URL of the role rowplane_admin. */
  url: string;
  /** `viewerTokenKey(secret)`. */
  key: Buffer;
  connections?: number;
  /** The door that the log names (L1). Default: API. */
  door?: 'API' | 'CLI';
  /** Told about work after a commit that failed; the change itself stands. */
  onError?: (error: unknown) => void;
  /** Called after each commit of a change. */
  onCommit?: () => void;
}

const attempts = 12;

interface Mode {
  begin: string;
  /** Whether it takes the permission clock, so that nobody else changes or writes anything meanwhile. */
  takesPermissions: boolean;
}
const CHANGING: Mode = { begin: 'begin isolation level read committed read write', takesPermissions: true };
const READING: Mode = { begin: 'begin isolation level repeatable read read only', takesPermissions: false };

async function requireAdministrator(session: Queryable): Promise<void> {
  const [row] = await session.query<{ role: string | null }>('select rowplane.viewer_role() as role');
  if (row?.role !== 'ADMINISTRATOR') throw new Refusal('FORBIDDEN', 'Only administrators may do this.');
}

export function openAdministrators({
  url,
  key,
  connections = 3,
  door = 'API',
  onError,
  onCommit,
}: AdministratorsOptions): Administrators {
  const pool = openPool(url, connections, 'rowplane administration');

  async function once<T>(
    viewer: Viewer,
    { begin, takesPermissions }: Mode,
    work: (administration: Administration) => Promise<T>,
    later: string[],
  ): Promise<T> {
    return pool.use(async (session) => {
      await session.query(begin);
      try {
        await session.query(
          `set local search_path = pg_catalog; set local TimeZone = UTC; set local rowplane.door = '${door}'`,
        );
        await session.query('select rowplane.enter($1)', [signViewerToken(key, viewer.id, Date.now() / 1000 + 600)]);
        await requireAdministrator(session);
        if (takesPermissions) {
          // Only now: or whoever may ask for a change could keep everybody's writes waiting.
          await session.query('select rowplane.begin_change()');
          await requireAdministrator(session);
        }
        const result = await work({
          viewer,
          query: (text, values) => session.query(text, values),
          async asOwner(ownWork) {
            await session.query('set local role rowplane_owner');
            const owned = await ownWork(session);
            // Back to what the session began as: rowplane_admin, or whoever the command line works as.
            await session.query('reset role');
            return owned;
          },
          afterCommit: (statements) => void later.push(...statements),
        });
        await session.query('commit');
        return result;
      } catch (error) {
        await session.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /** On a connection of its own, since a failure leaves the session as the owner. */
  async function finish(statements: string[]): Promise<void> {
    if (statements.length === 0) return;
    const connection = await connect(url, 'rowplane administration');
    try {
      await connection.query('set role rowplane_owner');
      for (const statement of statements) await connection.query(statement);
    } catch (error) {
      onError?.(error);
    } finally {
      await connection.end();
    }
  }

  return {
    async change(viewer, work) {
      for (let attempt = 1; ; attempt++) {
        const later: string[] = [];
        try {
          const result = await once(viewer, CHANGING, work, later);
          onCommit?.();
          await finish(later);
          return result;
        } catch (error) {
          if (attempt === attempts || !isConflict(error)) throw asRefusal(error);
          await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.random() * 15 * 2 ** attempt)));
        }
      }
    },
    read: (viewer, work) =>
      once(viewer, READING, work, []).catch((error: unknown) => {
        throw asRefusal(error);
      }),
    end: () => pool.end(),
  };
}
