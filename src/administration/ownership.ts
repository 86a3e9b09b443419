import type { Administration } from '../access/administrators.ts';

/** Which records of a user change hands; all where nothing is said. */
export interface OwnedRecords {
  workspace?: number | undefined;
  /** The table of an object definition. */
  table?: string | undefined;
  ids?: readonly string[] | undefined;
}

/**
 * D1: gives to one user what another one owns who is blocked or gone, the trash included, all or nothing. Answers how
 * many records it was.
 *
 * Throws FORBIDDEN where the owner is active, NOT_FOUND (`to`, or ids that aren't this owner's), VALIDATION_FAILED
 * where `to` is blocked or a guest.
 */
export async function transferOwnership(
  a: Administration,
  from: string,
  to: string,
  { workspace, table, ids }: OwnedRecords = {},
): Promise<number> {
  const [row] = await a.query<{ moved: string }>(
    'select rowplane.transfer_ownership($1, $2, $3, $4, $5::uuid[]) as moved',
    [from, to, workspace ?? null, table ?? null, ids ?? null],
  );
  return Number(row?.moved ?? 0);
}
