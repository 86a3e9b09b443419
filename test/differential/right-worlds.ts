import fc from 'fast-check';
import {
  FUNCTIONS,
  newWorkspaceEntries,
  type Id,
  type Principal,
  type RightLevel,
  type World,
} from '../oracle/world.ts';
import { mayLock } from '../oracle/lock-writes.ts';
import { profileId, rightsRoleId } from './ids.ts';

/** R1: what worlds can give rights for. Letters stand in both applications. */
export const APPLICATIONS: World['applications'] = { office: ['letters', 'stamps'], post: ['letters'] };

/** The workspaces that generated worlds live in, of two companies. Planes and realms count per workspace, so two are enough to confuse them. */
export const WORKSPACES = ['main', 'side'] as const;
export const COMPANY_OF: Record<(typeof WORKSPACES)[number], Id> = { main: 'A-GmbH', side: 'B-GmbH' };

/** Rights, functions and locks of a world, in numbers that are taken modulo what there is. */
export interface RightsSketch {
  profiles: { post: boolean; levels: RightLevel[] }[];
  rightsRoles: number[][];
  assignments: { user: number; side: boolean; given: number }[];
  functions: { side: boolean; function: (typeof FUNCTIONS)[number]; principal: number; allow: boolean }[];
  /** Who has locked each workspace, if that one may; null: nobody. */
  locks: (number | null)[];
}

/** In a `generous` world most have most rights, and little is locked: else most writes are refused. */
export function rightsSketch(generous: boolean): fc.Arbitrary<RightsSketch> {
  const level = fc.constantFrom<RightLevel>(
    'NONE',
    'DISPLAY',
    'EDIT',
    ...(generous ? (['EDIT', 'EDIT'] as const) : []),
  );
  return fc.record({
    profiles: fc.array(fc.record({ post: fc.boolean(), levels: fc.tuple(level, level) }), {
      minLength: 1,
      maxLength: 3,
    }),
    rightsRoles: fc.array(fc.array(fc.nat(2), { maxLength: 2 }), { maxLength: 2 }),
    assignments: fc.array(fc.record({ user: fc.nat(3), side: fc.boolean(), given: fc.nat(4) }), {
      minLength: generous ? 4 : 0,
      maxLength: 10,
      size: 'max',
    }),
    functions: fc.array(
      fc.record({
        side: fc.boolean(),
        function: fc.constantFrom(...FUNCTIONS),
        principal: fc.nat(13),
        allow: fc.nat(2).map((roll) => roll > 0),
      }),
      { maxLength: 3 },
    ),
    locks: fc
      .tuple(...WORKSPACES.map(() => fc.option(fc.nat(3), { freq: generous ? 2 : 1, nil: null })))
      .map((locks) => locks.map((holder) => (holder === null || holder === 0 ? null : holder))),
  });
}

/** The parts of a world that say who has rights and functions, for its users. */
export function rightsOf(
  sketch: RightsSketch,
  users: World['users'],
  principalAt: (number: number) => Principal,
): Pick<
  World,
  'companies' | 'applications' | 'profiles' | 'rightsRoles' | 'rightsAssignments' | 'workspaces' | 'functionEntries'
> {
  const profiles = sketch.profiles.map(({ post, levels }, index) => {
    const application = post ? 'post' : 'office';
    const own = APPLICATIONS[application]!.map((right, place) => [right, levels[place]!] as const);
    return { id: profileId(index), application, levels: Object.fromEntries(own) };
  });
  const rightsRoles = sketch.rightsRoles.map((numbers, index) => ({
    id: rightsRoleId(index),
    profiles: [...new Set(numbers.map((number) => profiles[number % profiles.length]!.id))],
  }));
  const gifts = [...profiles.map(({ id }) => ({ profile: id })), ...rightsRoles.map(({ id }) => ({ rightsRole: id }))];
  const homeOf = (side: boolean) => WORKSPACES[side ? 1 : 0];
  return {
    companies: Object.values(COMPANY_OF).map((id) => ({ id })),
    applications: APPLICATIONS,
    profiles,
    rightsRoles,
    rightsAssignments: lastOfEach(
      sketch.assignments.map(({ user, side, given }) => ({
        user: users[user % users.length]!.id,
        company: COMPANY_OF[homeOf(side)],
        given: gifts[given % gifts.length]!,
      })),
      (each) => each,
    ),
    workspaces: WORKSPACES.map((id) => ({ id, company: COMPANY_OF[id] })),
    functionEntries: lastOfEach(
      [
        ...WORKSPACES.flatMap(newWorkspaceEntries),
        ...sketch.functions.map(({ side, function: name, principal, allow }) => ({
          workspace: homeOf(side),
          function: name,
          principal: principalAt(principal),
          decision: allow ? ('ALLOW' as const) : ('DENY' as const),
        })),
      ],
      ({ workspace, function: name, principal }) => [workspace, name, principal],
    ),
  };
}

/** P11: who has locked what, if they may in this world. */
export function withLocks(world: World, { locks }: RightsSketch): World {
  const held = locks.flatMap((number, index) => {
    const workspace = WORKSPACES[index]!;
    const able = world.users.filter(({ id }) => number !== null && mayLock(world, id, workspace));
    return able.length === 0 ? [] : [{ workspace, holder: able[number! % able.length]!.id }];
  });
  return { ...world, locks: held };
}

function lastOfEach<T>(list: readonly T[], subjectOf: (each: T) => unknown): T[] {
  return [...new Map(list.map((each) => [JSON.stringify(subjectOf(each)), each])).values()];
}
