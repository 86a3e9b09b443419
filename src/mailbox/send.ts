import type { Viewer, Viewers } from '../access/viewers.ts';
import type { Selected } from './candidates.ts';
import type { Entries } from './entry.ts';

interface Acting {
  viewer: Viewer;
  viewers: Viewers;
}

/** What goes with what is sent. */
export interface Covering {
  note?: string | null | undefined;
  /** `2026-01-31` */
  dueDate?: string | null | undefined;
}

/**
 * M1: puts records into mailboxes, each into each, all or nothing. Answers how many entries that made.
 *
 * Throws NOT_FOUND (ids), FORBIDDEN (ids, ability; or for guests), VALIDATION_FAILED (`recipients` who are no
 * candidates, note).
 */
export function placeInMailbox(
  acting: Acting,
  { workspace, definitions, ids }: Selected,
  recipients: readonly string[],
  { note, dueDate }: Covering,
): Promise<number> {
  return changed(acting, 'place_in_mailbox($1, $2::text[], $3::uuid[], $4::uuid[], $5, $6::date)', [
    workspace,
    definitions,
    ids,
    recipients,
    note ?? null,
    dueDate ?? null,
  ]);
}

/** M1: sends records as a step of work, without entries of the sender's. Throws as placing does. */
export function sendRecords(
  acting: Acting,
  { workspace, definitions, ids }: Selected,
  to: string,
  { note, dueDate }: Covering,
): Promise<number> {
  return changed(acting, 'send_records($1, $2::text[], $3::uuid[], $4::uuid, $5, $6::date)', [
    workspace,
    definitions,
    ids,
    to,
    note ?? null,
    dueDate ?? null,
  ]);
}

/** M1: moves entries of the viewer's on; without a due date they keep theirs. Throws NOT_FOUND (entries), and as placing does. */
export async function sendEntries(
  acting: Acting,
  { workspace, ids }: Entries,
  to: string,
  { note, dueDate }: Covering,
): Promise<void> {
  await changed(acting, 'send_entries($1, $2::uuid[], $3::uuid, $4, $5::date)', [
    workspace,
    ids,
    to,
    note ?? null,
    dueDate ?? null,
  ]);
}

/** M4. Throws NOT_FOUND (entries) for what isn't in the viewer's mailbox. */
export async function markRead(acting: Acting, { workspace, ids }: Entries): Promise<void> {
  await changed(acting, 'mark_entries_read($1, $2::uuid[])', [workspace, ids]);
}

/** M4. Throws NOT_FOUND (entries). */
export async function complete(acting: Acting, { workspace, ids }: Entries): Promise<void> {
  await changed(acting, 'complete_entries($1, $2::uuid[])', [workspace, ids]);
}

/** M4: gives entries back to whom they came from. Throws NOT_FOUND (entries), VALIDATION_FAILED for what can't go back. */
export async function returnToSender(
  acting: Acting,
  { workspace, ids }: Entries,
  note: string | null = null,
): Promise<void> {
  await changed(acting, 'return_entries($1, $2::uuid[], $3)', [workspace, ids, note]);
}

/** M3. Throws NOT_FOUND (entries) for what isn't undelivered, VALIDATION_FAILED (recipients). */
export async function reassign(acting: Acting, { workspace, ids }: Entries, to: string): Promise<void> {
  await changed(acting, 'reassign_entries($1, $2::uuid[], $3::uuid)', [workspace, ids, to]);
}

/** Calls a function of the database that judges for itself; answers how many rows it gave. */
async function changed({ viewers, viewer }: Acting, call: string, values: unknown[]): Promise<number> {
  const [rows = []] = await viewers.write(viewer, [], (write) =>
    write.run([{ text: `select from rowplane.${call}`, values }]),
  );
  return rows.length;
}
