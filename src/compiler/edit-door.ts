import type { ObjectDefinition } from './definition.ts';
import { editSchema, VIEWER_ROLE, workspaceSchema, writerRole } from './names.ts';
import { ownedView } from './owned-view.ts';
import { selectText } from './record-columns.ts';
import { exposedSql, type Blueprint } from './restriction.ts';
import { identifier, qualified, type SqlObject } from './sql-object.ts';

/** What can be set besides fields: place, client, owner, trash. Each is judged by a guard of its own. */
export const DOOR_COLUMNS = ['folder_id', 'client_id', 'owner_id', 'deleted_at'] as const;

/**
 * The only door for changes: a view that shows nothing and updates the records that the write is aimed at.
 *
 * Since no statement names a column of the view in a condition, Postgres asks for no SELECT and applies no policy of
 * reading to the new row: that lets a record leave the planes of who changes it (W4). What may be changed is judged by
 * the guard on the table, on the record as it was (W1).
 */
export function editDoorObjects(blueprint: Blueprint): SqlObject[] {
  const { tag, workspace, definitions } = blueprint;
  const role = identifier(writerRole(tag, workspace));
  const schema = identifier(editSchema(workspace));
  return [
    { kind: 'grant', name: `create on ${schema} to ${role}`, sql: `grant create on schema ${schema} to ${role}` },
    ...[...definitions.values()].flatMap((definition) => doorOf(blueprint, definition, role)),
  ];
}

function doorOf(blueprint: Blueprint, definition: ObjectDefinition, role: string): SqlObject[] {
  const { workspace } = blueprint;
  const table = qualified(workspaceSchema(workspace), definition.table);
  const name = qualified(editSchema(workspace), definition.table);
  const columns = [...Object.values(definition.fields).map((field) => field.column), ...DOOR_COLUMNS].map(identifier);
  return [
    {
      kind: 'grant',
      name: `${role} on ${table}`,
      sql: `grant select (id),\n  update (${columns.join(', ')})\n  on ${table} to ${role}`,
    },
    {
      kind: 'policy',
      name: `planes on ${table}`,
      sql: `create policy planes on ${table} for update to ${role}\n  using (\n    ${exposedSql(blueprint, definition)})\n  with check (true)`,
      comment: `W1, W4: what any plane of the viewer exposes of definition ${definition.name} can be aimed at; the guard judges the change.`,
    },
    ownedView({
      name,
      owner: role,
      select: selectText(
        columns.map((column) => `t.${column}`),
        `${table} t`,
        ['where t.id = any ((select rowplane.targets())::uuid[])'],
      ),
      grants: [`update on ${name} to ${VIEWER_ROLE}`],
      forbidden: 'delete',
      comment: `W1: the edit door of definition ${definition.name}. Say rowplane.set_targets(ids), then update without a condition.`,
    }),
  ];
}
