import type { Viewer } from '../access/viewers.ts';
import type { Content } from './delivery.ts';
import { tooMany } from './endings.ts';
import { createIdSet, type IdSet } from './id-set.ts';
import type { Group, HeldIds, Listing } from './listing.ts';
import type { News, References } from './news.ts';
import type { Source } from './source.ts';
import type { Subscriber, Told } from './subscriber.ts';

/** What a round found out about a listing, before anybody is told. */
export interface Findings {
  readonly listing: Listing;
  /** What it is about. */
  readonly news: News;
  /** The permission clock that they are true at; null: the round's, if that stood still. */
  readonly ticks: number | null;
  readonly came: readonly string[];
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  /** What each group is shown of what came or changed. */
  readonly contents: ReadonlyMap<Group, ReadonlyMap<string, unknown>>;
  /** All that it holds now, if everything was read again. */
  readonly all: IdSet | null;
}

/** How many ids one statement is about. */
const AT_ONCE = 2_000;
const CONTENTS_AT_ONCE = 250;

/** Reads, as one of those who follow it, which of a listing's changed ids are there now, and what they hold. Null: nobody follows it any more. */
export async function findOut(listing: Listing, mostHeld: number): Promise<Findings | null> {
  const { isStale } = listing;
  const reader = listing.reader();
  if (reader === null) return null;
  // Taken out before it is looked at: what changes again from here on is another change.
  const news = listing.pending.take();
  listing.isStale = false;
  try {
    return await look(listing, reader, news, isStale, mostHeld);
  } catch (error) {
    putBack(listing, news, isStale);
    throw error;
  }
}

/** What was found is not to be told: it has to be found out again. */
export function putBack(listing: Listing, news: News, isStale: boolean): void {
  listing.stir(news);
  if (isStale) listing.isStale = true;
}

async function look(
  listing: Listing,
  reader: Viewer,
  news: News,
  isStale: boolean,
  mostHeld: number,
): Promise<Findings> {
  const { workspace, source, ids: held } = listing;
  const ids = await idsOf(listing, reader, news);
  if (!isStale) {
    const findings = ids.length === 0 ? nothing(listing, news) : await lookAtContents(listing, news, ids);
    if (findings !== null) return findings;
  }
  let ticks = -1;
  let there: Set<string> | IdSet = new Set<string>();
  if (isStale) {
    const reading = await source.read(reader, workspace, { limit: mostHeld + 1 });
    if (reading.ids.length > mostHeld) throw tooMany(mostHeld);
    there = createIdSet(reading.ids);
    ticks = reading.ticks;
  } else {
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const reading = await source.read(reader, workspace, { ids: ids.slice(from, from + AT_ONCE) });
      for (const id of reading.ids) there.add(id);
      ticks = Math.max(ticks, reading.ticks);
    }
  }
  const asked = isStale ? [...[...there].filter((id) => !held.has(id)), ...ids.filter((id) => held.has(id))] : ids;
  const { contents, missing } = await contentsOf(
    listing,
    asked.filter((id) => there.has(id)),
  );
  const found = { listing, news, ticks, contents, all: null, ...compared(held, asked, there, missing) };
  if (!isStale) return found;
  const gone = [...held].filter((id) => !there.has(id));
  return { ...found, gone, all: withoutThose(there as IdSet, missing, held) };
}

/** Where nothing is asked of a record but that it can be seen, its content says whether it is there. Null: not for this listing. */
async function lookAtContents(listing: Listing, news: News, ids: readonly string[]): Promise<Findings | null> {
  const { source, groups, ids: held } = listing;
  if (!source.isAll || ![...groups.values()].every(({ content }) => content.isRead)) return null;
  const { contents, missing } = await contentsOf(listing, ids);
  if (contents.size === 0) return null;
  const there = new Set([...contents.values()].flatMap((read) => [...read.keys()]));
  return { listing, news, ticks: null, contents, all: null, ...compared(held, ids, there, missing) };
}

/** All that changed may be the target of references that are empty for those who follow, and were. */
function nothing(listing: Listing, news: News): Findings {
  return { listing, news, ticks: null, contents: new Map(), all: null, came: [], changed: [], gone: [] };
}

