import { statementsOf, type SqlObject, type SqlObjectKind } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';
import { fingerprint, keyOf, readCatalog, record, sourceIn, sourceOf, type RecordedObject } from './fingerprints.ts';

/** A compiled object, and the plane with which it goes; null for what all planes of the workspace share. */
export interface PlannedObject {
  readonly object: SqlObject;
  readonly plane: number | null;
}

/** What is made first. Policies come late, since they alone lock readers out of a table until the end. */
const MAKING: readonly SqlObjectKind[] = ['role', 'schema', 'grant', 'function', 'view', 'trigger', 'policy'];

/** What is dropped first: nothing before what depends on it. */
const DROPPING: readonly string[] = ['trigger', 'view', 'function'];
const DROPPING_LAST: readonly string[] = ['grant', 'schema', 'role'];

export interface ApplyOptions {
  /** Whether the catalog is asked too, so that what was dropped or changed by hand is mended. Costs some time. */
  mend: boolean;
}

/**
 * Makes the catalog hold the planned objects in place of the recorded ones, and records them. Only what differs is
 * touched: what is compiled from other SQL than before and what is planned no more, and to `mend`, what the catalog
 * doesn't hold as it was recorded. Returns the names of what was touched.
 */
export async function applyObjects(
  owner: Queryable,
  workspace: number,
  planned: readonly PlannedObject[],
  recorded: readonly RecordedObject[],
  { mend }: ApplyOptions,
): Promise<string[]> {
  const known = new Map(recorded.map((each) => [keyOf(each), each.fingerprint]));
  const wanted = new Set(planned.map(({ object }) => keyOf(object)));
  const catalog = mend
    ? await readCatalog(owner, [...planned.map(({ object }) => object.name), ...recorded.map(nameOf)])
    : null;
  const gone = recorded.filter((each) => !wanted.has(keyOf(each)));
  const differs = ({ object }: PlannedObject): boolean => {
    const key = keyOf(object);
    const fingerprintNow = catalog === null ? null : fingerprint(sourceOf(object), catalog.get(key));
    return fingerprintNow === null ? sourceIn(known.get(key)) !== sourceOf(object) : known.get(key) !== fingerprintNow;
  };
  const changed = withReaders(planned, planned.filter(differs));
  if (gone.length === 0 && changed.length === 0) return [];

  const exists = (each: { kind: string; name: string }): boolean => (catalog ?? known).has(keyOf(each));
  await run(owner, statements(changed, gone.filter(exists), exists));
  const after = await readCatalog(
    owner,
    changed.map(({ object }) => object.name),
  );
  await record(
    owner,
    workspace,
    changed.map(({ object, plane }) => ({
      kind: object.kind,
      name: object.name,
      plane,
      fingerprint: staysRecorded(object, known) ?? fingerprint(sourceOf(object), after.get(keyOf(object))),
    })),
    gone,
  );
  return [...gone.map(nameOf), ...changed.map(({ object }) => object.name)];
}

/**
 * Roles and schemas can't be made anew, since others hang on them: what they were given by hand (a login, a member) is
 * not taken back, and must not be recorded as if it were right.
 */
function staysRecorded(object: SqlObject, known: ReadonlyMap<string, string>): string | undefined {
  const recorded = known.get(keyOf(object));
  const same = ['role', 'schema'].includes(object.kind) && sourceIn(recorded) === sourceOf(object);
  return same ? recorded : undefined;
}

type Exists = (each: { kind: string; name: string }) => boolean;

function statements(changed: readonly PlannedObject[], gone: readonly RecordedObject[], exists: Exists): string[] {
  const objects = changed.map(({ object }) => object);
  const replaced = objects.filter((object) => exists(object) && object.kind !== 'function');
  const drop = (kinds: readonly string[], from: readonly { kind: string; name: string }[]): string[] =>
    sortedBy(
      kinds,
      from.filter(({ kind }) => kinds.includes(kind)),
    ).map(dropStatement);
  const make = (kinds: readonly SqlObjectKind[]): string[] =>
    sortedBy(
      kinds,
      objects.filter(({ kind }) => kinds.includes(kind)),
    ).flatMap((object) => making(object, exists));
  return [
    // Policies that read what is dropped go before it; else they go late.
    ...drop(
      ['policy'],
      replaced.some(isSight) || gone.some(({ kind }) => kind === 'function') ? [...gone, ...replaced] : [],
    ),
    ...drop(DROPPING, readersFirst([...gone, ...replaced])),
    ...make(MAKING.slice(0, -1)),
    ...drop(['policy'], [...gone, ...replaced]),
    ...make(['policy']),
    ...drop(DROPPING_LAST, gone),
  ];
}

/** What changed, and what reads a view that changed: Postgres drops no view that another view or a policy reads. */
function withReaders(planned: readonly PlannedObject[], changed: PlannedObject[]): PlannedObject[] {
  const read = changed
    .filter(({ object }) => object.kind === 'view' && isSight(object))
    .map(({ object }) => object.name);
  if (read.length === 0) return changed;
  const chosen = new Set(changed);
  return planned.filter(
    (each) =>
      chosen.has(each) ||
      (['view', 'policy'].includes(each.object.kind) && read.some((name) => each.object.sql.includes(`${name} `))),
  );
}

/** Of the views, those that read others: the sight views go last. */
function readersFirst<T extends { name: string }>(objects: readonly T[]): T[] {
  return [...objects].sort((a, b) => Number(isSight(a)) - Number(isSight(b)));
}

function isSight({ name }: { name: string }): boolean {
  return /^ws_\d+_sight\./.test(name);
}

function making(object: SqlObject, exists: Exists): string[] {
  const all = statementsOf(object);
  if (!exists(object)) return all;
  switch (object.kind) {
    case 'role':
    case 'schema':
      // Others hang on these: what follows their creation is said again, they stay.
      return [...object.sql.split(';\n').slice(1), ...all.slice(1)];
    case 'grant':
      return [dropStatement(object), ...all];
    default:
      return all;
  }
}

function dropStatement({ kind, name }: { kind: string; name: string }): string {
  if (kind !== 'grant') return `drop ${kind} if exists ${name}`;
  const [role, table] = name.split(' on ');
  return `revoke all on ${table} from ${role}`;
}

function sortedBy<T extends { kind: string }>(kinds: readonly string[], objects: readonly T[]): T[] {
  return [...objects].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** In one message: a plane is some hundred statements. An error says which of them failed. */
async function run(owner: Queryable, list: readonly string[]): Promise<void> {
  if (list.length === 0) return;
  const text = list.join(';\n');
  try {
    await owner.query(text);
  } catch (error) {
    const position = Number((error as { position?: string }).position);
    if (error instanceof Error && !Number.isNaN(position)) {
      const before = text.slice(0, position).split(';\n');
      error.message += ` (compiling: ${list[before.length - 1]?.split('\n', 1)[0] ?? 'unknown'})`;
    }
    throw error;
  }
}

function nameOf({ name }: RecordedObject): string {
  return name;
}
