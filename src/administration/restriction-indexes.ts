import type { ObjectDefinition } from '../compiler/definition.ts';
import { tableObjectName, workspaceSchema } from '../compiler/names.ts';
import { exposuresOf, indexPredicate, type Blueprint, type Plane } from '../compiler/restriction.ts';
import { identifier, literal, qualified } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';
import { readBlueprint } from './blueprint.ts';
import { fingerprint, readRecorded, record } from './fingerprints.ts';

/** An index makes a restriction the way to its records: worth it where few meet it. Planes with the same share it. */
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

/** Each costs every write, and every plan for the table, a little. */
const MOST_PER_TABLE = 8;

/** The source of recorded indexes, in place of SQL. */
const SOURCE = 'restriction';

/**
 * The statements that give a plane's restrictions the indexes that they deserve; to be run one by one outside of a
 * transaction, as the owner. By the planner's estimate of the records that meet them, as there are now.
 */
export async function missingIndexes(owner: Queryable, blueprint: Blueprint, plane: Plane): Promise<string[]> {
  const wanted = indexesFor({ ...blueprint, planes: [plane] });
  if (wanted.length === 0) return [];
  const existing = await readIndexes(owner, blueprint);
  const chosen: RestrictionIndex[] = [];
  for (const index of wanted) {
    const isFull = [...existing.values()].filter(({ table }) => table === index.table).length >= MOST_PER_TABLE;
    if (existing.get(index.name)?.isValid === true || isFull) continue;
    if (((await shareOf(owner, index)) ?? 0) <= SELECTIVE) chosen.push(index);
  }
  await recordIndexes(owner, blueprint.workspace, chosen);
  return chosen.flatMap((index) => building(index, existing.has(index.name)));
}

/**
 * The statements after which the most selective restrictions of a workspace have their indexes, and no others; to be
 * run as those of `missingIndexes`, after records came in numbers and the tables were analysed.
 */
export async function missingIndexesOf(owner: Queryable, workspace: number): Promise<string[]> {
  const blueprint = await readBlueprint(owner, workspace);
  const existing = await readIndexes(owner, blueprint);
  const statements: string[] = [];
  for (const definition of blueprint.definitions.values()) {
    const wanted = indexesFor({ ...blueprint, definitions: new Map([[definition.name, definition]]) });
    const shares = new Map<RestrictionIndex, number>();
    // What can't be told yet counts as selective, and what exists already goes before it.
    for (const index of wanted)
      shares.set(index, (await shareOf(owner, index)) ?? (existing.has(index.name) ? 0 : SELECTIVE));
    const chosen = wanted
      .filter((index) => shares.get(index)! <= SELECTIVE)
      .sort((a, b) => shares.get(a)! - shares.get(b)!)
      .slice(0, MOST_PER_TABLE);
    const others = wanted.filter((index) => existing.has(index.name) && !chosen.includes(index));
    statements.push(...others.map(({ name }) => `drop index concurrently if exists ${name}`));
    for (const index of chosen)
      if (existing.get(index.name)?.isValid !== true) statements.push(...building(index, existing.has(index.name)));
    await recordIndexes(owner, workspace, chosen, others);
  }
  return statements;
}

/** Drops the indexes of restrictions that no plane has any more, in the caller's transaction. */
export async function dropUnusedIndexes(owner: Queryable, blueprint: Blueprint): Promise<void> {
  const wanted = new Set(indexesFor(blueprint).map(({ name }) => name));
  const recorded = await readRecorded(owner, blueprint.workspace);
  const unused = recorded.filter(
    ({ kind, name, fingerprint: text }) => kind === 'index' && text.startsWith(`${SOURCE}.`) && !wanted.has(name),
  );
  for (const { name } of unused) await owner.query(`drop index if exists ${name}`);
  await record(owner, blueprint.workspace, [], unused);
}

function building({ name, create, comment }: RestrictionIndex, isBroken: boolean): string[] {
  return [
    // What a build left behind that failed is in the way of the next one.
    ...(isBroken ? [`drop index concurrently if exists ${name}`] : []),
    create,
    `comment on index ${name} is ${literal(comment)}`,
  ];
}

async function recordIndexes(
  owner: Queryable,
  workspace: number,
  made: readonly RestrictionIndex[],
  gone: readonly RestrictionIndex[] = [],
): Promise<void> {
  const rowOf = ({ name }: RestrictionIndex) => ({
    kind: 'index',
    name,
    plane: null,
    fingerprint: fingerprint(SOURCE, undefined),
  });
  await record(owner, workspace, made.map(rowOf), gone.map(rowOf));
}

/** The indexes for restrictions that there are, valid or left behind by a build that failed. */
async function readIndexes(
  owner: Queryable,
  { workspace }: Blueprint,
): Promise<Map<string, { table: string; isValid: boolean }>> {
  const rows = await owner.query<{ name: string; table: string; isValid: boolean }>(
    `select c.name, quote_ident(n.nspname) || '.' || quote_ident(t.relname) as table, i.indisvalid as "isValid"
     from rowplane.compiled_objects c join pg_index i on i.indexrelid = to_regclass(c.name)
     join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
     where c.workspace_id = $1 and c.kind = 'index' and c.fingerprint like $2`,
    [workspace, `${SOURCE}.%`],
  );
  return new Map(rows.map(({ name, ...index }) => [name, index]));
}

function indexesFor(blueprint: Blueprint): RestrictionIndex[] {
  return [...blueprint.definitions.values()].flatMap((definition) => {
    const indexes = new Map<string, RestrictionIndex>();
    for (const { restriction } of exposuresOf(definition, blueprint.planes)) {
      const predicate = restriction === null ? null : indexPredicate(definition, restriction);
      if (predicate !== null) indexes.set(predicate.key, indexFor(blueprint.workspace, definition, predicate));
    }
    return [...indexes.values()];
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
    create: `create index concurrently if not exists ${identifier(name)} on ${table} (id desc) where deleted_at is null and ${sql}`,
    comment: 'A2: the newest records that meet a restriction of planes; few do.',
  };
}

/** The share of a table's records that meet a restriction, by the planner's estimate; null while they are few. */
async function shareOf(owner: Queryable, { table, predicate }: RestrictionIndex): Promise<number | null> {
  const all = await estimate(owner, `select from ${table}`);
  return all < SMALL ? null : (await estimate(owner, `select from ${table} where ${predicate}`)) / all;
}

async function estimate(owner: Queryable, query: string): Promise<number> {
  const [row] = await owner.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) ${query}`,
  );
  return row!['QUERY PLAN'][0].Plan['Plan Rows'];
}
