import type { Knowledge } from '../access/knowledge.ts';
import { requireRight } from '../access/knowledge-rights.ts';
import { asRefusal, Refusal, sqlState } from '../access/refusals.ts';
import type { Statement } from '../access/unit.ts';
import type { Viewer, Viewers, ViewerTransaction } from '../access/viewers.ts';
import { planeNewSchema } from '../compiler/names.ts';
import { identifier, literal, qualified } from '../compiler/sql-object.ts';
import { asTaken } from '../writer/taken.ts';
import {
  clientStatement,
  followedClientStatements,
  lookUpStatements,
  OPEN_ROWS,
  placeStatement,
  takenStatements,
  type Lines,
  type Run,
} from './look-ups.ts';
import { valueColumn } from './staging.ts';

/** Milliseconds that a transaction should take: a change of permissions waits no longer for it. */
const PLEASANT = 250;
const LARGEST_BATCH = 5000;
/** Lines among which a transaction looks for the ones that are refused; a larger batch is tried again in smaller ones. */
const SORTED_OUT_AT_ONCE = 200;

/** How often a batch's places are made ready before that is its rows' fault: somebody may give the folder rules of its own again and again. */
const MOST_PREPARATIONS = 3;
/** Why a batch wasn't inserted, and nothing of it is done: it holds a refused row and more than can be sorted out at once; … */
const TOO_MANY = Symbol('too many');
/** … or the folder got rules of its own, and its places aren't ready for records. */
const UNREADY = Symbol('unready');

export interface InsertOptions {
  viewers: Viewers;
  viewer: Viewer;
  workspace: number;
  run: Run;
  /** The last line. */
  rows: number;
  onProgress: (line: number) => void;
}

/**
 * Turns staged rows into records, in the file's order, through the planes of the user that grant CREATE (W3). Each batch is
 * a transaction of its own, judged by the permissions of its moment. A row that the database refuses is rejected with its
 * reason and takes no other with it. Returns how many records were made; throws only what is no row's fault.
 */
export async function insertRows({
  viewers,
  viewer,
  workspace,
  run,
  rows,
  onProgress,
}: InsertOptions): Promise<number> {
  const inTransaction = <T>(work: (write: ViewerTransaction, knowledge: Knowledge) => Promise<T>) =>
    viewers.write(viewer, [workspace], async (write) => {
      await checkImporting(write, workspace, run);
      return work(write, knowledgeOf(write, workspace));
    });
  let imported = 0;
  let size = SORTED_OUT_AT_ONCE;
  let patience = MOST_PREPARATIONS;
  for (let after = 0; after < rows;) {
    const lines = { after, upTo: Math.min(rows, after + size) };
    const started = performance.now();
    await inTransaction(async (write, knowledge) => {
      // A realm that came since would make the guard compute the user's access for each row, instead of reading it.
      await write.run([{ text: 'select rowplane.refresh_access($1)', values: [workspace] }]);
      const [place] = await write.run([
        placeStatement(run),
        ...lookUpStatements(run, knowledge, lines),
        ...followedClientStatements(run, knowledge, lines),
        clientStatement(run, lines),
        ...takenStatements(run, knowledge, lines),
      ]);
      if (place?.length !== 1)
        throw new Refusal('FORBIDDEN', `${run.userName} may not create records in this folder (any more).`);
    });
    const made = await inTransaction((write, knowledge) =>
      insertBatch(write, run, creatingPlanes(run, knowledge), lines, patience > 0),
    );
    if (made === UNREADY) {
      patience--;
      await inTransaction((write) => attempt(write, run, [readyStatement(run, lines)]));
      continue;
    }
    if (made === TOO_MANY) {
      size = Math.max(SORTED_OUT_AT_ONCE, Math.floor(size / 4));
      continue;
    }
    patience = MOST_PREPARATIONS;
    imported += made;
    after = lines.upTo;
    onProgress(after);
    const pleasant = size * (PLEASANT / Math.max(1, performance.now() - started));
    size = Math.round(Math.min(LARGEST_BATCH, size * 2, Math.max(20, pleasant)));
  }
  return imported;
}

