import pg from 'pg';
import { keptOn } from './kept-statements.ts';
import { createDurations, pickLane } from './lanes.ts';
import { runUnit } from './unit.ts';
import type { Row, Statement } from './unit.ts';

export interface ConnectionOptions {
  /** A libpq URL of the role rowplane_api. */
  url: string;
  /** Connections that carry whole reads, several in flight on each. Default 4. */
  readers?: number;
  /** Connections lent to one transaction at a time. Default 8. */
  lent?: number;
  /** Milliseconds that one statement may take. Default 15 000. */
  statementTimeout?: number;
  /** Milliseconds that one transaction may take. Default 60 000. */
  transactionTimeout?: number;
}

/** A connection isn't as it was opened: something that ran on it changed it for whoever comes next. */
export class SpoiltConnection extends Error {}

/** The viewers' connections: nothing else talks to the database for viewers. */
export interface Connections {
  /**
   * One unit on a shared connection: one snapshot, read only. `accept` looks at the results first, and throws
   * SpoiltConnection if they aren't to be trusted. A connection on which anything failed is replaced by a new one.
   */
  read(statements: Statement[], accept: (results: Row[][]) => void): Promise<Row[][]>;
  /** Lends a connection for several units; it is thrown away when `work` fails, so that no leftover meets the next one. */
  lend<T>(work: (run: (statements: Statement[]) => Promise<Row[][]>) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/**
 * What each connection starts with. Viewers' statements name every schema, so the search path is the catalog's alone;
 * row security is on; what is not told otherwise reads one snapshot and writes nothing.
 */
function startOptions(statementTimeout: number, transactionTimeout: number): string {
  const settings = {
    role: 'rowplane_viewer',
    search_path: 'pg_catalog',
    row_security: 'on',
    default_transaction_isolation: 'repeatable\\ read',
    default_transaction_read_only: 'on',
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    IntervalStyle: 'iso_8601',
    jit: 'off',
    // Storage is memory or flash. With the default, made for disks, Postgres reads whole tables to find fifty records.
    random_page_cost: '1.1',
    max_parallel_workers_per_gather: '0',
    statement_timeout: String(statementTimeout),
    transaction_timeout: String(transactionTimeout),
    idle_in_transaction_session_timeout: String(transactionTimeout),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

interface Reader {
  client: pg.Client;
  ready: Promise<void>;
  inFlight: number;
  /** When its last unit was through. */
  freeSince: number;
  /** Gone, or not to be used any more. */
  dead: boolean;
  isSpoilt: () => boolean;
}

/**
 * Tells whether a connection is still as it was opened: in no transaction, with the settings that it started with, and
 * with no statements prepared but our own. Postgres reports those settings that change how values read (time zone, date
 * style, search path, …).
 */
function watch(client: pg.ClientBase): () => boolean {
  let changed = false;
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('parameterStatus', () => {
    changed = true;
  });
  const kept = keptOn(client);
  return () => changed || client.getTransactionStatus() !== 'I' || !kept.isTrusted();
}

/** Opens connections as they are needed; a lost one is replaced by the next read. */
export function openConnections({
  url,
  readers: readerCount = 4,
  lent: lentCount = 8,
  statementTimeout = 15_000,
  transactionTimeout = 60_000,
}: ConnectionOptions): Connections {
  const settings: pg.ClientConfig = {
    connectionString: url,
    options: startOptions(statementTimeout, transactionTimeout),
    application_name: 'rowplane viewers',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
  const readers: (Reader | undefined)[] = Array.from({ length: readerCount }, () => undefined);
  /** Milliseconds that each is expected to be busy for. */
  const backlogs = readers.map(() => 0);
  const durations = createDurations();
  // Whoever waits for one of them waits as long as others may take: many who come at once are served one after the other.
  const pool = new pg.Pool({ ...settings, max: lentCount, connectionTimeoutMillis: transactionTimeout });
  const sockets = new Set<Promise<void>>();
  const lentWatches = new WeakMap<pg.ClientBase, () => boolean>();
  let ended = false;

  // Without listeners a connection that dies between two statements would take the process with it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    follow(client);
    lentWatches.set(client, watch(client));
  });

  function follow(client: pg.Client): void {
    const closed = new Promise<void>((resolve) => client.once('end', resolve));
    sockets.add(closed);
    void closed.then(() => sockets.delete(closed));
  }

  function openReader(): Reader {
    const client = new pg.Client({ ...settings, pipeline: true });
    const reader: Reader = {
      client,
      inFlight: 0,
      freeSince: 0,
      dead: false,
      ready: Promise.resolve(),
      isSpoilt: () => false,
    };
    client.on('error', () => {
      reader.dead = true;
    });
    client.once('end', () => {
      reader.dead = true;
    });
    reader.ready = client.connect().then(
      () => {
        follow(client);
        reader.isSpoilt = watch(client);
      },
      (error: unknown) => {
        reader.dead = true;
        throw error;
      },
    );
    // Whoever reads awaits it; this only keeps an unread failure from counting as unhandled.
    reader.ready.catch(() => undefined);
    return reader;
  }

  return {
    async read(statements, accept) {
      if (ended) throw new Error('The connections are closed.');
      const name = nameOf(statements);
      const expected = durations.expected(name);
      const place = pickLane(backlogs, expected);
      const found = readers[place];
      const reader = !found || found.dead ? (readers[place] = openReader()) : found;
      reader.inFlight++;
      backlogs[place]! += expected.milliseconds;
      try {
        await reader.ready;
        const sent = performance.now();
        const results = await runUnit(reader.client, statements).finally(() => {
          // It ran from when it was sent, or from when the one before it was through.
          const done = performance.now();
          durations.took(name, done - Math.max(sent, reader.freeSince));
          reader.freeSince = done;
        });
        if (reader.isSpoilt()) throw new SpoiltConnection('A statement left something behind on its connection.');
        accept(results);
        return results;
      } catch (error) {
        // Others' units may be on their way on it, so it is closed behind the last of them.
        reader.dead = true;
        throw error;
      } finally {
        reader.inFlight--;
        backlogs[place]! -= expected.milliseconds;
        if (reader.dead && reader.inFlight === 0) void reader.client.end().catch(() => undefined);
      }
    },
    async lend(work) {
      const client = await pool.connect();
      const run = (statements: Statement[]) => runUnit(client, statements);
      try {
        const result = await work(run);
        client.release(lentWatches.get(client)?.());
        return result;
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
    async end() {
      ended = true;
      const open = readers.filter((reader) => reader !== undefined && !reader.dead) as Reader[];
      await Promise.all(open.map(({ ready, client }) => ready.then(() => client.end()).catch(() => undefined)));
      await pool.end();
      // The pool says it has ended before its sockets have.
      await Promise.all(sockets);
    },
  };
}

/** Units of the same texts take about the same time. */
function nameOf(statements: readonly Statement[]): string {
  return statements.map(({ text }) => text).join(';');
}
