import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import type { PlaneContent } from '../compiler/levels.ts';
import { workspaceSchema } from '../compiler/names.ts';
import { fullContent } from '../compiler/plane-content.ts';
import type { Blueprint, Plane } from '../compiler/restriction.ts';
import type { Queryable } from '../database/queryable.ts';
import { appliedDefinitions } from './applied-definitions.ts';

/** Reads what a workspace is compiled from: its planes, by definitions that are the applied ones unless given. */
export async function readBlueprint(owner: Queryable, workspace: number, given?: Definitions): Promise<Blueprint> {
  const definitions = await inColumnOrder(owner, workspace, given ?? (await appliedDefinitions(owner)));
  return {
    tag: await readTag(owner),
    workspace,
    definitions,
    planes: await readPlanes(owner, workspace, definitions),
  };
}

/** The part of this database's role names that keeps them apart from other databases' on the server. */
export async function readTag(owner: Queryable): Promise<string> {
  const [row] = await owner.query<{ tag: string }>('select tag from rowplane.deployment');
  return row!.tag;
}

async function readPlanes(owner: Queryable, workspace: number, definitions: Definitions): Promise<Plane[]> {
  const rows = await owner.query<{ id: number; full: boolean; content: PlaneContent }>(
    'select id, is_full as full, content from rowplane.planes where workspace_id = $1 order by id',
    [workspace],
  );
  return rows.map(({ id, full, content }) => ({ id, content: full ? fullContent(definitions) : content }));
}

/**
 * The definitions with their fields in the order of the tables' columns: files and database list them differently, and
 * what they compile into must be the same text.
 */
async function inColumnOrder(owner: Queryable, workspace: number, definitions: Definitions): Promise<Definitions> {
  const rows = await owner.query<{ table: string; columns: string[] }>(
    `select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = to_regnamespace($1) and c.relkind = 'r' group by c.oid`,
    [workspaceSchema(workspace)],
  );
  const orders = new Map(rows.map(({ table, columns }) => [table, columns]));
  const sorted = [...definitions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(sorted.map((definition) => [definition.name, sortFields(definition, orders.get(definition.table))]));
}

function sortFields(definition: ObjectDefinition, columns: readonly string[] | undefined): ObjectDefinition {
  if (columns === undefined) return definition;
  const place = new Map(columns.map((column, index) => [column, index]));
  const fields = Object.values(definition.fields).sort(
    (a, b) => (place.get(a.column) ?? columns.length) - (place.get(b.column) ?? columns.length),
  );
  return { ...definition, fields: Object.fromEntries(fields.map((field) => [field.name, field])) };
}
