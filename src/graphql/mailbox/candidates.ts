import { cursorOf, type PageRequest } from '../../administration/pages.ts';
import { candidatesFor, reassignmentCandidates, type ListCandidates } from '../../mailbox/candidates.ts';
import type { UserNode } from '../../reader/record-node.ts';
import { pageArguments } from '../admin/page-arguments.ts';
import { reading } from '../as-viewer.ts';
import type { Kit } from '../builder.ts';
import { defineConnection, type ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import type { EntryRef } from './entry-type.ts';
import { refusingByMailboxId, selectedRecords } from './ids.ts';

/** M2: among whom recipients are picked. */
export function defineCandidates(kit: Kit, entry: EntryRef): void {
  const { builder, types } = kit;
  const candidates = defineConnection<UserNode>(kit, 'MailboxCandidate', types.User);
  builder.queryField('mailboxCandidates', (t) =>
    t.field({
      type: candidates,
      nullable: false,
      description:
        'Who can receive all of these records: users whom the viewer may see, with workflow access, who see every one of them (M2). By name.',
      args: {
        records: t.arg.idList({ required: true, description: 'At most 1000, of one workspace.' }),
        ...pageArguments(t),
      },
      resolve: (_root, { records, ...page }, context) => {
        const selected = selectedRecords(context.definitions, records);
        return refusingByMailboxId(selected, () => readPage(context, page, candidatesFor(selected)));
      },
    }),
  );
  builder.objectField(entry, 'candidates', (t) =>
    t.field({
      type: candidates,
      nullable: false,
      description: 'Whom an undelivered entry could be reassigned to, by name; nobody for any other entry (M3).',
      args: pageArguments(t),
      resolve: ({ workspace, id }, page, context) =>
        readPage(context, page, reassignmentCandidates({ workspace, ids: [id] })),
    }),
  );
}

async function readPage(context: Context, request: PageRequest, list: ListCandidates): Promise<ItemPage<UserNode>> {
  const database = reading(context.session);
  const { items, hasNextPage } = await list(database, request);
  const countAll = async () => (await list(database, { ...request, first: 1, after: null, count: true })).totalCount;
  return { items, hasNextPage, cursorOf, totalCount: countAll };
}
