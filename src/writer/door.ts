import { Refusal } from '../access/refusals.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { ViewerTransaction } from '../access/viewers.ts';
import { editSchema, sightSchema } from '../compiler/names.ts';
import { identifier, qualified } from '../compiler/sql-object.ts';
import { asTaken } from './taken.ts';
import { noSuchRecords, planesOf } from './writing.ts';
import type { Shelf, Target } from './writing.ts';

/** A column and what a change puts there. */
export interface Setting {
  column: string;
  /** The column's SQL type. */
  type: string;
  value: unknown;
}

/**
 * Changes all targets alike through the edit door, in one flush. The door knows no conditions: the targets are said
 * before, and afterwards it says which of them it changed. All or nothing: throws NOT_FOUND with the ids of those that
 * the viewer doesn't see (W5), or what the guard and P8 say of the others.
 */
export async function changeTargets(
  write: ViewerTransaction,
  shelf: Shelf,
  targets: readonly Target[],
  settings: readonly Setting[],
): Promise<void> {
  const { workspace, definition } = shelf;
  const ids = targets.map(({ id }) => id);
  // Also for a workspace that doesn't exist, and so has no door.
  if (planesOf(write, shelf).length === 0) throw noSuchRecords(definition, ids);
  const door = qualified(editSchema(workspace), definition.table);
  const set = settings.map(({ column, type }, index) => `${identifier(column)} = $${index + 1}::${type}`);
  const rows = await write
    .run([
      aim(targets),
      { text: `update ${door} set ${set.join(', ')}`, values: settings.map(({ value }) => value) },
      { text: 'select rowplane.changed_targets() as ids', values: [] },
    ])
    .catch((error: unknown) => {
      throw asTaken(definition, error);
    });
  const changed = new Set(changedIds(rows[2]));
  const refused = ids.filter((id) => !changed.has(id));
  if (refused.length > 0) throw await refusalOf(write, shelf, refused, settings);
}

/**
 * Why the door left targets as they were: the viewer doesn't see them, or sees them in a place where nothing may be
 * changed (P8). Hidden ones go first, for what isn't there can't be forbidden.
 */
async function refusalOf(
  write: ViewerTransaction,
  { workspace, definition }: Shelf,
  refused: readonly string[],
  settings: readonly Setting[],
): Promise<Refusal> {
  const restoring = settings.some(({ column, value }) => column === 'deleted_at' && value === null);
  // A record that is seen isn't in the trash, so there is none to restore.
  const sight = qualified(sightSchema(workspace), definition.table);
  const [rows = []] = restoring
    ? []
    : await write.run([{ text: `select id from ${sight} where id = any ($1::uuid[])`, values: [refused] }]);
  const seen = new Set(rows.map((row) => row.id as string));
  const hidden = refused.filter((id) => !seen.has(id));
  if (hidden.length > 0) return noSuchRecords(definition, hidden);
  return new Refusal('FORBIDDEN', 'You may not change records in this folder. Nothing was changed.', {
    permission: 'EDIT',
    ids: refused,
  });
}

/** Says which records the next statement through the door is for, and in which versions (W6). */
function aim(targets: readonly Target[]): Statement {
  const ids = targets.map(({ id }) => id);
  const expects = targets.some(({ version }) => version !== undefined);
  const versions = expects ? targets.map(({ version }) => version ?? null) : null;
  return { text: 'select rowplane.set_targets($1::uuid[], $2::int[])', values: [ids, versions] };
}

function changedIds(rows: Row[] | undefined): string[] {
  const ids: unknown = rows?.[0]?.ids;
  return Array.isArray(ids) ? (ids as string[]) : [];
}
