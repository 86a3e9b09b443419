import { managesArchive } from './folders.ts';
import { isLocked } from './locks.ts';
import { verdict, type Verdict } from './verdict.ts';
import type { Id, World } from './world.ts';

/** P11: who may lock a workspace, and hold the lock. */
export function mayLock(world: World, user: Id, workspace: Id): boolean {
  return world.archives.some((archive) => archive.workspace === workspace && managesArchive(world, user, archive.id));
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
