import { breakInheritance, restoreInheritance, subjectOf } from './breaks.ts';
import { losesManagers, seesFolder } from './folders.ts';
import { sees } from './sight.ts';
import { containerOf, may } from './tree.ts';
import { seesPrincipal } from './viewers.ts';
import type { Entry, Id, World } from './world.ts';
import { verdict, type Refusal, type Verdict } from './verdict.ts';

/** P2, P8: sets what an object says of a principal; null takes the entry back. Needs EDIT_PERMISSIONS. */
export function setEntry(
  world: World,
  viewer: Id,
  { decision, ...subject }: Omit<Entry, 'decision' | 'copied' | 'covers'> & { decision: Entry['decision'] | null },
  confirm: boolean,
): Verdict {
  const isIt = (entry: Entry): boolean =>
    entry.object === subject.object && subjectOf(entry) === subjectOf({ ...subject, decision: 'ALLOW' });
  const known = world.entries.find(isIt);
  const others = world.entries.filter((entry) => !isIt(entry));
  // P5: what is set to what it says already stays a copy.
  const entry = known?.decision === decision ? known : { ...subject, decision };
  const after = { ...world, entries: decision === null ? others : [...others, entry as Entry] };
  const refusals = permissionRefusals(world, viewer, subject.object, after, confirm);
  return verdict(
    world,
    [...refusals, ...(seesPrincipal(world, viewer, subject.principal) ? [] : (['NOT_FOUND'] as const))],
    after,
  );
}

/** P11: whether setting what an object says of a principal gives something, or takes a DENY back: not in a workspace that somebody else has locked. */
export function isGiving(world: World, subject: Omit<Entry, 'decision'>, decision: Entry['decision'] | null): boolean {
  const known = world.entries.find(
    (entry) => entry.object === subject.object && subjectOf(entry) === subjectOf({ ...subject, decision: 'ALLOW' }),
  );
  return decision === 'ALLOW' ? known?.decision !== 'ALLOW' : decision === null && known?.decision === 'DENY';
}

/** P5: breaks or restores the inheritance of an object. Needs EDIT_PERMISSIONS; an archive's root inherits from nothing. */
export function setInheritance(world: World, viewer: Id, object: Id, inherit: boolean, confirm: boolean): Verdict {
  if (!isSeen(world, viewer, object)) return verdict(world, ['NOT_FOUND'], world);
  const after = inherit ? restoreInheritance(world, object) : breakInheritance(world, object);
  const isRoot = !inherit && containerOf(world, object) === null;
  // Without a change nothing is lost.
  const refusals = permissionRefusals(world, viewer, object, after, confirm || after === world);
  return verdict(world, [...refusals, ...(isRoot ? (['VALIDATION_FAILED'] as const) : [])], after);
}

/** P7, P8, V2: why somebody may not change the permissions of an object to what they are in the world after. */
function permissionRefusals(world: World, viewer: Id, object: Id, after: World, confirm: boolean): Refusal[] {
  if (!isSeen(world, viewer, object)) return ['NOT_FOUND'];
  if (!may(world, viewer, object, 'EDIT_PERMISSIONS')) return ['FORBIDDEN'];
  const losesOwn = !confirm && !may(after, viewer, object, 'EDIT_PERMISSIONS');
  return losesOwn || losesManagers(world, after) ? ['LOCKED_OUT'] : [];
}

function isSeen(world: World, viewer: Id, object: Id): boolean {
  const item = world.items.find(({ id }) => id === object);
  return item === undefined ? seesFolder(world, viewer, object) : sees(world, viewer, item);
}
