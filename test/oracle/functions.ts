import { isDenied, isGiven, isGuest, isViewer } from './viewers.ts';
import type { Id, World } from './world.ts';

/** U4: what creates something is nothing for guests. */
const CREATING = ['IMPORT'];

/** P10: functions are decided as permissions are (P4), by the entries of the whole workspace. */
export function mayUse(world: World, viewer: Id, workspace: Id, name: string): boolean {
  if (!isViewer(world, viewer) || (CREATING.includes(name) && isGuest(world, viewer))) return false;
  const decisions = world.functionEntries
    .filter((entry) => entry.workspace === workspace && entry.function === name)
    .filter(({ decision, principal }) => (decision === 'DENY' ? isDenied : isGiven)(world, viewer, principal))
    .map(({ decision }) => decision);
  return decisions.includes('ALLOW') && !decisions.includes('DENY');
}
