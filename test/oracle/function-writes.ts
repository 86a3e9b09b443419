import { underLocks } from './lock-writes.ts';
import { verdict, type Verdict } from './verdict.ts';
import { isAdministrator } from './viewers.ts';
import type { FunctionEntry, Id, World } from './world.ts';

/** P10, U2: what a workspace says of a principal and a function; null takes it back. Administrators decide. */
export function setFunction(
  world: World,
  viewer: Id,
  { decision, ...subject }: Omit<FunctionEntry, 'decision'> & { decision: FunctionEntry['decision'] | null },
): Verdict {
  if (!isAdministrator(world, viewer)) return verdict(world, ['FORBIDDEN'], world);
  const isIt = ({ decision: _, ...entry }: FunctionEntry): boolean =>
    JSON.stringify(keyOf(entry)) === JSON.stringify(keyOf(subject));
  const known = world.functionEntries.find(isIt)?.decision ?? null;
  const others = world.functionEntries.filter((entry) => !isIt(entry));
  const after = { ...world, functionEntries: decision === null ? others : [...others, { ...subject, decision }] };
  // P11: a DENY, and an ALLOW withdrawn, only take away.
  const gives = decision !== known && (decision === 'ALLOW' || (decision === null && known === 'DENY'));
  return underLocks(world, viewer, gives ? subject.workspace : undefined, () => verdict(world, [], after));
}

function keyOf(entry: Omit<FunctionEntry, 'decision'>): unknown[] {
  return [entry.workspace, entry.function, entry.principal];
}
