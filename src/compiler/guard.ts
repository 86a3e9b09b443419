import type { ObjectDefinition } from './definition.ts';
import { DOOR_COLUMNS } from './edit-door.ts';
import {
  areJudgedByPolicies,
  guardFunctions,
  guardNames,
  pointsElsewhere,
  referencePolicies,
  type GuardNames,
} from './guard-functions.ts';
import { OWNER_ROLE } from './names.ts';
import type { Blueprint } from './restriction.ts';
import { identifier, literal, type SqlObject } from './sql-object.ts';

/**
 * The guards of the record tables: triggers that judge each named column of a write on the record as it was (W1) and
 * refuse by name. One trigger per field, since only the columns of a trigger tell which fields a statement names:
 * setting a hidden field to the value that it has must be refused, too.
 *
 * They leave the owner alone, whose upkeep (imports, migrations, moving scopes) is nobody's write.
 */
export function guardObjects(blueprint: Blueprint): SqlObject[] {
  return [...blueprint.definitions.values()].flatMap((definition) => {
    const names = guardNames(blueprint.workspace, definition);
    return [
      ...guardFunctions(blueprint, definition, names),
      ...triggers(blueprint.workspace, definition, names),
      ...referencePolicies(blueprint, definition),
    ];
  });
}

const REFERENCES = 'W8: what the viewer does not see can not be referred to.';

/** Postgres fires them in the order of their names. */
function triggers(workspace: number, definition: ObjectDefinition, names: GuardNames): SqlObject[] {
  const fields = Object.values(definition.fields);
  const pointing = fields.filter(pointsElsewhere);
  const row = (name: string, event: string, call: string, comment: string): SqlObject =>
    trigger(names.table, name, `before ${event} on ${names.table}\n  for each row`, call, comment);
  return [
    trigger(
      names.table,
      'guard_0_permissions',
      `before insert or update or delete on ${names.table}\n  for each statement`,
      'rowplane.guard_permissions()',
      'V5: permissions stay as they are from here to the commit.',
    ),
    unlockedTrigger(workspace, definition, names.table),
    row('guard_1_new', 'insert', `rowplane.guard_new(${workspace})`, 'W3: place, owner and version of a new record.'),
    row('guard_1_record', 'update', `${names.record}()`, 'W2, W6: trash, expected version, next version.'),
    row(
      'guard_2_restored',
      'update of deleted_at',
      'rowplane.guard_restored()',
      'W2: only the trash is restored from.',
    ),
    ...fields.map((field) =>
      row(
        `guard_3_${field.column}`,
        `update of ${identifier(field.column)}`,
        `${names.field}(${literal(field.name)})`,
        `W1: field ${field.name} must be EDIT in a plane of the viewer that exposes the record.`,
      ),
    ),
    row('guard_4_owner', 'update of owner_id', 'rowplane.guard_owner()', 'D1: an owner changes by a transfer only.'),
    row(
      'guard_4_place',
      'update of folder_id, client_id',
      `rowplane.guard_place(${workspace})`,
      'P8, C7, C8: where the record goes must be a place and a client of the viewer.',
    ),
    ...(pointing.length === 0 || areJudgedByPolicies(definition)
      ? []
      : [row('guard_5_references', 'insert', `${names.references}()`, REFERENCES)]),
    // Also for the value that a field has: what is refused elsewhere and accepted here would be told.
    ...pointing.map((field) =>
      row(
        `guard_5_${field.column}`,
        `update of ${identifier(field.column)}`,
        `${names.references}(${literal(field.name)})`,
        REFERENCES,
      ),
    ),
    trigger(
      names.table,
      'guard_6_changed',
      `after update on ${names.table}\n  referencing old table as old_rows new table as new_rows for each statement`,
      `${names.changed}()`,
      'W1, W2, W5: abilities by how many records changed, and which these were.',
    ),
  ];
}

/**
 * P11: also for what the owner's functions write for a viewer, but for realms: these follow when somebody's access is
 * taken away, which a lock doesn't stop.
 */
function unlockedTrigger(workspace: number, definition: ObjectDefinition, table: string): SqlObject {
  const columns = [...Object.values(definition.fields).map(({ column }) => column), ...DOOR_COLUMNS].map(identifier);
  return trigger(
    table,
    'guard_0_unlocked',
    `before insert or delete or update of ${columns.join(', ')} on ${table}\n  for each statement`,
    `rowplane.guard_unlocked(${workspace})`,
    'P11: while the workspace is locked, only who holds the lock writes.',
    `current_user <> '${OWNER_ROLE}' or rowplane.viewer() is not null`,
  );
}

function trigger(
  table: string,
  name: string,
  when: string,
  call: string,
  comment: string,
  condition = `current_user <> '${OWNER_ROLE}'`,
): SqlObject {
  return {
    kind: 'trigger',
    name: `${identifier(name)} on ${table}`,
    sql: `create trigger ${identifier(name)} ${when}\n  when (${condition})\n  execute function ${call}`,
    comment,
  };
}
