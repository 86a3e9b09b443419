import type { Queryable } from '../database/queryable.ts';
import { findUnlogged } from './log-state.ts';
import { findUnguarded } from './log-guards.ts';

/**
 * What is wrong with the log (L2). MISSING: there is no such entry any more. EDITED: the entry isn't what was logged.
 * REORDERED: it follows another entry than the one before it. BROKEN: it doesn't follow from the one before it, which
 * was put in its place. CUT: the hash kept elsewhere is not in the log. UNGUARDED: something that keeps the log, or a
 * trigger that writes it, is not as this version makes it. UNLOGGED: a row isn't what the log last says of it.
 */
export type LogProblemKind = 'MISSING' | 'EDITED' | 'REORDERED' | 'BROKEN' | 'CUT' | 'UNGUARDED' | 'UNLOGGED';

export interface LogProblem {
  kind: LogProblemKind;
  /** The entry, or the first one of a gap; null where no entry is meant. */
  entry: number | null;
  message: string;
}

export interface LogVerification {
  entries: number;
  /** The last entry, and its hash in hex, to be kept elsewhere; null for an empty log. */
  last: { id: number; hash: string } | null;
  problems: LogProblem[];
}

export interface VerifyOptions {
  /** A hash (hex) that an earlier verification told: it must still be in the log. */
  expect?: string | null;
}

/** At most so many problems of the chain are told: after that, what counts is that there are more. */
const MOST = 1000;

/**
 * Checks the whole log: each entry against its hash and the one before it, what guards it, and the permission tables
 * against what it says. `owner` is one session as rowplane_owner, in a transaction of one snapshot.
 */
export async function verifyLog(owner: Queryable, { expect }: VerifyOptions = {}): Promise<LogVerification> {
  const [counted] = await owner.query<{ entries: number }>(
    'select count(*)::float8 as entries from rowplane_log.entries',
  );
  const [last] = await owner.query<{ id: number; hash: string }>(
    `select id::float8 as id, encode(hash, 'hex') as hash from rowplane_log.entries order by id desc limit 1`,
  );
  const problems = [
    ...(last ? await findBroken(owner) : [problem('MISSING', 1, 'The log is empty.')]),
    ...(expect == null ? [] : await findCut(owner, expect)),
    ...(await findUnguarded(owner)),
    ...(await findUnlogged(owner)),
  ];
  return { entries: counted?.entries ?? 0, last: last ?? null, problems };
}

function problem(kind: LogProblemKind, entry: number | null, message: string): LogProblem {
  return { kind, entry, message };
}

interface Link {
  id: number;
  before: number;
  edited: boolean;
  /** The entry whose hash this one follows; null if there is none. */
  follows: number | null;
}

/**
 * What `rowplane_log.append` says that an entry `e` is about, in whatever order: collations sort otherwise from version to
 * version. The hash leaves it out, since it follows from what is hashed.
 */
const ABOUT = `
  select distinct case jsonb_typeof(c.value) when 'number' then case c.key when 'id' then left(e.table_name, -1) else left(c.key, -3) end || '/' || (c.value #>> '{}') else c.value #>> '{}' end
  from (select b.key, b.value from jsonb_each(e.before) b union all select a.key, a.value from jsonb_each(e.after) a) c
  where (jsonb_typeof(c.value) = 'number' and (c.key = 'id' or c.key like '%\\_id'))
    or (jsonb_typeof(c.value) = 'string' and c.value #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')`;

async function findBroken(owner: Queryable): Promise<LogProblem[]> {
  const links = await owner.query<Link>(
    `with chain as (
       select e.id, lag(e.id, 1, 0::bigint) over w as before, e.previous_hash,
         rowplane_log.hash_of(e) <> e.hash or not (e.about @> told.about and e.about <@ told.about and cardinality(e.about) = cardinality(told.about)) as edited,
         e.previous_hash = lag(e.hash, 1, decode(repeat('00', 32), 'hex')) over w as linked
       from rowplane_log.entries e cross join lateral (select array(${ABOUT}) as about) told
       window w as (order by e.id)
     )
     select c.id::float8 as id, c.before::float8 as before, c.edited,
       case when c.linked then c.before else (select min(o.id) from rowplane_log.entries o where o.hash = c.previous_hash) end::float8 as follows
     from chain c where c.edited or not c.linked or c.id <> c.before + 1 order by c.id limit ${MOST}`,
  );
  return links.flatMap(judge);
}

function judge({ id, before, edited, follows }: Link): LogProblem[] {
  const found: LogProblem[] = [];
  const gap = id - before - 1;
  if (gap > 0) {
    const which = gap === 1 ? `Entry ${before + 1} is` : `The entries ${before + 1} to ${id - 1} are`;
    found.push(problem('MISSING', before + 1, `${which} missing.`));
  }
  if (follows !== before && follows !== null) {
    found.push(problem('REORDERED', id, `Entry ${id} follows from entry ${follows}, not from ${before}.`));
  } else if (edited) {
    found.push(
      problem(
        'EDITED',
        id,
        `Entry ${id} is not what was logged: its hash, or what it says it is about, is another one.`,
      ),
    );
  }
  if (follows === null && gap === 0) {
    found.push(
      problem('BROKEN', id, `Entry ${id} does not follow from entry ${before}: that one, or both, was replaced.`),
    );
  }
  return found;
}

async function findCut(owner: Queryable, expect: string): Promise<LogProblem[]> {
  const hash = /^[0-9a-f]{64}$/i.test(expect) ? expect : '';
  const found = await owner.query(`select from rowplane_log.entries where hash = decode($1, 'hex')`, [hash]);
  if (found.length > 0) return [];
  const message =
    hash === ''
      ? 'The expected hash is none: it has 64 hexadecimal digits.'
      : 'No entry has the expected hash: the log was cut before it, or written anew.';
  return [problem('CUT', null, message)];
}
