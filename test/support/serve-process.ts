// A process that serves a database: node serve-process.ts <deployment as JSON: apiUrl, adminUrl, secret>. Says "ready <url>" and stays.
import { fileURLToPath } from 'node:url';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { readSettings } from '../../src/database/settings.ts';
import { serve, type ServeOptions } from '../../src/server/serve.ts';

const deployment = JSON.parse(process.argv[2]!) as ServeOptions['deployment'];
const server = await serve({
  deployment,
  settings: readSettings({ PORT: '0', ROWPLANE_LOG_LEVEL: 'warn' }, '/nonexistent'),
  definitions: await loadDefinitions(fileURLToPath(new URL('../../schema', import.meta.url))),
  page: null,
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.stdout.write(`ready ${server.url}\n`);
