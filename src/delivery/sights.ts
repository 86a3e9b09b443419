import type { Viewer } from '../access/viewers.ts';
import type { AccessClass, AccessState } from './feed.ts';

/** The access classes of one person, by workspace. */
export type Sight = ReadonlyMap<number, AccessClass>;

/** Whose sight became different, and of whom nothing may be told any more. */
export interface SightChanges {
  readonly ended: readonly string[];
  /** The workspaces in which it changed. */
  readonly changed: ReadonlyMap<string, readonly number[]>;
}

/** What is known of what followers see: true at one tick of the permission clock. */
export interface Sights {
  /** Null: nothing is known. */
  readonly ticks: number | null;
  /** A checksum of each object definition. */
  readonly definitions: Readonly<Record<string, string>>;
  of(viewer: Viewer): Sight | undefined;
  /** Takes what was asked about all people, or about some at the same tick. */
  learn(people: readonly string[], state: AccessState): SightChanges;
  forget(person: string): void;
}

const NOWHERE: Sight = new Map();

export function createSights(): Sights {
  const known = new Map<string, Sight>();
  let ticks: number | null = null;
  let definitions: Readonly<Record<string, string>> = {};

  return {
    get ticks() {
      return ticks;
    },
    get definitions() {
      return definitions;
    },
    of: (viewer) => known.get(viewer.id),
    learn(people, state) {
      ticks = state.ticks;
      definitions = state.definitions;
      const learned = new Map<string, Map<number, AccessClass>>(people.map((person) => [person, new Map()]));
      for (const { members, ...each } of state.classes)
        for (const member of members) learned.get(member)?.set(each.workspace, each);
      const changed = new Map<string, number[]>();
      for (const [person, sight] of learned) {
        const before = known.get(person);
        if (before === undefined) continue;
        const workspaces = [...new Set([...before.keys(), ...sight.keys()])];
        const differing = workspaces.filter((workspace) => !isSame(before.get(workspace), sight.get(workspace)));
        if (differing.length > 0) changed.set(person, differing);
      }
      for (const [person, sight] of learned) known.set(person, sight.size === 0 ? NOWHERE : sight);
      for (const person of state.ended) known.delete(person);
      return { ended: state.ended, changed };
    },
    forget: (person) => void known.delete(person),
  };
}

function isSame(one: AccessClass | undefined, other: AccessClass | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.look === other.look && one.place === other.place && one.act === other.act;
}
