import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Targets } from './news.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/** What one transaction did to the records of one definition. */
export interface RecordRow {
  readonly xid: bigint;
  readonly workspace: number;
  readonly definition: string;
  readonly ids: readonly string[];
  /** Of those that only refer to what changed: to what, each to one of `targets`. Null: they changed themselves. */
  readonly through: (Targets & { readonly targets: readonly string[] }) | null;
}

/** What one transaction did to one mailbox, or to the records of its entries. */
export interface EntryRow {
  readonly xid: bigint;
  readonly recipient: string;
  /** Null with `ids`: the whole mailbox. */
  readonly workspace: number | null;
  readonly ids: readonly string[] | null;
}

/** What is new since a place, and the next place. */
export interface Batch {
  readonly place: Snapshot;
  /** The permission clock at that place. */
  readonly ticks: number;
  /** Whether everything since the place before was still there. */
  readonly isKept: boolean;
  readonly records: readonly RecordRow[];
  readonly entries: readonly EntryRow[];
}

/** People who see the same and may do the same in a workspace. */
export interface AccessClass {
  readonly workspace: number;
  /** Which cells they see: planes, rights, users. */
  readonly look: string;
  /** Where: archives, folders, clients. */
  readonly place: string;
  /** What they may do. */
  readonly act: string;
  /** Whether they see any place there. */
  readonly sees: boolean;
  /** Whether what they see depends on who of them looks. */
  readonly personal: boolean;
  /** Whether it depends on the time. */
  readonly timed: boolean;
}

/** Who sees what, at one moment. */
export interface AccessState {
  readonly ticks: number;
  /** Whose accounts may not look any more. */
  readonly ended: readonly string[];
  /** A checksum of each object definition. */
  readonly definitions: Readonly<Record<string, string>>;
  readonly classes: readonly (AccessClass & { readonly members: readonly string[] })[];
}

/** What happened to what a viewer follows, while it didn't: for going on from a cursor. */
export interface Missed {
  readonly isKept: boolean;
  readonly rows: readonly {
    readonly xid: bigint;
    readonly ids: readonly string[] | null;
    readonly shown: boolean;
    readonly through: RecordRow['through'];
  }[];
}

/** `through`: also records that refer to what changed. */
export interface MissedOf {
  readonly workspace: number;
  readonly definition: string;
  readonly through: boolean;
}

/** How a delivery asks the database. One connection of its own; it is opened again whenever it is lost. */
export interface Feed {
  /**
   * `since`: null to begin. `people`: whose mailboxes are followed; null: everybody’s. `referring`: the definitions of which records are
   * given, too, that refer to what changed. Waits while there is no connection.
   */
  read(since: Snapshot | null, people: readonly string[] | null, referring: readonly string[]): Promise<Batch>;
  access(people: readonly string[]): Promise<AccessState>;
  missedRecords(since: Snapshot, person: string, of: MissedOf, many: number): Promise<Missed>;
  missedEntries(since: Snapshot, person: string, workspace: number, many: number): Promise<Missed>;
  /** Forgets what is older than so many seconds. Returns how many rows went. */
  prune(keep: number): Promise<number>;
  end(): Promise<void>;
}

export interface FeedOptions {
  /** A libpq URL of the role rowplane_api. */
  url: string;
  /** `deliveryProof(secret)` */
  proof: string;
  /** Told of each lost connection. */
  onError?: (error: unknown) => void;
  /** Milliseconds that one statement may take. */
  statementTimeout: number;
}

const LONGEST_PAUSE = 2_000;

class Ended extends Error {}

