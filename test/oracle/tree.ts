import { isDenied, isGiven, isGuest, isViewer } from './viewers.ts';
import { find, type Entry, type Id, type Item, type Permission, type World } from './world.ts';

/** P1: the folder that an object of the tree is in; null for the root of an archive. */
export function containerOf(world: World, object: Id): Id | null {
  const folder = world.folders.find(({ id }) => id === object);
  return folder === undefined ? find(world.items, object).folder : folder.parent;
}

/** P3, P5: the object and what it inherits from, the nearest first, up to a break. */
export function reachOf(world: World, object: Id): Id[] {
  const container = world.breaks.includes(object) ? null : containerOf(world, object);
  return container === null ? [object] : [object, ...reachOf(world, container)];
}

/** P3, P4, U9: the entries that reach the viewer and the object. */
export function entriesReaching(world: World, viewer: Id, object: Id, permission: Permission): Entry[] {
  const reach = reachOf(world, object);
  return world.entries.filter(
    (entry) =>
      entry.permission === permission &&
      reach.includes(entry.object) &&
      (entry.decision === 'DENY' ? isDenied : isGiven)(world, viewer, entry.principal),
  );
}

/** P4: a DENY that reaches the viewer wins, else an ALLOW, else nothing is said, and so not allowed. */
export function decide(world: World, viewer: Id, object: Id, permission: Permission): 'ALLOW' | 'DENY' | 'UNSPECIFIED' {
  const decisions = entriesReaching(world, viewer, object, permission).map(({ decision }) => decision);
  return decisions.includes('DENY') ? 'DENY' : decisions.includes('ALLOW') ? 'ALLOW' : 'UNSPECIFIED';
}

/** P8: what each permission presupposes on the same object. */
const NEEDS: Record<Permission, Permission[]> = {
  VIEW: ['VIEW'],
  EDIT: ['VIEW', 'EDIT'],
  CREATE: ['VIEW', 'EDIT', 'CREATE'],
  DELETE: ['VIEW', 'EDIT', 'DELETE'],
  EDIT_PERMISSIONS: ['VIEW', 'EDIT_PERMISSIONS'],
};

/** P8: whether a permission is worth anything to the viewer on an object. U4: guests create nothing. */
export function may(world: World, viewer: Id, object: Id, permission: Permission): boolean {
  if (!isViewer(world, viewer) || (permission === 'CREATE' && isGuest(world, viewer))) return false;
  return NEEDS[permission].every((each) => decide(world, viewer, object, each) === 'ALLOW');
}

/** P8: the same on a record, which goes into the trash only from a folder that the viewer may EDIT. */
export function mayOnRecord(world: World, viewer: Id, item: Item, permission: Permission): boolean {
  return (
    may(world, viewer, item.id, permission) && (permission !== 'DELETE' || may(world, viewer, item.folder, 'EDIT'))
  );
}