/** P10: without IMPORT the database shows none of the waiting rows, which must not look as if there were none. Throws FORBIDDEN. */
async function checkImporting(write: ViewerTransaction, workspace: number, { userName }: Run): Promise<void> {
  const [answer] = await write.run([
    { text: `select rowplane.viewer_function($1, 'IMPORT') as allowed`, values: [workspace] },
  ]);
  if (answer?.[0]?.allowed !== true)
    throw new Refusal('FORBIDDEN', `${userName} may not import into this workspace (any more).`, {
      function: 'IMPORT',
    });
}

/** A plane that grants CREATE. */
interface CreatingPlane {
  id: number;
  /** What it takes of a row: columns of the record and of the staging table. */
  takes: { column: string; staged: string }[];
  /** SQL: whether a row is empty in every field that the plane doesn't have as EDIT. */
  fits: string;
}

/** Planes that take any record come first, and of two such the one that takes more fields. Throws FORBIDDEN if there is none. */
function creatingPlanes({ definition, columns, userName }: Run, knowledge: Knowledge): CreatingPlane[] {
  requireRight(knowledge, definition);
  const { planes } = knowledge;
  const creating = planes
    .map(({ id, definitions }) => ({ id, shows: definitions[definition.name] }))
    .filter(({ shows }) => shows?.abilities.includes('CREATE'))
    .map(({ id, shows }) => {
      const editable = columns.filter(({ field }) => shows?.fields[field.name] === 'EDIT');
      const others = columns.filter((column) => !editable.includes(column));
      const takes = editable.map((column) => ({ column: column.field.column, staged: valueColumn(column) }));
      const fits = others.map((column) => `s.${identifier(valueColumn(column))} is null`).join(' and ') || 'true';
      return { id, takes, fits, restricted: shows?.restricted === true };
    });
  if (creating.length === 0) {
    throw new Refusal(
      'FORBIDDEN',
      `${userName} may not create a record of ${definition.title} here: no plane of theirs grants CREATE.`,
    );
  }
  return creating.sort((a, b) => Number(a.restricted) - Number(b.restricted) || b.takes.length - a.takes.length);
}

function knowledgeOf(write: ViewerTransaction, workspace: number): Knowledge {
  const knowledge = write.knowledge.get(workspace);
  if (!knowledge) throw new Error('a write was opened without the knowledge of its workspace');
  return knowledge;
}

/** Inserts the open rows of these lines and says how many there were, or why nothing was done. */
async function insertBatch(
  write: ViewerTransaction,
  run: Run,
  planes: CreatingPlane[],
  lines: Lines,
  mayMakeReady: boolean,
): Promise<number | typeof TOO_MANY | typeof UNREADY> {
  const values = [lines.after, lines.upTo];
  const unfit = planes.map(({ fits }) => `not (${fits})`).join(' and ');
  const reason = `no plane of ${run.userName}'s that grants CREATE has all of these fields as EDIT`;
  await write.run([
    { text: `update ${run.table} s set problem = ${literal(reason)} where ${OPEN_ROWS} and ${unfit}`, values },
  ]);
  const refused = await attempt(write, run, insertStatements(run, planes, lines));
  if (refused !== null) {
    if (refused.isUnready && mayMakeReady) return UNREADY;
    if (lines.upTo - lines.after > SORTED_OUT_AT_ONCE) return TOO_MANY;
    await insertHalves(write, run, planes, lines, refused);
  }
  const [counted] = await write.run([
    { text: `select count(*)::int as made from ${run.table} s where ${OPEN_ROWS}`, values },
  ]);
  return counted?.[0]?.made as number;
}

/** Halves lines that hold a refused row, until it stands alone. */
async function insertHalves(
  write: ViewerTransaction,
  run: Run,
  planes: CreatingPlane[],
  { after, upTo }: Lines,
  refused: RefusedRow,
): Promise<void> {
  if (upTo - after === 1) {
    await insertOne(write, run, planes, { after, upTo }, refused);
    return;
  }
  const middle = after + Math.floor((upTo - after) / 2);
  for (const half of [
    { after, upTo: middle },
    { after: middle, upTo },
  ]) {
    const again = await attempt(write, run, insertStatements(run, planes, half));
    if (again !== null) await insertHalves(write, run, planes, half, again);
  }
}

