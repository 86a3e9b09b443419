import { clientsOf } from '../oracle/clients.ts';
import {
  childrenOf,
  mayNow,
  pathOf,
  seesArchive,
  seesFolder,
  visibleFolders,
  visibleParent,
} from '../oracle/folders.ts';
import { sees } from '../oracle/sight.ts';
import { may, reachOf } from '../oracle/tree.ts';
import type { Folder, Id, World } from '../oracle/world.ts';
import { globalId, globalIdOf, type Api } from './api.ts';
import { workspaceOf } from './sql-sight.ts';
import type { Stage } from './stage.ts';

/** What the API tells a viewer about the tree: all archives, each folder by its id, and the permissions of folders and records. */
export interface TreeAnswers {
  archives: unknown[];
  folders: Record<Id, unknown>;
  permissions: Record<Id, unknown>;
}

const FOLDER = `id name path parent { id } archive { id } mayEdit mayCreate mayDelete mayEditPermissions
  hasOwnPermissions inheritsPermissions folders(first: 50) { totalCount nodes { id } }`;
const ARCHIVE = `id clientsEnabled rootFolder { id } selectableClients { id } prefilledClient { id } folders(first: 50) { totalCount nodes { id } }`;

/** Reads everything in one operation. */
export async function readTree(api: Api, stage: Stage, world: World, viewer: Id): Promise<TreeAnswers> {
  const folders = world.folders.map(({ id }) => id);
  const objects = objectsOf(stage, world);
  const ids = [...folders.map((id) => globalIdOf.folder(id)), ...objects.map(({ global }) => global)];
  const source = `query (${ids.map((_, index) => `$id${String(index)}: ID!`).join(', ')}) {
    archives(first: 50) { totalCount nodes { ${ARCHIVE} } }
    ${folders.map((_, index) => `f${String(index)}: folder(id: $id${String(index)}) { ${FOLDER} }`).join('\n')}
    ${objects
      .map(({ id }, index) => {
        const entries = may(world, viewer, id, 'EDIT_PERMISSIONS')
          ? 'entries { permission decision inherited copied }'
          : '';
        return `p${String(index)}: permissions(object: $id${String(folders.length + index)}) { hasOwnEntries inherits mayEdit ${entries} }`;
      })
      .join('\n')}
  }`;
  const variables = Object.fromEntries(ids.map((id, index) => [`id${String(index)}`, id]));
  const { data, message } = await api.ask(viewer, source, variables);
  if (data === null || message !== null) throw new Error(`The tree can't be read: ${String(message)}`);
  return {
    archives: (data.archives as { nodes: unknown[] }).nodes,
    folders: Object.fromEntries(folders.map((id, index) => [id, data[`f${String(index)}`]])),
    permissions: Object.fromEntries(objects.map(({ id }, index) => [id, sortedEntries(data[`p${String(index)}`])])),
  };
}

/** Folders and records by the ids that the API knows them by. */
function objectsOf(stage: Stage, world: World): { id: Id; global: string }[] {
  return [
    ...world.folders.map(({ id }) => ({ id, global: globalIdOf.folder(id) })),
    ...world.items.map((item) => ({
      id: item.id,
      global: globalId(item.definition, stage.workspaceId(workspaceOf(world, item)), item.id),
    })),
  ];
}

function sortedEntries(answer: unknown): unknown {
  if (answer === null || !(answer as { entries?: unknown[] }).entries) return answer;
  const { entries, ...rest } = answer as { entries: unknown[] };
  return { ...rest, entries: entries.map((entry) => JSON.stringify(entry)).sort() };
}

/** The same by the oracle. */
export function expectedTree(world: World, viewer: Id): TreeAnswers {
  const named = <T extends { id: Id }>(list: T[], idOf: (id: Id) => string) => list.map(({ id }) => ({ id: idOf(id) }));
  const listOf = (folders: Folder[]) => ({ totalCount: folders.length, nodes: named(folders, globalIdOf.folder) });
  const folder = (id: Id) => (seesFolder(world, viewer, id) ? { id: globalIdOf.folder(id) } : null);
  const clientsIn = ({ id, clientsEnabled }: World['archives'][number]) =>
    (clientsEnabled ? clientsOf(world, viewer, id) : []).map((client) => ({ id: globalIdOf.client(client) }));
  const archives = world.archives.filter(({ id }) => seesArchive(world, viewer, id));
  const seen = [...visibleFolders(world, viewer), ...world.items.filter((item) => sees(world, viewer, item))];
  const isSeen = (id: Id) => seen.some((each) => each.id === id);
  return {
    archives: archives.map((archive) => ({
      id: globalIdOf.archive(archive.id),
      clientsEnabled: archive.clientsEnabled,
      rootFolder: folder(archive.id),
      selectableClients: clientsIn(archive),
      prefilledClient: clientsIn(archive).length === 1 ? clientsIn(archive)[0] : null,
      folders: listOf(childrenOf(world, viewer, archive.id)),
    })),
    folders: Object.fromEntries(
      world.folders.map((each) => [each.id, folder(each.id) && expectedFolder(world, viewer, each, listOf)]),
    ),
    permissions: Object.fromEntries(
      [...world.folders, ...world.items].map(({ id }) => [id, isSeen(id) ? permissionsOf(world, viewer, id) : null]),
    ),
  };
}

function expectedFolder(world: World, viewer: Id, folder: Folder, listOf: (folders: Folder[]) => unknown): unknown {
  const { id, name, archive } = folder;
  const parent = visibleParent(world, viewer, folder);
  const { hasOwnEntries, inherits } = permissionsOf(world, viewer, id);
  // An archive's root lists what the archive does: also folders whose own parent is hidden.
  return {
    id: globalIdOf.folder(id),
    name,
    path: pathOf(world, viewer, folder).join('/'),
    parent: parent === null ? null : { id: globalIdOf.folder(parent) },
    archive: { id: globalIdOf.archive(archive) },
    mayEdit: mayNow(world, viewer, folder, 'EDIT'),
    mayCreate: mayNow(world, viewer, folder, 'CREATE'),
    mayDelete: mayNow(world, viewer, folder, 'DELETE'),
    mayEditPermissions: mayNow(world, viewer, folder, 'EDIT_PERMISSIONS'),
    hasOwnPermissions: hasOwnEntries,
    inheritsPermissions: inherits,
    folders: listOf(childrenOf(world, viewer, id)),
  };
}

/** P9. Entries are told to those who may edit them. */
function permissionsOf(world: World, viewer: Id, object: Id) {
  const reach = reachOf(world, object);
  const mayEdit = may(world, viewer, object, 'EDIT_PERMISSIONS');
  const entries = world.entries
    .filter((entry) => reach.includes(entry.object))
    .map(({ permission, decision, copied = false, ...entry }) => {
      const inherited = entry.object !== object;
      return JSON.stringify({ permission, decision, inherited, copied });
    });
  const folder = world.folders.find(({ id }) => id === object);
  return {
    hasOwnEntries: world.entries.some((entry) => entry.object === object && entry.copied !== true),
    inherits: folder?.parent !== null && !world.breaks.includes(object),
    mayEdit,
    ...(mayEdit && { entries: entries.sort() }),
  };
}
