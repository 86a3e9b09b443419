import type { Viewer } from '../access/viewers.ts';
import type { Content } from './delivery.ts';
import type { AccessClass } from './feed.ts';
import { tooMany } from './endings.ts';
import { createIdSet, type IdSet } from './id-set.ts';
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
  /** Whether records that only refer to what changed are of interest. */
  readonly refers: boolean;
  readonly groups: Map<string, Group>;
  /** Resolves when the ids are there; rejects if they can't be, and then the listing is gone. */
  readonly formed: Promise<void>;
  readonly isFormed: boolean;
  readonly ids: IdSet;
  /** Ids about which something is new. */
  readonly pending: Set<string>;
  /** Whether all of it has to be read again. */
  isStale: boolean;
  /** How often in a row it couldn't be read. */
  failures: number;
  /** Takes what a transaction changed. */
  note(xid: bigint, ids: readonly string[]): void;
  /** Holds these ids from now on. */
  replace(ids: IdSet): void;
  /** A viewer as whom it is read; null if nobody follows it. */
  reader(): Viewer | null;
}

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

  function held(): number {
    let sum = 0;
    for (const { ids } of byKey.values()) sum += ids.size;
    return sum;
  }

  function use(listing: Listing): void {
    uses.set(listing, (uses.get(listing) ?? 0) + 1);
  }

  function register(listing: Listing): void {
    byKey.set(listing.key, listing);
    const [index, name] = indexOf(listing);
    index.set(name, (index.get(name) ?? new Set()).add(listing));
  }

  /** Where it is found by what changes. */
  function indexOf({ source, workspace, person }: Listing): [Map<string, Set<Listing>>, string] {
    return source.definition === null ? [byMailbox, person!] : [byDefinition, `${workspace} ${source.definition}`];
  }

  function remove(listing: Listing): void {
    if (byKey.get(listing.key) === listing) byKey.delete(listing.key);
    const [index, name] = indexOf(listing);
    const others = index.get(name);
    others?.delete(listing);
    if (others?.size === 0) index.delete(name);
    uses.delete(listing);
  }

  function create(spec: ListingSpec, isTrue: (reading: IdReading) => void): Listing {
    const { source, access, person, tellsOthers } = spec;
    const { workspace } = access;
    const backlog: [bigint, readonly string[]][] = [];
    const pending = new Set<string>();
    let formedAt: Snapshot | null = null;
    let ids = createIdSet();

    async function form(): Promise<void> {
      const limit = Math.max(0, mostHeld - held()) + 1;
      const reading = await source.read({ id: person }, workspace, { limit });
      if (reading.ids.length === limit) throw tooMany(mostHeld);
      isTrue(reading);
      listing.replace(createIdSet(reading.ids));
      formedAt = reading.snapshot;
      for (const [xid, changed] of backlog.splice(0)) listing.note(xid, changed);
    }

    const listing: Listing = {
      key: listingKey(spec),
      workspace,
      source,
      person: source.personal || access.personal ? person : null,
      timed: source.timed || access.timed,
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
      isStale: false,
      failures: 0,
      note(xid, changed) {
        if (formedAt === null) backlog.push([xid, changed]);
        else if (!formedAt.sees(xid)) for (const id of changed) pending.add(id);
      },
      replace(next) {
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
      return held();
    },
    get groups() {
      return [...byKey.values()].reduce((sum, { groups }) => sum + groups.size, 0);
    },
    all: () => byKey.values(),
    ofDefinition: (workspace, definition) => byDefinition.get(`${workspace} ${definition}`) ?? [],
    ofMailbox: (person) => byMailbox.get(person) ?? [],
    referring: () => [
      ...new Set([...byKey.values()].flatMap(({ refers, source }) => (refers && source.definition) || [])),
    ],
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
      else if (byKey.get(listing.key) === listing) remove(listing);
    },
  };
}
