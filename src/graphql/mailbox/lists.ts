import { invalid } from '../../access/refusals.ts';
import { seenEntries, type MailboxEntry } from '../../mailbox/entry.ts';
import { countMailbox, mailboxList, undeliveredList, type ListEntries } from '../../mailbox/list.ts';
import { reading } from '../as-viewer.ts';
import { groupBy } from '../batch.ts';
import type { Builder, Kit } from '../builder.ts';
import { defineConnection, type ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { decodeRecordId } from '../global-id.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import type { EntryRef } from './entry-type.ts';

export type ViewerRef = PothosSchemaTypes.ObjectRef<Builder['$inferSchemaTypes'], object>;

const FIRST = 'At most so many, 1 to 500. Default 50.';

/** `viewer.mailbox`, `viewer.undelivered`, and one entry by its id. */
export function defineMailboxLists(kit: Kit, viewer: ViewerRef, entry: EntryRef): void {
  const { builder } = kit;
  const connection = defineConnection<MailboxEntry>(kit, 'MailboxEntry', entry);
  builder.objectField(viewer, 'mailbox', (t) =>
    t.field({
      type: connection,
      description:
        'The viewer’s mailbox, the newest first; null for users without workflow access (U10). Entries whose record the viewer doesn’t see now aren’t there (M3).',
      args: {
        first: t.arg.int({ description: FIRST }),
        after: t.arg.string(),
        read: t.arg.boolean({ description: 'Only entries that were read, or that were not.' }),
        completed: t.arg.boolean({ description: 'Only entries that are completed, or that are not.' }),
      },
      async resolve(_viewer, { first, after, ...filter }, context) {
        const [row] = await context.session.query({ text: 'select rowplane.viewer_has_mailbox() as has', values: [] });
        if (row?.has !== true) return null;
        const count = () => countMailbox(reading(context.session), filter);
        return readPage(context, 'mailbox', { first, after }, mailboxList(filter), count);
      },
    }),
  );
  builder.objectField(viewer, 'undelivered', (t) =>
    t.field({
      type: connection,
      nullable: false,
      description:
        'Entries that don’t reach whom they are for, who can’t see the record now or has no workflow access: those that the viewer sent; for administrators, all (M3).',
      args: { first: t.arg.int({ description: FIRST }), after: t.arg.string() },
      resolve: (_viewer, page, context) => readPage(context, 'undelivered', page, undeliveredList),
    }),
  );
  builder.queryField('mailboxEntry', (t) =>
    t.field({
      type: entry,
      description:
        'The entry of this id, if it is in the viewer’s mailbox, or undelivered and the viewer’s to reassign; else null.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_root, { id }, context) => (await entriesByIds(context, [id]))[0],
    }),
  );
  builder.queryField('mailboxEntries', (t) =>
    t.field({
      type: [entry],
      nullable: { list: false, items: true },
      description: 'The entries of these ids, as `mailboxEntry` gives them, in their order.',
      args: { ids: t.arg.idList({ required: true }) },
      resolve: (_root, { ids }, context) => entriesByIds(context, ids),
    }),
  );
}

/** An id that is none of an entry, or of one that the viewer may not see, is one of nothing (V2). */
async function entriesByIds(context: Context, ids: readonly string[]): Promise<(MailboxEntry | null)[]> {
  const named = ids.map((id) => decodeRecordId(id, 'MailboxEntry'));
  const found = new Map<string, MailboxEntry>();
  const places = groupBy(
    named.filter((each) => each !== null),
    ({ workspace }) => String(workspace),
  );
  await Promise.all(
    [...places.values()].map(async (same) => {
      const { workspace } = same[0]!;
      const seen = await seenEntries(reading(context.session), { workspace, ids: same.map(({ uuid }) => uuid) });
      for (const entry of seen) found.set(`${workspace} ${entry.id}`, entry);
    }),
  );
  return named.map((each) => (each === null ? null : (found.get(`${each.workspace} ${each.uuid}`) ?? null)));
}

interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

async function readPage(
  context: Context,
  list: string,
  { first, after }: PageArguments,
  read: ListEntries,
  totalCount?: () => Promise<number>,
): Promise<ItemPage<MailboxEntry>> {
  const size = first ?? DEFAULT_PAGE;
  if (size < 1 || size > context.limits.page)
    throw invalid([{ path: 'first', message: `must be between 1 and ${context.limits.page}` }]);
  const place = { viewer: context.viewer.id, definition: list, order: 'placedAt, id' };
  const [placedAt, id] = after == null ? [] : context.cursors.read(place, after, 'after');
  const behind = after == null ? null : { placedAt: String(placedAt), id: String(id) };
  const items = await read(reading(context.session), size + 1, behind);
  return {
    items: items.slice(0, size),
    hasNextPage: items.length > size,
    hasPreviousPage: after != null,
    ...(totalCount && { totalCount }),
    cursorOf: (item) => context.cursors.write(place, [item.placedAt, item.id]),
  };
}
