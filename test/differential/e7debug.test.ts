import { test } from 'vitest';
import fc from 'fast-check';
import { openStage, DEFINITIONS } from './stage.ts';
import { worldOf } from './worlds.ts';
test('debug', async () => {
  const stage = await openStage();
  const world = fc.sample(worldOf(DEFINITIONS, new Date().toISOString()), { numRuns: 1, seed: 3 })[0]!;
  await stage.load(world);
  console.log(JSON.stringify(await stage.owner.query(`select n.nspname, c.relname, c.relkind, c.relowner::regrole::text, c.relacl::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where (n.nspname like 'ws%' or n.nspname like 'plane%') and relkind in ('v','r')`), null, 0).replaceAll('},', '},\n'));
  await stage.close();
});
