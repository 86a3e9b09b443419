import { losesManagers } from './folders.ts';
import { withoutEndedLocks } from './lock-writes.ts';
import { verdict, type Verdict } from './verdict.ts';
import { isAdministrator } from './viewers.ts';
import type { Id, World } from './world.ts';

/** U2, P7: an administrator takes somebody out of a group, having confirmed whatever that takes. The lock of who may not lock any more ends (P11). */
export function removeMember(world: World, viewer: Id, { group, user }: { group: Id; user: Id }): Verdict {
  if (!isAdministrator(world, viewer)) return verdict(world, ['FORBIDDEN'], world);
  const members = world.members.filter((member) => member.group !== group || member.user !== user);
  const after = { ...world, members };
  return verdict(world, losesManagers(world, after) ? ['LOCKED_OUT'] : [], withoutEndedLocks(after));
}
