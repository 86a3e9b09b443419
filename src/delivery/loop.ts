import { Refusal } from '../access/refusals.ts';
import type { ChangeCursors, Progress } from './cursors.ts';
import { cannotBeRead, definitionChanged, hasEnded, lostTrack, tooMany, tooMuchChanged } from './endings.ts';
import type { Batch, Feed } from './feed.ts';
import { isEnded } from './feed.ts';
import { inStretches, inTurns, isPassing, pauseBriefly } from './in-turns.ts';
import type { Listing, Listings } from './listing.ts';
import { newsOf } from './news.ts';
import { addMoves, prepareMove, relink, takeOver, toldOf, type Move, type PreparedMove } from './moves.ts';
import { createPace } from './pace.ts';
import { sharedProgress } from './shared-progress.ts';
import type { People } from './people.ts';
import { createRests } from './rests.ts';
import { findOut, putBack, settle, type Findings } from './rounds.ts';
import type { Sights } from './sights.ts';
import type { Snapshot } from './snapshot.ts';
import { changeOf, sightMark, type Subscriber, type Told } from './subscriber.ts';

export interface LoopOptions {
  feed: Feed;
  listings: Listings;
  sights: Sights;
  people: People;
  cursors: ChangeCursors;
  subscribers: ReadonlySet<Subscriber>;
  /** Milliseconds between two looks. */
  interval: number;
  mostHeld: number;
  mostWaiting: number;
  onError: (error: unknown) => void;
}

/** Looks for what is new, finds out whom it concerns, and tells them: round after round, while there are people. */
export interface Loop {
  /** Milliseconds since the moment up to which everything was told; 0 between two rounds. */
  readonly behind: number;
  /** Looks at once. */
  wake(): void;
  /** Runs `work` between two rounds, after one that began from now on: everything that was committed by now has been told by then. */
  atRest<T>(work: (settled: Snapshot) => T): Promise<T>;
  end(): Promise<void>;
}

/** What was read isn't true any more, since permissions changed meanwhile: to be done again. */
export class Outdated extends Error {}

/** Everybody's first move, then everybody's second, and so on: who follows a thousand lists keeps nobody else waiting. */
function inFairOrder(moves: readonly Move[]): Move[] {
  const counts = new Map<string, number>();
  const places = new Map<Move, number>();
  for (const move of moves) {
    const { id } = move.subscribers[0]!.viewer;
    const place = counts.get(id) ?? 0;
    counts.set(id, place + 1);
    places.set(move, place);
  }
  return [...moves].sort((one, other) => places.get(one)! - places.get(other)!);
}

/** How many listings are read at the same time: viewers' connections have other work, too. */
const SIDE_BY_SIDE = 8;
const MOST_FAILURES = 5;
/** Milliseconds. */
const LONGEST_WHILE_SOMEBODY_WAITS = 1_000;
/** Milliseconds after which no further listing is read before it is looked for whose access ended meanwhile. */
const LONGEST_READING = 150;
/** How many moves are prepared at a time, for the same reason. */
const MOVES_AT_ONCE = 40;

/** What was new up to a place: all of it is told before what came later counts, in as many readings as it takes. */
interface Pass {
  readonly upTo: Snapshot;
  /** When that was asked for. */
  readonly upToAt: number;
  /** The listings of which not all of it was told. */
  readonly left: Set<Listing>;
}

