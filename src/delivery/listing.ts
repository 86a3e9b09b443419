import type { Viewer } from '../access/viewers.ts';
import type { Content } from './delivery.ts';
import type { AccessClass } from './feed.ts';
import { tooMany } from './endings.ts';
import { createIdSet, type IdSet } from './id-set.ts';
import { createPending, type News, type Pending } from './news.ts';
import type { Snapshot } from './snapshot.ts';
import type { IdReading, Source } from './source.ts';
import type { Subscriber } from './subscriber.ts';

/** Followers of a listing who get the same content: it is read once for all of them. */
export interface Group {
  readonly key: string;
  readonly content: Content;
  readonly members: Set<Subscriber>;
}

/** What those of one access class hold of one source in one workspace. */
export interface Listing {
  readonly key: string;
  readonly workspace: number;
  readonly source: Source;
  /** Whose it is, where it is one person's alone. */
  readonly person: string | null;
  readonly timed: boolean;
  /** Whether planes may expose records to one of those alone who are in them. */
  readonly asksWho: boolean;
  /** Whether records that only refer to what changed are of interest. */
  readonly refers: boolean;
  readonly groups: Map<string, Group>;
  /** Resolves when the ids are there; rejects if they can't be, and then the listing is gone. */
  readonly formed: Promise<void>;
  readonly isFormed: boolean;
  readonly ids: HeldIds;
  readonly pending: Pending;
  /** Whether all of it has to be read again. */
  isStale: boolean;
  /** How often in a row it couldn't be read. */
  failures: number;
  /** Takes what a transaction changed. */
  note(xid: bigint, news: News): void;
  /** Something may be new. */
  stir(news: News): void;
  hold(id: string): void;
  letGo(id: string): void;
  /** Holds these ids from now on, and no others. */
  replace(ids: IdSet): void;
  /** A viewer as whom it is read; null if nobody follows it. */
  reader(): Viewer | null;
}

export type HeldIds = Iterable<string> & Pick<IdSet, 'size' | 'has'>;

/** What names a listing: whose, of what, where. */
export interface ListingSpec {
  readonly source: Source;
  readonly access: AccessClass;
  readonly person: string;
  /** Whether more is told than the records themselves. */
  readonly tellsOthers: boolean;
}

/** All listings of a process. */
export interface Listings {
  readonly held: number;
  readonly groups: number;
  all(): Iterable<Listing>;
  /** Those about which anything has to be found out. Thousands are followed, and few of them change. */
  due(): Listing[];
  ofDefinition(workspace: number, definition: string): Iterable<Listing>;
  ofMailbox(person: string): Iterable<Listing>;
  /** The definitions of those for which records count that only refer to what changed. */
  referring(): string[];
  /** The listing, in use until it is released; formed by reading if it isn't there yet. `isTrue` says whether a reading counts: it throws if not. */
  get(spec: ListingSpec, isTrue: (reading: IdReading) => void): Listing;
  use(listing: Listing): void;
  join(listing: Listing, content: Content, groupKey: string, subscriber: Subscriber): Group;
  leave(listing: Listing, group: Group, subscriber: Subscriber): void;
  /** Takes a use back; what nobody uses is let go of. */
  release(listing: Listing): void;
}

export function listingKey({ source, access, person, tellsOthers }: ListingSpec): string {
  const whose = source.personal || access.personal ? person : '';
  return JSON.stringify([access.workspace, access.look, access.place, whose, tellsOthers, source.key]);
}

export function groupKey(content: Content, access: AccessClass, person: string): string {
  return JSON.stringify([content.key, content.tellsAccess ? access.act : '', content.personal ? person : '']);
}

