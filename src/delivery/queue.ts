import { Refusal } from '../access/refusals.ts';
import type { Change, Follower } from './delivery.ts';

/** A follower with its other end: what waits to be taken, and no more of that than agreed. */
export interface Queue<C> {
  readonly follower: Follower<C>;
  readonly isOpen: boolean;
  push: (item: C) => void;
  /** Takes out what waits. */
  drain: () => C[];
  /** Ends it: what waits is not given any more, since it may be what nobody may see any more. */
  fail: (reason: Refusal) => void;
  end: () => void;
}

export interface QueueOptions<C> {
  /** How many may wait. */
  limit: number;
  /** What waits under the same name is merged into one; null: nothing is left of the two. */
  nameOf: (item: C) => string;
  merge: (waiting: C, newer: C) => C | null;
  /** Called once, when it is over for whatever reason. */
  onEnd: () => void;
}

/**
 * Written out, not an async generator: a generator that waits on a promise ignores `return`, and its subscription
 * would leak.
 */
export function createQueue<C>({ limit, nameOf, merge, onEnd }: QueueOptions<C>): Queue<C> {
  const waiting = new Map<string, C>();
  const takers: { resolve: (result: IteratorResult<C, undefined>) => void; reject: (error: Error) => void }[] = [];
  let take: (item: C) => boolean = () => false;
  let isOpen = true;
  let failure: Refusal | null = null;

  function close(): void {
    isOpen = false;
    waiting.clear();
    for (const taker of takers.splice(0)) {
      if (failure === null) taker.resolve({ done: true, value: undefined });
      else taker.reject(failure);
    }
    onEnd();
  }

  function fail(reason: Refusal): void {
    if (!isOpen) return;
    failure = reason;
    close();
  }

  function end(): void {
    if (isOpen) close();
  }

  function isTaken(item: C): boolean {
    try {
      return take(item);
    } catch {
      // It fails again where it comes by `next`, and nobody else has to do with it.
      return false;
    }
  }

  const follower: Follower<C> = {
    next() {
      for (const [name, item] of waiting) {
        if (!isTaken(item)) break;
        waiting.delete(name);
      }
      const [first] = waiting;
      if (first !== undefined) {
        waiting.delete(first[0]);
        return Promise.resolve({ done: false, value: first[1] });
      }
      if (isOpen) return new Promise((resolve, reject) => takers.push({ resolve, reject }));
      if (failure === null) return Promise.resolve({ done: true, value: undefined });
      const reason = failure;
      // Told once, as by any iterator; then it is done.
      failure = null;
      return Promise.reject(reason);
    },
    return() {
      failure = null;
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    handTo(taker) {
      take = taker;
    },
    [Symbol.asyncIterator]: () => follower,
  };

  return {
    follower,
    get isOpen() {
      return isOpen;
    },
    push(item) {
      if (isOpen && takers.length > 0 && isTaken(item)) return;
      if (!isOpen) return;
      const taker = takers.shift();
      if (taker !== undefined) {
        taker.resolve({ done: false, value: item });
        return;
      }
      const name = nameOf(item);
      const before = waiting.get(name);
      const merged = before === undefined ? item : merge(before, item);
      // Last, so that whoever goes on from an earlier cursor misses nothing.
      waiting.delete(name);
      if (merged !== null) waiting.set(name, merged);
      if (waiting.size > limit) {
        fail(
          new Refusal(
            'RATE_LIMITED',
            `More than ${limit} changes wait to be taken: this subscription is too slow for them. Follow again after the cursor of the last change that came, or query again.`,
          ),
        );
      }
    },
    drain() {
      const items = [...waiting.values()];
      waiting.clear();
      return items;
    },
    fail,
    end,
  };
}

/** How two changes of the same record come to one: what the follower holds decides, not how it came to it. */
export function mergeChanges<Kind extends string>(
  came: Kind,
  gone: Kind,
  waiting: Change<Kind>,
  newer: Change<Kind>,
): Change<Kind> | null {
  if (newer.kind === gone) return waiting.kind === came ? null : newer;
  if (waiting.kind === came) return newer.kind === came ? newer : withKind(newer, came);
  // What was to go and came back was held all along.
  return waiting.kind === gone ? withKind(newer, 'CHANGED' as Kind) : newer;
}

function withKind<Kind extends string>(change: Change<Kind>, kind: Kind): Change<Kind> {
  return {
    kind,
    id: change.id,
    workspace: change.workspace,
    content: change.content,
    news: {},
    get cursor() {
      return change.cursor;
    },
  };
}
