import { Refusal, invalid } from '../access/refusals.ts';
import type { Place } from './places.ts';
import type { Writing } from './writing.ts';

/** A place that somebody named: an archive, a folder, or both. */
export interface NamedPlace {
  archive?: string | undefined;
  folder?: string | undefined;
}

/**
 * Finds a named place and its workspace among what the viewer sees; an archive alone means its root folder. Throws
 * NOT_FOUND for a hidden or missing one, whichever, and VALIDATION_FAILED where none is named.
 */
export async function findPlace(
  { viewers, viewer }: Writing,
  { archive, folder }: NamedPlace,
): Promise<Place & { workspace: number }> {
  if (archive === undefined && folder === undefined)
    throw invalid([{ path: 'archive', message: 'is needed, or else a folder' }]);
  const [rows = []] = await viewers.read(viewer, [], () => [
    {
      text: `select f.id as folder, f.archive_id as archive, f.workspace_id as workspace
        from rowplane.visible_paths(array[coalesce($1::uuid, $2::uuid)]) f
        where f.archive_id = coalesce($2::uuid, f.archive_id)`,
      values: [folder ?? null, archive ?? null],
    },
  ]);
  const [found] = rows;
  if (!found) {
    const path = folder === undefined ? 'archive' : 'folder';
    throw new Refusal('NOT_FOUND', `There is no such ${path}.`, { path });
  }
  return {
    workspace: found.workspace as number,
    archive: found.archive as string,
    folder: found.folder as string,
  };
}
