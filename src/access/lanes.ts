/**
 * Which connection a unit travels on. Those of one connection run one after the other: many brief ones on the same one
 * are taken in one go by Postgres and by this process, which costs both of them about a third less than spread over
 * all connections; but a long one keeps waiting what is behind it. So brief ones fill the first connection before they
 * take the next, and long ones go where nothing brief would wait for them.
 */

/** Milliseconds of work that one connection takes before another one helps; what takes longer is long. */
const FILL = 8;
/** What was never timed may take any time. Milliseconds. */
const UNKNOWN = 1000;
/** How much the latest time counts against those before. */
const WEIGHT = 0.2;
const REMEMBERED = 1000;

/** The place of the connection to take, given the milliseconds that each is expected to be busy for, and this unit for. */
export function pickLane(backlogs: readonly number[], expected: number): number {
  // Long ones leave the first to the brief, unless there is no other.
  const first = expected > FILL ? Math.min(1, backlogs.length - 1) : 0;
  let best = first;
  for (let place = first; place < backlogs.length; place++) {
    if (backlogs[place]! + expected <= FILL) return place;
    if (backlogs[place]! < backlogs[best]!) best = place;
  }
  return best;
}

/** How long what has a name takes lately: a moving average, in milliseconds. */
export function createDurations() {
  const known = new Map<string, number>();
  return {
    expected: (name: string): number => known.get(name) ?? UNKNOWN,
    took(name: string, milliseconds: number): void {
      const before = known.get(name);
      known.set(name, before === undefined ? milliseconds : before + WEIGHT * (milliseconds - before));
      if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
    },
  };
}