/** A row that its first plane doesn't take may meet the restriction of another one. */
async function insertOne(
  write: ViewerTransaction,
  run: Run,
  planes: CreatingPlane[],
  lines: Lines,
  refused: RefusedRow,
): Promise<void> {
  const values = [lines.after, lines.upTo];
  let last = refused;
  if (refused.outsidePlane) {
    const fits = planes.map((plane) => plane.fits).join(', ');
    const [found] = await write.run([
      { text: `select array[${fits}] as fits from ${run.table} s where ${OPEN_ROWS}`, values },
    ]);
    const fitting = planes.filter((_, index) => (found?.[0]?.fits as boolean[] | undefined)?.[index]);
    for (const plane of fitting.slice(1)) {
      const again = await attempt(write, run, [insertThrough(run, plane, lines, 'true')]);
      if (again === null) return;
      last = again;
    }
  }
  await write.run([
    { text: `update ${run.table} s set problem = $3 where ${OPEN_ROWS}`, values: [...values, last.reason] },
  ]);
}

/** Each row through the first plane that has all of its fields as EDIT. */
function insertStatements(run: Run, planes: CreatingPlane[], lines: Lines): Statement[] {
  return planes.map((plane, index) => {
    const earlier = planes.slice(0, index).map(({ fits }) => `not (${fits})`);
    return insertThrough(run, plane, lines, [plane.fits, ...earlier].join(' and '));
  });
}

function insertThrough(run: Run, plane: CreatingPlane, lines: Lines, which: string): Statement {
  const columns = ['archive_id', 'folder_id', 'client_id', ...plane.takes.map(({ column }) => identifier(column))];
  const staged = plane.takes.map(({ staged: name }) => `s.${identifier(name)}`);
  return {
    text: `insert into ${qualified(planeNewSchema(plane.id), run.definition.table)} (${columns.join(', ')})
      select ${['$3::uuid', '$4::uuid', 's.client_id', ...staged].join(', ')}
      from ${run.table} s where ${OPEN_ROWS} and ${which} order by s.line`,
    values: [lines.after, lines.upTo, run.archive, run.folder],
  };
}

interface RefusedRow {
  reason: string;
  /** No plane's restriction was met; another plane might take it. */
  outsidePlane: boolean;
  /** Its place has to be made ready first. */
  isUnready: boolean;
}

/** Runs statements that may be refused because of a row; then they had no effect, and the transaction goes on. */
async function attempt(write: ViewerTransaction, run: Run, statements: Statement[]): Promise<RefusedRow | null> {
  try {
    await write.run([
      { text: 'savepoint attempt', values: [] },
      ...statements,
      { text: 'release attempt', values: [] },
    ]);
    return null;
  } catch (error) {
    const refused = asRefusedRow(run, error);
    if (refused === null) throw error;
    await write.run([{ text: 'rollback to attempt', values: [] }]);
    return refused;
  }
}

/** What a row can do wrong in the eyes of the database; null for any other failure. */
function asRefusedRow({ definition, userName }: Run, error: unknown): RefusedRow | null {
  const state = sqlState(error) ?? '';
  const outsidePlane = state === '42501' && (error as { routine?: string }).routine === 'ExecWithCheckOptions';
  if (outsidePlane) {
    return {
      outsidePlane,
      reason: `${userName} may not create a record of ${definition.title} like this: no plane that grants CREATE exposes such a record, or the folder doesn't allow it`,
      isUnready: false,
    };
  }
  const known = asTaken(definition, asRefusal(error));
  // Of no row: whatever comes next would be refused as well.
  if (known instanceof Refusal && known.code === 'LOCKED') return null;
  if (known instanceof Refusal) return { outsidePlane, reason: known.message, isUnready: asksToPrepare(known) };
  // Integrity and data errors: values that other checks let through.
  return /^(22|23)/.test(state) ? { outsidePlane, reason: (error as Error).message, isUnready: false } : null;
}

function asksToPrepare({ details }: Refusal): boolean {
  const problems = details.problems as { message: string }[] | undefined;
  return problems?.some(({ message }) => message === 'must be prepared by rowplane.prepare_realm') ?? false;
}

/** Makes the places of open rows ready. In a transaction before theirs, so that access is computed once with them. */
function readyStatement(run: Run, { after, upTo }: Lines): Statement {
  return {
    text: `select rowplane.prepare_realm($3::uuid, $4::uuid, c.client_id)
      from (select distinct s.client_id from ${run.table} s where ${OPEN_ROWS}) c`,
    values: [after, upTo, run.archive, run.folder],
  };
}
