import fc from 'fast-check';
import { trashedFolders, visibleFolders } from '../oracle/folders.ts';
import { createFolder, moveFolder, removeFolder, renameFolder, restoreFolder } from '../oracle/folder-writes.ts';
import { underLocks } from '../oracle/lock-writes.ts';
import { isGiving, setEntry, setInheritance } from '../oracle/permission-writes.ts';
import { findsInTrash, sees } from '../oracle/sight.ts';
import { emptyTrash } from '../oracle/trash-writes.ts';
import { may } from '../oracle/tree.ts';
import type { Verdict } from '../oracle/verdict.ts';
import {
  ANONYMOUS,
  BUILTIN,
  find,
  PERMISSIONS,
  type Entry,
  type Id,
  type Principal,
  type World,
} from '../oracle/world.ts';

/** A change of the tree or its permissions that somebody tries. */
export type TreeCommand = { viewer: Id } & (
  | { kind: 'createFolder'; parent: Id; name: string }
  | { kind: 'renameFolder'; folder: Id; name: string }
  | { kind: 'moveFolder'; folder: Id; parent: Id; confirm: boolean }
  | { kind: 'deleteFolder' | 'restoreFolder'; folder: Id }
  | ({ kind: 'setEntry'; decision: Entry['decision'] | null; confirm: boolean } & Pick<
      Entry,
      'object' | 'permission'
    > & {
        principal: Principal;
      })
  | { kind: 'setInheritance'; object: Id; inherit: boolean; confirm: boolean }
  | { kind: 'emptyTrash'; workspace: Id }
);

/** An id that a new folder has until the database has given it one. */
export const NEW_FOLDER = 'ffffffff-0000-4000-8000-000000000001';

/** A command in numbers, for whatever world it meets. */
export interface TreeSketch {
  kind: TreeCommand['kind'];
  viewer: number;
  object: number;
  other: number;
  permission: Entry['permission'];
  decision: Entry['decision'] | null;
  flag: boolean;
  confirm: boolean;
  /** Whether somebody tries it who may, on what they see; or anybody, on anything. */
  knowing: boolean;
}

export const treeSketch: fc.Arbitrary<TreeSketch> = fc.record({
  kind: fc.constantFrom(
    ...(['createFolder', 'renameFolder', 'moveFolder', 'moveFolder', 'deleteFolder', 'restoreFolder'] as const),
    ...(['emptyTrash', 'emptyTrash'] as const),
    ...(['setEntry', 'setEntry', 'setEntry', 'setInheritance', 'setInheritance'] as const),
  ),
  viewer: fc.nat(5),
  object: fc.nat(16),
  other: fc.nat(13),
  permission: fc.constantFrom(...PERMISSIONS),
  decision: fc.constantFrom('ALLOW' as const, 'ALLOW' as const, 'DENY' as const, null),
  flag: fc.boolean(),
  confirm: fc.boolean(),
  knowing: fc.nat(4).map((roll) => roll > 0),
});

/** The command that a sketch means in a world. */
export function treeCommandIn(world: World, sketch: TreeSketch): TreeCommand {
  const { kind, confirm, knowing } = sketch;
  const everybody = [...world.users.map(({ id }) => id), ANONYMOUS];
  const able = everybody.filter((viewer) => aimsOf(world, viewer, kind).length > 0);
  const viewer = at(knowing && able.length > 0 ? able : everybody, sketch.viewer);
  const aims = knowing ? aimsOf(world, viewer, kind) : [];
  const folders = world.folders.map(({ id }) => id);
  const anything = kind.startsWith('set') ? [...folders, ...world.items.map(({ id }) => id)] : folders;
  const object = at(aims.length > 0 ? aims : anything, sketch.object);
  const name = `folder${String(sketch.other % 4)}`;
  switch (kind) {
    case 'createFolder':
      return { viewer, kind, parent: object, name };
    case 'renameFolder':
      return { viewer, kind, folder: object, name };
    case 'moveFolder': {
      const { archive } = world.folders.find(({ id }) => id === object)!;
      const near = world.folders.filter((folder) => folder.archive === archive).map(({ id }) => id);
      return { viewer, kind, folder: object, parent: at(knowing ? near : folders, sketch.other), confirm };
    }
    case 'setEntry': {
      const { permission, decision } = sketch;
      return { viewer, kind, object, principal: principalFor(world, object, sketch), permission, decision, confirm };
    }
    case 'setInheritance':
      return { viewer, kind, object, inherit: sketch.flag, confirm };
    case 'emptyTrash':
      return { viewer, kind, workspace: workspaceOfObject(world, object) };
    default:
      return { viewer, kind, folder: object };
  }
}

