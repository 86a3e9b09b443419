import type { Statement } from '../access/unit.ts';
import { fieldsOfCondition, type NormalCondition } from '../compiler/condition/condition.ts';
import { parametersInto, type Parameter } from '../compiler/condition/parameters.ts';
import { withTargets, type Join } from './joins.ts';
import { orderBy, stretches, type Bounds, type PlacedKey } from './keyset.ts';
import { aliasOf, assemble, cellsOf, keySql, recordsSql, select, selectByRealm, type Part } from './merge-planes.ts';
import type { OrderKey } from './order.ts';
import type { Selection } from './selection.ts';
import { branchesOf, columnOf, sourcesOf, type PlaneView, type Sight } from './sight.ts';
import { visibleConditionToSql } from './visible-condition.ts';

/** Which records a list is about, before its page is cut out. */
export interface Filter {
  condition: NormalCondition;
  archive: string | null;
  /** The folder that the records lie directly in. */
  folder: string | null;
}

export interface PageRange extends Bounds {
  keys: readonly OrderKey[];
  /** The last rows of the range instead of the first, in the reverse order. */
  backward: boolean;
  limit: number;
}

/** The statement for one page of a list: one row more than `limit` would be the caller's way to learn whether there are more. */
export function pageStatement(
  sight: Sight,
  selection: Selection,
  filter: Filter,
  range: PageRange,
  joins: readonly Join[] = [],
): Statement {
  const values: unknown[] = [];
  const parameter = parametersInto(values);
  // Written out: a plan that is kept has to know how few rows are wanted.
  const limit = `limit ${Math.trunc(range.limit)}`;
  const branches = branchesOf(sight, [
    ...cellsOf(sight, selection),
    ...fieldsOfCondition(filter.condition),
    ...range.keys.map(({ field }) => field),
  ]);
  const parts = branches.flatMap((view): Part[] =>
    stretches(placedKeys(sight, view, range.keys), range, parameter).map(({ where, keys }) => ({
      view,
      where: [...filterTests(sight, view, filter, parameter), ...where],
      filtered: isFiltered(filter),
      cut: { keys, backward: range.backward, limit },
    })),
  );
  if (parts.length === 0) return { text: 'select where false', values: [] };
  const keep = values.length === 0;
  const keys = placedKeys(sight, branches[0]!, range.keys);
  const order = (alias: string) => orderBy(keys, range.backward, (key) => `${alias}.${aliasOf(key, range.keys)}`);
  const page = assemble(sight, selection, { branches, parts, keys, order, limit, parameter });
  return finished(withTargets(page, joins, order('r0')), values, keep);
}

/** The statement for the visible ones of these records, in no order. */
export function recordsStatement(
  sight: Sight,
  selection: Selection,
  ids: readonly string[],
  joins: readonly Join[] = [],
): Statement {
  const values: unknown[] = [];
  const parameter = parametersInto(values);
  const test = ids.length === 1 ? `t.id = ${parameter(ids[0], 'uuid')}` : `t.id = any (${parameter(ids, 'uuid[]')})`;
  return finished(withTargets(recordsSql(sight, selection, test), joins), values, true);
}

/** The statement for the number of records of a list, each counted once, as `count`. */
export function countStatement(sight: Sight, filter: Filter): Statement {
  const values: unknown[] = [];
  const parameter = parametersInto(values);
  const branches = branchesOf(sight, fieldsOfCondition(filter.condition));
  const realms = sight.realms && parameter(sight.realms, 'int[]');
  const selects = branches.map((view) => {
    const columns = branches.length > 1 ? 't.id' : '';
    const part = { view, where: filterTests(sight, view, filter, parameter), filtered: true };
    return realms === null ? select(columns, part) : selectByRealm(realms, columns, part);
  });
  const keep = values.length === (realms === null ? 0 : 1);
  return finished(`select count(*) from (${selects.join(' union ')}) c`, values, keep);
}

