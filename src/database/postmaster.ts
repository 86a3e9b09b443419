import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The server that runs on a data directory, or null; the file that a killed server left behind counts as none. */
export async function runningPostmaster(data: string): Promise<{ pid: number; port: number } | null> {
  const file = join(data, 'postmaster.pid');
  const [pid = NaN, , , port = NaN] = (await readFile(file, 'utf8').catch(() => '')).split('\n').map(Number);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const identity = await identify(pid);
  if (!identity) return null;
  if (identity.includes('postgres') && (await worksIn(pid, data))) return { pid, port };
  // The number has gone to another process since. Postgres would take that one for the old server and not start.
  await rm(file, { force: true });
  return null;
}

/** Whether a server may be the one that works in this folder. Where that can't be known, it is believed. */
async function worksIn(pid: number, data: string): Promise<boolean> {
  // Linux alone tells, and in a container not even to root.
  const [theirs, ours] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => null), realpath(data)]);
  return theirs === null || theirs === ours;
}

/** Asks a server to disconnect everybody and shut down, insists after a while, and waits until it has gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  for (let waited = 0; await identify(pid); waited += 20) {
    await sleep(20);
    if (waited === 20_000) signal(pid, 'SIGQUIT');
    if (waited === 30_000) throw new Error(`The embedded PostgreSQL (process ${pid}) does not stop.`);
  }
}

/**
 * A text that tells this process from every other one, also from a later one with the same number: number, start time,
 * name. Null when it has ended (a zombie that nobody has collected yet has ended).
 */
export async function identify(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(line) ?? [];
    const columns = rest.split(' ');
    // State, and the start time in clock ticks since boot: the 3rd and the 22nd column of proc(5).
    return name === undefined || columns[0] === 'Z' ? null : `${pid} ${columns[19]} ${name}`;
  }
  if (process.platform === 'win32') {
    const { stdout } = await run('tasklist', ['/fi', `pid eq ${pid}`, '/fo', 'csv', '/nh']);
    return stdout.includes(`"${pid}"`) ? `${pid} ${stdout.split('"')[1]}` : null;
  }
  const listed = await run('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [, state, rest = ''] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(listed.stdout) ?? [];
  return state === undefined || state.startsWith('Z') ? null : `${pid} ${rest}`;
}

/** Sends a signal, also to a process that has gone meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
