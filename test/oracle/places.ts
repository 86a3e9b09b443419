import { clientsOf } from './clients.ts';
import { seesArchive, seesFolder } from './folders.ts';
import { may } from './tree.ts';
import type { Refusal } from './verdict.ts';
import { isViewer } from './viewers.ts';
import { find, type Id, type World } from './world.ts';

export interface Place {
  archive: Id;
  folder: Id;
  client?: Id | undefined;
  /**
   * An SQL statement that names no client looks like one that names the record's own: in another archive this one is kept if
   * it is the viewer's there.
   */
  keepsClient?: boolean;
}

/** P8, V2: why nothing may be put into a folder, or created there. A folder that the viewer doesn't see is refused like a missing one. */
export function placeRefusals(
  world: World,
  viewer: Id,
  { archive, folder }: Place,
  permission: 'EDIT' | 'CREATE',
): Refusal[] {
  const isThere = world.folders.some((each) => each.id === folder && each.archive === archive);
  if (!isThere || !seesFolder(world, viewer, folder)) return ['NOT_FOUND'];
  return may(world, viewer, folder, permission) ? [] : ['FORBIDDEN'];
}

/** C7, C8: the clients that the viewer can choose in an archive; none where clients are off. */
export function selectableClients(world: World, viewer: Id, archive: Id): Id[] {
  return find(world.archives, archive).clientsEnabled && isViewer(world, viewer)
    ? clientsOf(world, viewer, archive)
    : [];
}

/** C7, C8: the client that a record gets in an archive. A client that isn't the viewer's is like one that doesn't exist. */
export function chosenClient(
  world: World,
  viewer: Id,
  archive: Id,
  client: Id | undefined,
): { client: Id | null; refusals: Refusal[] } {
  if (!seesArchive(world, viewer, archive)) return { client: null, refusals: ['NOT_FOUND'] };
  if (!find(world.archives, archive).clientsEnabled)
    return { client: null, refusals: client === undefined ? [] : ['VALIDATION_FAILED'] };
  const choices = selectableClients(world, viewer, archive);
  if (client !== undefined) return { client, refusals: choices.includes(client) ? [] : ['NOT_FOUND'] };
  return { client: choices[0] ?? null, refusals: choices.length > 1 ? ['CLIENT_REQUIRED'] : [] };
}
