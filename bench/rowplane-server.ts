// Rowplane on the benchmark's database, as `npm start` serves it: `API_URL` and `POOL` say how. Prints its address when it serves.
import { readSettings } from '../src/database/settings.ts';
import { serve } from '../src/server/serve.ts';
import { DEFINITIONS } from './definitions.ts';
import { SECRET } from './world.ts';

const { API_URL = '', POOL = '4' } = process.env;
const settings = readSettings({
  PORT: '0',
  ROWPLANE_SECRET: SECRET,
  ROWPLANE_LOG_LEVEL: 'warn',
  ROWPLANE_READERS: POOL,
  ROWPLANE_WRITERS: POOL,
});
const running = await serve({
  deployment: { apiUrl: API_URL, adminUrl: null, secret: SECRET },
  settings,
  definitions: DEFINITIONS,
  page: null,
});
console.log(`${running.url}/graphql`);
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