export function createListings(mostHeld: number): Listings {
  const byKey = new Map<string, Listing>();
  const byDefinition = new Map<string, Set<Listing>>();
  const byMailbox = new Map<string, Set<Listing>>();
  const uses = new Map<Listing, number>();
  /** Those about which something may be new. */
  const stirred = new Set<Listing>();
  /** For how many of its listings each definition's records count that only refer to what changed. */
  const referring = new Map<string, number>();
  /** How many ids they hold together. */
  let held = 0;

  const isThere = (listing: Listing): boolean => byKey.get(listing.key) === listing;

  function countReferring({ refers, source: { definition } }: Listing, more: 1 | -1): void {
    if (!refers || definition === null) return;
    const count = (referring.get(definition) ?? 0) + more;
    if (count > 0) referring.set(definition, count);
    else referring.delete(definition);
  }

  function use(listing: Listing): void {
    uses.set(listing, (uses.get(listing) ?? 0) + 1);
  }

  function register(listing: Listing): void {
    byKey.set(listing.key, listing);
    const [index, name] = indexOf(listing);
    index.set(name, (index.get(name) ?? new Set()).add(listing));
    countReferring(listing, 1);
  }

  /** Where it is found by what changes. */
  function indexOf({ source, workspace, person }: Listing): [Map<string, Set<Listing>>, string] {
    return source.definition === null ? [byMailbox, person!] : [byDefinition, `${workspace} ${source.definition}`];
  }

  function remove(listing: Listing): void {
    if (isThere(listing)) {
      held -= listing.ids.size;
      countReferring(listing, -1);
      byKey.delete(listing.key);
    }
    stirred.delete(listing);
    const [index, name] = indexOf(listing);
    const others = index.get(name);
    others?.delete(listing);
    if (others?.size === 0) index.delete(name);
    uses.delete(listing);
  }

  function create(spec: ListingSpec, isTrue: (reading: IdReading) => void): Listing {
    const { source, access, person, tellsOthers } = spec;
    const { workspace } = access;
    const backlog: [bigint, News][] = [];
    const pending = createPending();
    let formedAt: Snapshot | null = null;
    let ids = createIdSet();
    let isStale = false;

    async function form(): Promise<void> {
      const limit = Math.max(0, mostHeld - held) + 1;
      const reading = await source.read({ id: person }, workspace, { limit });
      if (reading.ids.length === limit) throw tooMany(mostHeld);
      isTrue(reading);
      listing.replace(createIdSet(reading.ids));
      formedAt = reading.snapshot;
      for (const [xid, news] of backlog.splice(0)) listing.note(xid, news);
    }

    const listing: Listing = {
      key: listingKey(spec),
      workspace,
      source,
      person: source.personal || access.personal ? person : null,
      timed: source.timed || access.timed,
      asksWho: access.personal,
      refers: source.refers || tellsOthers,
      groups: new Map(),
      formed: Promise.resolve().then(form),
      get isFormed() {
        return formedAt !== null;
      },
      get ids() {
        return ids;
      },
      pending,
      get isStale() {
        return isStale;
      },
      set isStale(is) {
        isStale = is;
        if (is) stirred.add(listing);
      },
      failures: 0,
      note(xid, news) {
        if (formedAt === null) backlog.push([xid, news]);
        else if (!formedAt.sees(xid)) listing.stir(news);
      },
      stir(news) {
        pending.add(news);
        stirred.add(listing);
      },
      hold(id) {
        if (ids.add(id) && isThere(listing)) held++;
      },
      letGo(id) {
        if (ids.delete(id) && isThere(listing)) held--;
      },
      replace(next) {
        if (isThere(listing)) held += next.size - ids.size;
        ids = next;
      },
      reader() {
        for (const { members } of listing.groups.values()) for (const { viewer } of members) return viewer;
        return null;
      },
    };
    register(listing);
    listing.formed.catch(() => remove(listing));
    return listing;
  }

  return {
    get held() {
      return held;
    },
    get groups() {
      return [...byKey.values()].reduce((sum, { groups }) => sum + groups.size, 0);
    },
    all: () => byKey.values(),
    due() {
      const listings: Listing[] = [];
      for (const listing of stirred) {
        if (!listing.isStale && listing.pending.size === 0) stirred.delete(listing);
        else if (listing.isFormed && listing.groups.size > 0) listings.push(listing);
      }
      return listings;
    },
    ofDefinition: (workspace, definition) => byDefinition.get(`${workspace} ${definition}`) ?? [],
    ofMailbox: (person) => byMailbox.get(person) ?? [],
    referring: () => [...referring.keys()],
    get(spec, isTrue) {
      const listing = byKey.get(listingKey(spec)) ?? create(spec, isTrue);
      use(listing);
      return listing;
    },
    use,
    join(listing, content, key, subscriber) {
      let group = listing.groups.get(key);
      if (group === undefined) listing.groups.set(key, (group = { key, content, members: new Set() }));
      group.members.add(subscriber);
      return group;
    },
    leave(listing, group, subscriber) {
      group.members.delete(subscriber);
      if (group.members.size === 0) listing.groups.delete(group.key);
    },
    release(listing) {
      const left = (uses.get(listing) ?? 1) - 1;
      if (left > 0) uses.set(listing, left);
      else if (isThere(listing)) remove(listing);
    },
  };
}
