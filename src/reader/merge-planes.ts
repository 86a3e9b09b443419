import type { Parameter } from '../compiler/condition/parameters.ts';
import { exposureColumn, exposuresNeeded, flagColumn, flagsNeeded, frozenCellsNeeded } from './access.ts';
import { orderBy, type PlacedKey } from './keyset.ts';
import { keyColumn, type OrderKey } from './order.ts';
import type { Selection } from './selection.ts';
import { branchesOf, columnOf, shows, sourcesOf, type PlaneView, type Sight } from './sight.ts';

/** One select for one plane's view `t`, to be joined with others by `union all`. */
export interface Part {
  view: PlaneView;
  where: string[];
  /** Whether a condition or a folder chooses among the records. */
  filtered: boolean;
  /** The order and the limit, where a page is cut out. */
  cut?: Cut;
}

interface Cut {
  keys: readonly PlacedKey[];
  backward: boolean;
  limit: string;
}

export interface Assembly {
  branches: PlaneView[];
  parts: Part[];
  keys: PlacedKey[];
  /** With a page: how its rows are ordered once more, under an alias. */
  order?: (alias: string) => string;
  limit?: string;
  parameter?: Parameter;
}

/** The records that meet a test of a view `t`, each once, in no order. */
export function recordsSql(sight: Sight, selection: Selection, test: string): string {
  const branches = branchesOf(sight, cellsOf(sight, selection));
  const parts = branches.map((view): Part => ({ view, where: [test], filtered: true }));
  return assemble(sight, selection, { branches, parts, keys: [] });
}

/** The cells to be read: those that are selected, and those that tell what may be done with the record. */
export function cellsOf(sight: Sight, selection: Selection): string[] {
  return [...selection.cells, ...frozenCellsNeeded(sight, selection)];
}

/** What the rows of a statement bring along for levels and abilities, and for the order of several parts. */
function extrasOf(sight: Sight, selection: Selection, keys: PlacedKey[]) {
  return {
    flagSql: (realm: string) =>
      flagsNeeded(sight, selection).map(
        (flag) => `(select rowplane.viewer_flags(${sight.workspace}, '${flag}'))[${realm}] as "${flagColumn(flag)}"`,
      ),
    exposures: exposuresNeeded(sight, selection),
    visibleKeys: keys.filter(({ sql, field }) => sql !== null && field !== 'id'),
  };
}

/** From the rows of the parts to cells, each record once. */
export function assemble(sight: Sight, selection: Selection, assembly: Assembly): string {
  return assembly.branches.length === 1
    ? fromOnePlane(sight, selection, assembly)
    : fromSeveral(sight, selection, assembly);
}

/** With one plane that is the part itself, and the cells that only others show (A7), joined for the few rows of the page. */
function fromOnePlane(sight: Sight, selection: Selection, assembly: Assembly): string {
  const { branches, keys, order } = assembly;
  const { definition } = sight;
  const [base] = branches as [PlaneView];
  const { flagSql, exposures, visibleKeys } = extrasOf(sight, selection, keys);
  const cells = cellsOf(sight, selection);
  const joined = cells.filter((field) => !shows(base, definition, field));
  const sources = new Map(joined.map((field) => [field, sourcesOf(sight, field, base)]));
  const joins = [...new Set([...sources.values(), exposures.filter((view) => view !== base)].flat())];
  const columns = [
    't.id',
    ...cells
      .filter((field) => !joined.includes(field))
      .map((field) => `t.${columnOf(definition, field)} as "${field}"`),
    ...flagSql('t.realm_id'),
    ...(exposures.includes(base) ? [`true as "${exposureColumn(base)}"`] : []),
    ...visibleKeys.map((key) => `${keySql(sight, base, key.field)} as ${aliasOf(key, keys)}`),
  ];
  const text = inOrder(
    selectsOf(sight, assembly, () => columns),
    sight,
    assembly,
  );
  if (joins.length === 0) return text;
  const more = [
    'p.*',
    ...joined.flatMap((field) => {
      const from = sources.get(field)!.map((view) => `a${view.id}.${columnOf(definition, field)}`);
      return from.length === 0
        ? []
        : [`${from.length === 1 ? from[0]! : `coalesce(${from.join(', ')})`} as "${field}"`];
    }),
    ...exposures
      .filter((view) => joins.includes(view))
      .map((view) => `a${view.id}.id is not null as "${exposureColumn(view)}"`),
  ];
  const tables = joins.map((view) => ` left join ${view.name} a${view.id} on a${view.id}.id = p.id`);
  return `select ${more.join(', ')} from (${text}) p${tables.join('')}${order ? ` ${order('p')}` : ''}`;
}

/**
 * With several, each brings the cells that it shows, empty where it shows none, and those of a record are merged (A7). Whatever plane
 * exposes a record of the page has it on its own page as well, since what comes before it there comes before it here.
 */
