import type { GraphQLResolveInfo } from 'graphql';
import { pascalCase } from '../../compiler/names.ts';
import { historiesOf, type MailboxEntry, type MailboxEvent } from '../../mailbox/entry.ts';
import { readRecords } from '../../reader/read-records.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import { reading } from '../as-viewer.ts';
import { groupBy, loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { fillTarget } from '../look-ahead.ts';
import { noWants, wantsOf } from '../node.ts';
import { loadUserBatched } from '../tree/viewer.ts';
import { entryId } from './ids.ts';

export type EntryRef = ReturnType<typeof defineEntry>;

/** M3: an entry of a mailbox, with what became of it. */
export function defineEntry({ builder, types }: Kit) {
  const Kind = builder.enumType('MailboxEventKind', {
    values: ['PLACED', 'FORWARDED', 'READ', 'COMPLETED', 'RETURNED', 'REASSIGNED'] as const,
  });
  const Event = builder.objectRef<MailboxEvent>('MailboxEvent').implement({
    description: 'What became of an entry: by whom and when. Users whom the viewer may not see are null (U3).',
    fields: (t) => ({
      kind: t.field({ type: Kind, nullable: false, resolve: ({ kind }) => kind }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ at }) => at }),
      actor: t.field({ type: types.User, resolve: ({ actor }, _args, context) => loadUserBatched(context, actor) }),
      recipient: t.field({
        type: types.User,
        description: 'In whose mailbox the entry lay from then on.',
        resolve: ({ recipient }, _args, context) => loadUserBatched(context, recipient),
      }),
      note: t.exposeString('note'),
    }),
  });
  const Entry = builder.objectRef<MailboxEntry>('MailboxEntry');
  Entry.implement({
    description: 'A record in a mailbox (M1–M4).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ workspace, id }) => entryId(workspace, id) }),
      record: t.field({
        type: types.Node,
        description:
          'The record as the viewer sees it; in the list of undelivered entries null, where the viewer doesn’t see it.',
        resolve: (entry, _args, context, info) => loadRecord(context, info, entry),
      }),
      sender: t.field({
        type: types.User,
        description: 'Who placed it here, sent it on or returned it; null for users whom the viewer may not see.',
        resolve: ({ sender }, _args, context) => loadUserBatched(context, sender),
      }),
      recipient: t.field({
        type: types.User,
        description: 'In whose mailbox it lies.',
        resolve: ({ recipient }, _args, context) => loadUserBatched(context, recipient),
      }),
      note: t.exposeString('note'),
      dueDate: t.field({ type: 'Date', resolve: ({ dueDate }) => dueDate }),
      placedAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ placedAt }) => placedAt }),
      readAt: t.field({ type: 'DateTime', resolve: ({ readAt }) => readAt }),
      completedAt: t.field({ type: 'DateTime', resolve: ({ completedAt }) => completedAt }),
      returnedAt: t.field({
        type: 'DateTime',
        description: 'When it came back to this mailbox, if it did.',
        resolve: ({ returnedAt }) => returnedAt,
      }),
      history: t.field({
        type: [Event],
        nullable: { list: false, items: false },
        description: 'What became of the entry, oldest first.',
        resolve: loadHistory,
      }),
    }),
  });
  return Entry;
}

async function loadHistory({ workspace, id }: MailboxEntry, _args: object, context: Context): Promise<MailboxEvent[]> {
  const load = (ids: string[]) => historiesOf(reading(context.session), { workspace, ids });
  return (await loadBatched<string, MailboxEvent[]>(context, `mailboxHistory ${workspace}`, id, load)) ?? [];
}

/** All records that one field of an operation leads to are read together, with what is wanted of each type. */
async function loadRecord(
  context: Context,
  info: GraphQLResolveInfo,
  { workspace, definition, record }: MailboxEntry,
): Promise<RecordNode | null> {
  if (definition === null || record === null) return null;
  const wants = noWants(context.definitions);
  const loadAll = async (keys: string[]): Promise<Map<string, RecordNode>> => {
    fillTarget(info, wantsOf, info.returnType, info.fieldNodes, wants);
    const split = keys.map((key) => key.split(' ') as [place: string, type: string, id: string]);
    const requests = [...groupBy(split, ([place, type]) => `${place} ${type}`).values()].flatMap((same) => {
      const [place, type] = same[0]!;
      const selection = wants.get(type);
      return selection ? [{ workspace: Number(place), ids: same.map(([, , id]) => id), selection }] : [];
    });
    const workspaces = [...new Set(requests.map((request) => request.workspace))];
    const found = await context.session.read({ workspaces }, (knowledge) => readRecords(requests, knowledge));
    return new Map(
      requests.flatMap((request, index) =>
        [...found[index]!].map(([id, node]) => [
          `${request.workspace} ${pascalCase(request.selection.definition.name)} ${id}`,
          node,
        ]),
      ),
    );
  };
  const key = `${workspace} ${pascalCase(definition)} ${record}`;
  return (await loadBatched<string, RecordNode>(context, `mailboxRecord ${fieldPath(info)}`, key, loadAll)) ?? null;
}

/** Where in the operation a field stands, whatever the rows above it. */
function fieldPath({ path }: GraphQLResolveInfo): string {
  const names: (string | number)[] = [];
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev)
    if (typeof at.key === 'string') names.push(at.key);
  return names.join(' ');
}
