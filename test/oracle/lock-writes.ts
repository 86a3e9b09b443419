import { isAdministrator } from './viewers.ts';
import { managesArchive, seesArchive } from './folders.ts';
import { isLocked } from './locks.ts';
import { verdict, type Verdict } from './verdict.ts';
import type { Id, World } from './world.ts';

/** P11: who may lock a workspace, and hold the lock: an account, which anonymous hasn't. */
export function mayLock(world: World, user: Id, workspace: Id): boolean {
  const isAccount = world.users.some(({ id }) => id === user);
  return (
    isAccount &&
    world.archives.some((archive) => archive.workspace === workspace && managesArchive(world, user, archive.id))
  );
}

/** P11: a lock ends with what its holder needs for it. */
export function withoutEndedLocks(world: World): World {
  return { ...world, locks: world.locks.filter(({ workspace, holder }) => mayLock(world, holder, workspace)) };
}

/** P11: a write is judged as if nothing were locked, and refused besides where somebody else keeps the workspace for himself. */
export function underLocks(
  world: World,
  viewer: Id,
  workspace: Id | undefined,
  judge: (unlocked: World) => Verdict,
): Verdict {
  const { refusals, world: after } = judge({ ...world, locks: [] });
  const locked = workspace !== undefined && isLocked(world, viewer, workspace);
  return verdict(
    world,
    [...refusals, ...(locked ? (['LOCKED'] as const) : [])],
    withoutEndedLocks({ ...after, locks: world.locks }),
  );
}

/** Whether a door shows administrators every workspace as a setting (U2), or only those in which they see something. */
export interface Door {
  settings: boolean;
}

/** P11, V2: whether a workspace exists for somebody: they see an archive in it, or it as a setting. */
function knowsWorkspace(world: World, viewer: Id, workspace: Id, { settings }: Door): boolean {
  const sees = world.archives.some(
    (archive) => archive.workspace === workspace && seesArchive(world, viewer, archive.id),
  );
  return sees || (settings && isAdministrator(world, viewer));
}

/** P11: a holder of EDIT_PERMISSIONS on one of its archives keeps a workspace for himself; again, to say why. */
export function lock(world: World, viewer: Id, workspace: Id, door: Door): Verdict {
  if (!knowsWorkspace(world, viewer, workspace, door)) return verdict(world, ['NOT_FOUND'], world);
  const isHeld = isLocked(world, viewer, workspace);
  const refusals = [
    ...(mayLock(world, viewer, workspace) ? [] : (['FORBIDDEN'] as const)),
    ...(isHeld ? (['LOCKED'] as const) : []),
  ];
  return verdict(world, refusals, withLock(withoutLock(world, workspace), { workspace, holder: viewer }));
}

/** P11: only the holder unlocks; without a lock there is nothing to do. */
export function unlock(world: World, viewer: Id, workspace: Id, door: Door): Verdict {
  if (!knowsWorkspace(world, viewer, workspace, door)) return verdict(world, ['NOT_FOUND'], world);
  return verdict(world, isLocked(world, viewer, workspace) ? ['LOCKED'] : [], withoutLock(world, workspace));
}

/** P11: any administrator breaks anybody's lock. */
export function breakLock(world: World, viewer: Id, workspace: Id): Verdict {
  const refusals = isAdministrator(world, viewer)
    ? []
    : [
        ...(['FORBIDDEN'] as const),
        ...(knowsWorkspace(world, viewer, workspace, { settings: true }) ? [] : (['NOT_FOUND'] as const)),
      ];
  return verdict(world, refusals, withoutLock(world, workspace));
}

function withoutLock(world: World, workspace: Id): World {
  return { ...world, locks: world.locks.filter((each) => each.workspace !== workspace) };
}

/** In the order of the workspaces. */
function withLock(world: World, made: World['locks'][number]): World {
  const all = [...world.locks, made];
  const held = world.workspaces.flatMap(({ id }) => all.filter(({ workspace }) => workspace === id));
  return { ...world, locks: held };
}
