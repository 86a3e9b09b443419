import { entersArchive } from './clients.ts';
import { isLocked } from './locks.ts';
import { sees } from './sight.ts';
import { may } from './tree.ts';
import { find, type Folder, type Id, type Permission, type World } from './world.ts';

/** P8, C6: whether a folder exists for the viewer. */
export function seesFolder(world: World, viewer: Id, id: Id): boolean {
  const folder = world.folders.find((each) => each.id === id);
  return folder !== undefined && folder.trashedWith === null && mayView(world, viewer, folder);
}

/** The same whether or not it is in the trash. */
function mayView(world: World, viewer: Id, { id, archive }: Folder): boolean {
  return may(world, viewer, id, 'VIEW') && entersArchive(world, viewer, archive);
}

export function visibleFolders(world: World, viewer: Id): Folder[] {
  return world.folders.filter(({ id }) => seesFolder(world, viewer, id));
}

/** P14: an archive is listed for whoever sees anything in it. */
export function seesArchive(world: World, viewer: Id, archive: Id): boolean {
  return (
    world.folders.some((folder) => folder.archive === archive && seesFolder(world, viewer, folder.id)) ||
    world.items.some((item) => item.archive === archive && sees(world, viewer, item))
  );
}

/** P14: the folder above, as far as the viewer sees it. */
export function visibleParent(world: World, viewer: Id, { parent }: Folder): Id | null {
  return parent !== null && seesFolder(world, viewer, parent) ? parent : null;
}

/** P14: the names from the topmost folder that the viewer sees without a gap, down to this one. */
export function pathOf(world: World, viewer: Id, folder: Folder): string[] {
  const parent = visibleParent(world, viewer, folder);
  return [...(parent === null ? [] : pathOf(world, viewer, find(world.folders, parent))), folder.name];
}

/** P14: the folders that the viewer finds in a folder; in an archive's root, seen or not, also those whose own parent is hidden. By name. */
export function childrenOf(world: World, viewer: Id, id: Id): Folder[] {
  return visibleFolders(world, viewer)
    .filter((folder) => {
      const parent = visibleParent(world, viewer, folder);
      return parent === id || (parent === null && folder.parent !== null && folder.archive === id);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** W2, P8: the folders in the trash that the viewer may restore, which are those that they may delete. What went along comes back along. */
export function trashedFolders(world: World, viewer: Id): Folder[] {
  return world.folders.filter(
    (folder) =>
      folder.trashedWith === folder.id &&
      mayView(world, viewer, folder) &&
      may(world, viewer, folder.id, 'DELETE') &&
      may(world, viewer, folder.parent!, 'EDIT'),
  );
}

/** W2: the folders in the trash that the viewer may erase, once nothing is in them. */
export function erasableFolders(world: World, viewer: Id): Folder[] {
  return world.folders.filter(
    (folder) =>
      folder.trashedWith !== null &&
      mayView(world, viewer, folder) &&
      may(world, viewer, folder.id, 'DELETE') &&
      may(world, viewer, folder.parent!, 'EDIT') &&
      !world.folders.some(({ parent }) => parent === folder.id) &&
      !world.items.some((item) => item.folder === folder.id),
  );
}

/** P7: whether somebody has VIEW and EDIT_PERMISSIONS at the archive's root and gets past C6. */
export function managesArchive(world: World, user: Id, archive: Id): boolean {
  return may(world, user, archive, 'EDIT_PERMISSIONS') && entersArchive(world, user, archive);
}

/** The folder and all below it. */
export function foldersBelow(world: World, id: Id): Folder[] {
  const below = world.folders.filter(({ parent }) => parent === id);
  return [find(world.folders, id), ...below.flatMap((folder) => foldersBelow(world, folder.id))];
}

/** V4, P11: what somebody is told that they may do in a folder: while somebody else keeps the workspace for himself, see and edit its permissions at most. */
export function mayNow(world: World, viewer: Id, folder: Folder, permission: Permission): boolean {
  const isKept =
    permission !== 'EDIT_PERMISSIONS' && isLocked(world, viewer, find(world.archives, folder.archive).workspace);
  return may(world, viewer, folder.id, permission) && !isKept;
}

/** P7: whether an archive that some active user manages has nobody left who does. */
export function losesManagers(before: World, after: World): boolean {
  const isManaged = (world: World, archive: Id): boolean =>
    world.users.some(({ id }) => managesArchive(world, id, archive));
  return before.archives.some(({ id }) => isManaged(before, id) && !isManaged(after, id));
}
