import type { Queryable } from '../database/queryable.ts';
import { readBlueprint } from './blueprint.ts';
import { baseObjects } from './base-objects.ts';
import { fingerprint, keyOf, readCatalog, sourceIn, sourceOf, type RecordedObject } from './fingerprints.ts';
import { planePlan, sharedPlan } from './plan.ts';

/**
 * How the catalog differs from what was compiled. `outdated` is what this version of the code, or the planes and
 * definitions as they are stored, would compile otherwise.
 */
export interface Drift {
  readonly kind: 'missing' | 'changed' | 'unexpected' | 'outdated';
  /** `policy acp_7_read on ws_3.document` */
  readonly object: string;
}

type Recorded = RecordedObject & { readonly workspace: number };

/**
 * Compares the catalog of the database at hand, object by object, with what was recorded when it was compiled: owners,
 * roles and their members, permissive or restrictive, commands, expressions, grants, triggers and whether they fire,
 * function bodies, indexes and whether they are valid, settings of our roles. Of compiled roles, only those with this database's tag are looked at.
 * Reads on the caller's snapshot, as rowplane_owner; changes nothing.
 */
export async function verifyCompiled(owner: Queryable): Promise<Drift[]> {
  const recorded = await owner.query<Recorded>(
    'select workspace_id as workspace, kind, name, plane_id as plane, fingerprint from rowplane.compiled_objects',
  );
  const catalog = await readCatalog(owner, null);
  const known = new Set(recorded.map(keyOf));
  const drift: Drift[] = recorded.flatMap((each) => driftOf(each, catalog.get(keyOf(each))));
  for (const key of catalog.keys()) if (!known.has(key)) drift.push({ kind: 'unexpected', object: key });
  drift.push(...(await outdated(owner, recorded)), ...(await roleSettings(owner)));
  return drift.sort((a, b) => (a.object < b.object ? -1 : 1));
}

function driftOf(recorded: Recorded, definition: string | undefined): Drift[] {
  const [source = '', made] = recorded.fingerprint.split('.');
  // Indexes for restrictions are recorded before they are built; grants on schemas show in the schema.
  if (recorded.kind === 'index' && made === '') {
    if (definition === undefined) return [{ kind: 'missing', object: keyOf(recorded) }];
    return definition.startsWith('invalid') ? [{ kind: 'changed', object: keyOf(recorded) }] : [];
  }
  if (fingerprint(source, definition) === recorded.fingerprint) return [];
  return [{ kind: definition === undefined ? 'missing' : 'changed', object: keyOf(recorded) }];
}

/** What somebody set for one of our roles: none needs a setting, and Postgres lets every role change its own, the API's login too. */
async function roleSettings(owner: Queryable): Promise<Drift[]> {
  const found = await owner.query<{ role: string; setting: string }>(
    `select r.rolname as role, split_part(s.setting, '=', 1) as setting
     from pg_db_role_setting d join pg_roles r on r.oid = d.setrole cross join lateral unnest(d.setconfig) s(setting)
     where r.rolname ~ '^rowplane_' and d.setdatabase in (0, (select oid from pg_database where datname = current_database()))`,
  );
  return found.map(({ role, setting }) => ({ kind: 'unexpected', object: `setting ${setting} of role ${role}` }));
}

async function outdated(owner: Queryable, recorded: readonly Recorded[]): Promise<Drift[]> {
  const workspaces = await owner.query<{ id: number }>('select id from rowplane.workspaces order by id');
  const known = new Map(recorded.map((each) => [keyOf(each), sourceIn(each.fingerprint)]));
  const drift: Drift[] = [];
  for (const { id } of workspaces) {
    const blueprint = await readBlueprint(owner, id);
    const base = baseObjects(blueprint.tag, id, blueprint.definitions).map(keyOf);
    const planned = [...sharedPlan(blueprint), ...blueprint.planes.flatMap((plane) => planePlan(blueprint, plane))];
    const sources = new Map(planned.map(({ object }) => [keyOf(object), sourceOf(object)]));
    for (const [key, source] of sources) if (known.get(key) !== source) drift.push({ kind: 'outdated', object: key });
    const wanted = new Set([...base, ...sources.keys()]);
    for (const each of recorded)
      if (each.workspace === id && each.kind !== 'index' && !wanted.has(keyOf(each)))
        drift.push({ kind: 'outdated', object: keyOf(each) });
  }
  return drift;
}
