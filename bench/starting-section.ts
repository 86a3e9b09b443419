import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryOf, pathOf, startServer } from './processes.ts';

export interface StartingResult {
  /** Milliseconds from the command until the server says that it is ready. */
  fromNothing: number;
  again: number;
  /** Megabytes of the server's process when it has just started. */
  memory: number | null;
}

/** What `npm ci` leaves a newcomer with: our files, and the packages. */
const FILES = ['package.json', 'tsconfig.json', 'bin', 'schema', 'sql', 'policies', 'src'];

/** `npm start` in a fresh copy of the package: with nothing there, and once more. */
export async function measureStarting(log: (line: string) => void): Promise<StartingResult> {
  const directory = await mkdtemp(join(tmpdir(), 'rowplane-start-'));
  try {
    for (const file of FILES) await cp(pathOf(`../${file}`), join(directory, file), { recursive: true });
    await symlink(pathOf('../node_modules'), join(directory, 'node_modules'));
    const first = await start(directory);
    const second = await start(directory);
    const result = { fromNothing: first.milliseconds, again: second.milliseconds, memory: second.memory };
    log(`npm start: ${seconds(result.fromNothing)} from nothing, ${seconds(result.again)} again`);
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function start(directory: string): Promise<{ milliseconds: number; memory: number | null }> {
  const server = await startServer(['src/cli/main.ts', 'start'], {
    directory,
    environment: { PORT: '0', NODE_ENV: '' },
    ready: /^Rowplane ready/,
  });
  const memory = (await memoryOf(server.pid))?.now ?? null;
  await server.stop();
  return { milliseconds: server.startedIn, memory };
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
