import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, type Api } from '../differential/api.ts';
import { readRecords } from '../differential/api-records.ts';
import { PATIENCE, runs, shrinkingBriefly } from '../differential/runs.ts';
import { DEFINITIONS, openStage, type Stage } from '../differential/stage.ts';
import { worldOf } from '../differential/worlds.ts';
import { ANONYMOUS } from '../oracle/world.ts';
import { cedarJudge, type Judgement } from './judge.ts';

let stage: Stage;
let api: Api;

beforeAll(async () => {
  stage = await openStage();
  api = openApi(stage);
});
afterAll(async () => {
  await api.close();
  await stage.close();
});

test('V1, A3, A7, A8, V4: the API answers about records, cells and abilities as Cedar judges', PATIENCE, async () => {
  await fc.assert(
    fc.asyncProperty(
      worldOf(DEFINITIONS, new Date().toISOString()),
      shrinkingBriefly(async (world) => {
        await stage.load(world);
        const judge = cedarJudge(world);
        for (const viewer of [...world.users.map(({ id }) => id), ANONYMOUS]) {
          const { byId } = await readRecords(api, stage, world, viewer);
          for (const item of world.items) {
            const answer = byId[item.id] as Answer | null;
            expect(answer && judgementIn(answer), `${viewer} on ${item.id}`).toEqual(judge(viewer, item));
          }
        }
      }),
    ),
    runs(25),
  );
});

interface Answer {
  fieldAccess: { field: string; level: Judgement['levels'][string] }[];
  abilities: string[];
}

function judgementIn({ fieldAccess, abilities }: Answer): Judgement {
  // No field of the generated definitions has two words, which the API would write with an underscore.
  return { levels: Object.fromEntries(fieldAccess.map(({ field, level }) => [field.toLowerCase(), level])), abilities };
}
