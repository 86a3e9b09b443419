import pg from 'pg';

/** Anything that runs one SQL statement: a connection, a pool, a transaction. Rows come back as plain objects. */
export interface Queryable {
  query<R = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
}

/** One session with the server. Statements run in the order they are given. */
export interface Connection extends Queryable {
  /** Closes the session; resolves when the socket is closed. */
  end(): Promise<void>;
  /** The driver's client, for COPY and for notifications. */
  readonly client: pg.Client;
}

/** Several sessions behind one `query`: no two statements need share a session, so no transactions here. */
export interface Pool extends Queryable {
  /** Runs `work` on one session of the pool, which is given back afterwards. */
  use<T>(work: (session: Queryable) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Opens one session. `url` is a libpq connection string; `application` shows in pg_stat_activity. */
export async function connect(url: string, application = 'rowplane'): Promise<Connection> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  // Without a listener, a server that goes away between two statements would end this process.
  client.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => client.once('end', resolve));
  await client.connect().catch((error: unknown) => {
    throw unreachable(error, url);
  });
  return {
    client,
    query: async <R>(text: string, values?: unknown[]) => rowsOf<R>(await client.query(text, values)),
    async end() {
      await client.end();
      await closed;
    },
  };
}

/** Says which server it was: where a name has several addresses, the system's own error is empty. Keeps the code. */
function unreachable(error: unknown, url: string): Error {
  const { message, code, errors } = error as Error & { code?: string; errors?: Error[] };
  const place = URL.canParse(url) ? new URL(url).host : '';
  const reason = message || errors?.map((each) => each.message).join(', ') || code || 'unknown reason';
  return Object.assign(new Error(`No connection to the database server ${place}: ${reason}`, { cause: error }), {
    code,
  });
}

/** Opens a pool of at most `size` sessions. */
export function openPool(url: string, size: number, application = 'rowplane'): Pool {
  const pool = new pg.Pool({ connectionString: url, max: size, application_name: application });
  const open = new Set<Promise<void>>();
  // An idle session that loses its server reports here, and nobody waits for it: the next statement opens another.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    const closed = new Promise<void>((resolve) => client.once('end', resolve));
    open.add(closed);
    void closed.then(() => open.delete(closed));
  });
  return {
    query: async <R>(text: string, values?: unknown[]) => rowsOf<R>(await pool.query(text, values)),
    async use(work) {
      const client = await pool.connect();
      try {
        const result = await work({
          query: async <R>(text: string, values?: unknown[]) => rowsOf<R>(await client.query(text, values)),
        });
        client.release();
        return result;
      } catch (error) {
        // A session that failed in the middle of something is not worth being handed to the next user.
        client.release(true);
        throw error;
      }
    },
    async end() {
      await pool.end();
      // The pool says it has ended before its sockets have.
      await Promise.all(open);
    },
  };
}

/**
 * Runs `work` between BEGIN and COMMIT, or ROLLBACK when it throws. `session` must be one session, never a pool.
 * `begin` may name an isolation level: `begin isolation level repeatable read`.
 */
export async function transaction<T>(
  session: Queryable,
  work: (transaction: Queryable) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  await session.query(begin);
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    // The first error is the one worth reading; a lost session can't be rolled back anyway.
    await session.query('rollback').catch(() => undefined);
    throw error;
  }
  await session.query('commit');
  return result;
}

/** The rows of a result; of several statements in one text, those of the last. */
function rowsOf<R>(result: pg.QueryResult | pg.QueryResult[]): R[] {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return (last?.rows ?? []) as R[];
}

/** Writes a name the way SQL wants it: `"a ""b"""`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a text as an SQL literal, for DDL, which takes no parameters. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
