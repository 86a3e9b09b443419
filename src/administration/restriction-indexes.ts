import type { ObjectDefinition } from '../compiler/definition.ts';
import { tableObjectName, workspaceSchema } from '../compiler/names.ts';
import { exposuresOf, indexPredicate, type Blueprint } from '../compiler/restriction.ts';
import { identifier, literal, qualified } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';
import { readBlueprint } from './blueprint.ts';
import { fingerprint, readRecorded, record } from './fingerprints.ts';

/** An index makes a restriction the way to its records: worth it where few meet it. */
interface RestrictionIndex {
  readonly name: string;
  readonly table: string;
  readonly predicate: string;
  readonly create: string;
  readonly comment: string;
}

/** Above this share of a table's records, walking the table's own index finds the next one soon enough. */
const SELECTIVE = 0.1;

/** Below so many records any way is quick, and nothing can be said about shares. */
const SMALL = 1000;

/** Each costs every write and every plan a little. */
const MOST_PER_TABLE = 20;

/** The source of recorded indexes, in place of SQL. */
const SOURCE = 'restriction';

/**
 * The statements that are still needed so that each selective restriction of a workspace has its index; to be run one
 * by one outside of a transaction, as the owner. Asked again after records came in numbers (an import): a restriction
 * is judged by the planner's estimate of the records that meet it.
 */
export async function missingIndexes(owner: Queryable, blueprint: Blueprint): Promise<string[]> {
  const wanted = wantedIndexes(blueprint);
  if (wanted.length === 0) return [];
  const existing = await readIndexes(owner, wanted);
  const statements: string[] = [];
  const made: RestrictionIndex[] = [];
  for (const index of wanted) {
    const isValid = existing.get(index.name);
    if (isValid !== true && !(await isSelective(owner, index))) continue;
    made.push(index);
    if (isValid === true) continue;
    // What a broken build left behind is in the way of the next one.
    if (isValid === false) statements.push(`drop index concurrently ${index.name}`);
    statements.push(index.create, `comment on index ${index.name} is ${literal(index.comment)}`);
  }
  const rows = made.map(({ name }) => ({
    kind: 'index',
    name,
    plane: null,
    fingerprint: fingerprint(SOURCE, undefined),
  }));
  await record(owner, blueprint.workspace, rows, []);
  return statements;
}

/** Which of the indexes exist, and whether they are valid. */
async function readIndexes(owner: Queryable, indexes: readonly RestrictionIndex[]): Promise<Map<string, boolean>> {
  const rows = await owner.query<{ name: string; valid: boolean }>(
    `select wanted.name, i.indisvalid as valid
     from unnest($1::text[]) wanted(name) join pg_index i on i.indexrelid = to_regclass(wanted.name)`,
    [indexes.map(({ name }) => name)],
  );
  return new Map(rows.map(({ name, valid }) => [name, valid]));
}

/** The same for a workspace as it is. */
export async function missingIndexesOf(owner: Queryable, workspace: number): Promise<string[]> {
  return missingIndexes(owner, await readBlueprint(owner, workspace));
}

/** Drops the indexes of restrictions that no plane has any more, in the caller's transaction. */
export async function dropUnusedIndexes(owner: Queryable, blueprint: Blueprint): Promise<void> {
  const wanted = new Set(wantedIndexes(blueprint).map(({ name }) => name));
  const recorded = await readRecorded(owner, blueprint.workspace);
  const unused = recorded.filter(
    ({ kind, name, fingerprint: text }) => kind === 'index' && text.startsWith(`${SOURCE}.`) && !wanted.has(name),
  );
  for (const { name } of unused) await owner.query(`drop index if exists ${name}`);
  await record(owner, blueprint.workspace, [], unused);
}

function wantedIndexes(blueprint: Blueprint): RestrictionIndex[] {
  return [...blueprint.definitions.values()].flatMap((definition) => {
    const indexes = new Map<string, RestrictionIndex>();
    for (const { restriction } of exposuresOf(definition, blueprint.planes)) {
      const predicate = restriction === null ? null : indexPredicate(definition, restriction);
      if (predicate !== null) indexes.set(predicate.key, indexFor(blueprint.workspace, definition, predicate));
    }
    return [...indexes.values()].slice(0, MOST_PER_TABLE);
  });
}

function indexFor(
  workspace: number,
  definition: ObjectDefinition,
  { sql, key }: { sql: string; key: string },
): RestrictionIndex {
  const schema = workspaceSchema(workspace);
  const name = tableObjectName(definition.table, 'where', key);
  const table = qualified(schema, definition.table);
  return {
    name: qualified(schema, name),
    table,
    predicate: sql,
    create: `create index concurrently ${identifier(name)} on ${table} (id desc) where deleted_at is null and ${sql}`,
    comment: 'A2: the newest records that meet a restriction of planes; few do.',
  };
}

/** By the planner's estimate, which costs nothing; what it can't tell counts as selective. */
async function isSelective(owner: Queryable, { table, predicate }: RestrictionIndex): Promise<boolean> {
  const all = await estimate(owner, `select from ${table}`);
  return all < SMALL || (await estimate(owner, `select from ${table} where ${predicate}`)) / all <= SELECTIVE;
}

async function estimate(owner: Queryable, query: string): Promise<number> {
  const [row] = await owner.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) ${query}`,
  );
  return row!['QUERY PLAN'][0].Plan['Plan Rows'];
}
