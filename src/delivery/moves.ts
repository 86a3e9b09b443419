import type { AccessClass } from './feed.ts';
import { groupKey, listingKey, type Listing, type Listings } from './listing.ts';
import { readContents } from './rounds.ts';
import type { Sight } from './sights.ts';
import type { IdReading } from './source.ts';
import type { Link, Subscriber, Told } from './subscriber.ts';

/** Subscribers who go, in one workspace, from holding one thing to holding another, since their access changed. */
export interface Move {
  readonly workspace: number;
  readonly subscribers: Subscriber[];
  readonly from: Link | null;
  /** Null: they see nothing there any more. */
  readonly to: AccessClass | null;
}

/** What they have to be told. */
export interface PreparedMove extends Move {
  /** The listing that they go to, in use until the move is done or given up. */
  readonly listing: Listing | null;
  /** Whether it is more than may wait: then asking again is less than being told. */
  readonly isTooMuch: boolean;
  readonly came: readonly string[];
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  readonly contents: ReadonlyMap<string, unknown>;
}

/** Where a subscriber ought to look: in the workspaces that it names, as far as its viewer sees anything there. */
export function wantedClasses({ workspaces }: Pick<Subscriber, 'workspaces'>, sight: Sight): AccessClass[] {
  return [...sight.values()].filter(
    (access) => access.sees && (workspaces === null || workspaces.includes(access.workspace)),
  );
}

/** The moves of a subscriber whose access is now this. Those who move alike share one: `into` has them by what they have in common. */
export function addMoves(subscriber: Subscriber, sight: Sight, into: Map<unknown, Map<string, Move>>): void {
  const wanted = new Map(wantedClasses(subscriber, sight).map((access) => [access.workspace, access]));
  for (const workspace of new Set([...subscriber.links.keys(), ...wanted.keys()])) {
    const from = subscriber.links.get(workspace) ?? null;
    const to = wanted.get(workspace) ?? null;
    const keys = to === null ? null : keysOf(subscriber, to);
    if (from !== null && from.listing.key === keys?.listing && from.group.key === keys.group) continue;
    // Whoever wasn't told of everything goes alone.
    const shared: unknown = from === null || from.without !== null ? subscriber : from.group;
    const moves = into.get(shared) ?? new Map<string, Move>();
    into.set(shared, moves);
    const name = JSON.stringify([workspace, keys, groupLook(from)]);
    const move = moves.get(name);
    if (move === undefined) moves.set(name, { workspace, subscribers: [subscriber], from, to });
    else move.subscribers.push(subscriber);
  }
}

/** Members of a group agree in what their content depends on, but not in all of their access. */
function groupLook(from: Link | null): string[] {
  return from === null ? [] : [from.access.look, from.access.place, from.access.act];
}

export function keysOf({ viewer, source, content }: Subscriber, access: AccessClass) {
  return {
    listing: listingKey({ source, access, person: viewer.id, tellsOthers: content.tellsOthers }),
    group: groupKey(content, access, viewer.id),
  };
}

/** Reads what those who move hold from now on, as one of them. Throws if the access that it is for is no longer theirs. */
export async function prepareMove(
  listings: Listings,
  move: Move,
  mostTold: number,
  isTrue: (reading: IdReading) => void,
): Promise<PreparedMove> {
  const { workspace, subscribers, from, to } = move;
  const [{ viewer, source, content }] = subscribers as [Subscriber];
  const heldBefore = (id: string): boolean => from !== null && from.listing.ids.has(id) && !from.without?.has(id);
  const before = from === null ? [] : [...from.listing.ids].filter(heldBefore);
  if (to === null) {
    const isTooMuch = before.length > mostTold;
    return { ...move, listing: null, came: [], changed: [], gone: before, contents: new Map(), isTooMuch };
  }

  const listing = listings.get({ source, access: to, person: viewer.id, tellsOthers: content.tellsOthers }, isTrue);
  try {
    await listing.formed;
    const came = [...listing.ids].filter((id) => !heldBefore(id));
    const kept = before.filter((id) => listing.ids.has(id));
    const changed =
      from !== null && differs(from.access, to, content) ? kept : kept.filter((id) => from!.listing.pending.has(id));
    const gone = before.filter((id) => !listing.ids.has(id));
    const told = [...came, ...changed];
    const isTooMuch = told.length + gone.length > mostTold;
    const contents = isTooMuch ? new Map<string, unknown>() : await readContents(content, viewer, workspace, told);
    return { ...move, listing, came, changed, gone, contents, isTooMuch };
  } catch (error) {
    listings.release(listing);
    throw error;
  }
}

/** Whether the content of what they see in both may differ between these two. */
function differs(one: AccessClass, other: AccessClass, { tellsAccess, tellsOthers }: Subscriber['content']): boolean {
  if (one.look !== other.look) return true;
  return (tellsOthers && one.place !== other.place) || (tellsAccess && one.act !== other.act);
}

/** What a subscriber that moves is told, in the order of ids; with `goneAlone` only what is gone. */
export function toldOf(move: PreparedMove, goneAlone: boolean): Told[] {
  const { workspace, subscribers, came, changed, gone, contents } = move;
  const { kinds } = subscribers[0]!.source;
  const shown = (ids: readonly string[], kind: Told['kind']): Told[] =>
    goneAlone
      ? []
      : ids.filter((id) => contents.has(id)).map((id) => ({ kind, workspace, id, content: contents.get(id) }));
  return [
    ...gone.map((id) => ({ kind: kinds.gone, workspace, id, content: null })),
    ...shown(came, kinds.came),
    ...shown(changed, kinds.changed),
  ].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** What changed of what they hold, and isn't among what they are told, is told by the listing that they go to. */
export function takeOver({ from, listing, changed }: PreparedMove): void {
  if (from === null || listing === null || from.listing === listing) return;
  const told = new Set(changed);
  listing.stir(from.listing.pending.about((id) => listing.ids.has(id) && !told.has(id)));
  if (from.listing.isStale) listing.isStale = true;
}

/** Puts a subscriber where it moves to. */
export function relink(listings: Listings, subscriber: Subscriber, move: PreparedMove): void {
  const { workspace, from, to, listing, came, contents } = move;
  const old = from === null ? null : (subscriber.links.get(workspace) ?? null);
  if (to === null || listing === null) subscriber.links.delete(workspace);
  else {
    const hidden = came.filter((id) => !contents.has(id));
    link(listings, subscriber, to, listing, hidden.length > 0 ? new Set(hidden) : null);
  }
  if (old !== null) unlink(listings, subscriber, old);
}

/** Makes a subscriber a member of the group of a listing that it takes part in. */
export function link(
  listings: Listings,
  subscriber: Subscriber,
  access: AccessClass,
  listing: Listing,
  without: Set<string> | null,
): void {
  listings.use(listing);
  const group = listings.join(listing, subscriber.content, keysOf(subscriber, access).group, subscriber);
  subscriber.links.set(access.workspace, { access, listing, group, without });
}

export function unlink(listings: Listings, subscriber: Subscriber, { listing, group }: Link): void {
  listings.leave(listing, group, subscriber);
  listings.release(listing);
}
