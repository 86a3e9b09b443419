import { readSettings } from '../../src/database/settings.ts';
import { serve, type ServeOptions } from '../../src/server/serve.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import type { DemoDatabase } from '../demo/demo-database.ts';

/** Serves a test's database on a free port, as `rowplane start` would. */
export function serveDatabase(
  { database, definitions }: DemoDatabase,
  { page = null, settings = {} }: Partial<Omit<ServeOptions, 'settings'>> & { settings?: Record<string, string> } = {},
): Promise<RunningServer> {
  return serve({
    deployment: database,
    settings: readSettings({ PORT: '0', ROWPLANE_LOG_LEVEL: 'silent', ...settings }, '/nonexistent'),
    definitions,
    page,
  });
}
