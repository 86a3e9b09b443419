import { Refusal, invalid } from '../access/refusals.ts';
import type { Viewer, Viewers, ViewerTransaction } from '../access/viewers.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';

/** Who writes, and the way to the database. */
export interface Writing {
  viewer: Viewer;
  viewers: Viewers;
}

/** Records of one definition in one workspace: what one call writes. */
export interface Shelf {
  workspace: number;
  definition: ObjectDefinition;
}

/** A record that a write is aimed at. */
export interface Target {
  /** The record's uuid. */
  id: string;
  /** W6: the version that the writer has seen; the write is refused if it is another by now. */
  version?: number | undefined;
}

/** The most records that one call may change. */
export const MOST_TARGETS = 1000;

/** A record that is aimed at twice counts once; two expectations of its version can't both hold. */
export function distinctTargets(targets: readonly Target[]): Target[] {
  if (targets.length === 0) throw invalid([{ path: 'ids', message: 'must name at least one record' }]);
  if (targets.length > MOST_TARGETS)
    throw invalid([{ path: 'ids', message: `must name at most ${MOST_TARGETS} records in one call` }]);
  const distinct = new Map<string, Target>();
  for (const { id, version } of targets) {
    const known = distinct.get(id)?.version;
    if (version !== undefined && known !== undefined && version !== known)
      throw invalid([{ path: 'versions', message: 'must not expect two versions of the same record' }]);
    distinct.set(id, { id, version: version ?? known });
  }
  return [...distinct.values()];
}

/** The viewer's planes that expose records of the definition: with none, there is nothing to write to. */
export function planesOf({ knowledge }: ViewerTransaction, { workspace, definition }: Shelf): number[] {
  return (knowledge.get(workspace)?.planes ?? [])
    .filter(({ definitions }) => Object.hasOwn(definitions, definition.name))
    .map(({ id }) => id);
}

/** W5, V2: hidden and missing records alike. */
export function noSuchRecords(definition: ObjectDefinition, ids: string[]): Refusal {
  const message =
    ids.length === 1
      ? `There is no such ${definition.name}. Nothing was changed.`
      : `${ids.length} of these ${definition.plural} don't exist. Nothing was changed.`;
  return new Refusal('NOT_FOUND', message, { ids });
}
