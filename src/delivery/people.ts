import type { Viewer } from '../access/viewers.ts';
import type { AccessChange, Follower } from './delivery.ts';
import { accountEnded } from './endings.ts';
import { createQueue, type Queue } from './queue.ts';

/** Of whom a process wants to know what they may see: because they follow something, or have a socket open. */
export interface People {
  readonly size: number;
  all(): string[];
  /** Whose mailboxes are followed; null: of more people than are worth naming. */
  withMailbox(): string[] | null;
  /** Of whom nothing is known yet. */
  readonly newcomers: ReadonlySet<string>;
  met(people: readonly string[]): void;
  /** Counts a person in, until what is returned is called. `onEnded`: when the account may not look any more. */
  add(viewer: Viewer, onEnded: () => void, options?: { mailbox: boolean }): () => void;
  followAccess(viewer: Viewer): Follower<AccessChange>;
  /** Ends all who follow their own access. */
  end(): void;
  /** Tells those whose accounts ended, and those whose access changed. */
  tell(ended: readonly string[], changed: ReadonlyMap<string, readonly number[]>): void;
}

interface Interest {
  readonly onEnded: () => void;
}

/** Beyond so many, rows about others cost less than telling the database whom not to give them of. */
const MOST_NAMED = 100;

/** `onGone`: the last interest in a person went. */
export function createPeople(onGone: (person: string) => void): People {
  const interests = new Map<string, Set<Interest>>();
  const newcomers = new Set<string>();
  /** How many follow the mailbox of each. */
  const mailboxes = new Map<string, number>();
  const accessQueues = new Map<string, Set<Queue<AccessChange>>>();

  function countMailbox(person: string, more: 1 | -1): void {
    const count = (mailboxes.get(person) ?? 0) + more;
    if (count > 0) mailboxes.set(person, count);
    else mailboxes.delete(person);
  }

  function add(viewer: Viewer, onEnded: () => void, { mailbox } = { mailbox: false }): () => void {
    const interest = { onEnded };
    const all = interests.get(viewer.id);
    if (all !== undefined) all.add(interest);
    else {
      interests.set(viewer.id, new Set([interest]));
      newcomers.add(viewer.id);
    }
    if (mailbox) countMailbox(viewer.id, 1);
    return () => {
      const left = interests.get(viewer.id);
      if (!left?.delete(interest)) return;
      if (mailbox) countMailbox(viewer.id, -1);
      if (left.size > 0) return;
      interests.delete(viewer.id);
      newcomers.delete(viewer.id);
      onGone(viewer.id);
    };
  }

  return {
    get size() {
      return interests.size;
    },
    all: () => [...interests.keys()],
    withMailbox: () => (mailboxes.size > MOST_NAMED ? null : [...mailboxes.keys()]),
    newcomers,
    met: (people) => people.forEach((person) => newcomers.delete(person)),
    add,
    followAccess(viewer) {
      const queue = createQueue<AccessChange>({
        limit: 1,
        nameOf: () => 'access',
        merge: (waiting, newer) => ({ workspaces: [...new Set([...waiting.workspaces, ...newer.workspaces])] }),
        onEnd() {
          remove();
          const left = accessQueues.get(viewer.id);
          left?.delete(queue);
          if (left?.size === 0) accessQueues.delete(viewer.id);
        },
      });
      accessQueues.set(viewer.id, (accessQueues.get(viewer.id) ?? new Set()).add(queue));
      const remove = add(viewer, () => queue.fail(accountEnded()));
      return queue.follower;
    },
    end() {
      for (const queues of [...accessQueues.values()]) for (const queue of [...queues]) queue.end();
    },
    tell(ended, changed) {
      for (const [person, workspaces] of changed)
        for (const queue of accessQueues.get(person) ?? []) queue.push({ workspaces });
      for (const person of ended) for (const { onEnded } of [...(interests.get(person) ?? [])]) onEnded();
    },
  };
}
