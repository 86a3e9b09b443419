/** How much of a workspace a viewer sees. */
export type Share = '100 %' | '5 %' | '0.5 %' | '0.005 %';

export const SHARES: readonly Share[] = ['100 %', '5 %', '0.5 %', '0.005 %'];

/** A workspace of the benchmark by the number of its realms; each client is one realm. */
export interface Realms {
  /** How many there are. */
  total: number;
  /** How many of them hold the records of the narrower shares, in the order 0.005 %, 0.5 %, 5 %; the rest is everyone's else. */
  narrow: readonly [number, number, number];
}

export const FEW_REALMS: Realms = { total: 10, narrow: [1, 1, 1] };

/** Ten thousand; fewer where there would be less than ten records for each. */
export function manyRealms(size: number): Realms {
  return size < 100_000 ? { total: 1000, narrow: [1, 5, 50] } : { total: 10_000, narrow: [1, 50, 500] };
}

/** First and last realm of what a share sees. Everybody who sees 100 % sees all. */
export function realmsOf(
  share: Share,
  { total, narrow: [tiny, small, middle] }: Realms,
): [first: number, last: number] {
  switch (share) {
    case '0.005 %':
      return [1, tiny];
    case '0.5 %':
      return [tiny + 1, tiny + small];
    case '5 %':
      return [tiny + small + 1, tiny + small + middle];
    case '100 %':
      return [1, total];
  }
}

/**
 * SQL for the realm of the record number `i` of `size`: each realm's records are spread over all the time, which is the
 * worst for whoever walks from the newest.
 */
export function realmSql(i: string, size: number, realms: Realms): string {
  const tiny = Math.max(1, Math.round(size * 0.000_05));
  const among = (share: Share, by: string): string => {
    const [first, last] = realmsOf(share, realms);
    return `${first} + ${by} % ${last - first + 1}`;
  };
  const rest = realmsOf('5 %', realms)[1] + 1;
  const spread = `(${i}::bigint * 7919 % 1000)`;
  return `case
    when ${i} % ${Math.floor(size / tiny)} = ${Math.floor(size / tiny / 2)} and ${i} / ${Math.floor(size / tiny)} < ${tiny} then 1
    when ${spread} < 5 then ${among('0.5 %', `(${i} / 200)`)}
    when ${spread} < 55 then ${among('5 %', `(${i} / 20)`)}
    else ${rest} + (${i}::bigint * 6271 % ${realms.total - rest + 1})
  end`;
}
