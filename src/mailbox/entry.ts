import type { Queryable } from '../database/queryable.ts';

/** An entry as the viewer may see it (M3). */
export interface MailboxEntry {
  id: string;
  workspace: number;
  /** Null where the viewer doesn't see the record. */
  definition: string | null;
  record: string | null;
  /** Null for users whom the viewer may not see (U3), or who are gone. */
  recipient: string | null;
  sender: string | null;
  note: string | null;
  /** `2026-01-31` */
  dueDate: string | null;
  /** ISO 8601, UTC, to the microsecond; so are the other moments. */
  placedAt: string;
  readAt: string | null;
  completedAt: string | null;
  /** When it came back to this mailbox. */
  returnedAt: string | null;
}

export interface MailboxEvent {
  kind: MailboxEventKind;
  actor: string | null;
  at: string;
  /** Whose mailbox the entry lay in from then on. */
  recipient: string | null;
  note: string | null;
}

export type MailboxEventKind = 'PLACED' | 'FORWARDED' | 'READ' | 'COMPLETED' | 'RETURNED' | 'REASSIGNED';

/** Entries of one workspace: what one call is about. */
export interface Entries {
  workspace: number;
  ids: readonly string[];
}

const moment = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The columns of a MailboxEntry, of what the database's functions give. */
export const ENTRY_COLUMNS = `id, workspace_id as workspace, definition, record_id as record, recipient_id as recipient, sender_id as sender, note, due_date::text as "dueDate",
  ${moment('placed_at')} as "placedAt", ${moment('read_at')} as "readAt", ${moment('completed_at')} as "completedAt", ${moment('returned_at')} as "returnedAt"`;

/** The entries among these that the viewer may see, by their ids. `database` works as the viewer. */
export async function seenEntries(database: Queryable, { workspace, ids }: Entries): Promise<MailboxEntry[]> {
  const text = `select ${ENTRY_COLUMNS} from rowplane.seen_mailbox_entries($1, $2::uuid[])`;
  const found = await database.query<MailboxEntry>(text, [workspace, ids]);
  return ids.flatMap((id) => found.find((entry) => entry.id === id) ?? []);
}

/** What became of these entries, oldest first, by their ids; of those that the viewer may see. */
export async function historiesOf(
  database: Queryable,
  { workspace, ids }: Entries,
): Promise<Map<string, MailboxEvent[]>> {
  const text = `select entry_id as entry, kind, actor_id as actor, ${moment('at')} as at, recipient_id as recipient, note from rowplane.mailbox_history($1, $2::uuid[])`;
  const events = await database.query<MailboxEvent & { entry: string }>(text, [workspace, ids]);
  return Map.groupBy(events, ({ entry }) => entry);
}
