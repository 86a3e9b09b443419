import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { ANONYMOUS } from '../oracle/world.ts';
import { runs } from './runs.ts';
import { expectedSqlSight, sqlSight } from './sql-sight.ts';
import { DEFINITIONS, openStage, type Stage } from './stage.ts';
import { worldOf } from './worlds.ts';

let stage: Stage;
let api: Connection;

beforeAll(async () => {
  stage = await openStage();
  api = await connect(stage.database.apiUrl, 'differential test viewer');
});
afterAll(async () => {
  await api.end();
  await stage.close();
});

test('V1, V6, A7, C5, C6, W2: what SQL shows each viewer is what the oracle says, cell by cell', async () => {
  await fc.assert(
    fc.asyncProperty(worldOf(DEFINITIONS, new Date().toISOString()), async (world) => {
      const planeIds = await stage.load(world);
      for (const viewer of [...world.users.map(({ id }) => id), ANONYMOUS])
        expect(await sqlSight(api, stage, world, planeIds, viewer), `as ${viewer}`).toEqual(
          expectedSqlSight(world, viewer),
        );
    }),
    runs(150),
  );
});
