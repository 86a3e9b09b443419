import type { ObjectDefinition } from './definition.ts';
import { editSchema, workspaceSchema } from './names.ts';
import { exposingFunction, type Blueprint } from './restriction.ts';
import { sqlFunction } from './sql-function.ts';
import { literal, qualified, type SqlObject } from './sql-object.ts';

/**
 * M5: what notes the changes of records, whoever makes them: viewers, imports, upkeep, SQL by hand. Once per
 * statement, with how the records stood before it; a statement on ten thousand records costs a few rows.
 */
export function outboxObjects(blueprint: Blueprint): SqlObject[] {
  return [...blueprint.definitions.values()].flatMap((definition) => [
    noteFunction(blueprint, definition),
    ...noteTriggers(blueprint, definition),
  ]);
}

function noteName(workspace: number, { table }: ObjectDefinition): string {
  return qualified(editSchema(workspace), `${table}_note`);
}

/** Only a function of the table's own knows its type, and so the planes that exposed a row. */
function noteFunction({ workspace }: Blueprint, definition: ObjectDefinition): SqlObject {
  const type = qualified(workspaceSchema(workspace), definition.table);
  return sqlFunction({
    name: noteName(workspace, definition),
    parameters: '',
    returns: 'trigger',
    volatility: 'volatile',
    definer: true,
    body: `begin
  insert into rowplane.record_changes (workspace_id, definition, realm_id, exposing, ids)
  select ${workspace}, ${literal(definition.name)}, b.realm_id, b.exposing, array_agg(b.id)
  from (
    select o.id, o.realm_id, ${exposingFunction(workspace, definition)}(o::${type}, null, null) as exposing from old_rows o where o.deleted_at is null
    union all
    select o.id, null, null from old_rows o where o.deleted_at is not null
  ) b
  group by b.realm_id, b.exposing;
  return null;
end`,
    comment: `M5: notes changed records of definition ${definition.name}, and how they stood.`,
    callable: false,
  });
}

function noteTriggers({ workspace }: Blueprint, definition: ObjectDefinition): SqlObject[] {
  const table = qualified(workspaceSchema(workspace), definition.table);
  const after = (name: string, event: string, rows: string, call: string, comment: string): SqlObject => ({
    kind: 'trigger',
    name: `${name} on ${table}`,
    sql: `create trigger ${name} after ${event} on ${table}\n  referencing ${rows} for each statement\n  execute function ${call}`,
    comment,
  });
  const note = `${noteName(workspace, definition)}()`;
  const noteNew = `rowplane.note_new_records(${workspace}, ${literal(definition.name)})`;
  return [
    after('note_new', 'insert', 'new table as new_rows', noteNew, 'M5: tells followers of new records.'),
    after('note_changed', 'update', 'old table as old_rows', note, 'M5: tells followers of changed records.'),
    after('note_gone', 'delete', 'old table as old_rows', note, 'M5: tells followers of erased records.'),
  ];
}
