import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '../../src/database/embedded.ts';

/** Starts another server than the run's, for what concerns a whole server; hands it to `work` and removes it. */
export async function withServer<T>(
  work: (server: Embedded, directory: string) => Promise<T>,
  name = 'server',
  durable = false,
): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'rowplane-server-'));
  const directory = join(parent, name);
  try {
    const server = await startEmbedded({ directory, durable });
    try {
      return await work(server, directory);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
