import type { Field, ObjectDefinition } from './definition.ts';
import { frozenSql } from './freeze.ts';
import { guardNames } from './guard-functions.ts';
import { editSchema, OWNER_ROLE, trashRole, trashSchema, VIEWER_ROLE, workspaceSchema } from './names.ts';
import { ownedView } from './owned-view.ts';
import { trashRightSql } from './rights.ts';
import { lookedUp, lookedUpSystem, selectText, SYSTEM_COLUMNS } from './record-columns.ts';
import type { Blueprint } from './restriction.ts';
import { identifier, literal, qualified, type SqlObject } from './sql-object.ts';
import { sqlFunction } from './sql-function.ts';

/**
 * The trash (W2): what the viewer would see if it weren't there, and may delete. Cells are shown where a plane of the
 * viewer exposes the record and shows the field (A7). Deleting from the views erases for good.
 *
 * The trash is read seldom, so it asks a function what the planes allow, and stays as it is when planes change.
 */
export function trashObjects(blueprint: Blueprint): SqlObject[] {
  const role = identifier(trashRole(blueprint.tag, blueprint.workspace));
  const schema = identifier(trashSchema(blueprint.workspace));
  return [
    { kind: 'grant', name: `create on ${schema} to ${role}`, sql: `grant create on schema ${schema} to ${role}` },
    ...[...blueprint.definitions.values()].flatMap((definition) => trashOf(blueprint, definition, role)),
  ];
}

function trashOf(blueprint: Blueprint, definition: ObjectDefinition, role: string): SqlObject[] {
  const { workspace } = blueprint;
  const table = qualified(workspaceSchema(workspace), definition.table);
  const columns = [...SYSTEM_COLUMNS, 'deleted_at', ...Object.values(definition.fields).map((field) => field.column)];
  return [
    {
      kind: 'grant',
      name: `${role} on ${table}`,
      sql: `grant select (${columns.map(identifier).join(', ')}),\n  delete\n  on ${table} to ${role}`,
    },
    policy(blueprint, definition, role, 'trash_read', 'select', 'the trash of those who may delete there.'),
    policy(
      blueprint,
      definition,
      role,
      'trash_erase',
      'delete',
      'who may delete there and has EMPTY_TRASH empties it.',
    ),
    trashView(blueprint, definition, role),
    ...keeper(blueprint, definition),
  ];
}

/** Who the viewer is and what the viewer's planes are gets asked once per statement. */
function viewerPlanes(workspace: number): string {
  return `(select rowplane.viewer_planes(${workspace}))`;
}

function policy(
  { workspace }: Blueprint,
  definition: ObjectDefinition,
  role: string,
  name: string,
  command: string,
  why: string,
): SqlObject {
  const { table, able } = guardNames(workspace, definition);
  const row = `${identifier(definition.table)}.*`;
  const allowed =
    command === 'delete' ? `\n    and (select rowplane.viewer_function(${workspace}, 'EMPTY_TRASH'))` : '';
  return {
    kind: 'policy',
    name: `${name} on ${table}`,
    sql: `create policy ${name} on ${table} for ${command} to ${role}
  using (deleted_at is not null${allowed}${trashRightSql(workspace, definition)}
    and (select rowplane.viewer_flags(${workspace}, 'DELETE'))[realm_id]
    and (${able}('DELETE', ${row}, ${viewerPlanes(workspace)})
      or ${able}('MASS_DELETE', ${row}, ${viewerPlanes(workspace)})))`,
    comment: `W2: ${why}`,
  };
}

function trashView(blueprint: Blueprint, definition: ObjectDefinition, role: string): SqlObject {
  const { workspace } = blueprint;
  const name = qualified(trashSchema(workspace), definition.table);
  const table = qualified(workspaceSchema(workspace), definition.table);
  const system = [...lookedUpSystem(blueprint), 't.deleted_at'];
  const cells = Object.values(definition.fields).map((field) => visibleCell(blueprint, definition, field));
  return ownedView({
    name,
    owner: role,
    select: selectText([...system, ...cells], `${table} t`, []),
    grants: [`select, delete on ${name} to ${VIEWER_ROLE}`],
    forbidden: 'update',
    comment: `W2: definition ${definition.name} in the trash, for those who may restore it. Deleting here erases for good.`,
  });
}

/** A7 for a view that many planes share: the value where one of the viewer's planes shows it, else nothing. */
function visibleCell(blueprint: Blueprint, definition: ObjectDefinition, field: Field): string {
  const { shown } = guardNames(blueprint.workspace, definition);
  const isShown = `${shown}(${literal(field.name)}, t.*, ${viewerPlanes(blueprint.workspace)})`;
  return `case when ${isShown} then ${lookedUp(blueprint, field)} end as ${identifier(field.column)}`;
}

/**
 * A record that others must refer to stays in the trash, in silence: the others may be hidden (V2). References that
 * aren't required become empty, by their foreign keys, unless they are frozen. What is frozen as a whole stays, too (W7).
 */
function keeper({ workspace, definitions }: Blueprint, definition: ObjectDefinition): SqlObject[] {
  const table = qualified(workspaceSchema(workspace), definition.table);
  const name = qualified(editSchema(workspace), `${definition.table}_kept`);
  const requiring = [...definitions.values()].flatMap((from) =>
    Object.values(from.fields)
      .filter(({ to }) => to === definition.name)
      .flatMap(({ name: field, column, required }) => {
        const frozen = frozenSql(from, 't', field);
        if (!required && frozen === null) return [];
        const holds = `t.${identifier(column)} = old.id${required ? '' : ` and (${frozen})`}`;
        return [`exists (select from ${qualified(workspaceSchema(workspace), from.table)} t where ${holds})`];
      }),
  );
  const frozen = frozenSql(definition, 'old');
  const reasons = [...(frozen === null ? [] : [frozen]), ...requiring];
  if (reasons.length === 0) return [];
  return [
    sqlFunction({
      name,
      parameters: '',
      returns: 'trigger',
      volatility: 'volatile',
      definer: true,
      body: `begin\n  if ${reasons.join('\n    or ')} then\n    return null;\n  end if;\n  return old;\nend`,
      comment: `W2, W7: keeps records of definition ${definition.name} that others must refer to, and frozen ones, from being erased.`,
      callable: false,
    }),
    {
      kind: 'trigger',
      name: `guard_1_kept on ${table}`,
      sql: `create trigger guard_1_kept before delete on ${table}\n  for each row\n  when (current_user <> '${OWNER_ROLE}')\n  execute function ${name}()`,
      comment: 'W2, W7: what others must refer to, and what is frozen, is not erased.',
    },
  ];
}
