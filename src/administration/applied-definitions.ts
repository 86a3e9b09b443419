import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import { diffDefinitions } from '../compiler/diff-definitions.ts';
import type { Queryable } from '../database/queryable.ts';

/** The definitions that the database's workspaces were compiled from. Their fields come in no particular order. */
export async function appliedDefinitions(owner: Queryable): Promise<Definitions> {
  const rows = await owner.query<{ name: string; content: ObjectDefinition }>(
    'select name, content from rowplane.definitions order by name',
  );
  return new Map(rows.map(({ name, content }) => [name, content]));
}

/**
 * Throws where this process was started with other definitions than the database has now: what it would compile then
 * would lack what others rely on.
 */
export async function requireApplied(owner: Queryable, definitions: Definitions): Promise<void> {
  const changes = diffDefinitions(await appliedDefinitions(owner), definitions);
  if (changes.length === 0) return;
  const names = [...new Set(changes.map(({ definition }) => definition.name))];
  throw new Error(
    `The definitions of this process differ from the database's (${names.join(', ')}). ` +
      `Run rowplane migrate if the files are newer, and restart this process if they are not.`,
  );
}
