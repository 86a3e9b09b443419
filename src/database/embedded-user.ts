import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The operating system's user that Postgres runs as. */
export interface ProcessUser {
  uid: number;
  gid: number;
}

/**
 * Whom the embedded Postgres must run as: null for whoever runs this process, or the user `postgres` when that is
 * root, as whom Postgres refuses to run. The user is created where it is missing.
 */
export async function embeddedUser(): Promise<ProcessUser | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await lookUp();
  if (existing) return existing;
  try {
    await run('groupadd', ['--system', 'postgres']).catch(() => undefined);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/bin/false', 'postgres']);
  } catch (useradd) {
    try {
      // BusyBox, as in Alpine, has other names for it.
      await run('addgroup', ['-S', 'postgres']).catch(() => undefined);
      await run('adduser', ['-S', '-D', '-H', '-G', 'postgres', '-s', '/bin/false', 'postgres']);
    } catch {
      throw new Error(
        'PostgreSQL refuses to run as root, and a system user "postgres" could not be created to run it as. ' +
          'Start Rowplane as an ordinary user, create that user yourself, or set DATABASE_URL to a server of your own.',
        { cause: useradd },
      );
    }
  }
  const created = await lookUp();
  if (!created) throw new Error('The system user "postgres" was created, but its number can not be looked up by `id`.');
  return created;
}

async function lookUp(): Promise<ProcessUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}
