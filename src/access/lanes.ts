/**
 * Which connection a unit travels on. Those of one connection run one after the other: many brief ones on the same one
 * are taken in one go by Postgres and by this process, which costs both of them about a third less than spread over
 * all connections; but a long one keeps waiting what is behind it. So brief ones fill the first connection before they
 * take the next, and the others go where nothing brief would wait for them.
 */
export interface Lane {
  inFlight: number;
  /** Those in flight that aren't known to be brief. */
  long: number;
}

/** How many brief units one connection takes before another one helps. */
const DEPTH = 16;
/** Milliseconds. */
const BRIEF = 5;
/** How much the latest time counts against those before. */
const WEIGHT = 0.2;
const REMEMBERED = 1000;

/** The place of the lane to take. What isn't brief leaves the first one to what is, unless there is no other. */
export function pickLane(lanes: readonly Lane[], brief: boolean): number {
  const first = brief ? 0 : Math.min(1, lanes.length - 1);
  let best = first;
  for (let place = first; place < lanes.length; place++) {
    const [lane, other] = [lanes[place]!, lanes[best]!];
    if (brief && lane.long === 0 && lane.inFlight < DEPTH) return place;
    if (lane.long < other.long || (lane.long === other.long && lane.inFlight < other.inFlight)) best = place;
  }
  return best;
}

/** How long what has a name takes lately: a moving average, in milliseconds. What was never timed isn't brief. */
export function createDurations() {
  const known = new Map<string, number>();
  return {
    isBrief: (name: string): boolean => (known.get(name) ?? Infinity) < BRIEF,
    took(name: string, milliseconds: number): void {
      const before = known.get(name);
      known.set(name, before === undefined ? milliseconds : before + WEIGHT * (milliseconds - before));
      if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
    },
  };
}
