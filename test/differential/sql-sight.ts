import type { Connection } from '../../src/database/queryable.ts';
import { transaction } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { isActive, levelInPlane } from '../oracle/planes.ts';
import { cellOf, exposingPlanes, findsInTrash, sees } from '../oracle/sight.ts';
import { seesUser } from '../oracle/viewers.ts';
import type { Definition, Id, Item, Plane, World } from '../oracle/world.ts';
import { asStored, itemOfRow, selectRows, type TextRow } from './rows.ts';
import { expectedRightsSight, rightsSources } from './sql-rights-sight.ts';
import { expectedTreeSight, treeSources, treeValues } from './sql-tree-sight.ts';
import type { Stage } from './stage.ts';

/** What a viewer finds in the database's views, by view: items, or ids. */
export type SqlSight = Record<string, unknown[]>;

/** A7, V1, W2, C6, C7, U3: everything that a viewer may select, in one statement, as it is; with what is `compiled` for the viewer, or computed on the fly. */
export async function sqlSight(
  api: Connection,
  stage: Stage,
  world: World,
  planeIds: ReadonlyMap<string, number>,
  viewer: Id,
  { compiled = false } = {},
): Promise<SqlSight> {
  const sources = sourcesOf(stage, world, planeIds);
  const selects = sources.map(({ name, from }) => `select '${name}' as source, ${selectRows(from)}`);
  const rows = await transaction(api, async (session) => {
    await session.query('set local role rowplane_viewer');
    await session.query('select rowplane.enter($1, $2)', [viewerToken(viewer), []]);
    if (compiled)
      for (const { id } of world.workspaces)
        await session.query('select rowplane.refresh_access($1)', [stage.workspaceId(id)]);
    return runKept(api, selects.join('\nunion all '), treeValues(world, viewer));
  });
  const sight: SqlSight = Object.fromEntries(sources.map(({ name }) => [name, []]));
  const bySource = new Map(sources.map((source) => [source.name, source]));
  for (const { source, row } of rows) sight[source]!.push(bySource.get(source)!.read(row));
  return sorted(sight);
}

interface SightRow {
  source: string;
  row: TextRow;
}

/** The statement that each connection keeps. */
const kept = new WeakMap<Connection, { text: string; name: string }>();
let names = 0;

/** Runs a statement that is the same for all viewers of a world: planning so long a one takes longer than running it. */
async function runKept(api: Connection, text: string, values: unknown[]): Promise<SightRow[]> {
  const before = kept.get(api);
  if (before?.text !== text) {
    if (before !== undefined) await api.query(`deallocate ${before.name}`);
    kept.set(api, { text, name: `sight_${String(names++)}` });
  }
  const { rows } = await api.client.query<SightRow>({ ...kept.get(api)!, values });
  return rows;
}

/** What is selected. Who asks about which objects are values of the statement, `treeValues`. */
export interface Source {
  name: string;
  from: string;
  read: (row: TextRow) => unknown;
}

function sourcesOf(stage: Stage, world: World, planeIds: ReadonlyMap<string, number>): Source[] {
  const idOf = (row: TextRow): unknown => row.id;
  const ofRecords = [...stage.definitions.values()].flatMap((definition) => {
    const fields = Object.values(definition.fields);
    const asItem = (row: TextRow): unknown => itemOfRow(definition.name, fields, row);
    const planes = world.planes.filter((plane) => isActive(plane, world.definitions[definition.name]!));
    return [
      ...planes.map(({ id }) => ({
        name: `${id} ${definition.name}`,
        from: `plane_${String(planeIds.get(id))}.${definition.table}`,
        read: asItem,
      })),
      ...world.workspaces.flatMap(({ id }) => {
        const schema = `ws_${String(stage.workspaceId(id))}`;
        return [
          { name: `sight ${id} ${definition.name}`, from: `${schema}_sight.${definition.table}`, read: idOf },
          { name: `trash ${id} ${definition.name}`, from: `${schema}_trash.${definition.table}`, read: asItem },
        ];
      }),
    ];
  });
  return [
    ...ofRecords,
    ...treeSources(),
    ...rightsSources(stage, world),
    { name: 'users', from: 'rowplane.visible_users', read: idOf },
    { name: 'seen users', from: 'rowplane.seen_users', read: idOf },
  ];
}

/** The same by the oracle. */
export function expectedSqlSight(stage: Stage, world: World, viewer: Id): SqlSight {
  const sight: SqlSight = {};
  for (const definition of Object.values(world.definitions)) {
    const items = world.items.filter((item) => item.definition === definition.name);
    const visible = items.filter((item) => sees(world, viewer, item));
    for (const plane of world.planes.filter((each) => isActive(each, definition))) {
      const exposed = visible.filter((item) => exposingPlanes(world, viewer, item).includes(plane));
      sight[`${plane.id} ${definition.name}`] = exposed.map((item) =>
        asPlaneShows(world, viewer, plane, definition, item),
      );
    }
    for (const workspace of world.workspaces) {
      const isHere = (item: Item): boolean => workspaceOf(world, item) === workspace.id;
      sight[`sight ${workspace.id} ${definition.name}`] = visible.filter(isHere).map(({ id }) => id);
      const found = items.filter((item) => isHere(item) && findsInTrash(world, viewer, item));
      sight[`trash ${workspace.id} ${definition.name}`] = found.map((item) => asSeen(world, viewer, item));
    }
  }
  Object.assign(sight, expectedTreeSight(world, viewer), expectedRightsSight(stage, world, viewer));
  sight.users = world.users.filter(({ id }) => seesUser(world, viewer, id)).map(({ id }) => id);
  sight['seen users'] = [...sight.users];
  return sorted(sight);
}

export function workspaceOf(world: World, item: Item): Id {
  return world.archives.find(({ id }) => id === item.archive)!.workspace;
}

/** A7: what one plane alone shows of a record. */
function asPlaneShows(world: World, viewer: Id, plane: Plane, definition: Definition, item: Item): Item {
  const shown = (field: string) => levelInPlane(plane, definition, field) !== 'HIDDEN';
  const values = Object.keys(item.values).map((field) => [
    field,
    shown(field) ? cellOf(world, viewer, item, field).value : null,
  ]);
  return {
    ...asStored(item),
    owner: seenOwner(world, viewer, item),
    values: Object.fromEntries(values) as Item['values'],
  };
}

/** U3: everywhere the same, whatever plane is looked through. */
function seenOwner(world: World, viewer: Id, item: Item): Id | null {
  return cellOf(world, viewer, item, 'owner').value as Id | null;
}

/** A7: what all planes of the viewer together show, cell by cell. */
export function asSeen(world: World, viewer: Id, item: Item): Item {
  const values = Object.keys(item.values).map((field) => [field, cellOf(world, viewer, item, field).value]);
  return {
    ...asStored(item),
    owner: seenOwner(world, viewer, item),
    values: Object.fromEntries(values) as Item['values'],
  };
}

function sorted(sight: SqlSight): SqlSight {
  const key = (each: unknown): string => (each as { id?: string }).id ?? JSON.stringify(each);
  const order = (a: unknown, b: unknown): number => (key(a) < key(b) ? -1 : 1);
  return Object.fromEntries(Object.entries(sight).map(([name, rows]) => [name, rows.sort(order)]));
}
