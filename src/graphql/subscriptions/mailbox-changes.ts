import type { Change } from '../../delivery/delivery.ts';
import type { Kit } from '../builder.ts';
import type { EntryRef } from '../mailbox/entry-type.ts';
import { entryId } from '../mailbox/ids.ts';
import { changeFields, followChanges } from './change.ts';

/** `mailboxChanged`: what comes into the viewer's mailbox, changes there and leaves it (M5). */
export function defineMailboxChanges({ builder }: Kit, entry: EntryRef): void {
  const kind = builder.enumType('MailboxChangeKind', {
    description: 'What became of an entry of the viewer’s mailbox (M5).',
    values: {
      PLACED: { description: 'It is in the mailbox now: placed there, sent on, or its record can be seen again (M3).' },
      CHANGED: { description: 'It or its record changed: read, completed, returned, other content.' },
      REMOVED: { description: 'It left: sent on, returned, or its record can’t be seen any more.' },
    } as const,
  });
  const change = builder.objectRef<Change<string>>('MailboxChange').implement({
    description: 'What became of an entry of the viewer’s mailbox.',
    fields: (t) => ({
      ...changeFields(t, kind, 'entry', entryId),
      entry: t.field({
        type: entry,
        description: 'The entry as `mailboxEntry` gives it now; null for one that was removed.',
        resolve: ({ content }) => content as never,
      }),
    }),
  });
  builder.subscriptionField('mailboxChanged', (t) =>
    t.field({
      type: change,
      nullable: false,
      description: 'What becomes of the viewer’s mailbox from now on, or from `after` on.',
      args: { after: t.arg.string({ description: 'The cursor of the last change that was received.' }) },
      subscribe: (_root, { after }, context, info) =>
        followChanges(info, context, {
          content: 'entry',
          source: { list: 'mailboxEntries', type: null, idOf: entryId },
          traits: () => ({ personal: true, tellsAccess: true, tellsOthers: true }),
          follow: (delivery, content) => delivery.followMailbox(context.viewer, content, after),
        }) as never,
      resolve: (told) => told as never,
    }),
  );
}
