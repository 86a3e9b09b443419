import { alteringStatements, droppingStatements } from '../compiler/alter-tables.ts';
import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import {
  diffDefinitions,
  isDestructive,
  PLANE_PARTS,
  withoutRemoved,
  type DefinitionChange,
} from '../compiler/diff-definitions.ts';
import type { DefinitionContent, PlaneContent } from '../compiler/levels.ts';
import { transaction, type Queryable } from '../database/queryable.ts';
import { recompileWorkspace, withCompileRetries } from './compile.ts';
import { appliedDefinitions } from './applied-definitions.ts';
import { waitBriefly } from './plan.ts';
import { lossesOf, obstaclesTo, type StoredPlane, type Workspace } from './definition-losses.ts';

export interface ApplyOptions {
  /** Whether fields, definitions and choices may be removed with what they hold. Default: no. */
  allowDestructive?: boolean;
  /** Told what was made anew in a workspace without a change of the definitions: compiled otherwise by now, or changed by hand. */
  onMade?: (workspace: Workspace, objects: readonly string[]) => void;
}

/** The files and the database disagree in a way that needs a person. The message lists every reason and the remedy. */
export class DefinitionsRefused extends Error {
  readonly reasons: readonly string[];

  constructor(headline: string, reasons: readonly string[], remedy: string) {
    super(`${headline}\n${reasons.map((reason) => `- ${reason}`).join('\n')}\n${remedy}`);
    this.reasons = reasons;
  }
}

/**
 * Makes every workspace follow the definitions, in one transaction: new ones get tables, new fields columns, and all
 * doors and planes are compiled anew. Where nothing has changed, it only compiles what this program would compile
 * otherwise now. `owner` must be one session, as rowplane_owner, outside a transaction; of several processes the
 * migration's lock lets in one.
 *
 * Throws DefinitionsRefused, with everything left as it was, where something would be lost and `allowDestructive`
 * isn't given, or where existing records or planes stand in the way.
 */
export async function applyDefinitions(
  owner: Queryable,
  wanted: Definitions,
  options: ApplyOptions = {},
): Promise<DefinitionChange[]> {
  const changes = await withCompileRetries(() => transaction(owner, (session) => apply(session, wanted, options)));
  if (changes.length === 0) await recompileAll(owner, wanted, options);
  return changes;
}

/** A newer version of this program may compile the same definitions into something else. */
async function recompileAll(owner: Queryable, definitions: Definitions, { onMade }: ApplyOptions): Promise<void> {
  for (const workspace of await readWorkspaces(owner)) {
    const made = await withCompileRetries(() =>
      transaction(owner, () => recompileWorkspace(owner, workspace.id, definitions)),
    );
    if (made.length > 0) onMade?.(workspace, [...new Set(made)]);
  }
}

async function apply(
  owner: Queryable,
  wanted: Definitions,
  { allowDestructive = false }: ApplyOptions,
): Promise<DefinitionChange[]> {
  const applied = await appliedDefinitions(owner);
  const changes = diffDefinitions(applied, wanted);
  if (changes.length === 0) return [];

  await waitBriefly(owner);
  // No workspace may come, and no plane be saved, from the old definitions meanwhile.
  await owner.query('lock table rowplane.workspaces, rowplane.planes in share row exclusive mode');
  const workspaces = await readWorkspaces(owner);
  const planes = await readPlanes(owner);
  const obstacles = await obstaclesTo(owner, changes, wanted, applied, workspaces, planes);
  if (obstacles.length > 0)
    throw new DefinitionsRefused(
      'The definitions in schema/ do not fit the records there are:',
      obstacles,
      'Nothing was changed. Mend the records or planes, or the files, and run rowplane migrate again.',
    );
  if (!allowDestructive && changes.some(isDestructive))
    throw new DefinitionsRefused(
      'The definitions in schema/ would take something away:',
      await lossesOf(owner, changes, workspaces, planes),
      'Nothing was changed. To go ahead, run rowplane migrate --allow-destructive; else restore the files.',
    );

  if (changes.some(isDestructive)) await remove(owner, { applied, wanted, changes, workspaces, planes });
  await store(owner, [...wanted.values()]);
  for (const { id } of workspaces) {
    for (const statement of alteringStatements(id, changes, wanted)) await owner.query(statement);
    await recompileWorkspace(owner, id, wanted, { tablesChanged: true });
  }
  return changes;
}

interface Removal {
  readonly applied: Definitions;
  readonly wanted: Definitions;
  readonly changes: readonly DefinitionChange[];
  readonly workspaces: readonly Workspace[];
  readonly planes: readonly StoredPlane[];
}

/** First everything compiled lets go of what is removed, then that is dropped: whatever still used it would fail here. */
async function remove(owner: Queryable, removal: Removal): Promise<void> {
  const { applied, wanted, changes, workspaces, planes } = removal;
  for (const plane of planes) {
    const content = contentWithin(wanted, plane.content);
    if (JSON.stringify(content) !== JSON.stringify(plane.content))
      await owner.query('update rowplane.planes set content = $2 where id = $1', [plane.id, JSON.stringify(content)]);
  }
  const trimmed = withoutRemoved(applied, changes);
  await store(owner, [...trimmed.values()]);
  for (const { id } of workspaces) {
    await recompileWorkspace(owner, id, trimmed, { tablesChanged: true });
    for (const statement of droppingStatements(id, changes)) await owner.query(statement);
  }
  const removed = changes.filter((change) => change.kind === 'definitionRemoved');
  await owner.query('delete from rowplane.definitions where name = any($1::text[])', [
    removed.map(({ definition }) => definition.name),
  ]);
}

/** A plane's content without names that the definitions no longer have. */
function contentWithin(definitions: Definitions, content: PlaneContent): PlaneContent {
  const kept = Object.entries(content).flatMap(([name, enabled]) => {
    const definition = definitions.get(name);
    if (definition === undefined) return [];
    const parts = PLANE_PARTS.map((part) => [
      part,
      enabled[part].filter((each) => Object.hasOwn(definition[part], each)),
    ]);
    return [[name, { ...enabled, ...Object.fromEntries(parts) } as DefinitionContent]];
  });
  return Object.fromEntries(kept) as PlaneContent;
}

async function store(owner: Queryable, definitions: readonly ObjectDefinition[]): Promise<void> {
  for (const definition of definitions)
    await owner.query(
      `insert into rowplane.definitions (name, content) values ($1, $2)
       on conflict (name) do update set content = excluded.content, applied_at = now()
         where definitions.content is distinct from excluded.content`,
      [definition.name, JSON.stringify(definition)],
    );
}

function readWorkspaces(owner: Queryable): Promise<Workspace[]> {
  return owner.query<Workspace>('select id, name from rowplane.workspaces order by id');
}

function readPlanes(owner: Queryable): Promise<StoredPlane[]> {
  return owner.query<StoredPlane>(
    'select id, workspace_id as workspace, name, is_full as full, content from rowplane.planes order by id',
  );
}
