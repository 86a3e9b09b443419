import type { Administration } from '../access/administrators.ts';
import { invalid } from '../access/refusals.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import type { Definitions } from '../compiler/definition.ts';
import { type Level, levelsOf, type LevelSource } from '../compiler/levels.ts';
import { planeSchema } from '../compiler/names.ts';
import { qualified } from '../compiler/sql-object.ts';
import { listAllPlanes } from './planes.ts';

/** One record, as someone would see it. */
export interface RecordQuestion {
  viewer: Viewer;
  workspaceId: number;
  definition: string;
  record: string;
}

/** A11: a field of one record for one viewer: the highest level, and the planes that expose record and field. */
export interface RecordField {
  field: string;
  level: Level;
  planes: { planeId: number; planeName: string; level: Level; sources: readonly LevelSource[] }[];
}

/**
 * A7, A11: the planes of a viewer that expose a record. The database answers, as that viewer: none if the record is
 * hidden or doesn't exist.
 */
export async function exposingPlanes(
  viewers: Viewers,
  definitions: Definitions,
  { viewer, workspaceId, definition: name, record }: RecordQuestion,
): Promise<number[]> {
  const definition = definitions.get(name);
  if (!definition) throw invalid([{ path: 'record', message: 'is no record' }]);
  let planes: number[] = [];
  const answers = await viewers.read(viewer, [workspaceId], (known) => {
    const all = known.get(workspaceId)?.planes ?? [];
    planes = all.filter((plane) => plane.definitions[name]).map(({ id }) => id);
    return planes.map((id) => ({
      text: `select id from ${qualified(planeSchema(id), definition.table)} where id = $1`,
      values: [record],
    }));
  });
  return planes.filter((_, index) => answers[index]?.length === 1);
}

/** A11: every field of a record with its level for a viewer, from the planes that `exposingPlanes` found. */
export async function recordFields(
  a: Administration,
  definitions: Definitions,
  { workspaceId, definition: name }: RecordQuestion,
  exposing: readonly number[],
): Promise<RecordField[]> {
  const definition = definitions.get(name);
  if (!definition) throw invalid([{ path: 'record', message: 'is no record' }]);
  const planes = (await listAllPlanes(a, definitions, workspaceId))
    .filter(({ id }) => exposing.includes(id))
    .map((plane) => ({ plane, levels: levelsOf(definition, plane.content) }));
  return Object.keys(definition.fields).map((field) => {
    const shown = planes.flatMap(({ plane, levels }) => {
      const { level, sources } = levels[field]!;
      return level === 'HIDDEN' ? [] : [{ planeId: plane.id, planeName: plane.name, level, sources }];
    });
    const level = shown.some((one) => one.level === 'EDIT') ? 'EDIT' : shown.length > 0 ? 'READ' : 'HIDDEN';
    return { field, level, planes: shown };
  });
}
