import { cannotGoOn, orderOf, type ChangeCursors, type Progress } from './cursors.ts';
import type { Feed, Missed } from './feed.ts';
import { readContents } from './rounds.ts';
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
  const wasShown = changedBy(missed, workspace, progress, since);
  const there = [...wasShown.keys()].filter((id) => listing.ids.has(id));
  if (wasShown.size > mostWaiting || missed.rows.length === MOST_ROWS) throw cannotGoOn('too much has changed since');
  const contents = await readContents(content, viewer, workspace, there);
  const { came, changed, gone } = source.kinds;
  return [...wasShown].flatMap(([id, shown]): Told[] => {
    if (contents.has(id)) return [{ kind: shown ? changed : came, workspace, id, content: contents.get(id) }];
    return shown ? [{ kind: gone, workspace, id, content: null }] : [];
  });
}

/** What changed between the two, and whether the subscriber was shown it at any time. */
function changedBy({ rows }: Missed, workspace: number, progress: Progress, since: Snapshot): Map<string, boolean> {
  const { next, through } = progress;
  const wasShown = new Map<string, boolean>();
  for (const { xid, ids, shown } of rows) {
    if (!since.sees(xid)) continue;
    if (ids === null) throw cannotGoOn('the whole mailbox has changed since');
    for (const id of ids) {
      const isTold = next?.sees(xid) === true && orderOf(workspace, id) <= through!;
      if (!isTold) wasShown.set(id, shown || wasShown.get(id) === true);
    }
  }
  return wasShown;
}
