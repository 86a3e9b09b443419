import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddedPrograms, runnablePrograms } from '../../src/database/embedded-programs.ts';
import { embeddedUser } from '../../src/database/embedded-user.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { identify, runningPostmaster, signal } from '../../src/database/postmaster.ts';
import { connect } from '../../src/database/queryable.ts';
import { lineOf, startNode } from '../support/process.ts';

const root = process.getuid?.() === 0;
const PROCESS = 'test/support/embedded-process.ts';
let parent = '';
let directory = '';

beforeEach(async () => {
  // Only its maker may enter the parent, and the path has what shells and URLs stumble over.
  parent = await mkdtemp(join(tmpdir(), 'rowplane-embedded-'));
  directory = join(parent, "a folder's näme, with % and #");
});

afterEach(async () => {
  const running = await runningPostmaster(join(directory, 'postgres'));
  if (running) signal(running.pid, 'SIGQUIT');
  while (running && (await identify(running.pid))) await new Promise((done) => setTimeout(done, 10));
  await rm(parent, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const session = await connect(url);
  try {
    return (await session.query(sql)).map((row) => Object.values(row)[0]);
  } finally {
    await session.end();
  }
}

async function postmaster(): Promise<number> {
  return (await runningPostmaster(join(directory, 'postgres')))?.pid ?? 0;
}

test('the server is UTF8 with a locale of its own, and asks for a password that only its folder tells', async () => {
  const server = await startEmbedded({ directory, durable: false });
  expect(
    await ask(
      server.url,
      `select concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale) from pg_database`,
    ),
  ).toEqual(expect.arrayContaining(['UTF8 b C.UTF-8']));
  expect(await ask(server.url, 'select distinct auth_method from pg_hba_file_rules')).toEqual(['scram-sha-256']);
  expect(await ask(server.url, 'show listen_addresses')).toEqual(['127.0.0.1']);
  const password = await readFile(join(directory, 'superuser-password'), 'utf8');
  expect(decodeURIComponent(new URL(server.url).password)).toBe(password);
  for (const file of ['', 'superuser-password', 'postgres', 'postgres.log']) {
    expect((await stat(join(directory, file))).mode & 0o077, file).toBe(0);
  }
  await expect(connect(server.url.replace(password, 'guessed'))).rejects.toThrow('password authentication failed');
  await server.stop();
});

test('stopping leaves no process and no trace; the data is there at the next start', async () => {
  const first = await startEmbedded({ directory, durable: false });
  await ask(first.url, 'create table kept as select 7 as number');
  const pid = await postmaster();
  await first.stop();
  await first.stop();
  expect(await identify(pid)).toBe(null);
  expect(await runningPostmaster(join(directory, 'postgres'))).toBe(null);
  const second = await startEmbedded({ directory, durable: false });
  expect(await ask(second.url, 'table kept')).toEqual([7]);
  await second.stop();
});

test('a second start in the same folder joins the running server, and its stop leaves that alone', async () => {
  const first = await startEmbedded({ directory, durable: false });
  const second = await startEmbedded({ directory, durable: false });
  expect([first.started, second.started, second.url === first.url]).toEqual([true, false, true]);
  await second.stop();
  expect(await ask(first.url, 'select 1')).toEqual([1]);
  await first.stop();
});

test('of two processes that start at once in a new folder, one starts the server and the other joins', async () => {
  const processes = [startNode(PROCESS, [directory]), startNode(PROCESS, [directory])];
  const lines = await Promise.all(processes.map((child) => lineOf(child, 'ready')));
  expect(lines.map((line) => line.split(' ')[1]).toSorted()).toEqual(['joined', 'started']);
  const starter = lines.findIndex((line) => line.includes('started'));
  for (const child of [processes[1 - starter], processes[starter]]) {
    child?.kill('SIGTERM');
    if (child?.exitCode === null) await once(child, 'close');
  }
  expect(await postmaster()).toBe(0);
});

test('a process that ends in a hurry takes its server along', async () => {
  const child = startNode(PROCESS, [directory]);
  await lineOf(child, 'ready');
  const pid = await postmaster();
  child.kill('SIGUSR2');
  await once(child, 'close');
  while (await identify(pid)) await new Promise((done) => setTimeout(done, 10));
});

test('after kill -9 of the process alone, the next start replaces the orphaned server and keeps the data', async () => {
  const child = startNode(PROCESS, [directory]);
  const url = (await lineOf(child, 'ready')).split(' ')[2] ?? '';
  await ask(url, 'create table kept as select 8 as number');
  const orphan = await postmaster();
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await identify(orphan)).not.toBe(null);
  const server = await startEmbedded({ directory, durable: false });
  expect(await identify(orphan)).toBe(null);
  expect(await ask(server.url, 'table kept')).toEqual([8]);
  await server.stop();
});

test('after kill -9 of the process and of the server, the next start recovers what was committed', async () => {
  const child = startNode(PROCESS, [directory, 'durable']);
  const url = (await lineOf(child, 'ready')).split(' ')[2] ?? '';
  await ask(url, 'create table kept as select 9 as number');
  const killed = await postmaster();
  child.kill('SIGKILL');
  signal(killed, 'SIGKILL');
  await once(child, 'close');
  const server = await startEmbedded({ directory });
  expect(await ask(server.url, 'table kept')).toEqual([9]);
  await server.stop();
});

test('another server that has the number of a server of the past is neither taken for it nor stopped', async ({
  skip,
}) => {
  const readable = await readlink('/proc/self/cwd').catch(() => null);
  skip(readable === null, 'only Linux tells which folder a process works in');
  const other = await startEmbedded({ directory: join(parent, 'other'), durable: false });
  const { pid } = (await runningPostmaster(join(parent, 'other', 'postgres'))) ?? { pid: 0 };
  try {
    const first = await startEmbedded({ directory, durable: false });
    await first.stop();
    await writeFile(join(directory, 'postgres', 'postmaster.pid'), `${pid}\n/elsewhere\n0\n5432\n`);
    const second = await startEmbedded({ directory, durable: false });
    expect(second.started).toBe(true);
    expect(await ask(other.url, 'select 1')).toEqual([1]);
    await second.stop();
  } finally {
    await other.stop();
  }
});

test('a start that meets a server which is shutting down waits for it and starts another', async () => {
  const first = await startEmbedded({ directory, durable: false });
  const lingering = await connect(first.url);
  // A smart shutdown lets nobody in any more, and waits for those who are.
  signal(await postmaster(), 'SIGTERM');
  const entering = () => connect(first.url).then((session) => session.end(), String);
  await expect.poll(entering).toContain('shutting down');
  const starting = startEmbedded({ directory, durable: false });
  await lingering.query('select pg_sleep(0.2)');
  await lingering.end();
  const second = await starting;
  expect(second.started).toBe(true);
  await second.stop();
});

test('an initdb that was killed half way is begun again', async () => {
  await mkdir(join(directory, 'postgres.new'), { recursive: true });
  await writeFile(join(directory, 'postgres.new', 'PG_VERSION'), '18\n');
  await writeFile(join(directory, 'starting.lock'), '1 0 a process that has gone');
  const server = await startEmbedded({ directory, durable: false });
  expect(await ask(server.url, 'select 1')).toEqual([1]);
  await server.stop();
});

test('the data of another major version is refused with what to do', async () => {
  await mkdir(join(directory, 'postgres'), { recursive: true });
  await writeFile(join(directory, 'postgres', 'PG_VERSION'), '17\n');
  await expect(startEmbedded({ directory })).rejects.toThrow('holds the data of PostgreSQL 17, and this is 18');
});

test('a server that can not start says why', async () => {
  const configuration = { shared_buffers: 'much' };
  await expect(startEmbedded({ directory, durable: false, configuration })).rejects.toThrow(
    /does not start on .*\n.*invalid value for parameter "shared_buffers"/s,
  );
});

test('it works for an ordinary user, whose server is the user’s own', async ({ skip }) => {
  skip(!root, 'run by an ordinary user, as whom all tests here run; only root can start processes of others');
  const nobody = { uid: 65534, gid: 65534 };
  const reachable = spawnSync(process.execPath, ['--version'], { ...nobody, cwd: '/' }).status === 0;
  skip(!reachable, 'this checkout lies below a folder that other users may not enter');
  await chmod(parent, 0o755);
  await mkdir(directory);
  await chown(directory, nobody.uid, nobody.gid);
  const child = startNode(PROCESS, [directory], nobody);
  const url = (await lineOf(child, 'ready')).split(' ')[2] ?? '';
  expect(await ask(url, 'select 1')).toEqual([1]);
  expect((await stat(join(directory, 'postgres'))).uid).toBe(nobody.uid);
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(await postmaster()).toBe(0);
});

test('an installation out of reach, without its links, runs from a copy', async ({ skip }) => {
  skip(!root, 'nothing is out of reach of an ordinary user who runs the server himself');
  const user = await embeddedUser();
  const installed = await runnablePrograms(...(await installation()), user, []);
  const hidden = join(parent, 'hidden');
  await cp(dirname(dirname(installed.postgres)), hidden, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
  const place = await mkdtemp(join(tmpdir(), 'rowplane-place-'));
  await chmod(place, 0o755);
  try {
    await expect(runnablePrograms(hidden, '18', user, [])).rejects.toThrow('every parent folder may be entered');
    const copied = await runnablePrograms(hidden, '18', user, [place]);
    expect(copied.postgres.startsWith(place)).toBe(true);
    const ran = spawnSync(copied.postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
    expect(ran.stdout).toMatch(/PostgreSQL\) 18/);
    expect(await runnablePrograms(hidden, '18', user, [place])).toEqual(copied);
    await chmod(join(place, `postgresql-18-0`), 0o777);
    await expect(runnablePrograms(hidden, '18', user, [place])).rejects.toThrow('can not be run');
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

/** Where npm put the native programs. */
async function installation(): Promise<[string, string]> {
  return [dirname(dirname((await embeddedPrograms(null)).postgres)), '18'];
}
