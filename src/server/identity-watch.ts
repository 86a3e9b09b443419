import { KEY_PREFIX } from '../accounts/api-keys.ts';
import type { Identify, Identity } from '../accounts/identity.ts';
import { Refusal } from '../access/refusals.ts';
import type { Viewer } from '../access/viewers.ts';

/** Why a connection may not stay open: its token's time is over, or its account or API key isn't good any more. */
export type EndOfIdentity = 'expired' | 'refused';

/** Tells once when an account may not look any more (blocked, deactivated, deleted). Returns how to stop listening. */
export type OnAccountEnded = (viewer: Viewer, listener: () => void) => () => void;

export interface IdentityWatch {
  /** Calls `end` once, as soon as who was identified may not be here any more. Returns how to stop watching. */
  watch(authorization: string | undefined, identity: Identity, end: (why: EndOfIdentity) => void): () => void;
  stop(): void;
}

/** Milliseconds between two looks at an API key that holds a connection open: nothing tells of its revocation. */
const KEYS_LOOKED_AT_EVERY = 1000;
/** What setTimeout takes at most. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Watches who is behind connections that stay open, so that none outlives its token, key or account. */
export function createIdentityWatch(identify: Identify, onAccountEnded: OnAccountEnded): IdentityWatch {
  /** Each key is looked at once, however many connections it holds. */
  const keys = new Map<string, Set<() => void>>();

  async function look(key: string, holders: Set<() => void>): Promise<void> {
    try {
      await identify(key);
    } catch (error) {
      // A database that doesn't answer says nothing about the key: it is looked at again.
      if (error instanceof Refusal) for (const end of [...holders]) end();
    }
  }
  const looking = setInterval(() => {
    for (const [key, holders] of keys) void look(key, holders);
  }, KEYS_LOOKED_AT_EVERY);
  looking.unref();

  function watchKey(authorization: string | undefined, end: () => void): () => void {
    if (authorization?.slice('Bearer '.length).trimStart().startsWith(KEY_PREFIX) !== true) return () => undefined;
    const holders = keys.get(authorization) ?? new Set();
    keys.set(authorization, holders.add(end));
    return () => {
      holders.delete(end);
      if (holders.size === 0) keys.delete(authorization);
    };
  }

  return {
    watch(authorization, { viewer, expiresAt }, end) {
      const stops: (() => void)[] = [];
      let over = false;
      const stop = () => {
        over = true;
        for (const each of stops) each();
      };
      const once = (why: EndOfIdentity) => {
        if (over) return;
        stop();
        end(why);
      };
      if (expiresAt !== null) stops.push(at(expiresAt, () => once('expired')));
      stops.push(onAccountEnded(viewer, () => once('refused')));
      stops.push(watchKey(authorization, () => once('refused')));
      if (over) stop();
      return stop;
    },
    stop: () => {
      clearInterval(looking);
    },
  };
}

/** Calls `work` at a moment, however far away. Returns how to prevent it. */
function at(moment: Date, work: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = moment.getTime() - Date.now();
    timer = setTimeout(left > LONGEST_TIMEOUT ? wait : work, Math.max(0, Math.min(left, LONGEST_TIMEOUT)));
    timer.unref();
  };
  wait();
  return () => {
    clearTimeout(timer);
  };
}
