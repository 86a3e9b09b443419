import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/database/embedded.ts';
import { rolePassword } from '../../src/database/keys.ts';
import { migrate } from '../../src/database/migrate.ts';
import { TEST_SECRET } from './secret.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's connection string of the run's server, to the migrated and otherwise empty template database. */
    template: string;
  }
}

/** One server for the whole run, with one migrated database that every test database is a clone of. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'rowplane-test-'));
  const server = await startEmbedded({
    directory,
    database: 'rowplane_template',
    durable: false,
    configuration: { max_connections: '200' },
  });
  const tearDown = async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await migrate(server.url, { secret: TEST_SECRET, adminPassword: rolePassword(TEST_SECRET, 'rowplane_admin') });
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('template', server.url);
  return tearDown;
}
