import { invalid } from '../access/refusals.ts';
import type { Queryable } from '../database/queryable.ts';
import { collectProblems } from './input.ts';
import type { Page, PageRequest } from './pages.ts';

export const DOORS = ['API', 'CLI', 'SQL'] as const;
export const OPERATIONS = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'BASELINE'] as const;

/** One changed row of a permission table (L1). */
export interface LogEntry {
  /** Counts up without gaps, in the order of the commits. */
  id: number;
  /** ISO 8601 in UTC, to the microsecond. */
  at: string;
  /** The viewer who made the change; null where nobody had entered, as in psql. */
  actor: string | null;
  /** The actor's name today; null where the account is gone. */
  actorName: string | null;
  /** The database role that had logged in. */
  login: string;
  door: (typeof DOORS)[number];
  table: string;
  /** BASELINE: how a row was when logging of its table began. */
  operation: (typeof OPERATIONS)[number];
  /** The columns that an UPDATE changed, also those whose values the log withholds; else null. */
  changed: string[] | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** The transaction that made the change: equal for what was changed together. */
  transaction: string;
  /** Hex. */
  hash: string;
}

export interface LogRequest extends Pick<PageRequest, 'first' | 'after' | 'count'> {
  /** Only changes by this user. */
  actor?: string | null;
  door?: string | null;
  table?: string | null;
  operation?: string | null;
  /** Only what names this: a uuid, or `plane/7`, `workspace/3`. */
  object?: string | null;
  /** ISO 8601: from this moment on. */
  since?: string | null;
  /** ISO 8601: before this moment. */
  until?: string | null;
}

const LARGEST_PAGE = 500;
const MOMENT = `to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The log, newest entry first. VALIDATION_FAILED names every filter that can't be understood. */
export async function listLog(database: Queryable, request: LogRequest): Promise<Page<LogEntry>> {
  const { first, after, count = false } = request;
  const size = first ?? 50;
  const { condition, values } = conditionOf(request);
  const before = after == null ? null : readLogCursor(after);
  const items = await database.query<LogEntry>(
    `select e.id::float8 as id, ${MOMENT} as at, e.actor, u.name as "actorName", e.login, e.door, e.table_name as "table",
       e.operation, e.changed, e.before, e.after, e.transaction::text as transaction, encode(e.hash, 'hex') as hash
     from rowplane.log e left join rowplane.users u on u.id = e.actor
     where ${condition} and ($${values.length + 1}::bigint is null or e.id < $${values.length + 1})
     order by e.id desc limit ${size + 1}`,
    [...values, before],
  );
  const [counted] = count
    ? await database.query<{ total: number }>(
        `select count(*)::int as total from rowplane.log e where ${condition}`,
        values,
      )
    : [];
  return { items: items.slice(0, size), hasNextPage: items.length > size, totalCount: counted?.total ?? null };
}

function conditionOf(request: LogRequest): { condition: string; values: unknown[] } {
  const { first, actor, door, table, operation, object, since, until } = request;
  const problems = collectProblems();
  const size = first ?? 50;
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    problems.add('first', `must be between 1 and ${LARGEST_PAGE}`);
  }
  checkOneOf('door', door, DOORS);
  checkOneOf('operation', operation, OPERATIONS);
  const parts: string[] = [];
  const values: unknown[] = [];
  add('e.actor = ?::uuid', actor);
  add('e.door = ?', door);
  add('e.table_name = ?', table);
  add('e.operation = ?', operation);
  add('e.about @> array[?::text]', object);
  add('e.at >= ?::timestamptz', moment('since', since));
  add('e.at < ?::timestamptz', moment('until', until));
  problems.refuse();
  return { condition: parts.join(' and ') || 'true', values };

  function add(part: string, value: string | null | undefined): void {
    if (value == null) return;
    values.push(value);
    parts.push(part.replace('?', `$${values.length}`));
  }
  function checkOneOf(path: string, value: string | null | undefined, known: readonly string[]): void {
    if (value != null && !known.includes(value)) problems.add(path, `must be one of ${known.join(', ')}`);
  }
  function moment(path: string, value: string | null | undefined): string | null {
    if (value == null) return null;
    // Whatever JavaScript takes for a moment is sent on as one that Postgres reads the same way.
    const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN;
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    problems.add(path, 'must be a moment, such as 2026-01-31T09:30:00Z');
    return null;
  }
}

/** Where an entry stands in the log. */
export function logCursorOf({ id }: Pick<LogEntry, 'id'>): string {
  return Buffer.from(`log:${id}`).toString('base64url');
}

function readLogCursor(cursor: string): number {
  const [, id] = /^log:([1-9]\d{0,14})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id === undefined) throw invalid([{ path: 'after', message: 'is not a cursor of this list' }]);
  return Number(id);
}
