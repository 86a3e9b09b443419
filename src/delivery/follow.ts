import type { Viewer } from '../access/viewers.ts';
import { catchUp } from './catch-up.ts';
import type { ChangeCursors } from './cursors.ts';
import type { Change, Content, Follower } from './delivery.ts';
import { accountEnded } from './endings.ts';
import type { AccessClass, Feed } from './feed.ts';
import type { Listing, Listings } from './listing.ts';
import { Outdated, type Loop } from './loop.ts';
import { link, unlink, wantedClasses } from './moves.ts';
import type { People } from './people.ts';
import { createQueue, mergeChanges } from './queue.ts';
import type { Sights } from './sights.ts';
import type { AnyKind, Source } from './source.ts';
import { sightMark, type Subscriber } from './subscriber.ts';

export interface FollowingParts {
  feed: Feed;
  listings: Listings;
  sights: Sights;
  people: People;
  cursors: ChangeCursors;
  subscribers: Set<Subscriber>;
  loop: Loop;
  mostWaiting: number;
}

export interface FollowRequest {
  viewer: Viewer;
  source: Source;
  content: Content;
  /** Null: all that the viewer sees. */
  workspaces: readonly number[] | null;
  after: string | null;
}

interface Part {
  readonly access: AccessClass;
  readonly listing: Listing;
}

/** While permissions never stop changing, what was read is out of date as soon as it is there. */
const ATTEMPTS = 40;

/** Makes followers: what they hold is read before they count, so that nothing is missed in between. */
export function createFollowing(parts: FollowingParts) {
  const { cursors, listings, sights, people, subscribers, loop, mostWaiting } = parts;

  function newSubscriber({ viewer, source, content, workspaces }: FollowRequest): Subscriber {
    const { kinds } = source;
    const queue = createQueue<Change<AnyKind>>({
      limit: mostWaiting,
      nameOf: ({ workspace, id }) => `${workspace} ${id}`,
      merge: (waiting, newer) => mergeChanges(kinds.came, kinds.gone, waiting, newer),
      onEnd() {
        subscribers.delete(subscriber);
        for (const each of subscriber.links.values()) unlink(listings, subscriber, each);
        subscriber.links.clear();
        leave();
      },
    });
    const leave = people.add(viewer, () => queue.fail(accountEnded()), { mailbox: source.definition === null });
    const subscriber: Subscriber = {
      ...{ viewer, source, content, workspaces, queue },
      place: { viewer: viewer.id, followed: source.key },
      links: new Map(),
      sight: '',
    };
    return subscriber;
  }

  /** Throws Outdated if permissions changed meanwhile. */
  async function gather(subscriber: Subscriber): Promise<Part[]> {
    const { viewer, source, content } = subscriber;
    const { tellsOthers } = content;
    const sight = sights.of(viewer);
    if (sight === undefined) throw accountEnded();
    const gathered = wantedClasses(subscriber, sight).map((access): Part => {
      const listing = listings.get({ source, access, person: viewer.id, tellsOthers }, ({ ticks }) => {
        if (ticks !== sights.ticks) throw new Outdated('Permissions changed while this was read.');
      });
      return { access, listing };
    });
    const all = await Promise.allSettled(gathered.map(({ listing }) => listing.formed));
    const failed = all.find((each) => each.status === 'rejected');
    if (failed === undefined) return gathered;
    for (const { listing } of gathered) listings.release(listing);
    throw failed.reason;
  }

  /** Between two rounds: whether what was gathered is still what the viewer sees. */
  function sit(subscriber: Subscriber, gathered: readonly Part[]): boolean {
    const sight = sights.of(subscriber.viewer);
    if (sight === undefined) throw accountEnded();
    const wanted = wantedClasses(subscriber, sight);
    const isSame =
      wanted.length === gathered.length &&
      wanted.every((access) =>
        gathered.some(
          ({ access: had }) =>
            had.workspace === access.workspace &&
            had.look === access.look &&
            had.place === access.place &&
            had.act === access.act,
        ),
      );
    if (isSame) {
      for (const { access, listing } of gathered) link(listings, subscriber, access, listing, null);
      subscriber.sight = sightMark(subscriber, sights.definitions[subscriber.source.definition ?? '']);
      subscribers.add(subscriber);
    }
    return isSame;
  }

  return async function follow(request: FollowRequest): Promise<Follower<Change<AnyKind>>> {
    const subscriber = newSubscriber(request);
    try {
      const progress = request.after === null ? null : cursors.read(subscriber.place, request.after);
      for (let attempt = 1; ; attempt++) {
        await loop.atRest(() => undefined);
        let gathered: Part[] = [];
        try {
          gathered = await gather(subscriber);
          const since = await loop.atRest((settled) => (sit(subscriber, gathered) ? settled : null));
          if (since !== null) {
            if (progress !== null) await catchUp(parts, subscriber, progress, since);
            break;
          }
        } catch (error) {
          if (!(error instanceof Outdated) || attempt >= ATTEMPTS) throw error;
        } finally {
          for (const { listing } of gathered) listings.release(listing);
        }
      }
    } catch (error) {
      subscriber.queue.end();
      throw error;
    }
    return subscriber.queue.follower;
  };
}