export function openFeed({ url, proof, onError, statementTimeout }: FeedOptions): Feed {
  let client: Promise<pg.Client> | null = null;
  const stop = new AbortController();

  async function open(): Promise<pg.Client> {
    const opened = new pg.Client({
      connectionString: url,
      application_name: 'rowplane delivery',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      options: `-c search_path=pg_catalog -c jit=off -c statement_timeout=${statementTimeout}`,
      query_timeout: statementTimeout + 5_000,
    });
    // A connection that dies between two statements would take the process with it.
    opened.on('error', () => undefined);
    opened.once('end', () => (client = null));
    await opened.connect();
    return opened;
  }

  /** Asks until there is an answer: whoever waits for one has nothing better to do. */
  async function ask<R>(text: string, values: unknown[]): Promise<R[]> {
    for (let attempt = 1; ; attempt++) {
      if (stop.signal.aborted) throw new Ended('The delivery has ended.');
      const used = (client ??= open());
      try {
        const { rows } = await (await used).query(text, [proof, ...values]);
        return rows as R[];
      } catch (error) {
        if (client === used) client = null;
        void used.then((lost) => lost.end()).catch(() => undefined);
        if (stop.signal.aborted) throw new Ended('The delivery has ended.', { cause: error });
        if (attempt === 1 || attempt % 20 === 0) onError?.(error);
        await sleep(Math.random() * Math.min(LONGEST_PAUSE, 20 * 2 ** attempt), undefined, {
          signal: stop.signal,
        }).catch(() => undefined);
      }
    }
  }

  return {
    async read(since, people, referring) {
      const [row] = await ask<BatchRow>(
        'select place, ticks, is_kept, records, entries from rowplane.read_feed($1, $2::pg_snapshot, $3::uuid[], $4::text[])',
        [since?.text ?? null, people, referring],
      );
      return {
        place: parseSnapshot(row!.place),
        ticks: Number(row!.ticks),
        isKept: row!.is_kept,
        records: since === null ? [] : row!.records.map((each) => ({ ...each, xid: BigInt(each.xid) })),
        entries: since === null ? [] : row!.entries.map((each) => ({ ...each, xid: BigInt(each.xid) })),
      };
    },
    async access(people) {
      const [row] = await ask<Omit<AccessState, 'ticks'> & { ticks: string }>(
        'select ticks, ended, definitions, classes from rowplane.follower_access($1, $2::uuid[], null)',
        [people],
      );
      return { ...row!, ticks: Number(row!.ticks) };
    },
    async missedRecords(since, person, { workspace, definition, through }, many) {
      const rows = await ask<MissedRow>(
        'select is_kept, xid, ids, shown, reference from rowplane.missed_records($1, $2::pg_snapshot, $3, $4, $5, $6, $7)',
        [since.text, person, workspace, definition, through, many],
      );
      return missedIn(rows);
    },
    async missedEntries(since, person, workspace, many) {
      const rows = await ask<MissedRow>(
        'select is_kept, xid, ids, shown from rowplane.missed_entries($1, $2::pg_snapshot, $3, $4, $5)',
        [since.text, person, workspace, many],
      );
      return missedIn(rows);
    },
    async prune(keep) {
      const [row] = await ask<{ pruned: string }>(
        'select rowplane.prune_outbox($1, make_interval(secs => $2)) as pruned',
        [keep],
      );
      return Number(row!.pruned);
    },
    async end() {
      stop.abort();
      await client?.then((open) => open.end()).catch(() => undefined);
    },
  };
}

interface BatchRow {
  place: string;
  ticks: string;
  is_kept: boolean;
  records: (Omit<RecordRow, 'xid'> & { xid: string })[];
  entries: { xid: string; recipient: string; workspace: number | null; ids: string[] | null }[];
}

interface MissedRow {
  is_kept: boolean;
  xid: string | null;
  ids: string[] | null;
  shown: boolean;
  reference?: RecordRow['through'];
}

function missedIn(rows: MissedRow[]): Missed {
  return {
    isKept: rows.every(({ is_kept }) => is_kept),
    rows: rows.flatMap(({ xid, ids, shown, reference = null }) =>
      xid === null ? [] : [{ xid: BigInt(xid), ids, shown, through: reference }],
    ),
  };
}

/** Whether an error says no more than that the delivery has ended. */
export function isEnded(error: unknown): boolean {
  return error instanceof Ended;
}
