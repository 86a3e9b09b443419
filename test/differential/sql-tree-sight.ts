import { clientsOf } from '../oracle/clients.ts';
import {
  childrenOf,
  mayNow,
  pathOf,
  seesArchive,
  seesFolder,
  trashedFolders,
  visibleFolders,
  visibleParent,
} from '../oracle/folders.ts';
import { sees } from '../oracle/sight.ts';
import { decide, entriesReaching, may, mayOnRecord } from '../oracle/tree.ts';
import { find, PERMISSIONS, type Folder, type Id, type Permission, type World } from '../oracle/world.ts';
import type { Source, SqlSight } from './sql-sight.ts';

/** The values of `treeSources`: the folders, the viewer, and what the viewer asks about. */
export function treeValues(world: World, viewer: Id): unknown[] {
  const questions = questionsOf(world, viewer);
  return [
    world.folders.map(({ id }) => id),
    viewer,
    questions.map(([object]) => object),
    questions.map(([, permission]) => permission),
  ];
}

/** C6, P8, P9, P14: what a viewer may select of the tree. */
export function treeSources(): Source[] {
  return [
    {
      name: 'archives',
      from: 'rowplane.visible_archives',
      read: (row) => [row.id, row.may_edit, row.may_create, row.may_delete],
    },
    {
      name: 'folders',
      from: 'rowplane.visible_folders',
      read: (row) =>
        [
          ...[row.id, row.parent_id, row.may_edit, row.may_create, row.may_delete, row.may_edit_permissions],
          ...[row.has_own_entries, row.inherits],
        ].map((value) => value ?? null),
    },
    {
      name: 'paths',
      from: 'rowplane.visible_paths($1::uuid[])',
      read: (row) => [row.id, row.parent_id ?? null, row.path],
    },
    { name: 'children', from: 'rowplane.visible_children($1::uuid[])', read: (row) => [row.parent_id, row.id] },
    { name: 'trashed folders', from: 'rowplane.visible_trashed_folders', read: (row) => row.id },
    { name: 'clients', from: 'rowplane.visible_clients', read: (row) => [row.archive_id, row.client_id] },
    {
      name: 'permissions',
      from: `(select q.object, q.permission, a ->> 'decision' as decision, a ->> 'allowed' as allowed, jsonb_array_length(a -> 'entries') as entries
        from unnest($3::uuid[], $4::text[]) q(object, permission) cross join lateral rowplane.effective_permission(q.object, $2::uuid, q.permission) a)`,
      read: (row) => [row.object, row.permission, row.decision, row.allowed, row.entries],
    },
  ];
}

/** P9: about each object that the viewer sees one question, each time another. */
function questionsOf(world: World, viewer: Id): [Id, Permission][] {
  const items = world.items.filter((item) => sees(world, viewer, item));
  const objects = [...visibleFolders(world, viewer), ...items].map(({ id }) => id);
  return objects.map((id, index) => [id, PERMISSIONS[(index + viewer.charCodeAt(35)) % PERMISSIONS.length]!]);
}

/** The same by the oracle. */
export function expectedTreeSight(world: World, viewer: Id): SqlSight {
  const archives = world.archives.filter(({ id }) => seesArchive(world, viewer, id));
  const folders = visibleFolders(world, viewer);
  const told = (folder: Folder, permission: Permission) => String(mayNow(world, viewer, folder, permission));
  const inherits = ({ id, parent }: Folder) => parent !== null && !world.breaks.includes(id);
  const hasOwn = ({ id }: Folder) => world.entries.some(({ object, copied }) => object === id && copied !== true);
  const questions = questionsOf(world, viewer);
  return {
    archives: archives.map(({ id }) => {
      const root = (permission: Permission) =>
        String(seesFolder(world, viewer, id) && mayNow(world, viewer, find(world.folders, id), permission));
      return [id, root('EDIT'), root('CREATE'), root('DELETE')];
    }),
    folders: folders.map((folder) => [
      folder.id,
      visibleParent(world, viewer, folder),
      ...(['EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS'] as const).map((permission) => told(folder, permission)),
      String(hasOwn(folder)),
      String(inherits(folder)),
    ]),
    paths: folders.map((folder) => [
      folder.id,
      visibleParent(world, viewer, folder),
      JSON.stringify(pathOf(world, viewer, folder)).replaceAll(',', ', '),
    ]),
    children: world.folders.flatMap(({ id }) => childrenOf(world, viewer, id).map((child) => [id, child.id])),
    'trashed folders': trashedFolders(world, viewer).map(({ id }) => id),
    clients: archives
      .filter(({ clientsEnabled }) => clientsEnabled)
      .flatMap(({ id }) => clientsOf(world, viewer, id).map((client) => [id, client])),
    permissions: questions.map(([object, permission]) => answer(world, viewer, object, permission)),
  };
}

function answer(world: World, viewer: Id, object: Id, permission: Permission): unknown[] {
  const item = world.items.find(({ id }) => id === object);
  const allowed = item ? mayOnRecord(world, viewer, item, permission) : may(world, viewer, object, permission);
  const entries = entriesReaching(world, viewer, object, permission);
  return [object, permission, decide(world, viewer, object, permission), String(allowed), String(entries.length)];
}
