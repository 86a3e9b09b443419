/**
 * A place in the feed: a snapshot of Postgres (`xmin:xmax:xid,…`), which says of every transaction whether it had
 * committed by then. So what is new since a place doesn't depend on the order in which transactions commit.
 */
export interface Snapshot {
  /** As Postgres writes it. */
  readonly text: string;
  /** Whether the transaction had ended by then. */
  sees(xid: bigint): boolean;
}

const FORM = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20})(?:,\d{1,20})*)?$/;

/** Throws for anything else. */
export function parseSnapshot(text: string): Snapshot {
  const parts = FORM.exec(text);
  if (parts === null) throw new Error(`Not a snapshot of Postgres: ${text.slice(0, 60)}`);
  const [, least, next, underWay] = parts;
  const xmin = BigInt(least!);
  const xmax = BigInt(next!);
  const open = new Set(underWay ? underWay.split(',').map(BigInt) : []);
  return { text, sees: (xid) => xid < xmin || (xid < xmax && !open.has(xid)) };
}
