import { createPlane, deletePlane, updatePlane, type ContentInput } from '../src/administration/planes.ts';
import { DEFINITIONS } from './definitions.ts';
import { median } from './timing.ts';
import type { World } from './world.ts';

export interface SavingResult {
  definitions: number;
  planes: number;
  /** Milliseconds from the request to the commit, the medians. */
  created: number;
  changed: number;
}

/** Saving a plane over all definitions, with everything that it is compiled into, beside the planes that are there. */
export async function measureSaving(world: World, times: number, log: (line: string) => void): Promise<SavingResult> {
  const { administrators, administrator, few } = world;
  const created: number[] = [];
  const changed: number[] = [];
  for (let time = 0; time < times; time++) {
    const [id, creating] = await timed(() =>
      administrators.change(administrator, async (a) => {
        const input = { workspaceId: few.id, name: `Saved ${time}`, content: contentOf(['all'], time) };
        return (await createPlane(a, DEFINITIONS, input)).id;
      }),
    );
    created.push(creating);
    const change = () =>
      administrators.change(administrator, (a) =>
        updatePlane(a, DEFINITIONS, id, { content: contentOf(['all', 'short', 'codes'], time + 1) }),
      );
    changed.push((await timed(change))[1]);
    await administrators.change(administrator, (a) => deletePlane(a, id, true));
  }
  const [found] = await world.superuser.query<{ planes: number }>(
    'select count(*)::int as planes from rowplane.planes where workspace_id = $1',
    [few.id],
  );
  const result = {
    definitions: DEFINITIONS.size,
    planes: found!.planes + 1,
    created: median(created),
    changed: median(changed),
  };
  log(
    `A plane over ${result.definitions} definitions: created in ${result.created.toFixed(0)} ms, changed in ${result.changed.toFixed(0)} ms`,
  );
  return result;
}

function contentOf(views: readonly string[], least: number): ContentInput[] {
  return [...DEFINITIONS.values()].map((definition) => ({
    definition: definition.name,
    views: views.filter((view) => Object.hasOwn(definition.views, view)),
    layouts: Object.keys(definition.layouts),
    abilities: Object.keys(definition.abilities).filter((ability) => ability !== 'PRINT' && ability !== 'DOWNLOAD'),
    restriction: definition.name === 'document' ? { priority: { atLeast: least } } : null,
  }));
}

async function timed<T>(work: () => Promise<T>): Promise<[result: T, milliseconds: number]> {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}
