import { erasableFolders, seesArchive } from './folders.ts';
import { isFrozen, isHeldByFrozen } from './freezes.ts';
import { mayUse } from './functions.ts';
import { findsInTrash } from './sight.ts';
import { verdict, type Refusal, type Verdict } from './verdict.ts';
import type { Id, Item, World } from './world.ts';

/** W2, P10: erases what the viewer finds in the trash of a workspace, but for what others must keep (W7). */
export function emptyTrash(world: World, viewer: Id, workspace: Id): Verdict {
  const archives = world.archives.filter((archive) => archive.workspace === workspace).map(({ id }) => id);
  const refusals: Refusal[] = [
    ...(archives.some((archive) => seesArchive(world, viewer, archive)) ? [] : (['NOT_FOUND', 'FORBIDDEN'] as const)),
    ...(mayUse(world, viewer, workspace, 'EMPTY_TRASH') ? [] : (['FORBIDDEN'] as const)),
  ];
  return verdict(world, refusals, withoutFolders(withoutItems(world, viewer, archives), viewer, archives));
}

/** What a record holds that goes first goes after it. */
function withoutItems(world: World, viewer: Id, archives: Id[]): World {
  const gone = world.items
    .filter((item) => archives.includes(item.archive) && findsInTrash(world, viewer, item))
    .filter((item) => !isFrozen(world, item) && !isHeldByFrozen(world, item.id))
    .map(({ id }) => id);
  return gone.length === 0 ? world : withoutItems(erased(world, gone), viewer, archives);
}

/** From the bottom up: a folder goes when nothing is in it any more. */
function withoutFolders(world: World, viewer: Id, archives: Id[]): World {
  const gone = erasableFolders(world, viewer)
    .filter(({ archive }) => archives.includes(archive))
    .map(({ id }) => id);
  return gone.length === 0 ? world : withoutFolders(erased(world, gone), viewer, archives);
}

/** Permissions of their own go with objects, and references to them become empty. */
function erased(world: World, gone: Id[]): World {
  const emptied = (item: Item): Item => {
    const { fields } = world.definitions[item.definition]!;
    const isGone = (name: string) => fields[name]!.type === 'reference' && gone.includes(String(item.values[name]));
    if (!Object.keys(fields).some(isGone)) return item;
    const values = Object.entries(item.values).map(([name, value]) => [name, isGone(name) ? null : value]);
    return { ...item, values: Object.fromEntries(values) as Item['values'] };
  };
  return {
    ...world,
    items: world.items.filter(({ id }) => !gone.includes(id)).map(emptied),
    folders: world.folders.filter(({ id }) => !gone.includes(id)),
    entries: world.entries.filter(({ object }) => !gone.includes(object)),
    breaks: world.breaks.filter((object) => !gone.includes(object)),
  };
}
