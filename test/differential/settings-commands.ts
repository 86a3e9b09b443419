import fc from 'fast-check';
import { setFunction } from '../oracle/function-writes.ts';
import { breakLock, lock, mayLock, unlock } from '../oracle/lock-writes.ts';
import { removeMember } from '../oracle/member-writes.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { isAdministrator } from '../oracle/viewers.ts';
import {
  ANONYMOUS,
  BUILTIN,
  FUNCTIONS,
  type FunctionEntry,
  type Id,
  type Principal,
  type World,
} from '../oracle/world.ts';
import { WORKSPACES } from './right-worlds.ts';

/** A change of a whole workspace, or of the account, that somebody tries. */
export type SettingsCommand = { viewer: Id } & (
  | { kind: 'lock' | 'unlock' | 'breakLock'; workspace: Id }
  | ({ kind: 'setFunction' } & Omit<FunctionEntry, 'decision'> & { decision: FunctionEntry['decision'] | null })
  | { kind: 'removeMember'; group: Id; user: Id }
);

/** A command in numbers, for whatever world it meets. */
export interface SettingsSketch {
  kind: SettingsCommand['kind'];
  viewer: number;
  side: boolean;
  other: number;
  function: (typeof FUNCTIONS)[number];
  decision: FunctionEntry['decision'] | null;
  /** Whether somebody tries it who may. */
  knowing: boolean;
}

export const settingsSketch: fc.Arbitrary<SettingsSketch> = fc.record({
  kind: fc.constantFrom(
    ...(['lock', 'lock', 'unlock', 'breakLock'] as const),
    ...(['setFunction', 'setFunction', 'setFunction', 'removeMember'] as const),
  ),
  viewer: fc.nat(5),
  side: fc.nat(3).map((roll) => roll === 3),
  other: fc.nat(13),
  function: fc.constantFrom(...FUNCTIONS),
  decision: fc.constantFrom('ALLOW' as const, 'DENY' as const, null),
  knowing: fc.nat(2).map((roll) => roll > 0),
});

/** The command that a sketch means in a world; null where nobody is in a group. */
export function settingsCommandIn(world: World, sketch: SettingsSketch): SettingsCommand | null {
  const { kind, knowing, side, other } = sketch;
  const workspace = WORKSPACES[side ? 1 : 0];
  const everybody = [...world.users.map(({ id }) => id), ANONYMOUS];
  const able = everybody.filter((viewer) => isAble(world, viewer, kind, workspace));
  const viewer = at(knowing && able.length > 0 ? able : everybody, sketch.viewer);
  switch (kind) {
    case 'setFunction': {
      const { function: name, decision } = sketch;
      return { viewer, kind, workspace, function: name, principal: principalFor(world, other), decision };
    }
    case 'removeMember':
      return world.members.length === 0 ? null : { viewer, kind, ...at(world.members, other) };
    default:
      return { viewer, kind, workspace };
  }
}

function isAble(world: World, viewer: Id, kind: SettingsCommand['kind'], workspace: Id): boolean {
  if (kind === 'lock') return mayLock(world, viewer, workspace);
  if (kind === 'unlock') return world.locks.some((each) => each.workspace === workspace && each.holder === viewer);
  return isAdministrator(world, viewer);
}

function principalFor(world: World, number: number): Principal {
  const users = world.users.map(({ id }) => ({ user: id }));
  const groups = [...world.groups.map(({ id }) => id), ...BUILTIN].map((group) => ({ group }));
  return at<Principal>([...users, ...groups], number);
}

function at<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

/** What the oracle says of it. */
export function judgeSettings(world: World, command: SettingsCommand, door: 'api' | 'sql'): Verdict {
  const { viewer } = command;
  switch (command.kind) {
    case 'lock':
      return lock(world, viewer, command.workspace, { settings: door === 'sql' });
    case 'unlock':
      return unlock(world, viewer, command.workspace, { settings: door === 'sql' });
    case 'breakLock':
      return breakLock(world, viewer, command.workspace);
    case 'setFunction': {
      const { workspace, function: name, principal, decision } = command;
      return setFunction(world, viewer, { workspace, function: name, principal, decision });
    }
    case 'removeMember':
      return removeMember(world, viewer, { group: command.group, user: command.user });
  }
}
