import pg from 'pg';
import type { Desk } from './desk.ts';
import { clock } from './subscriber-messages.ts';

/** One thing that those of a class have to be told. */
export interface Told {
  kind: 'APPEARED' | 'CHANGED' | 'DISAPPEARED';
  id: string;
  /** The class. */
  to: number;
  committed: number;
}

const CONNECTIONS = 4;

/**
 * Changes records past the server, as another process would: `rate` times in a second, each time another record, so
 * that each change is an event of its own. Of ten changes one makes a record, one deletes one, and one gives a record to
 * another client, which is another class's.
 */
export async function changeRecords(
  url: string,
  { workspace, archive, classes }: Desk,
  { seconds, rate }: { seconds: number; rate: number },
): Promise<{ told: Told[]; lag: number }> {
  // As the owner, whom no guard stops.
  const options = '-c role=rowplane_owner -c jit=off';
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, application_name: 'bench changes', options });
  const table = `ws_${workspace}.document`;
  const told: Told[] = [];
  const fresh = classes.map(({ records }) => records.values());

  async function commit(text: string, values: unknown[]): Promise<{ id: string; committed: number }> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query<{ id: string }>(text, values);
      const committed = clock();
      await client.query('commit');
      return { id: rows[0]!.id, committed };
    } finally {
      client.release();
    }
  }

  async function change(number: number): Promise<void> {
    const to = number % classes.length;
    const { realm, client } = classes[to]!;
    const turn = Math.floor(number / classes.length) % 10;
    if (turn === 0) {
      const text = `insert into ${table} (realm_id, archive_id, folder_id, client_id, title, status) values ($1, $2, $2, $3, $4, 'NEW') returning id`;
      told.push({ kind: 'APPEARED', to, ...(await commit(text, [realm, archive, client, `New ${number}`])) });
      return;
    }
    const record = fresh[to]!.next().value!;
    if (turn === 1) {
      const text = `update ${table} set deleted_at = now() where id = $1 returning id`;
      told.push({ kind: 'DISAPPEARED', to, ...(await commit(text, [record])) });
    } else if (turn === 2) {
      const next = (to + 1) % classes.length;
      const text = `update ${table} set realm_id = $2, client_id = $3 where id = $1 returning id`;
      const done = await commit(text, [record, classes[next]!.realm, classes[next]!.client]);
      told.push({ kind: 'DISAPPEARED', to, ...done }, { kind: 'APPEARED', to: next, ...done });
    } else {
      const text = `update ${table} set title = $2 where id = $1 returning id`;
      told.push({ kind: 'CHANGED', to, ...(await commit(text, [record, `Changed ${number}`])) });
    }
  }

  try {
    const lag = await atRate(seconds, rate, change);
    return { told, lag };
  } finally {
    await pool.end();
  }
}

/** Begins `rate` things in a second, whether the ones before are done or not. Resolves with how late the latest one began, in milliseconds. */
export async function atRate(seconds: number, rate: number, work: (number: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  const all: Promise<void>[] = [];
  const failures: unknown[] = [];
  let latest = 0;
  for (let number = 0; number < seconds * rate && failures.length === 0; number++) {
    const due = start + (number * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    latest = Math.max(latest, performance.now() - due);
    all.push(work(number).catch((error: unknown) => void failures.push(error)));
  }
  await Promise.all(all);
  if (failures.length > 0) throw failures[0];
  return latest;
}