/** The statement for the ids of a list's records, as `id`, each once, in no order: at most `limit` of them, or those among `ids`. */
export function idsStatement(
  sight: Sight,
  filter: Filter,
  chosen: { limit: number } | { ids: readonly string[] },
): Statement {
  const values: unknown[] = [];
  const parameter = parametersInto(values);
  const branches = branchesOf(sight, fieldsOfCondition(filter.condition));
  const among = 'ids' in chosen ? [`t.id = any (${parameter(chosen.ids, 'uuid[]')})`] : [];
  const realms = 'ids' in chosen ? null : sight.realms && parameter(sight.realms, 'int[]');
  const selects = branches.map((view) => {
    const part = { view, where: [...among, ...filterTests(sight, view, filter, parameter)], filtered: true };
    return realms === null ? select('t.id', part) : selectByRealm(realms, 't.id', part);
  });
  const limit = 'limit' in chosen ? ` limit ${Math.trunc(chosen.limit)}` : '';
  return finished(`select l.id from (${selects.join(' union ')}) l${limit}`, values, false);
}

/** References to records that changed: of one field, to records that stood alike before. */
export interface ChangedTargets {
  field: string;
  /** The right without which nobody sees them (R7). */
  right: string | null;
  /** The realm that they stood in; null if they weren't there, or in the trash. */
  realm: number | null;
  /** The planes that exposed them to everybody in these planes. */
  exposing: readonly number[] | null;
}

/**
 * The statement for those of some records, as `id`, of which the viewer sees the reference, and sees its target or may have seen it before
 * that changed: with `asksWho` also where planes expose it only to who isn't known any more. `references`: ids with the target of each.
 * Null: the viewer sees the field nowhere.
 */
export function referringStatement(
  sight: Sight,
  { field, right, realm, exposing }: ChangedTargets,
  references: readonly (readonly [id: string, target: string])[],
  asksWho: boolean,
): Statement | null {
  const { workspace, definition } = sight;
  const views = sourcesOf(sight, field);
  if (views.length === 0) return null;
  const values: unknown[] = [];
  const parameter = parametersInto(values);
  const ids = parameter(
    references.map(([id]) => id),
    'uuid[]',
  );
  const targets = parameter(
    references.map(([, target]) => target),
    'uuid[]',
  );
  const tests = [
    `(select rowplane.viewer_flags(${workspace}, 'VIEW'))[${parameter(realm, 'int')}]`,
    ...(asksWho ? [] : [`${parameter(exposing, 'int[]')} && (select rowplane.viewer_planes(${workspace}))`]),
    ...(right === null ? [] : [`(select rowplane.viewer_right(${workspace}, ${parameter(right, 'text')}, 'DISPLAY'))`]),
  ];
  const stood = realm === null || exposing === null ? [] : [`(${tests.join(' and ')})`];
  const selects = views.map((view) => {
    const shown = [`t.${columnOf(definition, field)} = g.target`, ...stood].join(' or ');
    return `select t.id from unnest(${ids}, ${targets}) g(id, target) join ${view.name} t on t.id = g.id where t.id = any (${ids}) and (${shown})`;
  });
  return finished(selects.join(' union '), values, false);
}

function isFiltered({ condition, folder }: Filter): boolean {
  return condition.kind !== 'constant' || folder !== null;
}

function filterTests(
  sight: Sight,
  view: PlaneView,
  { condition, archive, folder }: Filter,
  parameter: Parameter,
): string[] {
  const tests: string[] = [];
  if (archive !== null) tests.push(`t.archive_id = ${parameter(archive, 'uuid')}`);
  if (folder !== null) tests.push(`t.folder_id = ${parameter(folder, 'uuid')}`);
  const test = visibleConditionToSql(sight, view, condition, parameter);
  if (test !== 'true') tests.push(test);
  return tests;
}

function placedKeys(sight: Sight, view: PlaneView, keys: readonly OrderKey[]): PlacedKey[] {
  return keys.map((key) => ({ ...key, sql: keySql(sight, view, key.field) }));
}

/**
 * Leaves out the values of tests that were decided without them: Postgres refuses a parameter that no part of the statement uses.
 * `keep`: only where no value of a condition or a cursor is among them, since the best way depends on those.
 */
function finished(text: string, values: readonly unknown[], keep: boolean): Statement {
  const kept = new Map<number, number>();
  for (const [, number] of text.matchAll(/\$(\d+)/g))
    if (!kept.has(Number(number))) kept.set(Number(number), kept.size + 1);
  if (kept.size === values.length) return { text, values: [...values], keep };
  return {
    text: text.replace(/\$(\d+)/g, (_, number: string) => `$${kept.get(Number(number))}`),
    values: [...kept.keys()].map((number) => values[number - 1]),
    keep,
  };
}
