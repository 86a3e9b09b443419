import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { sees } from '../oracle/sight.ts';
import type { Id, Item, World } from '../oracle/world.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { openApi, type Api } from './api.ts';
import { writeByApi } from './api-writes.ts';
import { commandIn, commandSketch, judge, namedValues, NO_ID, type Command } from './commands.ts';
import { queriesOf } from './load-queries.ts';
import { functionsOf } from './load-rights.ts';
import { membersOf } from './load-world.ts';
import { judgeQuery, lookerIn, NEW_QUERY, queryCommandIn, querySketch, type QueryCommand } from './query-commands.ts';
import { expectedQueries, lookAtQueries, writeQueryByApi, writeQueryBySql } from './query-writes.ts';
import { asStored } from './rows.ts';
import { PATIENCE, runs, shrinkingBriefly } from './runs.ts';
import { judgeSettings, settingsCommandIn, settingsSketch, type SettingsCommand } from './settings-commands.ts';
import { writeSettingsByApi, writeSettingsBySql } from './settings-writes.ts';
import { writeBySql } from './sql-writes.ts';
import { DEFINITIONS, openStage, type Stage } from './stage.ts';
import { treeOf } from './stored-tree.ts';
import { judgeTree, NEW_FOLDER, treeCommandIn, treeSketch, type TreeCommand } from './tree-commands.ts';
import { writeTreeByApi, writeTreeBySql } from './tree-writes.ts';
import { worldsOf } from './worlds.ts';

let stage: Stage;
let sql: Connection;
let api: Api;

beforeAll(async () => {
  stage = await openStage();
  sql = await connect(stage.database.apiUrl, 'differential test viewer');
  api = openApi(stage, { administered: true });
});
afterAll(async () => {
  await sql.end();
  await api.close();
  await stage.close();
});

const door = fc.constantFrom('api' as const, 'sql' as const);

/** What somebody tries. Records and their tree most often, since most rules are about them. */
const tried = fc.oneof(
  { weight: 3, arbitrary: commandSketch(DEFINITIONS).map((sketch) => ({ on: 'records' as const, sketch })) },
  { weight: 3, arbitrary: treeSketch.map((sketch) => ({ on: 'tree' as const, sketch })) },
  { weight: 1, arbitrary: settingsSketch.map((sketch) => ({ on: 'settings' as const, sketch })) },
  { weight: 1, arbitrary: querySketch(DEFINITIONS).map((sketch) => ({ on: 'queries' as const, sketch })) },
);

/** Worlds with the same planes, and what is tried in each of them one after the other, by which door. */
const WORLDS = 2;
const cases = fc.record({
  worlds: worldsOf(DEFINITIONS, new Date().toISOString(), { generous: true, count: WORLDS }),
  steps: fc.array(fc.record({ door, tried }), { minLength: 1, maxLength: 14, size: 'max' }),
});

test(
  'W1–W8, C7, C8, D1, R7, P1–P11, V7: writes by SQL and by the API end as the oracle says, and leave the records and the tree that it says',
  PATIENCE,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        shrinkingBriefly(async ({ worlds, steps }) => {
          for (const start of worlds) {
            const planeIds = await stage.load(start);
            let world = start;
            for (const { door, tried } of steps) world = await tryOne(world, planeIds, tried, door);
          }
        }),
      ),
      runs(300, WORLDS),
    );
  },
);

type Door = 'api' | 'sql';
type Tried = typeof tried extends fc.Arbitrary<infer T> ? T : never;

async function tryOne(
  world: World,
  planeIds: ReadonlyMap<string, number>,
  { on, sketch }: Tried,
  door: Door,
): Promise<World> {
  switch (on) {
    case 'records':
      return tryRecords(world, planeIds, commandIn(world, sketch), door);
    case 'tree':
      return tryTree(world, treeCommandIn(world, sketch), door);
    case 'settings':
      return trySettings(world, settingsCommandIn(world, sketch), door);
    case 'queries':
      return tryQuery(world, queryCommandIn(world, sketch), lookerIn(world, sketch), door);
  }
}

/** Tries a change of records; the world after it. */
async function tryRecords(
  world: World,
  planeIds: ReadonlyMap<string, number>,
  command: Command | null,
  door: Door,
): Promise<World> {
  if (command === null) return world;
  if (door === 'api' && Object.keys(namedValues(command)).some((field) => isReadOnly(command, field))) return world;
  const verdict = judge(world, command, door);
  const [code, shown] = await attempt(world, planeIds, command, door);
  const what = `${door}: ${JSON.stringify(command)}`;
  expectVerdict(verdict, code, what);
  const after = adopted(world, verdict.world, await stage.items(), what);
  expect(await stage.misplaced(), what).toEqual([]);
  if (shown !== null && code === null) expect(shown, what).toEqual(expectedlyShown(after, command));
  return after;
}

