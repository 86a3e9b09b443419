import type { Row } from '../../access/unit.ts';
import { foldersById } from '../../reader/folders.ts';
import type { ArchiveNode, FolderNode } from '../../reader/record-node.ts';
import { loadBatched } from '../batch.ts';
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
        description: 'Null for an archive’s root folder, and where the viewer doesn’t see the folder above (P14).',
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
      mayEdit: t.boolean({
        nullable: false,
        description: 'Whether the viewer may change it, and add to it and remove from it what else is allowed (P8).',
        ...describe<FolderNode>({ value: ({ mayEdit }) => mayEdit }),
      }),
      mayCreate: t.boolean({
        nullable: false,
        description: 'Whether the viewer may add to it (P8).',
        ...describe<FolderNode>({ value: ({ mayCreate }) => mayCreate }),
      }),
      mayDelete: t.boolean({
        nullable: false,
        description: 'Whether DELETE is allowed in it (P8).',
        ...describe<FolderNode>({ value: ({ mayDelete }) => mayDelete }),
      }),
      mayEditPermissions: t.boolean({
        nullable: false,
        description: 'Whether the viewer may see and change its permissions (P8).',
        ...describe<FolderNode>({ value: ({ mayEditPermissions }) => mayEditPermissions }),
      }),
      hasOwnPermissions: t.boolean({
        nullable: false,
        description: 'Whether it has permission entries of its own (P9).',
        ...describe<FolderNode>({ value: ({ hasOwnPermissions }) => hasOwnPermissions }),
      }),
      inheritsPermissions: t.boolean({
        nullable: false,
        description: 'Whether the entries of the folder above reach it (P9). An archive’s root inherits from nothing.',
        ...describe<FolderNode>({ value: ({ inheritsPermissions }) => inheritsPermissions }),
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
      description:
        'The topmost folders, by name: those directly below the archive’s root, and those whose own parent the viewer doesn’t see (P14).',
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

/** A folder that the viewer sees, or null. */
export async function loadFolder(context: Context, id: string): Promise<FolderNode | null> {
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
          'select parent_id as parent, id from (select c.*, row_number() over (partition by parent_id order by name, id) as place from rowplane.visible_children($1::uuid[]) c ' +
          'where $2::text is null or (name, id) > ($2::text, $3::uuid)) f where place <= $4::int order by name, id',
        values: [parents, page.after?.name ?? null, page.after?.id ?? null, page.limit],
      });
      return foldersOf(context, rows);
    },
  );
  return page.pageOf(children ?? [], () => countFolders(context, parent));
}

/** The folders that these rows name, in their order, by the folder in which the viewer finds them. */
async function foldersOf(context: Context, rows: readonly Row[]): Promise<Map<string, FolderNode[]>> {
  if (rows.length === 0) return new Map();
  const found = (await context.session.query(
    foldersById(rows.map(({ id }) => id as string)),
  )) as unknown as FolderNode[];
  const byId = new Map(found.map((folder) => [folder.id, folder]));
  const children = new Map<string, FolderNode[]>();
  for (const { parent, id } of rows) {
    const folder = byId.get(id as string);
    if (folder) children.set(parent as string, [...(children.get(parent as string) ?? []), folder]);
  }
  return children;
}

async function countFolders(context: Context, parent: string): Promise<number> {
  const count = await loadBatched<string, number>(context, 'folder count', parent, async (parents) => {
    const rows = await context.session.query({
      text: 'select parent_id as parent, count(*)::int as count from rowplane.visible_children($1::uuid[]) group by parent_id',
      values: [parents],
    });
    return new Map(rows.map((row) => [row.parent as string, row.count as number]));
  });
  return count ?? 0;
}
