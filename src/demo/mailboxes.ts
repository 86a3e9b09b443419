import type { Queryable } from '../database/queryable.ts';
import type { DemoProcess } from './records.ts';
import { seeded } from './random.ts';

interface DemoEntry {
  from: string;
  to: string;
  /** Place among the processes of the client General that have not ended. */
  process: number;
  note: string;
  dueDate: string | null;
  /** Days of December 2025 on which it was placed and read. */
  placed: number;
  read: number | null;
}

/** Ben and Cleo, who have workflow access, work on the same client. */
const ENTRIES: readonly DemoEntry[] = [
  {
    from: 'cleo',
    to: 'ben',
    process: 0,
    note: 'The site plan is missing. Please ask the applicant for it.',
    dueDate: '2026-01-16',
    placed: 8,
    read: 9,
  },
  {
    from: 'cleo',
    to: 'ben',
    process: 1,
    note: 'Ready to be decided, I think.',
    dueDate: null,
    placed: 10,
    read: null,
  },
  {
    from: 'ben',
    to: 'cleo',
    process: 2,
    note: 'Is this one of the experts’? Send it back if not.',
    dueDate: '2026-01-09',
    placed: 11,
    read: null,
  },
];

/** Puts entries into the demo's mailboxes, as the owner: the same each time, placed in the past. */
export async function fillMailboxes(
  owner: Queryable,
  workspace: number,
  processes: readonly DemoProcess[],
  people: Readonly<Record<string, string>>,
): Promise<void> {
  const random = seeded(7);
  const open = processes.filter(({ client, values }) => client === 'General' && values.endedAt === null);
  for (const { from, to, process, note, dueDate, placed, read } of ENTRIES) {
    const day = (of: number) => new Date(Date.UTC(2025, 11, of, 9));
    const id = random.id(day(placed));
    await owner.query(
      `insert into rowplane.mailbox_entries (id, workspace_id, definition, record_id, recipient_id, sender_id, note, due_date, placed_at, read_at, version)
       values ($1, $2, 'process', $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        workspace,
        open[process]!.id,
        people[to],
        people[from],
        note,
        dueDate,
        day(placed),
        read && day(read),
        read ? 2 : 1,
      ],
    );
    const event = (version: number, kind: string, actor: string, at: Date, text: string | null) =>
      owner.query(
        `insert into rowplane.mailbox_events (entry_id, version, kind, actor_id, at, recipient_id, note) values ($1, $2, $3, $4, $5, $6, $7)`,
        [id, version, kind, people[actor], at, people[to], text],
      );
    await event(1, 'PLACED', from, day(placed), note);
    if (read !== null) await event(2, 'READ', to, day(read), null);
  }
}
