import fc from 'fast-check';
import { expect, test } from 'vitest';
import { abilitiesOf, levelOf, sees } from '../oracle/sight.ts';
import { ANONYMOUS, type Definition, type Id, type Item, type World } from '../oracle/world.ts';
import dossier from '../differential/schema/dossier.ts';
import letter from '../differential/schema/letter.ts';
import { PATIENCE, runs } from '../differential/runs.ts';
import { worldOf } from '../differential/worlds.ts';
import { cedarJudge, type Judgement } from './judge.ts';

const definitions: Record<string, Definition> = { dossier, letter };

test('V1, A3, A7, A8, V4: Cedar judges records, cells and abilities as the oracle does', PATIENCE, () => {
  const worlds = worldOf(definitions, new Date().toISOString());
  fc.assert(
    fc.property(worlds, (world) => {
      const judge = cedarJudge(world);
      for (const viewer of [...world.users.map(({ id }) => id), ANONYMOUS])
        for (const item of world.items)
          expect(judge(viewer, item), `${viewer} on ${item.id}`).toEqual(ofOracle(world, viewer, item));
    }),
    runs(60),
  );
});

function ofOracle(world: World, viewer: Id, item: Item): Judgement | null {
  if (!sees(world, viewer, item)) return null;
  const fields = Object.keys(definitions[item.definition]!.fields);
  return {
    levels: Object.fromEntries(fields.map((field) => [field, levelOf(world, viewer, item, field)])),
    abilities: abilitiesOf(world, viewer, item),
  };
}
