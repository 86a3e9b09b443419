import type { Definitions } from '../compiler/definition.ts';
import { identifier, statementsOf } from '../compiler/sql-object.ts';
import { workspaceRoles, workspaceSchemas } from '../compiler/workspace.ts';
import type { Queryable } from '../database/queryable.ts';
import { retryConflicts } from '../database/retry.ts';
import { applyObjects, type ApplyOptions } from './apply-objects.ts';
import { requireApplied } from './applied-definitions.ts';
import { baseObjects, isBase, mendAndRecordBase } from './base-objects.ts';
import { readBlueprint, readTag } from './blueprint.ts';
import { readRecorded, type RecordedObject } from './fingerprints.ts';
import { planePlan, sharedPlan, waitBriefly } from './plan.ts';
import { storeLevels } from './planes-save.ts';
import { dropUnusedIndexes } from './restriction-indexes.ts';

export { dropPlane, savePlane } from './planes-save.ts';

/** Makes a workspace's schemas, roles, tables, doors and sight, in the caller's transaction as rowplane_owner. */
export async function compileWorkspace(owner: Queryable, definitions: Definitions, workspace: number): Promise<void> {
  await requireApplied(owner, definitions);
  const objects = baseObjects(await readTag(owner), workspace, definitions);
  await owner.query(objects.flatMap(statementsOf).join(';\n'));
  await recompileWorkspace(owner, workspace, definitions);
}

export interface RecompileOptions extends Partial<ApplyOptions> {
  /** Whether the definitions changed the workspace's tables in this transaction. Default: no. */
  tablesChanged?: boolean;
}

/**
 * Compiles everything that hangs on a workspace's tables anew, by these definitions (by default the applied ones), and
 * touches only what differs. In the caller's transaction, as rowplane_owner. Returns the names of what was touched.
 */
export async function recompileWorkspace(
  owner: Queryable,
  workspace: number,
  definitions?: Definitions,
  { tablesChanged = false, mend = true }: RecompileOptions = {},
): Promise<string[]> {
  await waitBriefly(owner);
  const blueprint = await readBlueprint(owner, workspace, definitions);
  for (const plane of blueprint.planes) await storeLevels(owner, blueprint, plane);
  const recorded = (await readRecorded(owner, workspace)).filter((each) => !isBase(each));
  const planned = [...sharedPlan(blueprint), ...blueprint.planes.flatMap((plane) => planePlan(blueprint, plane))];
  const touched = await applyObjects(owner, workspace, planned, recorded.filter(isNoIndex), { mend });
  await dropUnusedIndexes(owner, blueprint);
  return mend ? [...touched, ...(await mendAndRecordBase(owner, blueprint, { tablesChanged }))] : touched;
}

/** Removes a workspace with its records, planes and roles, in the caller's transaction. */
export async function dropWorkspace(owner: Queryable, workspace: number): Promise<void> {
  await waitBriefly(owner);
  const tag = await readTag(owner);
  const recorded = (await readRecorded(owner, workspace)).filter(({ plane }) => plane !== null);
  const named = (kind: string): string[] => recorded.filter((each) => each.kind === kind).map(({ name }) => name);
  const schemas = [...named('schema'), ...workspaceSchemas(workspace).map(identifier)];
  const own = workspaceRoles({ id: workspace, tag }).map(identifier);
  const roles = [...named('role'), ...own];
  await owner.query('delete from rowplane.planes where workspace_id = $1', [workspace]);
  await owner.query(
    [
      ...schemas.map((name) => `drop schema ${name} cascade`),
      `revoke all on all functions in schema rowplane from ${own.join(', ')}`,
      `revoke all on schema rowplane from ${own.join(', ')}`,
      ...roles.map((name) => `drop role ${name}`),
    ].join(';\n'),
  );
  await owner.query('delete from rowplane.clients where workspace_id = $1', [workspace]);
  await owner.query('delete from rowplane.workspaces where id = $1', [workspace]);
}

/**
 * Runs a whole transaction that compiles, again and again until it gets its locks: it waits for each only briefly,
 * since readers queue behind a lock that waits.
 */
export function withCompileRetries<T>(work: () => Promise<T>): Promise<T> {
  return retryConflicts(work);
}

/** Indexes for restrictions have a life of their own: they come after the transaction. */
function isNoIndex({ kind }: RecordedObject): boolean {
  return kind !== 'index';
}
