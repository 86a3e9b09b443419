import type { ArchiveNode, ClientNode } from '../../reader/record-node.ts';
import { ARCHIVE_COLUMNS } from '../../reader/read-linked.ts';
import { groupBy, loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import { defineConnection, type ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { describe } from '../describe.ts';
import { decodeNumber, decodeUuid, encodeId } from '../global-id.ts';
import { namesPage, type PageArguments } from './names-page.ts';
import { loadWorkspace, type WorkspaceRef } from './workspaces.ts';

/** Archives that exist for the viewer (C6), and the clients that the viewer can choose there (C7, C8). */
export function defineArchives(kit: Kit, workspace: WorkspaceRef): void {
  const { builder, types } = kit;
  const connection = defineConnection<ArchiveNode>(kit, 'Archive', types.Archive);
  types.Client.implement({
    fields: (t) => ({
      id: t.id({ nullable: false, ...describe<ClientNode>({ value: ({ id }) => encodeId('Client', id) }) }),
      name: t.string({ nullable: false, ...describe<ClientNode>({ value: ({ name }) => name }) }),
    }),
  });
  types.Archive.implement({
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.id({ nullable: false, ...describe<ArchiveNode>({ value: ({ id }) => encodeId('Archive', id) }) }),
      name: t.string({ nullable: false, ...describe<ArchiveNode>({ value: ({ name }) => name }) }),
      clientsEnabled: t.boolean({
        nullable: false,
        ...describe<ArchiveNode>({ value: ({ clientsEnabled }) => clientsEnabled }),
      }),
      workspace: t.field({
        type: workspace,
        resolve: (archive, _args, context) => loadWorkspace(context, archive.workspace),
      }),
      selectableClients: t.field({
        type: [types.Client],
        nullable: { list: false, items: false },
        description: 'The clients that the viewer can give a record here, by name; none where clients are off.',
        resolve: ({ id }, _args, context) => clientsOf(context, id),
      }),
      prefilledClient: t.field({
        type: types.Client,
        description: 'The client that a record created here without one gets: the viewer’s only one.',
        async resolve({ id }, _args, context) {
          const clients = await clientsOf(context, id);
          return clients.length === 1 ? clients[0] : null;
        },
      }),
    }),
  });
  types.loaders.set('Archive', ([id], context) => loadArchive(context, id!));
  builder.queryField('archives', (t) =>
    t.field({
      type: connection,
      nullable: false,
      description: 'The archives that exist for the viewer, by name.',
      args: { first: t.arg.int(), after: t.arg.string(), workspace: t.arg.id() },
      resolve: (_, args, context) => listArchives(context, args),
    }),
  );
  builder.queryField('archive', (t) =>
    t.field({
      type: types.Archive,
      args: { id: t.arg.id({ required: true }) },
      resolve(_, { id }, context) {
        const uuid = decodeUuid(id, 'Archive');
        return uuid === null ? null : loadArchive(context, uuid);
      },
    }),
  );
}

export async function loadArchive(context: Context, id: string): Promise<ArchiveNode | null> {
  const found = await loadBatched<string, ArchiveNode>(context, 'archive', id, async (ids) => {
    const text = `select ${ARCHIVE_COLUMNS} from rowplane.visible_archives where id = any ($1::uuid[])`;
    const rows = (await context.session.query({ text, values: [ids] })) as unknown as ArchiveNode[];
    return new Map(rows.map((row) => [row.id, row]));
  });
  return found ?? null;
}

export async function listArchives(
  context: Context,
  { workspace, ...args }: PageArguments & { workspace?: string | null },
): Promise<ItemPage<ArchiveNode>> {
  const page = namesPage(context, 'archives', args);
  const number = workspace == null ? null : decodeNumber(workspace, 'Workspace');
  if (workspace != null && number === null) return page.pageOf<ArchiveNode>([]);
  const rows = await context.session.query({
    text:
      `select ${ARCHIVE_COLUMNS} from rowplane.visible_archives where ($1::int is null or workspace_id = $1) ` +
      'and ($2::text is null or (name, id) > ($2::text, $3::uuid)) order by name, id limit $4',
    values: [number, page.after?.name ?? null, page.after?.id ?? null, page.limit],
  });
  return page.pageOf(rows as unknown as ArchiveNode[], async () => {
    const text =
      'select count(*)::int as count from rowplane.visible_archives where $1::int is null or workspace_id = $1';
    const [row] = await context.session.query({ text, values: [number] });
    return row!.count as number;
  });
}

async function clientsOf(context: Context, archive: string): Promise<ClientNode[]> {
  const found = await loadBatched<string, (ClientNode & { archive: string })[]>(
    context,
    'clients',
    archive,
    async (archives) => {
      const rows = await context.session.query({
        text: 'select archive_id as archive, client_id as id, name from rowplane.visible_clients where archive_id = any ($1::uuid[]) order by name, id',
        values: [archives],
      });
      return groupBy(rows as unknown as (ClientNode & { archive: string })[], (row) => row.archive);
    },
  );
  return found ?? [];
}
