import { isIndexed, type Definitions, type Field, type ObjectDefinition } from './definition.ts';
import { columnType } from './field-types.ts';
import { OWNER_ROLE, tableObjectName, workspaceSchema } from './names.ts';
import { identifier, literal, qualified, type SqlObject } from './sql-object.ts';

/**
 * The record tables of a workspace with their indexes and the row security that no plane can loosen. Foreign keys
 * come after all tables, since definitions may refer to each other in circles.
 */
export function tableObjects(workspace: number, definitions: Definitions): SqlObject[] {
  const all = [...definitions.values()];
  return [
    ...all.flatMap((definition) => recordTable(workspace, definition)),
    ...all.flatMap((definition) => foreignKeys(workspace, definition, definitions)),
  ];
}

/** One record table without its foreign keys. */
export function recordTable(workspace: number, definition: ObjectDefinition): SqlObject[] {
  const table = qualified(workspaceSchema(workspace), definition.table);
  const fields = Object.values(definition.fields);
  const columns = [...SYSTEM_COLUMNS.map(([name, rest]) => `${name} ${rest}`), ...fields.map(columnSql)];
  return [
    {
      kind: 'table',
      name: table,
      sql: `create table ${table} (\n  ${columns.join(',\n  ')}\n)`,
      comment: `Definition ${definition.name}: one row per record of workspace ${workspace}. Nobody reads or writes it but through planes and the edit door.`,
    },
    {
      kind: 'setting',
      name: `statistics of ${table}`,
      // How many records each realm holds decides between walking an index and going realm by realm.
      sql: `alter table ${table} alter column realm_id set statistics 1000`,
    },
    ...SYSTEM_COLUMNS.map(([name, , comment]) => columnComment(table, name, comment)),
    ...fields.map((field) => fieldComment(table, field)),
    ...systemConstraints(workspace, definition),
    ...fields.flatMap((field) => fieldChecks(workspace, definition, field)),
    ...systemIndexes(workspace, definition),
    ...fields.flatMap((field) => fieldIndexes(workspace, definition, field)),
    ...basePolicies(workspace, definition),
  ];
}

/** Column, rule for it, and why it is there. */
const SYSTEM_COLUMNS: readonly (readonly [name: string, rest: string, comment: string])[] = [
  ['id', 'uuid primary key default uuidv7()', 'Ids grow with time, so newest first is the order of this index.'],
  ['realm_id', 'integer not null', 'Archive, client and scope in one number: what layers C and P tell apart (V1).'],
  ['archive_id', 'uuid not null', 'The archive that holds the record.'],
  ['folder_id', 'uuid not null', "The folder in it; the archive's root folder has the archive's id."],
  ['client_id', 'uuid', 'The one client of the record, in an archive with clients on (C3).'],
  ['owner_id', 'uuid', 'Who created it or received it (D1); empty for anonymous, and not a foreign key: users may go.'],
  ['version', 'integer not null default 1', 'Goes up with each change (W6).'],
  ['created_at', 'timestamptz not null default now()', 'When it was created.'],
  ['updated_at', 'timestamptz not null default now()', 'When it was last changed.'],
  ['deleted_at', 'timestamptz', 'When it was put into the trash (W2).'],
];

/** `due_at timestamptz`, `reference text collate "C" not null`. */
export function columnSql(field: Field): string {
  const type = columnType(field.type);
  // By code point on every server: order, prefix search by index and leakproofness don't depend on its locale then.
  const collation = type === 'text' ? ' collate "C"' : '';
  return `${identifier(field.column)} ${type}${collation}${field.required ? ' not null' : ''}`;
}

/** A comment with the field's title. */
export function fieldComment(table: string, field: Field): SqlObject {
  const rules = [
    field.required && 'required',
    field.unique && 'unique per archive and client (V2)',
    field.readOnly && 'read-only (A3)',
    field.type === 'decimal' && `times ${10 ** field.scale!}`,
  ].filter((rule) => rule !== false);
  return columnComment(table, field.column, `${field.title}${rules.length > 0 ? `: ${rules.join(', ')}` : ''}.`);
}

