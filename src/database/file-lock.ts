import { readFile, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './postmaster.ts';

/**
 * Runs `work` while no other process does under the same lock file. The file names its holder, so that the lock of a
 * killed process is no obstacle.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const self = (await identify(process.pid)) ?? String(process.pid);
  while (!(await create(file, self))) {
    const holder = await readFile(file, 'utf8').catch(() => null);
    const gone = holder !== null && (await identify(Number.parseInt(holder, 10))) !== holder;
    // Empty means that its holder is about to write its name, or was killed just then.
    if (gone && (holder !== '' || (await staysEmpty(file)))) await unlink(file).catch(() => undefined);
    else await sleep(25);
  }
  try {
    return await work();
  } finally {
    await unlink(file).catch(() => undefined);
  }
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function staysEmpty(file: string): Promise<boolean> {
  await sleep(500);
  return (await readFile(file, 'utf8').catch(() => 'gone')) === '';
}
