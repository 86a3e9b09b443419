import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { ANONYMOUS, type Id, type World } from '../oracle/world.ts';
import { openApi, type Api } from './api.ts';
import { expectedPages, readLists } from './api-lists.ts';
import { expectedRecords, readRecords } from './api-records.ts';
import { expectedTree, readTree } from './api-tree.ts';
import { queryOf, type ListQuery } from './queries.ts';
import { PATIENCE, runs, shrinkingBriefly } from './runs.ts';
import { expectedSqlSight, sqlSight } from './sql-sight.ts';
import { DEFINITIONS, openStage, type Stage } from './stage.ts';
import { worldsOf } from './worlds.ts';

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

/** Worlds with the same planes, and what is asked about each, by everybody. */
const WORLDS = 2;
const cases = fc.record({
  worlds: worldsOf(DEFINITIONS, new Date().toISOString(), { count: WORLDS }),
  queries: fc.array(queryOf(DEFINITIONS), { minLength: 1, maxLength: 4 }),
});

test(
  'V1–V4, V6, A7, A8, C5, C6, R5, R7, P1–P11, P14, W2, W7: SQL and the API show each viewer what the oracle says, cell by cell',
  PATIENCE,
  async () => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(
        cases,
        shrinkingBriefly(async ({ worlds, queries }) => {
          for (const world of worlds) {
            const planeIds = await stage.load(world);
            for (const viewer of [...world.users.map(({ id }) => id), ANONYMOUS])
              await compare(world, planeIds, queries, viewer, turn++);
          }
        }),
      ),
      runs(300, WORLDS),
    );
  },
);

/** Viewers take turns with what can be read in two ways: by one API or the other, with compiled access or without. */
async function compare(
  world: World,
  planeIds: ReadonlyMap<string, number>,
  queries: ListQuery[],
  viewer: Id,
  turn: number,
): Promise<void> {
  const api = apis[turn % 2]!;
  const asksForTree = turn % 3 === 0;
  // One after the other: what the statements need of the database is warm on few connections.
  const seen = await sqlSight(sql, stage, world, planeIds, viewer, { compiled: turn % 4 !== 0 });
  const records = await readRecords(api, stage, world, viewer);
  const pages = await readLists(api, stage, viewer, queries);
  const tree = asksForTree ? await readTree(api, stage, world, viewer) : null;
  expect(seen, `SQL as ${viewer}`).toEqual(expectedSqlSight(stage, world, viewer));
  expect(records, `records as ${viewer}`).toEqual(expectedRecords(stage, world, viewer));
  expect(pages, `lists as ${viewer}`).toEqual(queries.map((query) => expectedPages(world, viewer, query)));
  if (asksForTree) expect(tree, `tree as ${viewer}`).toEqual(expectedTree(world, viewer));
}