export function startLoop(options: LoopOptions): Loop {
  const { feed, listings, sights, people, cursors, subscribers, interval, mostHeld, mostWaiting, onError } = options;
  const pace = createPace(interval, () => people.size > 0);
  const rests = createRests();
  let place: Snapshot | null = null;
  /** When it was asked for. */
  let placeAt = 0;
  /** Up to here everything was told. */
  let settled: Snapshot | null = null;
  /** When that was; null: nothing is left to tell. */
  let settledAt: number | null = null;
  let round = 0;
  /** When the last round did. */
  let began = 0;
  /** Whether somebody's access may be another one than what is followed by. */
  let mayMove = false;
  /** Of what the last round found out. Meanwhile the next one asks the database. */
  let telling: Promise<void> = Promise.resolve();
  let ended = false;

  async function look(): Promise<Batch> {
    const askedAt = performance.now();
    const batch = await feed.read(place, people.withMailbox(), listings.referring());
    if (!batch.isKept) {
      for (const subscriber of subscribers) subscriber.queue.fail(lostTrack());
      settled = batch.place;
    }
    place = batch.place;
    placeAt = askedAt;
    for (const { workspace, definition, xid, ids, through } of batch.records) {
      const news = newsOf(ids, through);
      for (const listing of listings.ofDefinition(workspace, definition))
        if (through === null || listing.refers) listing.note(xid, news);
    }
    for (const { recipient, workspace, xid, ids } of batch.entries)
      for (const listing of listings.ofMailbox(recipient)) {
        if (ids === null) listing.isStale = true;
        else if (listing.workspace === workspace) listing.note(xid, newsOf(ids));
      }
    return batch;
  }

  /** Everything that is new, to its end: unless that doesn't come, since changes do all the time, and somebody waits for it. */
  async function goRound(): Promise<void> {
    round++;
    began = performance.now();
    settledAt ??= began;
    if (place === null) settled = null;
    let batch = await look();
    let pass: Pass | null = null;
    settled ??= batch.place;
    for (;;) {
      if (batch.ticks !== sights.ticks || people.newcomers.size > 0) await learn(batch.ticks);
      const moves = mayMove ? findMoves() : [];
      mayMove = false;
      if (moves.length > 0) {
        for (let from = 0; from < moves.length; from += MOVES_AT_ONCE) {
          batch = await move(moves.slice(from, from + MOVES_AT_ONCE));
          // Those that are left are found again.
          if (batch.ticks !== sights.ticks) break;
        }
        // What a listing had to tell of those who left it is with another one now.
        if (pass !== null) for (const listing of listings.due()) pass.left.add(listing);
        continue;
      }
      const due = listings.due();
      if (due.length === 0) break;
      pass ??= { upTo: place!, upToAt: placeAt, left: new Set(due) };
      batch = await tell(due, pass.left);
      if (pass.left.size > 0) continue;
      settled = pass.upTo;
      settledAt = pass.upToAt;
      pass = null;
      const isLong = performance.now() - began > LONGEST_WHILE_SOMEBODY_WAITS;
      if (isLong && rests.size > 0 && batch.ticks === sights.ticks) break;
    }
    await telling;
    if (listings.due().length > 0) return;
    settled = place!;
    settledAt = null;
  }

  async function learn(ticks: number): Promise<void> {
    const newcomers = [...people.newcomers];
    if (ticks === sights.ticks) {
      const state = await feed.access(newcomers);
      if (state.ticks === ticks) {
        const { ended: gone } = sights.learn(newcomers, state);
        people.met(newcomers);
        people.tell(gone, new Map());
        return;
      }
    }
    mayMove = true;
    const everybody = people.all();
    const before = sights.definitions;
    const state = await feed.access(everybody);
    const { ended: gone, changed } = sights.learn(everybody, state);
    people.met(newcomers);
    for (const subscriber of [...subscribers]) {
      const { definition } = subscriber.source;
      if (
        definition !== null &&
        before[definition] !== undefined &&
        before[definition] !== state.definitions[definition]
      )
        subscriber.queue.fail(definitionChanged(definition));
    }
    people.tell(gone, changed);
  }

  function findMoves(): Move[] {
    const moves = new Map<unknown, Map<string, Move>>();
    for (const subscriber of subscribers) {
      const sight = sights.of(subscriber.viewer);
      if (sight !== undefined) addMoves(subscriber, sight, moves);
    }
    return inFairOrder([...moves.values()].flatMap((each) => [...each.values()]));
  }

  function isTrue({ ticks }: { ticks: number }): void {
    if (ticks !== sights.ticks) throw new Outdated('Permissions changed while this was read.');
  }

  async function move(moves: readonly Move[]): Promise<Batch> {
    const prepared: PreparedMove[] = [];
    await inTurns(moves, SIDE_BY_SIDE, async (each) => {
      try {
        prepared.push(await prepareMove(listings, each, mostWaiting, isTrue));
      } catch (error) {
        if (error instanceof Outdated) return;
        if (!(error instanceof Refusal)) onError(error);
        if (isPassing(error)) return;
        const reason = error instanceof Refusal ? error : cannotBeRead();
        for (const { queue } of each.subscribers) queue.fail(reason);
      }
    });
    const from = sights.ticks;
    const batch = await look();
    await telling;
    const isStill = batch.ticks === from;
    const told = new Map<Subscriber, Told[]>();
    for (const each of prepared) {
      const news = each.isTooMuch ? [] : toldOf(each, !isStill);
      for (const subscriber of each.subscribers) {
        if (!subscriber.queue.isOpen) continue;
        if (each.isTooMuch) subscriber.queue.fail(tooMuchChanged());
        else told.set(subscriber, [...(told.get(subscriber) ?? []), ...news]);
      }
    }
    for (const each of prepared) {
      if (isStill) takeOver(each);
      for (const subscriber of each.subscribers) {
        if (!subscriber.queue.isOpen) continue;
        if (isStill) relink(listings, subscriber, each);
        else forgetGone(subscriber, each);
      }
      if (each.listing !== null) listings.release(each.listing);
    }
    for (const [subscriber, news] of told) {
      const before = subscriber.sight;
      subscriber.sight = isStill ? markOf(subscriber) : before;
      news.forEach((each, index) => {
        // Whoever stops in the middle of it can't go on from there: the cursor says that the access was another one.
        const sight = index === news.length - 1 ? subscriber.sight : before;
        push(subscriber, each, { done: settled!, next: null, through: null, sight });
      });
    }
    if (!isStill || prepared.length < moves.length) mayMove = true;
    if (prepared.length < moves.length) await pauseBriefly();
    return batch;
  }

  /** What was told to be gone, and is held by others who follow the same. */
  function forgetGone(subscriber: Subscriber, { workspace, gone }: PreparedMove): void {
    const link = subscriber.links.get(workspace);
    if (link === undefined || gone.length === 0) return;
    link.without = new Set([...(link.without ?? []), ...gone]);
  }

  /** Reads listings for as long as nobody's access is likely to wait for it, those first that are `left`, and tells what is new there. */
  async function tell(due: readonly Listing[], left: Set<Listing>): Promise<Batch> {
    const from = sights.ticks;
    const upTo = place!;
    const begun = performance.now();
    const found: Findings[] = [];
    /** Those of which not everything up to this place is told. */
    const untold = new Set(due);
    for (const listing of left) if (!untold.has(listing)) left.delete(listing);
    let isFailing = false;
    await inTurns([...new Set([...left, ...due])], SIDE_BY_SIDE, async (listing) => {
      if (performance.now() - begun > LONGEST_READING) return;
      try {
        const findings = await findOut(listing, mostHeld);
        if (findings !== null) found.push(findings);
        untold.delete(listing);
        left.delete(listing);
        listing.failures = 0;
      } catch (error) {
        isFailing = true;
        // Behind those that weren't tried yet.
        if (left.delete(listing)) left.add(listing);
        giveUp(listing, error);
      }
    });
    const batch = await look();
    await telling;
    const isStill = batch.ticks === from;
    const told = new Map<Subscriber, readonly Told[]>();
    for (const findings of found.sort((one, other) => one.listing.workspace - other.listing.workspace)) {
      const isSame = (findings.ticks ?? batch.ticks) === from;
      if (!isSame || !isStill) for (const each of [untold, left]) each.add(findings.listing);
      if (!isSame) {
        putBack(findings.listing, findings.news, findings.all !== null);
        continue;
      }
      settle(findings, !isStill, (subscriber, news) => {
        const before = told.get(subscriber);
        told.set(subscriber, before === undefined ? news : [...before, ...news]);
      });
    }
    const unfinished = settled!;
    const reached = sharedProgress((sight, through) =>
      through === null
        ? { done: upTo, next: null, through: null, sight }
        : { done: unfinished, next: upTo, through, sight },
    );
    const notReached = sharedProgress((sight) => ({ done: unfinished, next: null, through: null, sight }));
    telling = inStretches(told, ([subscriber, news]) => {
      const isAll = [...subscriber.links.values()].every(({ listing }) => !untold.has(listing));
      const progress = (isAll ? reached : notReached)(subscriber.sight, news);
      news.forEach((each, index) => {
        push(subscriber, each, progress[index]!);
      });
    }).catch(onError);
    if (listings.held > mostHeld) for (const { listing } of found) failAll(listing, tooMany(mostHeld));
    if (isFailing) await pauseBriefly();
    return batch;
  }

  function push(subscriber: Subscriber, told: Told, progress: Progress): void {
    subscriber.queue.push(changeOf(cursors, subscriber.place, told, progress));
  }

  function markOf(subscriber: Subscriber): string {
    return sightMark(subscriber, sights.definitions[subscriber.source.definition ?? '']);
  }

  /** A listing that can't be read holds nobody else up for long. */
  function giveUp(listing: Listing, error: unknown): void {
    onError(error);
    if (!isPassing(error)) listing.failures++;
    if (listing.failures >= MOST_FAILURES) failAll(listing, cannotBeRead());
  }

  function failAll({ groups }: Listing, reason: Refusal): void {
    for (const { members } of groups.values()) for (const { queue } of [...members]) queue.fail(reason);
  }

  async function run(): Promise<void> {
    while (!ended) {
      try {
        if (people.size > 0) {
          await goRound();
          rests.run(round, settled!);
        } else {
          // What happens while nobody follows is nobody's.
          place = null;
          settledAt = null;
          rests.fail(new Error('Nobody follows any more.'));
        }
      } catch (error) {
        if (ended || isEnded(error)) break;
        onError(error);
        await pauseBriefly();
      }
      if (rests.size > 0 || listings.due().length > 0) pace.wake();
      if (!ended) await pace.sleep(began);
    }
    rests.fail(hasEnded());
  }

  const running = run();

  return {
    get behind() {
      return settledAt === null ? 0 : performance.now() - settledAt;
    },
    wake: () => {
      pace.wake();
    },
    atRest<T>(work: (settled: Snapshot) => T): Promise<T> {
      if (ended) return Promise.reject(hasEnded());
      const done = rests.add(round, work);
      pace.wake();
      return done;
    },
    async end() {
      ended = true;
      pace.wake();
      for (const { queue } of [...subscribers]) queue.end();
      await feed.end();
      await running;
    },
  };
}
