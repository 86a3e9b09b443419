import { createHash } from 'node:crypto';
import { statementsOf, type SqlObject } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';

/** `view plane_7.document`: what the recorded, the compiled and the catalog's objects are matched by. */
export type ObjectKey = string;

/** An object that was compiled, as it was recorded. */
export interface RecordedObject {
  readonly kind: string;
  readonly name: string;
  readonly plane: number | null;
  readonly fingerprint: string;
}

/** Quotes aside, since the catalog quotes more names than the compiler does. */
export function keyOf({ kind, name }: { kind: string; name: string }): ObjectKey {
  return `${kind} ${name.replaceAll('"', '')}`;
}

/** What an object was compiled from: its SQL. */
export function sourceOf(object: SqlObject): string {
  let source = sources.get(object);
  if (source === undefined) sources.set(object, (source = hash(statementsOf(object).join(';\n'))));
  return source;
}

const sources = new WeakMap<SqlObject, string>();

/**
 * What is recorded of an object: what it was compiled from, and what the catalog made of that. Grants that show only
 * as a part of another object have nothing of their own in the catalog.
 */
export function fingerprint(source: string, definition: string | undefined): string {
  return `${source}.${definition === undefined ? '' : hash(definition)}`;
}

/** The part of a recorded fingerprint that tells what the object was compiled from. */
export function sourceIn(recorded: string | undefined): string | undefined {
  return recorded?.split('.', 1)[0];
}

/** The catalog's objects by key, each with its definition: those of the given names, or all. */
export async function readCatalog(owner: Queryable, names: readonly string[] | null): Promise<Map<ObjectKey, string>> {
  const rows = await owner.query<{ kind: string; name: string; definition: string }>(
    'select kind, name, definition from rowplane.catalog_objects($1)',
    [names?.map((name) => name.replaceAll('"', '')) ?? null],
  );
  return new Map(rows.map((row) => [keyOf(row), row.definition]));
}

/** What was recorded for a workspace and its planes, or for one of its planes and what all planes share. */
export async function readRecorded(owner: Queryable, workspace: number, plane?: number): Promise<RecordedObject[]> {
  return owner.query<RecordedObject>(
    `select kind, name, plane_id as plane, fingerprint from rowplane.compiled_objects
     where workspace_id = $1 and ($2::int is null or plane_id is null or plane_id = $2)`,
    [workspace, plane ?? null],
  );
}

/** Records objects anew, and forgets others. */
export async function record(
  owner: Queryable,
  workspace: number,
  objects: readonly RecordedObject[],
  forgotten: readonly RecordedObject[],
): Promise<void> {
  if (forgotten.length > 0)
    await owner.query(
      `delete from rowplane.compiled_objects c using unnest($1::text[], $2::text[]) gone(kind, name)
       where c.kind = gone.kind and c.name = gone.name`,
      [forgotten.map(({ kind }) => kind), forgotten.map(({ name }) => name)],
    );
  if (objects.length > 0)
    await owner.query(
      `insert into rowplane.compiled_objects (workspace_id, plane_id, kind, name, fingerprint)
       select $1, o.plane, o.kind, o.name, o.fingerprint
       from unnest($2::int[], $3::text[], $4::text[], $5::text[]) o(plane, kind, name, fingerprint)
       on conflict (kind, name) do update
         set workspace_id = excluded.workspace_id, plane_id = excluded.plane_id, fingerprint = excluded.fingerprint
         where compiled_objects.fingerprint <> excluded.fingerprint`,
      [
        workspace,
        objects.map(({ plane }) => plane),
        objects.map(({ kind }) => kind),
        objects.map(({ name }) => name),
        objects.map((object) => object.fingerprint),
      ],
    );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
