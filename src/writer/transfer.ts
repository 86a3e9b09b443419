import { changeTargets } from './door.ts';
import { distinctTargets } from './writing.ts';
import type { Shelf, Target, Writing } from './writing.ts';

/**
 * D1: gives records that the viewer owns to another user, all or nothing.
 *
 * Throws NOT_FOUND (ids; or the user, where the viewer may not see such a one), FORBIDDEN (not the owner, ability,
 * permission), VALIDATION_FAILED (`to` is blocked or a guest), STALE_VERSION.
 */
export async function transferRecords(
  { viewers, viewer }: Writing,
  shelf: Shelf,
  targets: readonly Target[],
  to: string,
): Promise<void> {
  const aimed = distinctTargets(targets);
  const setting = { column: 'owner_id', type: 'uuid', value: to };
  await viewers.write(viewer, [shelf.workspace], (write) => changeTargets(write, shelf, aimed, [setting]));
}
