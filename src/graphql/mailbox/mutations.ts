import { invalid } from '../../access/refusals.ts';
import { readDate } from '../../compiler/calendar.ts';
import { ValueError } from '../../compiler/value-error.ts';
import { seenEntries, type Entries } from '../../mailbox/entry.ts';
import {
  complete,
  markRead,
  placeInMailbox,
  reassign,
  returnToSender,
  sendEntries,
  sendRecords,
} from '../../mailbox/send.ts';
import { uuidOf, uuidsOf } from '../admin/ids.ts';
import { defineMutation } from '../admin/mutation.ts';
import { reading } from '../as-viewer.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import type { EntryRef } from './entry-type.ts';
import { namedEntries, refusingByMailboxId, selectedRecords } from './ids.ts';

const NOTE = 'For whom it goes to, at most 4000 characters.';

/** Placing, sending, and what recipients do with entries; each all or nothing (W5). */
export function defineMailboxMutations(kit: Kit, entry: EntryRef): void {
  defineSending(kit);
  defineMarking(kit, entry);
}

function defineSending(kit: Kit): void {
  defineMutation(kit, 'placeInMailbox', {
    description:
      'Puts records into mailboxes, each into each; needs the ability PLACE_IN_MAILBOX on every record (M1). Recipients must be among mailboxCandidates (M2).',
    input: (t) => ({
      records: t.idList({ required: true, description: 'At most 1000, of one workspace.' }),
      recipients: t.idList({ required: true, description: 'At most 100 users.' }),
      note: t.string({ description: NOTE }),
      dueDate: t.field({ type: 'Date' }),
    }),
    payload: { placed: 'Int' },
    async resolve({ records, recipients, ...covering }, context) {
      const selected = selectedRecords(context.definitions, records);
      const people = uuidsOf('User', recipients, 'recipients');
      checkDueDate(covering.dueDate);
      const placed = await refusingByMailboxId(selected, () => placeInMailbox(context, selected, people, covering));
      return { placed };
    },
  });
  defineMutation(kit, 'sendProcess', {
    description:
      'Sends records as a step of work: moves entries of the viewer’s on, or sends records without one. Needs the ability SEND_PROCESS on every record (M1), and a recipient among mailboxCandidates (M2).',
    input: (t) => ({
      entries: t.idList({ description: 'Of the viewer’s mailbox; they leave it.' }),
      records: t.idList({ description: 'Instead of entries.' }),
      to: t.id({ required: true }),
      note: t.string({ description: NOTE }),
      dueDate: t.field({ type: 'Date', description: 'Entries keep theirs where none is given.' }),
    }),
    payload: { sent: 'Int' },
    async resolve({ entries, records, to, ...covering }, context) {
      if ((entries == null) === (records == null))
        throw invalid([{ path: 'entries', message: 'give either entries or records' }]);
      const recipient = uuidOf('User', to, 'to');
      checkDueDate(covering.dueDate);
      if (records != null) {
        const selected = selectedRecords(context.definitions, records);
        return {
          sent: await refusingByMailboxId(selected, () => sendRecords(context, selected, recipient, covering)),
        };
      }
      const named = namedEntries(entries!);
      await refusingByMailboxId(named, () => sendEntries(context, named, recipient, covering));
      return { sent: new Set(named.ids).size };
    },
  });
  defineMutation(kit, 'returnMailboxEntries', {
    description: 'Gives entries of the viewer’s mailbox back to whom they came from (M4).',
    input: (t) => ({ entries: t.idList({ required: true }), note: t.string({ description: NOTE }) }),
    payload: { returned: 'Int' },
    async resolve({ entries, note }, context) {
      const named = namedEntries(entries);
      await refusingByMailboxId(named, () => returnToSender(context, named, note));
      return { returned: new Set(named.ids).size };
    },
  });
  defineMutation(kit, 'reassignMailboxEntries', {
    description:
      'Gives undelivered entries to another user, as their sender or an administrator (M3). The user must be among the candidates of each.',
    input: (t) => ({ entries: t.idList({ required: true }), to: t.id({ required: true }) }),
    payload: { reassigned: 'Int' },
    async resolve({ entries, to }, context) {
      const named = namedEntries(entries);
      const recipient = uuidOf('User', to, 'to');
      await refusingByMailboxId(named, () => reassign(context, named, recipient));
      return { reassigned: new Set(named.ids).size };
    },
  });
}

/** Postgres would take more for a date than dates, and complain of others in its own words. */
function checkDueDate(dueDate: string | null | undefined): void {
  try {
    if (dueDate != null) readDate(dueDate);
  } catch (error) {
    throw error instanceof ValueError ? invalid([{ path: 'dueDate', message: error.message }]) : error;
  }
}

function defineMarking(kit: Kit, entry: EntryRef): void {
  const marking = (name: string, description: string, mark: (context: Context, entries: Entries) => Promise<void>) => {
    defineMutation(kit, name, {
      description,
      input: (t) => ({ entries: t.idList({ required: true }) }),
      payload: { entries: [entry] },
      async resolve({ entries }, context) {
        const named = namedEntries(entries);
        await refusingByMailboxId(named, () => mark(context, named));
        return { entries: await seenEntries(reading(context.session), named) };
      },
    });
  };
  marking('markMailboxEntriesRead', 'Marks entries of the viewer’s mailbox as read (M4). Twice is once.', markRead);
  marking(
    'completeMailboxEntries',
    'Marks entries of the viewer’s mailbox as completed, and as read (M4). Twice is once.',
    complete,
  );
}
