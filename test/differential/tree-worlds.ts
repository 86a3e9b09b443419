import fc from 'fast-check';
import { breakInheritance, subjectOf } from '../oracle/breaks.ts';
import { foldersBelow } from '../oracle/folders.ts';
import { PERMISSIONS, type Entry, type Id, type Permission, type Principal, type World } from '../oracle/world.ts';

/** Something that happens to the permissions of a generated tree. Objects are numbers taken modulo what there is. */
export type RuleSketch =
  | { kind: 'entry'; object: number; principal: number; permission: Permission; decision: Entry['decision'] }
  | { kind: 'break'; object: number; copies: boolean }
  | { kind: 'trash'; folder: number };

const EVERYONE = -1;

/**
 * What happens one after the other: entries on roots, folders and records, breaks that keep their copies or lose them, seldom a
 * folder in the trash. In a `generous` world more is allowed than denied, and none is.
 */
export function rulesSketch(generous: boolean): fc.Arbitrary<RuleSketch[]> {
  const object = fc.nat(16);
  const permission = fc.constantFrom('VIEW' as const, ...PERMISSIONS);
  const allow = fc.record({
    kind: fc.constant('entry' as const),
    object,
    permission,
    principal: fc.oneof(fc.nat(13), fc.constant(EVERYONE)),
    decision: fc.constant('ALLOW' as const),
  });
  const deny = fc.record({
    kind: fc.constant('entry' as const),
    object,
    permission,
    principal: fc.nat(13),
    decision: fc.constant('DENY' as const),
  });
  const breaking = fc.record({
    kind: fc.constant('break' as const),
    object,
    copies: fc.nat(2).map((roll) => roll < 2),
  });
  const trash = fc.record({ kind: fc.constant('trash' as const), folder: fc.nat(9) });
  const rule = fc.oneof(
    { weight: generous ? 5 : 3, arbitrary: allow },
    { weight: 3, arbitrary: deny },
    { weight: 2, arbitrary: breaking },
    ...(generous ? [] : [{ weight: 1, arbitrary: trash }]),
  );
  return fc.array(rule, { maxLength: generous ? 5 : 7, size: 'max' });
}

/** Permissions of an archive's root for guests and anonymous, which P6 does not give: none, half, or all. */
export function openedTo(archive: Id, open: number): Entry[] {
  return (['GUESTS', 'ANONYMOUS'] as const).flatMap((group) =>
    PERMISSIONS.slice(0, [0, 2, 5][open]).map((permission) => ({
      object: archive,
      principal: { group },
      permission,
      decision: 'ALLOW' as const,
    })),
  );
}

export function withRule(world: World, rule: RuleSketch, principalAt: (number: number) => Principal): World {
  const folders = world.folders.filter(({ trashedWith }) => trashedWith === null);
  const objects = [...folders, ...world.items].map(({ id }) => id);
  switch (rule.kind) {
    case 'entry': {
      const { permission, decision } = rule;
      const object = objects[rule.object % objects.length]!;
      const entry: Entry = { object, principal: principalAt(rule.principal), permission, decision };
      // One entry per object, principal and permission: the later one stands.
      const isIt = (each: Entry) => each.object === object && subjectOf(each) === subjectOf(entry);
      return { ...world, entries: [...world.entries.filter((each) => !isIt(each)), entry] };
    }
    case 'break': {
      const broken = breakInheritance(world, objects[rule.object % objects.length]!);
      const isKept = (entry: Entry) => rule.copies || entry.copied !== true || world.entries.includes(entry);
      return { ...broken, entries: broken.entries.filter(isKept) };
    }
    case 'trash': {
      const choices = folders.filter(({ parent }) => parent !== null);
      const folder = choices[rule.folder % Math.max(1, choices.length)];
      return folder === undefined ? world : inTrash(world, folder.id);
    }
  }
}

function inTrash(world: World, id: Id): World {
  const along = foldersBelow(world, id).filter(({ trashedWith }) => trashedWith === null);
  return {
    ...world,
    folders: world.folders.map((folder) => (along.includes(folder) ? { ...folder, trashedWith: id } : folder)),
    items: world.items.map((item) =>
      !item.trashed && along.some((folder) => folder.id === item.folder)
        ? { ...item, trashed: true, trashedWith: id }
        : item,
    ),
  };
}
