import type { Queryable } from '../database/queryable.ts';
import { ENTRY_COLUMNS, type MailboxEntry } from './entry.ts';

/** Which entries of the viewer's mailbox; both by default. */
export interface MailboxFilter {
  read?: boolean | null | undefined;
  completed?: boolean | null | undefined;
}

/** Where a list goes on: behind this entry. */
export interface MailboxPlace {
  placedAt: string;
  id: string;
}

/** Some entries, the newest first. */
export type ListEntries = (database: Queryable, limit: number, after: MailboxPlace | null) => Promise<MailboxEntry[]>;

/** The viewer's own mailbox (M3). `database` works as the viewer. */
export function mailboxList({ read = null, completed = null }: MailboxFilter): ListEntries {
  return (database, limit, after) =>
    merged(database, false, limit, (workspace) =>
      database.query<MailboxEntry>(
        `select ${ENTRY_COLUMNS} from rowplane.mailbox($1, $2, $3::timestamptz, $4::uuid, $5, $6)`,
        [workspace, limit, after?.placedAt ?? null, after?.id ?? null, read, completed],
      ),
    );
}

/** What didn't reach whom it was for (M3): what the viewer sent, and everything for administrators. */
export const undeliveredList: ListEntries = (database, limit, after) =>
  merged(database, true, limit, (workspace) =>
    database.query<MailboxEntry>(
      `select ${ENTRY_COLUMNS} from rowplane.undelivered_mailbox($1, $2, $3::timestamptz, $4::uuid)`,
      [workspace, limit, after?.placedAt ?? null, after?.id ?? null],
    ),
  );

/** How many entries the viewer's mailbox has. */
export async function countMailbox(
  database: Queryable,
  { read = null, completed = null }: MailboxFilter,
): Promise<number> {
  const workspaces = await workspacesOf(database, false);
  const counts = await Promise.all(
    workspaces.map(async (workspace) => {
      const text = 'select rowplane.count_mailbox($1, $2, $3)::int as count';
      const [row] = await database.query<{ count: number }>(text, [workspace, read, completed]);
      return row?.count ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** One statement per workspace, since nothing in the database crosses from one to another, and all of them at once. */
async function merged(
  database: Queryable,
  undelivered: boolean,
  limit: number,
  list: (workspace: number) => Promise<MailboxEntry[]>,
): Promise<MailboxEntry[]> {
  const lists = await Promise.all((await workspacesOf(database, undelivered)).map(list));
  return lists.flat().sort(newestFirst).slice(0, limit);
}

async function workspacesOf(database: Queryable, undelivered: boolean): Promise<number[]> {
  const rows = await database.query<{ id: number }>('select rowplane.mailbox_workspaces($1) as id', [undelivered]);
  return rows.map(({ id }) => id);
}

/** As the database orders them: its moments and ids compare as text. */
function newestFirst(one: MailboxEntry, other: MailboxEntry): number {
  const [a, b] = [`${one.placedAt} ${one.id}`, `${other.placedAt} ${other.id}`];
  return a < b ? 1 : a > b ? -1 : 0;
}
