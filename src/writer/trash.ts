import { changeTargets } from './door.ts';
import { distinctTargets } from './writing.ts';
import type { Shelf, Target, Writing } from './writing.ts';

/** W2: puts records into the trash, all or nothing. Throws NOT_FOUND (ids), FORBIDDEN (ability, permission), STALE_VERSION. */
export async function trashRecords(writing: Writing, shelf: Shelf, targets: readonly Target[]): Promise<void> {
  await setDeleted(writing, shelf, targets, new Date().toISOString());
}

/**
 * W2: takes records out of the trash, all or nothing. Throws NOT_FOUND (ids), also for records that aren't in the
 * trash, FORBIDDEN (ability, permission), and VALIDATION_FAILED where a unique value was taken meanwhile.
 */
export async function restoreRecords(writing: Writing, shelf: Shelf, targets: readonly Target[]): Promise<void> {
  await setDeleted(writing, shelf, targets, null);
}

async function setDeleted(
  { viewers, viewer }: Writing,
  shelf: Shelf,
  targets: readonly Target[],
  value: string | null,
): Promise<void> {
  const aimed = distinctTargets(targets);
  const setting = { column: 'deleted_at', type: 'timestamptz', value };
  await viewers.write(viewer, [shelf.workspace], (write) => changeTargets(write, shelf, aimed, [setting]));
}
