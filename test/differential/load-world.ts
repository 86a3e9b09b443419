import type { Definitions } from '../../src/compiler/definition.ts';
import type { Queryable } from '../../src/database/queryable.ts';
import { find, type Id, type World } from '../oracle/world.ts';
import { principalColumns, storedGroup } from './principals.ts';
import { toStored } from './rows.ts';

/** Empties everything that a world fills, but for workspaces and planes. Few rows are deleted faster than tables with many indexes truncated. */
export async function clear(owner: Queryable, tables: string[]): Promise<void> {
  await owner.query(`
    ${tables.map((table) => `delete from ${table}`).join(';\n    ')};
    delete from rowplane.plane_groups;
    delete from rowplane.archives;
    delete from rowplane.realms;
    update rowplane.workspaces set realms = 0;
    delete from rowplane.clients;
    delete from rowplane.groups where builtin is null;
    delete from rowplane.users`);
}

export async function insertPeople(owner: Queryable, world: World): Promise<void> {
  await insert(
    owner,
    'rowplane.users',
    world.users.map(({ blockedUntil, ...user }) => ({ ...user, blocked_until: blockedUntil })),
  );
  await insert(owner, 'rowplane.groups', world.groups);
  await insert(
    owner,
    'rowplane.group_nesting',
    world.nesting.map(({ parent, child }) => ({ parent_id: parent, child_id: child })),
  );
  await insert(
    owner,
    'rowplane.group_members',
    world.members.map(({ group, user }) => ({ group_id: group, user_id: user })),
  );
}

/** U9: who is in which group, as it stands in the table, as text in some order. */
export async function storedMembers(owner: Queryable): Promise<string[]> {
  return membersOf(
    await owner.query<World['members'][number]>(
      'select group_id as group, user_id as user from rowplane.group_members',
    ),
  );
}

/** The same of a world. */
export function membersOf(members: World['members']): string[] {
  return members.map(({ group, user }) => `${group} ${user}`).sort();
}

/** Archives come with root folders and P6's entries; a world says all entries itself. */
export async function insertTree(owner: Queryable, world: World, workspaceId: (name: string) => number): Promise<void> {
  await insert(
    owner,
    'rowplane.archives',
    world.archives.map(({ id, workspace, clientsEnabled }) => ({
      id,
      workspace_id: workspaceId(workspace),
      name: find(world.folders, id).name,
      clients_enabled: clientsEnabled,
    })),
  );
  await insert(
    owner,
    'rowplane.folders',
    world.folders
      .filter(({ parent }) => parent !== null)
      .map(({ id, archive, parent, name, trashedWith }) => ({
        id,
        archive_id: archive,
        parent_id: parent,
        name,
        deleted_at: trashedWith === null ? null : trashedAt(world, trashedWith),
      })),
  );
  await insert(
    owner,
    'rowplane.clients',
    world.clients.map(({ id, workspace, name }) => ({ id, workspace_id: workspaceId(workspace), name })),
  );
}

export async function insertLinks(
  owner: Queryable,
  world: World,
  planeIds: ReadonlyMap<string, number>,
): Promise<void> {
  await insert(
    owner,
    'rowplane.client_assignments',
    world.assignments.map(({ client, archive, principal }) => ({
      client_id: client,
      archive_id: archive,
      ...principalColumns(principal),
    })),
  );
  await insert(
    owner,
    'rowplane.plane_groups',
    world.planeGroups.map(({ plane, group }) => ({ plane_id: planeIds.get(plane), group_id: storedGroup(group) })),
  );
}

/** P2, P5: breaks and entries last, for then they have to move the records that are there to the scopes that they make. */
export async function insertRules(owner: Queryable, world: World): Promise<void> {
  await owner.query('delete from rowplane.object_entries');
  await insert(
    owner,
    'rowplane.inheritance_breaks',
    world.breaks.map((object) => ({ object_id: object, archive_id: archiveOf(world, object) })),
  );
  await insert(
    owner,
    'rowplane.object_entries',
    world.entries.map(({ object, principal, permission, decision, copied, covers }) => ({
      archive_id: archiveOf(world, object),
      object_id: object,
      ...principalColumns(principal),
      permission,
      decision,
      copied: copied ?? false,
      covers: covers ?? null,
    })),
  );
}

function archiveOf(world: World, object: Id): Id {
  return [...world.folders, ...world.items].find(({ id }) => id === object)!.archive;
}

/** When a generated folder went into the trash, with what was in it: each at a time of its own. */
function trashedAt(world: World, folder: Id): string {
  const index = world.folders.findIndex(({ id }) => id === folder);
  return new Date(Date.UTC(2021, 0, 1, index)).toISOString();
}

/** References last: records may refer to each other in circles. */
export async function insertItems(
  owner: Queryable,
  definitions: Definitions,
  world: World,
  workspaceId: (name: string) => number,
): Promise<void> {
  for (const { id: workspace } of world.workspaces) {
    for (const definition of definitions.values()) {
      const archives = world.archives.filter((archive) => archive.workspace === workspace).map(({ id }) => id);
      const items = world.items.filter(
        (item) => item.definition === definition.name && archives.includes(item.archive),
      );
      const fields = Object.values(definition.fields);
      const rows = items.map((item) => ({
        id: item.id,
        archive_id: item.archive,
        folder_id: item.folder,
        client_id: item.client,
        owner_id: item.owner,
        version: item.version,
        created_at: item.createdAt,
        updated_at: item.updatedAt,
        deleted_at: !item.trashed
          ? null
          : item.trashedWith === undefined
            ? item.updatedAt
            : trashedAt(world, item.trashedWith),
        ...Object.fromEntries(
          fields
            .filter(({ type }) => type !== 'reference')
            .map((field) => [field.column, toStored(field, item.values[field.name]!)]),
        ),
      }));
      const table = `ws_${String(workspaceId(workspace))}.${definition.table}`;
      await insert(owner, table, rows, {
        realm_id: 'rowplane.realm_for(r.archive_id, r.client_id, rowplane.scope_of(r.archive_id, r.folder_id))',
      });
    }
    for (const definition of definitions.values()) {
      const references = Object.values(definition.fields).filter(({ type }) => type === 'reference');
      for (const item of world.items.filter((each) => each.definition === definition.name)) {
        const set = references.filter(({ name }) => item.values[name] !== null);
        if (set.length === 0) continue;
        const columns = set.map(({ column }, index) => `${column} = $${String(index + 2)}`).join(', ');
        const table = `ws_${String(workspaceId(workspace))}.${definition.table}`;
        await owner.query(`update ${table} set ${columns} where id = $1`, [
          item.id,
          ...set.map(({ name }) => item.values[name]),
        ]);
      }
    }
  }
}

/** Inserts rows of equal columns; `computed` columns are SQL over the row `r`. */
export async function insert(
  owner: Queryable,
  table: string,
  rows: Record<string, unknown>[],
  computed: Record<string, string> = {},
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const [into, from] = [
    [...columns, ...Object.keys(computed)],
    [...columns.map((column) => `r.${column}`), ...Object.values(computed)],
  ];
  await owner.query(
    `insert into ${table} (${into.join(', ')}) select ${from.join(', ')} from jsonb_populate_recordset(null::${table}, $1) r`,
    [JSON.stringify(rows)],
  );
}
