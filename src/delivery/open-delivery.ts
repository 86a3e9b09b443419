import type { Viewer, Viewers } from '../access/viewers.ts';
import { deliveryProof } from '../database/keys.ts';
import { createScopes, type Scope } from '../reader/scopes.ts';
import { createChangeCursors } from './cursors.ts';
import type { Change, Content, Delivery, DeliveryState, Follower, MailboxKind, RecordKind } from './delivery.ts';
import { isEnded, openFeed } from './feed.ts';
import { createFollowing } from './follow.ts';
import { createListings } from './listing.ts';
import { startLoop } from './loop.ts';
import { createPeople } from './people.ts';
import { createSights } from './sights.ts';
import { mailboxSource, recordSource } from './source.ts';
import type { Subscriber } from './subscriber.ts';

export interface DeliveryOptions {
  /** A libpq URL of the role rowplane_api. */
  url: string;
  /** ROWPLANE_SECRET: cursors and the proof that the database asks for derive from it. */
  secret: string;
  viewers: Viewers;
  /** Milliseconds between two looks at what is new. Default 100. */
  interval?: number;
  /** Seconds that changes are kept for those who go on from a cursor. Default 4 hours. */
  keep?: number;
  /** How many ids of records the followed lists may hold together. Default 2 000 000. */
  mostHeld?: number;
  /** How many changes may wait for one follower. Default 1 000. */
  mostWaiting?: number;
  /** Milliseconds that a look may take. Default 15 000. */
  statementTimeout?: number;
  /** Told of what went wrong and is tried again. */
  onError?: (error: unknown) => void;
}

export interface OpenDelivery extends Delivery {
  readonly state: DeliveryState;
}

/** How often lists whose condition counts from now are read anew, and the outbox is pruned. Milliseconds. */
const MINUTE = 60_000;
const PRUNED_AT_ONCE = 10_000;

/** Opens the delivery of a process: a connection of its own, which is used once somebody follows. */
export function openDelivery({
  url,
  secret,
  viewers,
  interval = 100,
  keep = 4 * 3600,
  mostHeld = 2_000_000,
  mostWaiting = 1_000,
  statementTimeout = 15_000,
  onError = () => undefined,
}: DeliveryOptions): OpenDelivery {
  const feed = openFeed({ url, proof: deliveryProof(secret), onError, statementTimeout });
  const scopes = createScopes(viewers);
  const sights = createSights();
  const people = createPeople((person) => sights.forget(person));
  const listings = createListings(mostHeld);
  const cursors = createChangeCursors(secret);
  const subscribers = new Set<Subscriber>();
  const loop = startLoop({
    ...{ feed, listings, sights, people, cursors, subscribers },
    ...{ interval, mostHeld, mostWaiting, onError },
  });
  const follow = createFollowing({ feed, listings, sights, people, cursors, subscribers, loop, mostWaiting });

  async function prune(): Promise<void> {
    while ((await feed.prune(keep)) >= PRUNED_AT_ONCE);
  }
  const everyMinute = setInterval(() => {
    for (const listing of listings.all()) if (listing.timed) listing.isStale = true;
    loop.wake();
    prune().catch((error: unknown) => {
      if (!isEnded(error)) onError(error);
    });
  }, MINUTE);
  everyMinute.unref();

  async function workspacesOf(viewer: Viewer, scope: Scope) {
    return scope === 'everywhere' ? null : scopes.workspacesOf(viewer, scope);
  }

  return {
    async followRecords(viewer, list, content, after = null) {
      const workspaces = await workspacesOf(viewer, list.scope);
      const source = recordSource(viewers, list);
      return (await follow({ viewer, source, content, workspaces, after })) as Follower<Change<RecordKind>>;
    },
    async followMailbox(viewer: Viewer, content: Content, after = null) {
      const source = mailboxSource(viewers);
      return (await follow({ viewer, source, content, workspaces: null, after })) as Follower<Change<MailboxKind>>;
    },
    async followAccess(viewer) {
      const follower = people.followAccess(viewer);
      await loop.atRest(() => undefined);
      return follower;
    },
    onEnded(viewer, listener) {
      let isTold = false;
      const tellOnce = () => {
        if (!isTold) listener();
        isTold = true;
      };
      const remove = people.add(viewer, tellOnce);
      loop.wake();
      return remove;
    },
    wake: () => {
      if (people.size > 0) loop.wake();
    },
    async end() {
      clearInterval(everyMinute);
      people.end();
      await loop.end();
    },
    get state() {
      const { groups, held } = listings;
      return { followers: subscribers.size, groups, held, behind: loop.behind };
    },
  };
}