/** Tries a change of the tree; the world after it. */
async function tryTree(world: World, command: TreeCommand, door: 'api' | 'sql'): Promise<World> {
  const verdict = judgeTree(world, command);
  const code = await (door === 'sql'
    ? writeTreeBySql(sql, stage, command)
    : writeTreeByApi(api, stage, world, command));
  const what = `${door}: ${JSON.stringify(command)}`;
  expectVerdict(verdict, code, what);
  const found = await stage.tree();
  const made = found.folders.find(({ id }) => !world.folders.some((folder) => folder.id === id));
  const folders = verdict.world.folders.map((folder) =>
    folder.id === NEW_FOLDER ? { ...folder, id: made?.id ?? NEW_FOLDER } : folder,
  );
  const after = adopted(world, { ...verdict.world, folders }, await stage.items(), what);
  expect(found, what).toEqual(treeOf(after));
  expect(await stage.locks(), what).toEqual(after.locks);
  expect(await stage.misplaced(), what).toEqual([]);
  return after;
}

/** Tries a change of locks, functions or groups; the world after it. */
async function trySettings(world: World, command: SettingsCommand | null, door: Door): Promise<World> {
  if (command === null) return world;
  const { refusals, world: after } = judgeSettings(world, command, door);
  const what = `${door}: ${JSON.stringify(command)}`;
  // Administrators have no SQL for memberships but that of the API.
  const code = await (door === 'sql' && command.kind !== 'removeMember'
    ? writeSettingsBySql(sql, stage, command)
    : writeSettingsByApi(api, stage, command));
  expectVerdict({ refusals, world: after }, code, what);
  expect(await stage.locks(), what).toEqual(after.locks);
  expect(await stage.functions(), what).toEqual(functionsOf(after.functionEntries));
  expect(await stage.members(), what).toEqual(membersOf(after.members));
  return after;
}

/** Tries a change of saved queries, after which somebody looks at them; the world after it. */
async function tryQuery(world: World, command: QueryCommand | null, looker: Id, door: Door): Promise<World> {
  if (command === null) return world;
  const verdict = judgeQuery(world, command);
  const what = `${door}: ${JSON.stringify(command)}`;
  const code = await (door === 'sql' ? writeQueryBySql(sql, stage, command) : writeQueryByApi(api, stage, command));
  // Policies let nobody at what isn't theirs, without a word or with a general one.
  if (door === 'api' || code === null) expectVerdict(verdict, code, what);
  else if (code !== 'NOTHING') expect(verdict.refusals.size, `${what} ended in ${code}`).toBeGreaterThan(0);
  const found = await stage.queries();
  const made = found.find(({ id }) => !world.savedQueries.some((query) => query.id === id));
  const savedQueries = verdict.world.savedQueries.map((query) =>
    query.id === NEW_QUERY ? { ...query, id: made?.id ?? NEW_QUERY } : query,
  );
  const after = { ...verdict.world, savedQueries };
  expect(found, what).toEqual(queriesOf(after));
  expect(await lookAtQueries(api, stage, after, looker), `${what}, seen by ${looker}`).toEqual(
    expectedQueries(after, looker),
  );
  return after;
}

async function attempt(
  world: World,
  planeIds: ReadonlyMap<string, number>,
  command: Command,
  door: string,
): Promise<[string | null, (Id | null)[] | null]> {
  if (door === 'sql') return [await writeBySql(sql, stage, world, planeIds, command), null];
  const { code, shown } = await writeByApi(api, stage, world, command);
  return [code, shown];
}

function isReadOnly({ definition }: Command, field: string): boolean {
  return DEFINITIONS[definition]!.fields[field]!.readOnly === true;
}

function expectVerdict({ refusals }: Verdict, code: string | null, what: string): void {
  const isExpected = code === null ? refusals.size === 0 : (refusals as Set<string>).has(code);
  const expected = [...refusals].join(' or ') || 'no refusal';
  expect(isExpected, `${what} ended in ${String(code)}, expected ${expected}`).toBe(true);
}

/** Compares the records with the oracle's; times, and the id of a new record, are taken from the database. */
function adopted(before: World, expected: World, found: Item[], what: string): World {
  const known = new Set(before.items.map(({ id }) => id));
  const made = found.find(({ id }) => !known.has(id));
  const items = expected.items.map((item) => {
    const actual = item.id === NO_ID ? made : found.find(({ id }) => id === item.id);
    const isWritten = actual !== undefined && !before.items.includes(item);
    return isWritten ? { ...item, id: actual.id, createdAt: actual.createdAt, updatedAt: actual.updatedAt } : item;
  });
  expect(found, what).toEqual(items.map(asStored).sort((a, b) => (a.id < b.id ? -1 : 1)));
  return { ...expected, items };
}

/** W4: a record that left the viewer's planes is not shown. */
function expectedlyShown(world: World, command: Command): (Id | null)[] {
  if (command.kind === 'remove') return command.targets.map(({ id }) => id);
  const ids = command.kind === 'create' ? [world.items.at(-1)!.id] : command.targets.map(({ id }) => id);
  return ids.map((id) =>
    sees(
      world,
      command.viewer,
      world.items.find((item) => item.id === id)!,
    )
      ? id
      : null,
  );
}
