import pg from 'pg';
import { CELLS, PAGE_SIZE } from './ours.ts';
import { NAIVE_ROLE, PEER_SCHEMA } from './peer-tables.ts';

/** What is read, in the words of whoever writes SQL. */
export interface Query {
  /** Conditions besides those of visibility, on the table `d`; parameters are numbered from 1. */
  where?: string;
  values?: unknown[];
  /** Cells that depend on the planes: SQL by name. Default: the columns. */
  cells?: Record<string, string>;
  kind: 'page' | 'byId' | 'count';
}

/** Runs SQL in a plain transaction, one statement after the other, as people write it with pg. */
export interface Hand {
  run(query: Query): Promise<pg.QueryResult>;
  text(query: Query): string;
  end(): Promise<void>;
}

/** `client_id in (…)` with the clients at hand, or with the table that says who is assigned. */
export type HandStyle = 'list' | 'table';

/**
 * Hand-written SQL, as a superuser whom no row security concerns: what the viewer may see stands in the statement.
 * `clients` are the viewer's, found out before.
 */
export async function openHand(
  url: string,
  table: string,
  { user, clients, style, planes }: { user: string; clients: string[]; style: HandStyle; planes?: string | undefined },
): Promise<Hand> {
  const client = await opened(url);
  const text = ({ where, values = [], ...rest }: Query): string => {
    const parameter = `$${values.length + 1}`;
    const visible =
      style === 'list'
        ? `d.client_id = any (${parameter}::uuid[])`
        : `exists (select from ${PEER_SCHEMA}.assignments a where a.client_id = d.client_id and a.user_id = ${parameter}::uuid)`;
    return statement(table, rest, [...given(where), 'd.deleted_at is null', ...given(planes), visible]);
  };
  return {
    text,
    run: (query) => inTransaction(client, text(query), [...(query.values ?? []), style === 'list' ? clients : user]),
    end: () => client.end(),
  };
}

/** The same on a table whose policy asks for each row whether the viewer is assigned to its client. */
export async function openNaive(url: string, user: string, planes?: string): Promise<Hand> {
  const client = await opened(url);
  await client.query(`set role ${NAIVE_ROLE}`);
  const text = ({ where, ...rest }: Query): string =>
    statement(`${PEER_SCHEMA}.document`, rest, [...given(where), ...given(planes)]);
  return {
    text,
    run: (query) =>
      inTransaction(client, text(query), query.values ?? [], [`select set_config('bench.user', $1, true)`, [user]]),
    end: () => client.end(),
  };
}

const given = (condition: string | undefined): string[] => (condition === undefined ? [] : [condition]);

function statement(table: string, { kind, cells = {} }: Query, conditions: readonly string[]): string {
  const columns = ['d.id', ...CELLS.map((cell) => `${cells[cell] ?? `d.${cell}`} as ${cell}`)].join(', ');
  const rest = kind === 'page' ? ` order by d.id desc limit ${PAGE_SIZE + 1}` : '';
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return `select ${kind === 'count' ? 'count(*)' : columns} from ${table} d${where}${rest}`;
}

async function opened(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench by hand' });
  await client.connect();
  // As embedded and viewers' connections have it, so that all plan alike.
  await client.query('set max_parallel_workers_per_gather = 0; set jit = off');
  return client;
}

async function inTransaction(
  client: pg.Client,
  text: string,
  values: unknown[],
  first?: [text: string, values: unknown[]],
): Promise<pg.QueryResult> {
  await client.query('begin');
  if (first) await client.query(...first);
  const result = await client.query(text, values);
  await client.query('commit');
  return result;
}
