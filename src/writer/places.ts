import type { Statement } from '../access/unit.ts';
import type { ViewerTransaction } from '../access/viewers.ts';
import { planeSchema } from '../compiler/names.ts';
import { qualified } from '../compiler/sql-object.ts';
import { noSuchRecords, planesOf } from './writing.ts';
import type { Shelf, Target } from './writing.ts';

/** Where a record is. */
export interface Place {
  archive: string;
  folder: string;
}

/** Where a record goes; without a client, C8 chooses it. */
export interface Destination extends Place {
  client: string | null;
}

/** Where the targets are, each place once. Throws NOT_FOUND (ids) for those that the viewer doesn't see. */
export async function placesOf(write: ViewerTransaction, shelf: Shelf, targets: readonly Target[]): Promise<Place[]> {
  const { definition } = shelf;
  const ids = targets.map(({ id }) => id);
  const views = planesOf(write, shelf).map((plane) => qualified(planeSchema(plane), definition.table));
  if (views.length === 0) throw noSuchRecords(definition, ids);
  const text = views
    .map((view) => `select id, archive_id, folder_id from ${view} where id = any ($1::uuid[])`)
    .join(' union ');
  const [rows = []] = await write.run([{ text, values: [ids] }]);
  const seen = new Set(rows.map((row) => row.id as string));
  const missing = ids.filter((id) => !seen.has(id));
  if (missing.length > 0) throw noSuchRecords(definition, missing);
  const places = rows.map((row) => ({ archive: row.archive_id as string, folder: row.folder_id as string }));
  return [...new Map(places.map((place) => [`${place.archive} ${place.folder}`, place])).values()];
}

/**
 * Readies a place for records. In a statement before theirs, since the policies of a statement don't see the realm that
 * it makes itself; what it answers is judged again when the records arrive.
 */
export function prepare({ archive, folder, client }: Destination): Statement {
  return {
    text: 'select folder_id, client_id from rowplane.prepare_realm($1::uuid, $2::uuid, $3::uuid)',
    values: [archive, folder, client],
  };
}
