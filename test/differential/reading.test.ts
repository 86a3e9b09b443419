import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { ANONYMOUS } from '../oracle/world.ts';
import { openApi, type Api } from './api.ts';
import { expectedPages, readLists } from './api-lists.ts';
import { expectedRecords, readRecords } from './api-records.ts';
import { queryOf } from './queries.ts';
import { PATIENCE, runs, shrinkingBriefly } from './runs.ts';
import { expectedSqlSight, sqlSight } from './sql-sight.ts';
import { DEFINITIONS, openStage, type Stage } from './stage.ts';
import { worldOf } from './worlds.ts';

let stage: Stage;
let sql: Connection;
/** For viewers who see little, and for those who see much. */
let apis: Api[];

beforeAll(async () => {
  stage = await openStage();
  sql = await connect(stage.database.apiUrl, 'differential test viewer');
  apis = [openApi(stage), openApi(stage, { broad: true })];
});
afterAll(async () => {
  await sql.end();
  for (const api of apis) await api.close();
  await stage.close();
});

/** The world, what is asked about it, and everybody who asks. */
const cases = fc.record({
  world: worldOf(DEFINITIONS, new Date().toISOString()),
  queries: fc.array(queryOf(DEFINITIONS), { minLength: 1, maxLength: 4 }),
});

test(
  'V1–V4, V6, A7, A8, C5, C6, W2: SQL and the API show each viewer what the oracle says, cell by cell',
  PATIENCE,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        shrinkingBriefly(async ({ world, queries }) => {
          const planeIds = await stage.load(world);
          for (const [index, viewer] of [...world.users.map(({ id }) => id), ANONYMOUS].entries()) {
            const seen = await sqlSight(sql, stage, world, planeIds, viewer);
            expect(seen, `SQL as ${viewer}`).toEqual(expectedSqlSight(world, viewer));
            const records = await readRecords(apis[index % 2]!, stage, world, viewer);
            expect(records, `records as ${viewer}`).toEqual(expectedRecords(stage, world, viewer));
            const pages = queries.map((query) => expectedPages(world, viewer, query));
            for (const api of apis)
              expect(await readLists(api, stage, viewer, queries), `lists as ${viewer}`).toEqual(pages);
          }
        }),
      ),
      runs(150),
    );
  },
);
