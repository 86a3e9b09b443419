import type { Definitions } from '../compiler/definition.ts';
import type { PlaneContent } from '../compiler/levels.ts';
import { printObject } from '../compiler/print-sql.ts';
import type { Blueprint } from '../compiler/restriction.ts';
import type { Queryable } from '../database/queryable.ts';
import { readBlueprint } from './blueprint.ts';
import { keyOf, readRecorded, sourceIn, sourceOf } from './fingerprints.ts';
import { planePlan, sharedPlan } from './plan.ts';

/** One object that compiling anew would make, replace or drop. */
export interface ObjectChange {
  readonly change: 'create' | 'replace' | 'drop';
  readonly object: string;
  /** What it would be compiled into; absent where it would be dropped. */
  readonly sql?: string;
}

export interface DiffOptions {
  /** By these definitions instead of the applied ones. */
  definitions?: Definitions;
  /** With this content of one plane instead of the stored one. */
  plane?: { id: number; content: PlaneContent };
}

/** What compiling a workspace anew would alter of its doors, sight, trash and planes. Changes nothing. */
export async function diffCompiled(
  owner: Queryable,
  workspace: number,
  { definitions, plane }: DiffOptions = {},
): Promise<ObjectChange[]> {
  const blueprint = withContent(await readBlueprint(owner, workspace, definitions), plane);
  const planned = [...sharedPlan(blueprint), ...blueprint.planes.flatMap((each) => planePlan(blueprint, each))];
  const recorded = (await readRecorded(owner, workspace)).filter(
    ({ kind, fingerprint }) => kind !== 'index' && !fingerprint.startsWith('base.'),
  );
  const known = new Map(recorded.map((each) => [keyOf(each), sourceIn(each.fingerprint)]));
  const wanted = new Set(planned.map(({ object }) => keyOf(object)));
  const changes: ObjectChange[] = planned
    .filter(({ object }) => known.get(keyOf(object)) !== sourceOf(object))
    .map(({ object }) => ({
      change: known.has(keyOf(object)) ? 'replace' : 'create',
      object: keyOf(object),
      sql: printObject(object),
    }));
  const dropped = recorded.filter((each) => !wanted.has(keyOf(each)));
  return [...changes, ...dropped.map((each): ObjectChange => ({ change: 'drop', object: keyOf(each) }))];
}

function withContent(blueprint: Blueprint, plane: DiffOptions['plane']): Blueprint {
  if (plane === undefined) return blueprint;
  return { ...blueprint, planes: blueprint.planes.map((each) => (each.id === plane.id ? plane : each)) };
}
