import type { Definitions } from '../compiler/definition.ts';
import type { Blueprint } from '../compiler/restriction.ts';
import { statementsOf, type SqlObject } from '../compiler/sql-object.ts';
import { basePolicies, tableObjects } from '../compiler/tables.ts';
import { workspaceObjects } from '../compiler/workspace.ts';
import type { Queryable } from '../database/queryable.ts';
import { fingerprint, keyOf, readCatalog, readRecorded, record, type RecordedObject } from './fingerprints.ts';

/** What stands in place of the SQL that an object came from, for those that only the definitions change. */
const BASE = 'base';

/** What a workspace has before doors and planes. */
export function baseObjects(tag: string, workspace: number, definitions: Definitions): SqlObject[] {
  return [...workspaceObjects({ id: workspace, tag }), ...tableObjects(workspace, definitions)];
}

/** Whether a recorded object is one of these. */
export function isBase({ fingerprint: recorded }: RecordedObject): boolean {
  return recorded.startsWith(`${BASE}.`);
}

/**
 * Records what the tables consist of, so that changes by hand show. What is recorded already stays as it is recorded:
 * only where the definitions changed tables (`tablesChanged`) do these get new fingerprints, since a change by hand
 * would else be taken for right by the next migration. Row security is put back as it was; the names of what was
 * mended are returned.
 */
export async function mendAndRecordBase(
  owner: Queryable,
  blueprint: Blueprint,
  { tablesChanged }: { tablesChanged: boolean },
): Promise<string[]> {
  const { tag, workspace, definitions } = blueprint;
  const known = (await readRecorded(owner, workspace)).filter(isBase);
  const fingerprints = new Map(known.map((each) => [keyOf(each), each.fingerprint]));
  const mended = await mendRowSecurity(owner, blueprint, fingerprints);

  const objects = baseObjects(tag, workspace, definitions);
  const catalog = await readCatalog(
    owner,
    objects.map(({ name }) => name),
  );
  const isStale = (object: SqlObject): boolean =>
    !fingerprints.has(keyOf(object)) ||
    (object.kind === 'policy' && mended.includes(object.name)) ||
    (tablesChanged && object.kind !== 'role' && object.kind !== 'schema');
  const anew = objects
    .filter((object) => catalog.has(keyOf(object)) && isStale(object))
    .map(({ kind, name }) => {
      const text = fingerprint(BASE, catalog.get(keyOf({ kind, name })));
      return { kind, name, plane: null, fingerprint: text };
    });
  const wanted = new Set(objects.map(keyOf));
  const gone = known.filter((each) => !wanted.has(keyOf(each)));
  await record(owner, workspace, anew, gone);
  return mended;
}

/** Makes the policies that every record table has what they were recorded as, and row security enabled and forced. */
async function mendRowSecurity(
  owner: Queryable,
  { workspace, definitions }: Blueprint,
  fingerprints: ReadonlyMap<string, string>,
): Promise<string[]> {
  const objects = [...definitions.values()].flatMap((definition) => basePolicies(workspace, definition));
  const policies = objects.filter(({ kind }) => kind === 'policy');
  const catalog = await readCatalog(
    owner,
    policies.map(({ name }) => name),
  );
  const changed = policies.filter((policy) => {
    const recorded = fingerprints.get(keyOf(policy));
    return recorded !== undefined && recorded !== fingerprint(BASE, catalog.get(keyOf(policy)));
  });
  for (const policy of changed)
    await owner.query([`drop policy if exists ${policy.name}`, ...statementsOf(policy)].join(';\n'));

  const open = await owner.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ws_' || $1 and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)`,
    [workspace],
  );
  for (const { name } of open)
    await owner.query(`alter table ${name} enable row level security, force row level security`);
  return [...changed.map(({ name }) => name), ...open.map(({ name }) => name)];
}
