import type { Definitions, Field, ObjectDefinition } from './definition.ts';
import { removedChoices, type DefinitionChange } from './diff-definitions.ts';
import { tableObjectName, workspaceSchema } from './names.ts';
import { identifier, literal, qualified, statementsOf, type SqlObject } from './sql-object.ts';
import { columnSql, fieldChecks, fieldComment, fieldIndexes, foreignKey, foreignKeys, recordTable } from './tables.ts';

/** The statements that take from a workspace's tables what changes of the definitions remove. */
export function droppingStatements(workspace: number, changes: readonly DefinitionChange[]): string[] {
  const schema = workspaceSchema(workspace);
  const columns = changes.flatMap((change) =>
    change.kind === 'fieldRemoved' || change.kind === 'fieldReplaced'
      ? [
          `alter table ${qualified(schema, change.definition.table)} drop column ${identifier(
            (change.kind === 'fieldRemoved' ? change.field : change.from).column,
          )}`,
        ]
      : [],
  );
  const removed = changes.filter((change) => change.kind === 'definitionRemoved').map(({ definition }) => definition);
  return [
    ...columns,
    // Tables that go together may refer to each other.
    ...removed.flatMap((definition) => droppedReferences(schema, definition)),
    ...removed.map(({ table }) => `drop table ${qualified(schema, table)}`),
  ];
}

/** The statements that give a workspace's tables what changes of the definitions add or alter. */
export function alteringStatements(
  workspace: number,
  changes: readonly DefinitionChange[],
  definitions: Definitions,
): string[] {
  const objects: (SqlObject | string)[] = [];
  const last: SqlObject[] = [];
  for (const change of changes)
    switch (change.kind) {
      case 'definitionAdded':
        objects.push(...recordTable(workspace, change.definition));
        last.push(...foreignKeys(workspace, change.definition, definitions));
        break;
      case 'fieldAdded':
      case 'fieldReplaced':
        objects.push(...addedField(workspace, change.definition, change.field));
        if (change.field.type === 'reference')
          last.push(foreignKey(workspace, change.definition, change.field, definitions));
        break;
      case 'fieldAltered':
        objects.push(...alteredField(workspace, change.definition, change.from, change.field));
        if (change.field.type === 'reference' && change.from.required !== change.field.required) {
          // What erasing a record does to references depends on whether they are required.
          objects.push(droppedReference(workspaceSchema(workspace), change.definition, change.field));
          last.push(foreignKey(workspace, change.definition, change.field, definitions));
        }
        break;
      default:
        break;
    }
  return [...objects, ...last].flatMap((object) => (typeof object === 'string' ? [object] : statementsOf(object)));
}

function droppedReferences(schema: string, definition: ObjectDefinition): string[] {
  return Object.values(definition.fields)
    .filter((field) => field.type === 'reference')
    .map((field) => droppedReference(schema, definition, field));
}

function droppedReference(schema: string, { table }: ObjectDefinition, { column }: Field): string {
  return `alter table ${qualified(schema, table)} drop constraint ${identifier(tableObjectName(table, column))}`;
}

function addedField(workspace: number, definition: ObjectDefinition, field: Field): (SqlObject | string)[] {
  const table = qualified(workspaceSchema(workspace), definition.table);
  return [
    `alter table ${table} add column ${columnSql(field)}`,
    fieldComment(table, field),
    ...fieldChecks(workspace, definition, field),
    ...fieldIndexes(workspace, definition, field),
  ];
}

/** The column stays; what is said about it changes. */
function alteredField(workspace: number, definition: ObjectDefinition, from: Field, to: Field): (SqlObject | string)[] {
  const schema = workspaceSchema(workspace);
  const table = qualified(schema, definition.table);
  const column = identifier(to.column);
  const gone = removedChoices(from, to);
  const [before, after] = [fieldChecks(workspace, definition, from), fieldChecks(workspace, definition, to)];
  const [had, has] = [fieldIndexes(workspace, definition, from), fieldIndexes(workspace, definition, to)];
  const isIn = (list: readonly SqlObject[]) => (object: SqlObject) => list.some(({ sql }) => sql === object.sql);
  return [
    ...before
      .filter((check) => !isIn(after)(check))
      .map(
        () =>
          `alter table ${table} drop constraint ${identifier(tableObjectName(definition.table, to.column, 'check'))}`,
      ),
    ...(gone.length > 0
      ? [
          `update ${table} set ${column} = null, version = version + 1, updated_at = now()
  where ${column} in (${gone.map(literal).join(', ')})`,
        ]
      : []),
    ...after.filter((check) => !isIn(before)(check)),
    ...(from.required === to.required
      ? []
      : [`alter table ${table} alter column ${column} ${to.required ? 'set' : 'drop'} not null`]),
    ...had.filter((index) => !isIn(has)(index)).map((index) => `drop index ${index.name}`),
    ...has.filter((index) => !isIn(had)(index)),
    fieldComment(table, to),
  ];
}
