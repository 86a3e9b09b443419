import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataArgument, environment, initialise, type Place } from './embedded-data.ts';
import { embeddedPrograms } from './embedded-programs.ts';
import { embeddedUser } from './embedded-user.ts';
import { withFileLock } from './file-lock.ts';
import { identify, runningPostmaster, signal, stopPostmaster } from './postmaster.ts';
import { connect, quoteName } from './queryable.ts';

/** What an embedded server can be told. */
export interface EmbeddedOptions {
  /** Folder that holds the server's data, its log, and the superuser's password; made where missing. */
  directory: string;
  /** The database that `url` leads to, made where missing. Default `rowplane`. */
  database?: string;
  /** False gives up the data's safety against power cuts for speed, for tests. Default true. */
  durable?: boolean;
  /** Server settings beyond our own, as in postgresql.conf. */
  configuration?: Record<string, string>;
  /** Told what takes time, one line each. */
  log?: (message: string) => void;
}

/** A running embedded server. */
export interface Embedded {
  /** Connection string of its superuser; the port is another one at each start. */
  url: string;
  /** False where another living process of ours runs the server, and this one merely joined. */
  started: boolean;
  /** Shuts it down if this process started it, and waits until it has gone. Can be called again. */
  stop(): Promise<void>;
}

const CONFIGURATION = {
  listen_addresses: '127.0.0.1',
  // TCP suffices, and socket folders are too long a path here and too open a place there.
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  cluster_name: 'rowplane',
  shared_buffers: '256MB',
  // Deleting a workspace with many planes locks each of their objects.
  max_locks_per_transaction: '256',
  // A plane's views look costly to the planner long before compiling them to machine code pays.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
};

/**
 * Starts PostgreSQL 18 on `directory`, with nothing installed but what `npm ci` brought. It listens on a free port of
 * the loopback interface. A server that a killed process left running is stopped first; one that another living process
 * of ours started is shared.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const directory = resolve(options.directory);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await withFileLock(
      join(directory, 'starting.lock'),
      async () => (await joinRunning(directory, options)) ?? start(directory, options),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new Error(
      `The folder ${directory} of the embedded PostgreSQL belongs to another user. Start Rowplane as the user who ` +
        'made it, or set ROWPLANE_DATA to another folder.',
      { cause: error },
    );
  }
}

/** Shares the server that another living process of ours runs; stops one that nobody looks after. Else null. */
async function joinRunning(
  directory: string,
  { database = 'rowplane', log }: EmbeddedOptions,
): Promise<Embedded | null> {
  const data = join(directory, 'postgres');
  for (;;) {
    const running = await runningPostmaster(data);
    if (!running) return null;
    if (!(await ownerLives(directory))) {
      log?.('Stopping the database server that an earlier process left behind');
      await stopPostmaster(running.pid);
      return null;
    }
    const url = urlOf(running.port, await readFile(join(directory, 'superuser-password'), 'utf8'), database);
    try {
      await ensureDatabase(url, database);
      return { url, started: false, stop: async () => undefined };
    } catch (error) {
      // 57P03, or nobody at the port: it is just shutting down, and soon gone.
      if (!['57P03', '57P01', 'ECONNREFUSED', 'ECONNRESET'].includes((error as { code?: string }).code ?? ''))
        throw error;
      await sleep(50);
    }
  }
}

async function start(directory: string, options: EmbeddedOptions): Promise<Embedded> {
  const { database = 'rowplane', durable = true, configuration = {}, log = () => undefined } = options;
  const user = await embeddedUser();
  const place = { directory, data: join(directory, 'postgres'), user, programs: await embeddedPrograms(user), log };
  await initialise(place, durable);
  const password = await readFile(join(directory, 'superuser-password'), 'utf8');
  const settings = { ...CONFIGURATION, ...(durable ? {} : NOT_DURABLE), ...configuration };
  const { child, port } = await launch(place, password, settings);

  const pid = child.pid ?? 0;
  // A process that ends without asking must not leave a server behind; a killed one does, see joinRunning.
  const atExit = () => signal(pid, 'SIGINT');
  process.once('exit', atExit);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    process.off('exit', atExit);
    const ended = child.exitCode !== null || child.signalCode !== null;
    return (stopping ??= ended ? Promise.resolve() : stopPostmaster(pid));
  };
  const url = urlOf(port, password, database);
  try {
    await ensureDatabase(url, database);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, started: true, stop };
}

const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** Starts the server and waits until it answers, which after a crash may take as long as recovery does. */
async function launch(
  place: Place,
  password: string,
  settings: Record<string, string>,
): Promise<{ child: ChildProcess; port: number }> {
  const { directory, data, user, programs, log } = place;
  const logFile = join(directory, 'postgres.log');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const output = await open(logFile, 'w', 0o600);
    const child = spawn(
      programs.postgres,
      [
        ...['-D', dataArgument(data, user), '-p', String(port)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      // Detached, lest Ctrl-C at the terminal reach the database before the requests under way are answered.
      { ...user, cwd: data, env: environment(), detached: true, stdio: ['ignore', output.fd, output.fd] },
    );
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    child.unref();
    await output.close();
    await claim(directory);
    const url = urlOf(port, password, 'postgres');
    for (let waited = 0; !failure && child.exitCode === null && child.signalCode === null; waited += 25) {
      if (await answers(url)) return { child, port };
      if (waited === 5000) log('The database server is recovering');
      await sleep(25);
    }
    const report = failure?.message ?? (await readFile(logFile, 'utf8')).trim();
    // Another process took the port first, or the children of a killed server are still leaving.
    const passing = /could not bind|could not create any TCP|still in use|postmaster.pid" already exists/i.test(report);
    if (!passing || attempt === 20) {
      throw new Error(`The embedded PostgreSQL does not start on ${data}:\n${report}`, { cause: failure });
    }
    await sleep(250);
  }
}

/** Notes that this process is the one that stops the server. */
async function claim(directory: string): Promise<void> {
  await writeFile(join(directory, 'owner'), (await identify(process.pid)) ?? '', { mode: 0o600 });
}

async function ownerLives(directory: string): Promise<boolean> {
  const owner = await readFile(join(directory, 'owner'), 'utf8').catch(() => '');
  return owner !== '' && (await identify(Number.parseInt(owner, 10))) === owner;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await connect(url)).end();
    return true;
  } catch {
    return false;
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const session = await connect(maintenance.href);
  try {
    const found = await session.query('select from pg_database where datname = $1', [database]);
    if (found.length === 0) await session.query(`create database ${quoteName(database)}`);
  } finally {
    await session.end();
  }
}
