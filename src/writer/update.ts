import { invalid } from '../access/refusals.ts';
import { columnType } from '../compiler/field-types.ts';
import { changeTargets } from './door.ts';
import { readChanges } from './values.ts';
import type { GivenValues } from './values.ts';
import { distinctTargets } from './writing.ts';
import type { Shelf, Target, Writing } from './writing.ts';

/**
 * W1: changes fields of one or several records, all alike and all or nothing. Values are given by field name; null
 * empties a field.
 *
 * Throws VALIDATION_FAILED (a problem per field), NOT_FOUND (ids), FORBIDDEN (field or ability), STALE_VERSION.
 */
export async function updateRecords(
  { viewers, viewer }: Writing,
  shelf: Shelf,
  targets: readonly Target[],
  given: GivenValues,
): Promise<void> {
  const aimed = distinctTargets(targets);
  const values = readChanges(shelf.definition, given);
  if (values.length === 0) throw invalid([{ path: 'input', message: 'must change at least one field' }]);
  const settings = values.map(({ field, value }) => ({
    column: field.column,
    type: columnType(field.type),
    value,
  }));
  await viewers.write(viewer, [shelf.workspace], (write) => changeTargets(write, shelf, aimed, settings));
}