function fromSeveral(sight: Sight, selection: Selection, assembly: Assembly): string {
  const { keys, order, limit } = assembly;
  const { flagSql, exposures, visibleKeys } = extrasOf(sight, selection, keys);
  const cells = cellsOf(sight, selection).filter((field) => sourcesOf(sight, field).length > 0);
  const aliases = [
    ...cells.map((field) => `"${field}"`),
    ...exposures.map((view) => `"${exposureColumn(view)}"`),
    ...visibleKeys.map((key) => aliasOf(key, keys)),
  ];
  const columnsFrom = (view: PlaneView): string[] => [
    't.id',
    ...cells.map((field) => `t.${columnOf(sight.definition, field)} as "${field}"`),
    ...exposures.map((each) => `${each === view ? 'true' : 'null::boolean'} as "${exposureColumn(each)}"`),
    ...visibleKeys.map((key) => `${keySql(sight, view, key.field)} as ${aliasOf(key, keys)}`),
    ...(flagSql('').length > 0 ? ['t.realm_id as "#realm"'] : []),
  ];
  const columns = [
    'u.id',
    ...aliases.map((alias) => `any_value(u.${alias}) as ${alias}`),
    ...flagSql('any_value(u."#realm")'),
  ];
  const all = allOf(selectsOf(sight, assembly, columnsFrom));
  const merged = `select ${columns.join(', ')} from (${all}) u group by u.id`;
  return order ? `select * from (${merged}) p ${order('p')} ${limit}` : merged;
}

/**
 * A select for each part. A viewer of few records reads them realm by realm, each from an index that has nobody else's: the policies would let
 * the same rows through, but only after everyone's had been looked at.
 */
function selectsOf(
  sight: Sight,
  { parts, order, parameter }: Assembly,
  columnsOf: (view: PlaneView) => string[],
): string[] {
  const realms = order && sight.realms ? parameter!(sight.realms, 'int[]') : null;
  return parts.map((part) => {
    const columns = columnsOf(part.view).join(', ');
    return realms === null ? select(columns, part) : selectByRealm(realms, columns, part);
  });
}

const allOf = (selects: readonly string[]): string => selects.map((each) => `(${each})`).join(' union all ');

/** The rows of all parts of one plane, cut to a page once more where there are several parts or realms. */
function inOrder(selects: string[], sight: Sight, { order, limit }: Assembly): string {
  const [only] = selects as [string];
  if (selects.length > 1) return `select * from (${allOf(selects)}) u ${order!('u')} ${limit}`;
  return order && sight.realms ? `${only} ${order('b')} ${limit}` : only;
}

export function select(columns: string, { view, where, cut }: Part, end = cut ? endOf(cut) : ''): string {
  const condition = where.length > 0 ? ` where ${where.join(' and ')}` : '';
  return `select${columns && ` ${columns}`} from ${view.name} t${condition}${end && ` ${end}`}`;
}

function endOf({ keys, backward, limit }: Cut): string {
  return `${orderBy(keys, backward)} ${limit}`;
}

/**
 * The same for each of these realms. Of an equality the planner would believe that the realm is as large as the average one, and rather walk
 * through everybody's records than go into it: so it is told a range, and takes that for a narrow one. What isn't filtered comes in the order of
 * the index that begins with the realm, which therefore is the first key; where a filter leaves few, the index of its field is the better one.
 */
export function selectByRealm(realms: string, columns: string, { view, where, filtered, cut }: Part): string {
  const inRealm = [...(filtered ? ['t.realm_id = r.id'] : []), 't.realm_id between r.id and r.id', ...where];
  const keys = cut && !filtered ? [realmKey(cut.keys), ...cut.keys] : cut?.keys;
  const end = cut && keys ? endOf({ ...cut, keys }) : 'offset 0';
  return `select b.* from unnest(${realms}) r(id) cross join lateral (${select(columns, { view, where: inRealm, filtered }, end)}) b`;
}

/** In the direction of the first key that orders, as the indexes have it. */
function realmKey(keys: readonly PlacedKey[]): PlacedKey {
  const { direction } = keys.find(({ sql }) => sql !== null)!;
  return { field: 'realm', direction, type: 'integer', nullable: false, values: null, sql: 't.realm_id' };
}

/** The SQL of a sort key for the rows of a view: its cell there, else the cell as other planes show it, or null if none does. */
export function keySql(sight: Sight, view: PlaneView, field: string): string | null {
  const column = columnOf(sight.definition, field);
  if (shows(view, sight.definition, field)) return `t.${column}`;
  const elsewhere = sourcesOf(sight, field, view).map(
    (source) => `(select x.${column} from ${source.name} x where x.id = t.id)`,
  );
  if (elsewhere.length === 0) return null;
  return elsewhere.length === 1 ? elsewhere[0]! : `coalesce(${elsewhere.join(', ')})`;
}

export function aliasOf(key: OrderKey, keys: readonly OrderKey[]): string {
  return key.field === 'id' ? 'id' : `"${keyColumn(keys.findIndex(({ field }) => field === key.field))}"`;
}
