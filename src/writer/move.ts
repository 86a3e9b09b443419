import { changeTargets } from './door.ts';
import type { Setting } from './door.ts';
import { placesOf, prepare } from './places.ts';
import type { Destination } from './places.ts';
import { distinctTargets } from './writing.ts';
import type { Shelf, Target, Writing } from './writing.ts';

/**
 * C7: gives records another client of their archives, all or nothing.
 *
 * Throws NOT_FOUND (ids of hidden or missing records; or of a client that isn't the viewer's), VALIDATION_FAILED where
 * clients are off, FORBIDDEN (permission, ability), STALE_VERSION.
 */
export async function changeClient(
  { viewers, viewer }: Writing,
  shelf: Shelf,
  targets: readonly Target[],
  client: string,
): Promise<void> {
  const aimed = distinctTargets(targets);
  await viewers.write(viewer, [shelf.workspace], async (write) => {
    const places = await placesOf(write, shelf, aimed);
    await write.run(places.map((place) => prepare({ ...place, client })));
    await changeTargets(write, shelf, aimed, [clientSetting(client)]);
  });
}

/**
 * P8, W4, C8: moves records into a folder, also of another archive of the workspace, all or nothing. Within their
 * archive they keep their client unless one is given; in another one C8 chooses it.
 *
 * Throws NOT_FOUND (ids, or the folder), FORBIDDEN (permission, ability), CLIENT_REQUIRED (clients), STALE_VERSION.
 */
export async function moveRecords(
  { viewers, viewer }: Writing,
  shelf: Shelf,
  targets: readonly Target[],
  destination: Destination,
): Promise<void> {
  const aimed = distinctTargets(targets);
  await viewers.write(viewer, [shelf.workspace], async (write) => {
    const places = await placesOf(write, shelf, aimed);
    const stay = places.every(({ archive }) => archive === destination.archive) && destination.client === null;
    // Records that stay in their archive with their client have their realm already, also when clients were turned off.
    if (!stay) await write.run([prepare(destination)]);
    const settings: Setting[] = [{ column: 'folder_id', type: 'uuid', value: destination.folder }];
    if (destination.client !== null) settings.push(clientSetting(destination.client));
    await changeTargets(write, shelf, aimed, settings);
  });
}

function clientSetting(client: string): Setting {
  return { column: 'client_id', type: 'uuid', value: client };
}
