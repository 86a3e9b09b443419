import type { Command } from 'commander';
import { type ActingOptions, adminCommand, changing, reading } from './administration.ts';
import { find } from './find.ts';
import { action, report, table } from './output.ts';

/** `rowplane mailbox …`: what didn't reach whom it was for (M3). */
export function addMailbox(program: Command): void {
  const mailbox = program.command('mailbox').description('mailbox entries that don’t reach whom they are for');
  adminCommand(
    mailbox,
    'undelivered',
    'list the entries whose recipients can’t see the record or have no mailbox',
  ).action(action(undelivered));
  adminCommand(mailbox, 'reassign <workspace> <entry> <user>', 'give an undelivered entry to somebody else').action(
    action(reassign),
  );
}

const MOST = 500;

async function undelivered(options: ActingOptions): Promise<void> {
  const { undeliveredList } = await import('../mailbox/list.ts');
  const rows = await reading(options, async (a) => {
    const entries = await undeliveredList(a, MOST, null);
    const users = await a.query<{ id: string; name: string }>('select id, name from rowplane.users');
    const workspaces = await a.query<{ id: number; name: string }>('select id, name from rowplane.workspaces');
    const named = (of: readonly { id: unknown; name: string }[], id: unknown) =>
      of.find((each) => each.id === id)?.name;
    return entries.map(({ id, workspace, recipient, sender, placedAt, dueDate }) => ({
      workspace: named(workspaces, workspace) ?? workspace,
      recipient: named(users, recipient) ?? null,
      sender: named(users, sender) ?? null,
      placedAt,
      dueDate,
      id,
    }));
  });
  report(rows, options, () => table(rows, ['workspace', 'recipient', 'sender', 'placedAt', 'dueDate', 'id']));
}

async function reassign(called: string, entry: string, user: string, options: ActingOptions): Promise<void> {
  await changing(options, async (a) => {
    const workspace = await find<number>(a, 'workspaces', called);
    await a.query('select rowplane.reassign_entries($1, array[$2::uuid], $3)', [
      workspace,
      entry,
      await find(a, 'users', user),
    ]);
  });
  report({ entry, recipient: user }, options, () => `The entry is in the mailbox of ${user} now.`);
}
