/**
 * Which connection a unit travels on. Those of one connection run one after the other: many brief ones on the same one
 * are taken in one go by Postgres and by this process, which costs both of them about a third less than spread over
 * all connections; but a long one keeps waiting what is behind it. So brief ones fill the first connection before they
 * take the next, and long ones go where nothing brief would wait for them.
 */

/** Milliseconds of work that one connection takes before another one helps. */
const FILL = 8;
/** What was never timed may take any time. Milliseconds. */
const UNKNOWN = 1000;
/** How much the latest time counts against those before: of units of the same name, and of all. */
const WEIGHT = 0.2;
const WEIGHT_OF_ALL = 0.02;
/** How many times the time of all a unit takes that is long, where all are brief. */
const LONG = 4;
const REMEMBERED = 1000;

/** What is known of a unit before it runs. */
export interface Expected {
  milliseconds: number;
  isLong: boolean;
}

/** The place of the connection to take, given the milliseconds that each is expected to be busy for. */
export function pickLane(backlogs: readonly number[], { milliseconds, isLong }: Expected): number {
  // Long ones leave the first to the brief, unless there is no other.
  const first = isLong ? Math.min(1, backlogs.length - 1) : 0;
  let best = first;
  for (let place = first; place < backlogs.length; place++) {
    if (backlogs[place]! + milliseconds <= FILL) return place;
    if (backlogs[place]! < backlogs[best]!) best = place;
  }
  return best;
}

/** How long what has a name takes lately: moving averages. On a busy machine all take longer, and none is long for that. */
export function createDurations() {
  const known = new Map<string, number>();
  let ofAll = 0;
  return {
    expected(name: string): Expected {
      const milliseconds = known.get(name) ?? UNKNOWN;
      return { milliseconds, isLong: milliseconds > Math.max(FILL, LONG * ofAll) };
    },
    took(name: string, milliseconds: number): void {
      const before = known.get(name);
      known.set(name, before === undefined ? milliseconds : before + WEIGHT * (milliseconds - before));
      ofAll += (milliseconds - ofAll) * (ofAll === 0 ? 1 : WEIGHT_OF_ALL);
      if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
    },
  };
}
