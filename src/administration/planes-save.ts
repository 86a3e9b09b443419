import { invalid } from '../access/refusals.ts';
import type { Definitions } from '../compiler/definition.ts';
import { abilitiesOf, isActive, levelsOf, type PlaneContent } from '../compiler/levels.ts';
import { problemsOf } from '../compiler/plane-content.ts';
import { restrictionOf, type Blueprint, type Plane } from '../compiler/restriction.ts';
import type { Queryable } from '../database/queryable.ts';
import { applyObjects } from './apply-objects.ts';
import { requireApplied } from './applied-definitions.ts';
import { readBlueprint } from './blueprint.ts';
import { planePlan, sharedPlan, waitBriefly } from './plan.ts';
import { readRecorded, type RecordedObject } from './fingerprints.ts';
import { dropUnusedIndexes, missingIndexes } from './restriction-indexes.ts';

export interface PlaneToSave {
  /** Absent for a new plane. */
  id?: number;
  workspaceId: number;
  name: string;
  content: PlaneContent;
  /** Shows everything and grows with the definitions, whatever `content` says. Default: as before, or no. */
  isFull?: boolean;
}

export interface SavedPlane {
  id: number;
  /** Statements to run as the owner after the commit, each by itself: they build indexes without locking writers out. */
  afterCommit: string[];
}

/**
 * Saves a plane and compiles it, in the caller's transaction as rowplane_owner: either all of it is in force at the
 * commit, or nothing has changed. Refuses content that the definitions don't know with VALIDATION_FAILED.
 */
export async function savePlane(owner: Queryable, definitions: Definitions, plane: PlaneToSave): Promise<SavedPlane> {
  await waitBriefly(owner);
  await requireApplied(owner, definitions);
  const problems = plane.isFull ? [] : problemsOf(definitions, plane.content);
  if (problems.length > 0)
    throw invalid(problems.map(({ path, message }) => ({ path: ['content', ...path].join('.'), message })));
  // First of all the permission clock: writers that are at it finish before any table is locked.
  const id = await storePlane(owner, plane);
  const blueprint = await readBlueprint(owner, plane.workspaceId, definitions);
  const saved = blueprint.planes.find((each) => each.id === id)!;
  await storeLevels(owner, blueprint, saved);
  await applyObjects(
    owner,
    blueprint.workspace,
    [...sharedPlan(blueprint), ...planePlan(blueprint, saved)],
    (await readRecorded(owner, blueprint.workspace, id)).filter(isCompiledHere),
    { mend: false },
  );
  await dropUnusedIndexes(owner, blueprint);
  return { id, afterCommit: await missingIndexes(owner, blueprint, saved) };
}

/** A10: removes a plane with everything that it was compiled into, in the caller's transaction as rowplane_owner. */
export async function dropPlane(owner: Queryable, id: number): Promise<void> {
  await waitBriefly(owner);
  const [row] = await owner.query<{ workspace: number }>(
    'select workspace_id as workspace from rowplane.planes where id = $1',
    [id],
  );
  if (row === undefined) return;
  const recorded = (await readRecorded(owner, row.workspace, id)).filter(isCompiledHere);
  await owner.query('delete from rowplane.planes where id = $1', [id]);
  const blueprint = await readBlueprint(owner, row.workspace);
  await applyObjects(owner, row.workspace, sharedPlan(blueprint), recorded, { mend: false });
  await dropUnusedIndexes(owner, blueprint);
}

/** A3, A4: what a plane comes to, as rows for whoever chooses how to read. */
export async function storeLevels(owner: Queryable, { definitions }: Blueprint, plane: Plane): Promise<void> {
  const active = [...definitions.values()].filter((definition) => isActive(definition, plane.content));
  const fields = active.flatMap((definition) =>
    Object.values(levelsOf(definition, plane.content))
      .filter(({ level }) => level !== 'HIDDEN')
      .map(({ field, level }) => ({ definition: definition.name, field, level })),
  );
  const abilities = active.flatMap((definition) =>
    abilitiesOf(definition, plane.content).map((ability) => ({ definition: definition.name, ability })),
  );
  const restricted = active.map((definition) => ({
    definition: definition.name,
    restricted: restrictionOf(definition, plane) !== null,
  }));
  await replaceRows(owner, plane.id, 'plane_definitions', 'definition text, restricted boolean', restricted);
  await replaceRows(owner, plane.id, 'plane_fields', 'definition text, field text, level text', fields);
  await replaceRows(owner, plane.id, 'plane_abilities', 'definition text, ability text', abilities);
}

/** Nothing is written, and no clock ticks, where the rows are right already. */
async function replaceRows(
  owner: Queryable,
  plane: number,
  table: string,
  columns: string,
  rows: readonly object[],
): Promise<void> {
  const names = columns.replaceAll(/ (text|boolean)/g, '');
  const wanted = `select ${names} from jsonb_to_recordset($2::jsonb) as wanted(${columns})`;
  const stored = `select ${names} from rowplane.${table} where plane_id = $1`;
  const values = [plane, JSON.stringify(rows)];
  const [row] = await owner.query<{ differ: boolean }>(
    `select exists ((${wanted} except ${stored}) union all (${stored} except ${wanted})) as differ`,
    values,
  );
  if (row?.differ !== true) return;
  await owner.query(`delete from rowplane.${table} where plane_id = $1`, [plane]);
  await owner.query(
    `insert into rowplane.${table} (plane_id, ${names}) select $1::int, w.* from (${wanted}) w`,
    values,
  );
}

async function storePlane(owner: Queryable, { id, workspaceId, name, content, isFull }: PlaneToSave): Promise<number> {
  const [row] = await owner.query<{ id: number }>(
    id === undefined
      ? `insert into rowplane.planes (workspace_id, name, content, is_full) values ($1, $2, $3, coalesce($4, false)) returning id`
      : `update rowplane.planes set name = $2, content = $3, is_full = coalesce($4, is_full)
         where workspace_id = $1 and id = $5 returning id`,
    [workspaceId, name, JSON.stringify(isFull ? {} : content), isFull ?? null, ...(id === undefined ? [] : [id])],
  );
  if (row === undefined) throw new Error(`Workspace ${workspaceId} has no plane ${id}.`);
  return row.id;
}

/** Tables, and indexes for restrictions, are others' business. */
function isCompiledHere({ kind, fingerprint }: RecordedObject): boolean {
  return kind !== 'index' && !fingerprint.startsWith('base.');
}
