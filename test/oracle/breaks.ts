import { containerOf, reachOf } from './tree.ts';
import type { Entry, Id, World } from './world.ts';

/** What of two entries is about the same: one object says one thing of a principal and a permission. */
export function subjectOf({ principal, permission }: Entry): string {
  return JSON.stringify([principal, permission]);
}

/**
 * P5: the object inherits no more, and gets copies of what reached it: one for each principal and permission, a DENY where
 * any was one (P4). An ALLOW of its own that such a copy overrules comes back with the inheritance.
 */
export function breakInheritance(world: World, object: Id): World {
  const container = containerOf(world, object);
  if (container === null || world.breaks.includes(object)) return world;
  const above = reachOf(world, container);
  const copies = new Map<string, Entry>();
  for (const { principal, permission, decision } of world.entries.filter((entry) => above.includes(entry.object))) {
    const copy: Entry = { object, principal, permission, decision, copied: true };
    if (decision === 'DENY' || !copies.has(subjectOf(copy))) copies.set(subjectOf(copy), copy);
  }
  const kept = world.entries.map((entry): Entry => {
    if (entry.object !== object) return entry;
    const copy = copies.get(subjectOf(entry));
    copies.delete(subjectOf(entry));
    const overruled = copy?.decision === 'DENY' && entry.decision === 'ALLOW';
    return overruled ? { ...entry, decision: 'DENY', copied: true, covers: 'ALLOW' } : entry;
  });
  return { ...world, breaks: [...world.breaks, object], entries: [...kept, ...copies.values()] };
}

/** P5: the object inherits again; the copies that were left unchanged go. */
export function restoreInheritance(world: World, object: Id): World {
  if (!world.breaks.includes(object)) return world;
  const entries = world.entries.flatMap((entry): Entry[] => {
    if (entry.object !== object || entry.copied !== true) return [entry];
    const { copied: _, covers, ...own } = entry;
    return covers === undefined ? [] : [{ ...own, decision: covers }];
  });
  return { ...world, breaks: world.breaks.filter((each) => each !== object), entries };
}