/** What somebody may aim at with a prospect of success. */
function aimsOf(world: World, viewer: Id, kind: TreeCommand['kind']): Id[] {
  if (kind === 'emptyTrash')
    return world.items.filter((item) => findsInTrash(world, viewer, item)).map(({ folder }) => folder);
  if (kind === 'restoreFolder') return trashedFolders(world, viewer).map(({ id }) => id);
  const folders = visibleFolders(world, viewer).filter(
    ({ parent }) => parent !== null || !kind.endsWith('eFolder') || kind === 'createFolder',
  );
  if (!kind.startsWith('set')) return folders.filter(({ id }) => may(world, viewer, id, 'EDIT')).map(({ id }) => id);
  const objects = [...visibleFolders(world, viewer), ...world.items.filter((item) => sees(world, viewer, item))];
  return objects.map(({ id }) => id).filter((id) => may(world, viewer, id, 'EDIT_PERMISSIONS'));
}

/** Often one of whom the object says something already. */
function principalFor(world: World, object: Id, { other, flag }: TreeSketch): Principal {
  const own = world.entries.filter((entry) => entry.object === object).map(({ principal }) => principal);
  const all: Principal[] = [
    ...world.users.map(({ id }) => ({ user: id })),
    ...world.groups.map(({ id }) => ({ group: id })),
    ...BUILTIN.map((group) => ({ group })),
  ];
  return at(flag && own.length > 0 ? own : all, other);
}

function at<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

function workspaceOfObject(world: World, object: Id): Id {
  const { archive } = [...world.folders, ...world.items].find(({ id }) => id === object)!;
  return find(world.archives, archive).workspace;
}

/** What the oracle says of it. P11, V2: what isn't there for the viewer is missing, also in a locked workspace. */
export function judgeTree(world: World, command: TreeCommand): Verdict {
  const verdict = judgeUnlocked({ ...world, locks: [] }, command);
  // Emptying the trash is a statement about records, which is refused before any is looked at.
  const isMissing = verdict.refusals.has('NOT_FOUND') && command.kind !== 'emptyTrash';
  const workspace = isMissing ? undefined : lockedAgainst(world, command, verdict);
  return underLocks(world, command.viewer, workspace, () => verdict);
}

/** P11: the workspace that a command changes other than by taking access away. */
function lockedAgainst(world: World, command: TreeCommand, { world: after }: Verdict): Id | undefined {
  switch (command.kind) {
    case 'emptyTrash':
      return command.workspace;
    case 'setEntry': {
      const { object, principal, permission, decision } = command;
      return isGiving(world, { object, principal, permission }, decision)
        ? workspaceOfObject(world, object)
        : undefined;
    }
    case 'setInheritance':
      return after.breaks === world.breaks ? undefined : workspaceOfObject(world, command.object);
    case 'createFolder':
      return workspaceOfObject(world, command.parent);
    case 'moveFolder':
      return find(world.folders, command.folder).parent === command.parent
        ? undefined
        : workspaceOfObject(world, command.folder);
    default:
      return workspaceOfObject(world, command.folder);
  }
}

function judgeUnlocked(world: World, command: TreeCommand): Verdict {
  const { viewer } = command;
  switch (command.kind) {
    case 'createFolder':
      return createFolder(world, viewer, { id: NEW_FOLDER, parent: command.parent, name: command.name });
    case 'renameFolder':
      return renameFolder(world, viewer, command.folder, command.name);
    case 'moveFolder':
      return moveFolder(world, viewer, command.folder, command.parent, command.confirm);
    case 'deleteFolder':
      return removeFolder(world, viewer, command.folder);
    case 'restoreFolder':
      return restoreFolder(world, viewer, command.folder);
    case 'setEntry': {
      const { object, principal, permission, decision } = command;
      return setEntry(world, viewer, { object, principal, permission, decision }, command.confirm);
    }
    case 'setInheritance':
      return setInheritance(world, viewer, command.object, command.inherit, command.confirm);
    case 'emptyTrash':
      return emptyTrash(world, viewer, command.workspace);
  }
}
