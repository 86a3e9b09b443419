import type { Row } from '../../access/unit.ts';
import { foldersById } from '../../reader/folders.ts';
import type { ArchiveNode, FolderNode } from '../../reader/record-node.ts';
import { groupBy, loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import { defineConnection, type ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { describe } from '../describe.ts';
import { decodeUuid, encodeId } from '../global-id.ts';
import { loadArchive } from './archives.ts';
import { namesPage, type PageArguments } from './names-page.ts';

/** P14: folders, as far as the viewer sees them. */
export function defineFolders(kit: Kit): void {
  const { builder, types } = kit;
  const connection = defineConnection<FolderNode>(kit, 'Folder', types.Folder);
  types.Folder.implement({
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.id({ nullable: false, ...describe<FolderNode>({ value: ({ id }) => encodeId('Folder', id) }) }),
      name: t.string({ nullable: false, ...describe<FolderNode>({ value: ({ name }) => name }) }),
      path: t.string({
        nullable: false,
        description: 'The names from the topmost folder that the viewer sees down to this one, joined by "/".',
        ...describe<FolderNode>({ value: ({ path }) => path.join('/') }),
      }),
      parent: t.field({
        type: types.Folder,
        description: 'Null for an archive’s root folder.',
        resolve: ({ parent }, _args, context) => (parent === null ? null : loadFolder(context, parent)),
      }),
      archive: t.field({
        type: types.Archive,
        resolve: ({ archive }, _args, context) => loadArchive(context, archive),
      }),
      folders: t.field({
        type: connection,
        nullable: false,
        description: 'The folders directly in this one, by name.',
        args: { first: t.arg.int(), after: t.arg.string() },
        resolve: ({ id }, args, context) => childFolders(context, id, args),
      }),
    }),
  });
  types.loaders.set('Folder', ([id], context) => loadFolder(context, id!));
  builder.objectField(types.Archive, 'rootFolder', (t) =>
    t.field({ type: types.Folder, resolve: ({ id }: ArchiveNode, _args, context) => loadFolder(context, id) }),
  );
  builder.objectField(types.Archive, 'folders', (t) =>
    t.field({
      type: connection,
      nullable: false,
      description: 'The folders directly below the archive’s root, by name.',
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: ({ id }: ArchiveNode, args, context) => childFolders(context, id, args),
    }),
  );
  builder.queryField('folder', (t) =>
    t.field({
      type: types.Folder,
      args: { id: t.arg.id({ required: true }) },
      resolve(_, { id }, context) {
        const uuid = decodeUuid(id, 'Folder');
        return uuid === null ? null : loadFolder(context, uuid);
      },
    }),
  );
}

async function loadFolder(context: Context, id: string): Promise<FolderNode | null> {
  const found = await loadBatched<string, FolderNode>(context, 'folder', id, async (ids) => {
    const rows = (await context.session.query(foldersById(ids))) as unknown as FolderNode[];
    return new Map(rows.map((row) => [row.id, row]));
  });
  return found ?? null;
}

/** One statement for the children of all folders of a level. */
async function childFolders(context: Context, parent: string, args: PageArguments): Promise<ItemPage<FolderNode>> {
  const page = namesPage(context, 'folders', args);
  const children = await loadBatched<string, FolderNode[]>(
    context,
    `folders ${JSON.stringify(args)}`,
    parent,
    async (parents) => {
      const rows = await context.session.query({
        text:
          'select id from (select id, parent_id, name, row_number() over (partition by parent_id order by name, id) as place from rowplane.visible_folders ' +
          'where parent_id = any ($1::uuid[]) and ($2::text is null or (name, id) > ($2::text, $3::uuid))) f where place <= $4::int',
        values: [parents, page.after?.name ?? null, page.after?.id ?? null, page.limit],
      });
      return groupBy(await foldersInOrder(context, rows), ({ parent: of }) => of!);
    },
  );
  return page.pageOf(children ?? [], () => countFolders(context, parent));
}

async function foldersInOrder(context: Context, rows: readonly Row[]): Promise<FolderNode[]> {
  if (rows.length === 0) return [];
  const { text, values } = foldersById(rows.map(({ id }) => id as string));
  return (await context.session.query({
    text: `select * from (${text}) f order by name, id`,
    values,
  })) as unknown as FolderNode[];
}

async function countFolders(context: Context, parent: string): Promise<number> {
  const count = await loadBatched<string, number>(context, 'folder count', parent, async (parents) => {
    const rows = await context.session.query({
      text: 'select parent_id as parent, count(*)::int as count from rowplane.visible_folders where parent_id = any ($1::uuid[]) group by parent_id',
      values: [parents],
    });
    return new Map(rows.map((row) => [row.parent as string, row.count as number]));
  });
  return count ?? 0;
}