/** The ids that news may make a difference to. V2: whoever doesn't see what a record refers to, and didn't, is told nothing of it. */
async function idsOf(listing: Listing, reader: Viewer, { ids, references }: News): Promise<string[]> {
  const all = new Set(ids);
  for (const id of await shownThrough(listing, reader, references, (each) => !all.has(each))) all.add(id);
  return [...all];
}

/** The ids of those records of which a reference shows its target to the viewer, or may have shown it before that changed. */
export async function shownThrough(
  { source, workspace, asksWho }: Listing,
  viewer: Viewer,
  references: readonly References[],
  counts: (id: string) => boolean,
): Promise<Set<string>> {
  const shown = new Set<string>();
  for (const { to, targets } of references) {
    const asked = [...targets].filter(([id]) => counts(id) && !shown.has(id));
    for (let from = 0; from < asked.length; from += AT_ONCE)
      for (const id of await source.readReferring(viewer, workspace, to, asked.slice(from, from + AT_ONCE), asksWho))
        shown.add(id);
  }
  return shown;
}

/** What vanished between two readings (`missing`) has changed since, and comes again. */
function compared(held: HeldIds, ids: readonly string[], there: HeldIds, missing: ReadonlySet<string>) {
  const shown = ids.filter((id) => there.has(id) && !missing.has(id));
  return {
    came: shown.filter((id) => !held.has(id)),
    changed: shown.filter((id) => held.has(id)),
    gone: ids.filter((id) => !there.has(id) && held.has(id)),
  };
}

async function contentsOf({ groups, workspace }: Listing, ids: readonly string[]) {
  const contents = new Map<Group, Map<string, unknown>>();
  const missing = new Set<string>();
  if (ids.length > 0) {
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const [member] = group.members;
        if (member === undefined) return;
        const read = await readContents(group.content, member.viewer, workspace, ids);
        for (const id of ids) if (!read.has(id)) missing.add(id);
        contents.set(group, read);
      }),
    );
  }
  return { contents, missing };
}

/** A stretch at a time, so that no statement and no answer grows without end. */
export async function readContents(
  content: Content,
  viewer: Viewer,
  workspace: number,
  ids: readonly string[],
): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>();
  for (let from = 0; from < ids.length; from += CONTENTS_AT_ONCE) {
    const some = await content.read(viewer, workspace, ids.slice(from, from + CONTENTS_AT_ONCE));
    for (const [id, each] of some) all.set(id, each);
  }
  return all;
}

/** Ids that vanished while contents were read stay as they were held. */
function withoutThose(there: IdSet, missing: ReadonlySet<string>, held: HeldIds): IdSet {
  for (const id of missing) if (!held.has(id)) there.delete(id);
  return there;
}

/** Holds what was found, and says whom to tell what. With `goneAlone` only what is gone, which needs nobody's access. */
export function settle(
  findings: Findings,
  goneAlone: boolean,
  tell: (to: Subscriber, news: readonly Told[]) => void,
): void {
  const { listing, news, came, changed, gone, contents, all } = findings;
  for (const id of gone) listing.letGo(id);
  if (!goneAlone) {
    if (all === null) for (const id of came) listing.hold(id);
    else listing.replace(all);
  } else putBack(listing, news, all !== null);
  const { came: cameKind, changed: changedKind, gone: goneKind } = listing.source.kinds;
  const { workspace } = listing;
  const found = [
    ...gone.map((id) => ({ id, kind: goneKind })),
    ...(goneAlone ? [] : came.map((id) => ({ id, kind: cameKind }))),
    ...(goneAlone ? [] : changed.map((id) => ({ id, kind: changedKind }))),
  ].sort((one, other) => (one.id < other.id ? -1 : 1));
  if (found.length === 0) return;
  for (const group of listing.groups.values()) {
    const read = contents.get(group);
    // One object for all of them.
    const toTell = found.map(({ id, kind }): Told => {
      return { kind, workspace, id, content: kind === goneKind ? null : read!.get(id) };
    });
    for (const subscriber of [...group.members]) {
      const { without } = subscriber.links.get(workspace)!;
      tell(subscriber, without === null ? toTell : asNewTo(without, toTell, listing.source.kinds));
    }
  }
}

/** What a subscriber is told who wasn't told of these before. */
function asNewTo(without: Set<string>, news: readonly Told[], { came, gone }: Source['kinds']): Told[] {
  return news.flatMap((told) => {
    if (!without.delete(told.id)) return [told];
    return told.kind === gone ? [] : [{ ...told, kind: came }];
  });
}
