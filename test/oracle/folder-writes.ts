import { foldersBelow, seesFolder, trashedFolders } from './folders.ts';
import { findsInTrash, heldAbilities, sees } from './sight.ts';
import { isFrozen } from './freezes.ts';
import { may } from './tree.ts';
import { ANONYMOUS, find, type Folder, type Id, type Item, type World } from './world.ts';
import { verdict, type Refusal, type Verdict } from './verdict.ts';
import { hasConflict } from './writes.ts';

/** P8: adding to a folder needs CREATE and EDIT on it, and for folders an account. Names within a folder are unique. */
export function createFolder(
  world: World,
  viewer: Id,
  { id, parent, name }: Pick<Folder, 'id' | 'name'> & { parent: Id },
): Verdict {
  if (!seesFolder(world, viewer, parent)) return verdict(world, ['NOT_FOUND'], world);
  const { archive } = find(world.folders, parent);
  const folder: Folder = { id, archive, parent, name, trashedWith: null };
  const allowed = may(world, viewer, parent, 'CREATE') && viewer !== ANONYMOUS;
  return verdict(world, [...unless(allowed), ...unlessFree(world, folder)], {
    ...world,
    folders: [...world.folders, folder],
  });
}

/** P8: renaming a folder needs EDIT on it; an archive's root carries the archive's name. */
export function renameFolder(world: World, viewer: Id, id: Id, name: string): Verdict {
  if (!seesFolder(world, viewer, id)) return verdict(world, ['NOT_FOUND'], world);
  const folder = find(world.folders, id);
  const allowed = folder.parent !== null && may(world, viewer, id, 'EDIT');
  return verdict(
    world,
    [...unless(allowed), ...unlessFree(world, { ...folder, name })],
    withFolders(world, [{ ...folder, name }]),
  );
}

/** P8, P7: moving a folder needs EDIT on it and on both folders; losing one's own EDIT_PERMISSIONS on it, a confirmation. */
export function moveFolder(world: World, viewer: Id, id: Id, parent: Id, confirm: boolean): Verdict {
  if (!seesFolder(world, viewer, id) || !seesFolder(world, viewer, parent)) return verdict(world, ['NOT_FOUND'], world);
  const [folder, target] = [find(world.folders, id), find(world.folders, parent)];
  const touched = [id, folder.parent, parent];
  const allowed = folder.parent !== null && touched.every((each) => may(world, viewer, each!, 'EDIT'));
  const possible = target.archive === folder.archive && !foldersBelow(world, id).includes(target);
  const refusals: Refusal[] = [...unless(allowed), ...(possible ? [] : (['VALIDATION_FAILED'] as const))];
  if (refusals.length > 0) return verdict(world, refusals, world);
  const after = withFolders(world, [{ ...folder, parent }]);
  const loses = may(world, viewer, id, 'EDIT_PERMISSIONS') && !may(after, viewer, id, 'EDIT_PERMISSIONS');
  return verdict(
    world,
    [...unlessFree(world, { ...folder, parent }), ...(loses && !confirm ? (['LOCKED_OUT'] as const) : [])],
    after,
  );
}

/**
 * P8, W2, W7: a folder goes into the trash with all that is in it, of which nothing may be frozen. It needs DELETE on it and on everything in it, hidden things
 * included, and EDIT on the folder that it is in.
 */
export function removeFolder(world: World, viewer: Id, id: Id): Verdict {
  if (!seesFolder(world, viewer, id)) return verdict(world, ['NOT_FOUND'], world);
  const { parent } = find(world.folders, id);
  const folders = foldersBelow(world, id).filter(({ trashedWith }) => trashedWith === null);
  const items = itemsIn(world, folders).filter(({ trashed }) => !trashed);
  const allowed =
    parent !== null &&
    may(world, viewer, parent, 'EDIT') &&
    folders.every((folder) => seesFolder(world, viewer, folder.id) && may(world, viewer, folder.id, 'DELETE')) &&
    items.every(
      (item) => sees(world, viewer, item) && isDeletable(world, viewer, item, items) && !isFrozen(world, item),
    );
  const after = withFolders(
    world,
    folders.map((folder) => ({ ...folder, trashedWith: id })),
  );
  const trashed = items.map((item) => written(world, { ...item, trashed: true, trashedWith: id }));
  return verdict(world, unless(allowed), withItems(after, trashed));
}

/** W2: who may delete a folder restores it, and of the records that went with it those that they find in the trash. */
export function restoreFolder(world: World, viewer: Id, id: Id): Verdict {
  const folder = trashedFolders(world, viewer).find((each) => each.id === id);
  if (folder === undefined) return verdict(world, ['NOT_FOUND'], world);
  const above = find(world.folders, folder.parent!);
  if (above.trashedWith !== null) return verdict(world, ['VALIDATION_FAILED'], world);
  const along = foldersBelow(world, id).filter(({ trashedWith }) => trashedWith === id);
  const found = itemsIn(world, along).filter((item) => item.trashedWith === id && findsInTrash(world, viewer, item));
  const able = found.every((item) => isDeletable(world, viewer, item, found));
  const items = found.map(({ trashedWith: _, ...item }) => written(world, { ...item, trashed: false }));
  const revived = along.map((each): Folder => ({ ...each, trashedWith: null }));
  const after = withItems(withFolders(world, revived), items);
  const free = !hasConflict(after, items) && revived.every((each) => unlessFree(after, each).length === 0);
  return verdict(world, [...unless(able), ...(free ? [] : (['VALIDATION_FAILED'] as const))], after);
}

/** W2: several records of a definition at once need MASS_DELETE. */
function isDeletable(world: World, viewer: Id, item: Item, all: Item[]): boolean {
  const several = all.filter(({ definition }) => definition === item.definition).length > 1;
  return heldAbilities(world, viewer, item).includes(several ? 'MASS_DELETE' : 'DELETE');
}

function unless(allowed: boolean): Refusal[] {
  return allowed ? [] : ['FORBIDDEN'];
}

/** Names are unique among the folders that are in the same one, the trash aside. */
function unlessFree(world: World, folder: Folder): Refusal[] {
  const isTaken = world.folders.some(
    ({ id, parent, name, trashedWith }) =>
      id !== folder.id && parent === folder.parent && name === folder.name && trashedWith === null,
  );
  return isTaken ? ['VALIDATION_FAILED'] : [];
}

function itemsIn(world: World, folders: Folder[]): Item[] {
  return world.items.filter((item) => folders.some(({ id }) => id === item.folder));
}

/** W6: a new version. */
function written(world: World, item: Item): Item {
  return { ...item, version: item.version + 1, updatedAt: world.now };
}

function withFolders(world: World, changed: Folder[]): World {
  return { ...world, folders: world.folders.map((folder) => changed.find(({ id }) => id === folder.id) ?? folder) };
}

function withItems(world: World, changed: Item[]): World {
  return { ...world, items: world.items.map((item) => changed.find(({ id }) => id === item.id) ?? item) };
}