function columnComment(table: string, column: string, comment: string): SqlObject {
  const name = `${table}.${identifier(column)}`;
  return { kind: 'column', name, sql: `comment on column ${name} is ${literal(comment)}` };
}

function systemConstraints(workspace: number, { table }: ObjectDefinition): SqlObject[] {
  // Only to the workspace's own schema and rowplane: a workspace can move to a server of its own.
  return [
    constraint(
      workspace,
      table,
      tableObjectName(table, 'folder_id'),
      'foreign key (archive_id, folder_id) references rowplane.folders (archive_id, id)',
    ),
    constraint(
      workspace,
      table,
      tableObjectName(table, 'client_id'),
      'foreign key (client_id) references rowplane.clients (id)',
    ),
  ];
}

/** What a cell may hold beyond its column's type. */
export function fieldChecks(workspace: number, { table }: ObjectDefinition, field: Field): SqlObject[] {
  const rule = ruleOf(field);
  return rule === null
    ? []
    : [constraint(workspace, table, tableObjectName(table, field.column, 'check'), `check (${rule})`)];
}

function ruleOf(field: Field): string | null {
  const column = identifier(field.column);
  switch (field.type) {
    case 'text':
      return `length(${column}) <= ${field.maxLength}`;
    case 'choice':
      return `${column} in (${field.choices!.map(({ value }) => literal(value)).join(', ')})`;
    case 'date':
      // The years that ISO 8601 spells with four digits; infinity and BC have no spelling in the API.
      return `${column} between date '0001-01-01' and date '9999-12-31'`;
    case 'dateTime':
      return `${column} >= timestamptz '0001-01-01T00:00:00Z' and ${column} < timestamptz '10000-01-01T00:00:00Z'`;
    default:
      return null;
  }
}

/**
 * References of a definition to others of the same workspace. Erasing a record empties those to it; a record that
 * another one must refer to can't be erased (W2).
 */
export function foreignKeys(workspace: number, definition: ObjectDefinition, definitions: Definitions): SqlObject[] {
  return Object.values(definition.fields)
    .filter((field) => field.type === 'reference')
    .map((field) => foreignKey(workspace, definition, field, definitions));
}

export function foreignKey(
  workspace: number,
  { table }: ObjectDefinition,
  field: Field,
  definitions: Definitions,
): SqlObject {
  const target = qualified(workspaceSchema(workspace), definitions.get(field.to!)!.table);
  const name = tableObjectName(table, field.column);
  return constraint(
    workspace,
    table,
    name,
    `foreign key (${identifier(field.column)}) references ${target} (id) on delete ${field.required ? 'restrict' : 'set null'}`,
  );
}

function constraint(workspace: number, table: string, name: string, rule: string): SqlObject {
  const on = qualified(workspaceSchema(workspace), table);
  return {
    kind: 'constraint',
    name: `${identifier(name)} on ${on}`,
    sql: `alter table ${on} add constraint ${identifier(name)} ${rule}`,
  };
}

function systemIndexes(workspace: number, { table }: ObjectDefinition): SqlObject[] {
  return [
    index(workspace, table, tableObjectName(table, 'realm_id'), '(realm_id, id)', 'The newest records of each realm.'),
    index(
      workspace,
      table,
      tableObjectName(table, 'archive_id'),
      '(archive_id, id)',
      'The newest records of an archive.',
    ),
    index(workspace, table, tableObjectName(table, 'folder_id'), '(folder_id, id)', 'The content of a folder.'),
    index(workspace, table, tableObjectName(table, 'created_at'), '(created_at, id desc)', 'Sorting by creation.'),
    index(workspace, table, tableObjectName(table, 'updated_at'), '(updated_at, id desc)', 'Sorting by change.'),
    index(
      workspace,
      table,
      tableObjectName(table, 'client_id'),
      '(client_id) where client_id is not null',
      'Whether a client still has records (C9).',
    ),
    index(workspace, table, tableObjectName(table, 'owner_id'), '(owner_id, id desc)', "Somebody's own records (D1)."),
    index(
      workspace,
      table,
      tableObjectName(table, 'deleted_at'),
      '(id desc) where deleted_at is not null',
      'The trash (W2), which is small.',
    ),
  ];
}

