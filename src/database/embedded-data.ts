import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Programs } from './embedded-programs.ts';
import type { ProcessUser } from './embedded-user.ts';

/** Where an embedded server lives, and as whom and by which programs it runs. */
export interface Place {
  directory: string;
  data: string;
  user: ProcessUser | null;
  programs: Programs;
  log: (message: string) => void;
}

/** Makes the data directory, unless it is there. It appears under its name only when it is complete. */
export async function initialise({ directory, data, user, programs, log }: Place, durable: boolean): Promise<void> {
  const passwordFile = join(directory, 'superuser-password');
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version?.trim() === '18') return;
  if (version !== null) {
    throw new Error(
      `${data} holds the data of PostgreSQL ${version.trim()}, and this is 18. Dump it with the version of Rowplane ` +
        'that made it and restore it here, or set ROWPLANE_DATA to another folder.',
    );
  }
  log('Creating the database');
  const draft = `${data}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  if (user) for (const path of [draft, passwordFile]) await chown(path, user.uid, user.gid);
  // Passed as an open file, since its path may lead through folders that the user can't enter; see dataArgument.
  const opened = await open(passwordFile, 'r');
  try {
    const child = spawn(
      programs.initdb,
      [
        ...['-D', dataArgument(draft, user), '--username=postgres', '--auth=scram-sha-256', '--no-instructions'],
        `--pwfile=${user && process.platform === 'linux' ? '/proc/self/fd/3' : passwordFile}`,
        ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
        ...(durable ? [] : ['--no-sync']),
      ],
      { ...user, cwd: draft, env: environment(), stdio: ['ignore', 'pipe', 'pipe', opened.fd] },
    );
    let output = '';
    child.stdout?.on('data', (chunk) => (output += String(chunk)));
    child.stderr?.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`PostgreSQL's initdb failed on ${draft}:\n${output.trim()}`);
  } finally {
    await opened.close();
  }
  await rename(draft, data);
}

/**
 * How the server's user is to reach a folder. As root's servant it may not be allowed to follow the folder's path, but
 * it is started inside the folder, and Linux calls the folder one is in by this name.
 */
export function dataArgument(data: string, user: ProcessUser | null): string {
  return user && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

/** No PGPORT, PGDATA, LC_ALL or the like of the caller's may change what the server does. */
export function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|TMPDIR|TEMP|TMP|SystemRoot|HOME)$/i.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}
