/** Something whose time is taken. */
export interface Contestant {
  name: string;
  run: () => Promise<unknown>;
}

/** Milliseconds of one contestant's runs. */
export interface Timing {
  median: number;
  runs: number;
}

export interface TimingOptions {
  /** Milliseconds that each contestant may take altogether. */
  budget: number;
  /** At least so many runs of each, whatever they take. */
  least?: number;
  most?: number;
  /** Runs of each that don't count, to warm caches up. */
  warm?: number;
}

/**
 * Times contestants in turns, each round in another order, so that whatever else the machine does meets all of them
 * alike.
 */
export async function timeInTurns(
  contestants: readonly Contestant[],
  { budget, least = 5, most = 400, warm = 3 }: TimingOptions,
): Promise<Record<string, Timing>> {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  const spent = new Map<string, number>();
  for (const { run } of contestants) for (let time = 0; time < warm; time++) await run();
  for (let round = 0; round < most; round++) {
    const first = round % contestants.length;
    let ran = false;
    for (const { name, run } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const used = spent.get(name) ?? 0;
      if (used > budget && round >= least) continue;
      ran = true;
      const start = performance.now();
      await run();
      const time = performance.now() - start;
      times.get(name)!.push(time);
      spent.set(name, used + time);
    }
    if (!ran) break;
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, { median: median(all), runs: all.length }]));
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that this share of all is not above. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
