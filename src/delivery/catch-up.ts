import { cannotGoOn, orderOf, type ChangeCursors, type Progress } from './cursors.ts';
import type { Feed, Missed } from './feed.ts';
import { createPending, newsOf } from './news.ts';
import { readContents, shownThrough } from './rounds.ts';
import type { Snapshot } from './snapshot.ts';
import { changeOf, type Link, type Subscriber, type Told } from './subscriber.ts';

export interface CatchUpParts {
  feed: Feed;
  cursors: ChangeCursors;
  mostWaiting: number;
}

/** Transactions that are looked through: more is no going on, but a new query. */
const MOST_ROWS = 100_000;

/**
 * Tells a subscriber who goes on from a cursor what became different between the cursor and `since`, from which on it
 * is told anyway: what is there now, and of what isn't, what it was shown. Ids of what was hidden all along are never
 * told. Throws Refusal VALIDATION_FAILED naming `after` if there is no going on.
 */
export async function catchUp(
  { feed, cursors, mostWaiting }: CatchUpParts,
  subscriber: Subscriber,
  progress: Progress,
  since: Snapshot,
): Promise<void> {
  const { links, sight, queue, place } = subscriber;
  requireSame(sight === progress.sight);
  // Whatever comes with time, or asks who looks, left no trace of how it was.
  const isTraced = [...links.values()].every(({ listing, access }) => !listing.timed && !access.personal);
  if (!isTraced)
    throw cannotGoOn(
      'what is followed depends on the time or on planes that ask who looks, so what was missed isn’t known',
    );
  const told: Told[] = [];
  for (const link of links.values())
    told.push(...(await missedIn(feed, subscriber, link, progress, since, mostWaiting)));
  requireSame(subscriber.sight === progress.sight);

  // What came meanwhile is newer, and comes after it.
  const newer = queue.drain();
  const isNewer = new Set(newer.map(({ workspace, id }) => orderOf(workspace, id)));
  const older = told.filter(({ workspace, id }) => !isNewer.has(orderOf(workspace, id)));
  if (older.length + newer.length > mostWaiting) throw cannotGoOn('too much has changed since');
  older.sort((one, other) => (orderOf(one.workspace, one.id) < orderOf(other.workspace, other.id) ? -1 : 1));
  older.forEach((each, index) => {
    const through = orderOf(each.workspace, each.id);
    const isLast = index === older.length - 1;
    const reached: Progress = isLast
      ? { done: since, next: null, through: null, sight }
      : { done: progress.done, next: since, through, sight };
    queue.push(changeOf(cursors, place, each, reached));
  });
  for (const each of newer) queue.push(each);
}

function requireSame(isSame: boolean): void {
  if (!isSame) throw cannotGoOn('your access or the definition has changed since');
}

async function missedIn(
  feed: Feed,
  { viewer, source, content }: Subscriber,
  { listing }: Link,
  progress: Progress,
  since: Snapshot,
  mostWaiting: number,
): Promise<Told[]> {
  const { workspace } = listing;
  const missed =
    source.definition === null
      ? await feed.missedEntries(progress.done, viewer.id, workspace, MOST_ROWS)
      : await feed.missedRecords(
          progress.done,
          viewer.id,
          { workspace, definition: source.definition, through: listing.refers },
          MOST_ROWS,
        );
  if (!missed.isKept) throw cannotGoOn('it is older than what is kept of changes');
  if (missed.rows.length === MOST_ROWS) throw tooMuch();
  const { wasShown, references } = changedBy(missed, workspace, progress, since);
  // V2: nothing is told of what only refers to records that were hidden all along.
  for (const id of await shownThrough(listing, viewer, references.pending.take().references, () => true))
    wasShown.set(id, references.shown.get(id)! || wasShown.get(id) === true);
  if (wasShown.size > mostWaiting) throw tooMuch();
  const there = [...wasShown.keys()].filter((id) => listing.ids.has(id));
  const contents = await readContents(content, viewer, workspace, there);
  const { came, changed, gone } = source.kinds;
  return [...wasShown].flatMap(([id, shown]): Told[] => {
    if (contents.has(id)) return [{ kind: shown ? changed : came, workspace, id, content: contents.get(id) }];
    return shown ? [{ kind: gone, workspace, id, content: null }] : [];
  });
}

const tooMuch = () => cannotGoOn('too much has changed since');

/** What changed between the two, and whether the subscriber was shown it at any time: records themselves, and references to others. */
function changedBy({ rows }: Missed, workspace: number, progress: Progress, since: Snapshot) {
  const { next, through: toldThrough } = progress;
  const wasShown = new Map<string, boolean>();
  const references = { pending: createPending(), shown: new Map<string, boolean>() };
  for (const { xid, ids, shown, through } of rows) {
    if (!since.sees(xid)) continue;
    if (ids === null) throw cannotGoOn('the whole mailbox has changed since');
    const areNew = ids.filter((id) => next?.sees(xid) !== true || orderOf(workspace, id) > toldThrough!);
    if (areNew.length > 0 && through !== null) references.pending.add(newsOf(areNew, through));
    const which = through === null ? wasShown : references.shown;
    for (const id of areNew) which.set(id, shown || which.get(id) === true);
  }
  return { wasShown, references };
}
