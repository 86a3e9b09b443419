import type { Id, World } from './world.ts';

/** P11: whether somebody else keeps the workspace for himself. */
export function isLocked(world: World, viewer: Id, workspace: Id): boolean {
  return world.locks.some((lock) => lock.workspace === workspace && lock.holder !== viewer);
}