/**
 * Indexes that sorting and filtering by a field use: over all records for viewers who see much, per realm for those
 * who see little. Ties are newest first, so ascending order and equality come straight from the index.
 */
export function fieldIndexes(workspace: number, { table }: ObjectDefinition, field: Field): SqlObject[] {
  if (!isIndexed(field)) return [];
  const column = identifier(field.column);
  const objects = [
    index(
      workspace,
      table,
      tableObjectName(table, field.column),
      `(${column}, id desc)`,
      `Sorting and finding by ${field.name}.`,
    ),
    index(
      workspace,
      table,
      tableObjectName(table, field.column, 'realm'),
      `(realm_id, ${column}, id desc)`,
      `Sorting and finding by ${field.name}, realm by realm.`,
    ),
  ];
  return field.unique ? [...objects, uniqueIndex(workspace, table, field)] : objects;
}

export function uniqueIndex(workspace: number, table: string, field: Field): SqlObject {
  return index(
    workspace,
    table,
    tableObjectName(table, field.column, 'unique'),
    `(archive_id, client_id, ${identifier(field.column)}) nulls not distinct where deleted_at is null${field.required ? '' : ` and ${identifier(field.column)} is not null`}`,
    `${field.name} is unique per archive and client, the trash apart (V2).`,
    true,
  );
}

function index(
  workspace: number,
  table: string,
  name: string,
  over: string,
  comment: string,
  unique = false,
): SqlObject {
  const schema = workspaceSchema(workspace);
  return {
    kind: 'index',
    name: qualified(schema, name),
    sql: `create ${unique ? 'unique ' : ''}index ${identifier(name)} on ${qualified(schema, table)} ${over}`,
    comment,
  };
}

/** Row security of every record table: the owner's own upkeep, and the realms of the viewer, which planes can't widen. */
export function basePolicies(workspace: number, { table }: ObjectDefinition): SqlObject[] {
  const on = qualified(workspaceSchema(workspace), table);
  const realm = (permission: string) =>
    `(select rowplane.viewer_flags(${workspace}, '${permission}'))[realm_id] or (select current_user = '${OWNER_ROLE}')`;
  const policy = (name: string, rule: string, comment: string): SqlObject => ({
    kind: 'policy',
    name: `${name} on ${on}`,
    sql: `create policy ${name} on ${on} ${rule}`,
    comment,
  });
  return [
    {
      kind: 'setting',
      name: `row security of ${on}`,
      // Forced, so that the owner's own views and functions can't read past it by mistake.
      sql: `alter table ${on} enable row level security, force row level security`,
    },
    policy(
      'owner',
      `to ${OWNER_ROLE} using (true) with check (true)`,
      'Upkeep by the owner: imports, migrations, moving scopes.',
    ),
    policy(
      'realm_view',
      `as restrictive for select using (${realm('VIEW')})`,
      `Only records whose realm the viewer may VIEW (C5, P4). The flags are read once per statement.`,
    ),
    policy(
      'realm_create',
      `as restrictive for insert with check (${realm('CREATE')})`,
      'Only into realms where the viewer may CREATE (C7, P8).',
    ),
    policy(
      'realm_edit',
      `as restrictive for update using (${realm('EDIT')}) with check (true)`,
      'Only records whose realm the viewer may EDIT (P8). Where the record goes, the guard judges.',
    ),
  ];
}
