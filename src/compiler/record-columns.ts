import type { Field, ObjectDefinition } from './definition.ts';
import { columnType } from './field-types.ts';
import { SEEN_USERS, sightSchema } from './names.ts';
import type { Blueprint } from './restriction.ts';
import { identifier, qualified } from './sql-object.ts';

/** The columns that every record shows with itself (A3), as plane views have them. */
export const SYSTEM_COLUMNS = [
  'id',
  'realm_id',
  'archive_id',
  'folder_id',
  'client_id',
  'owner_id',
  'version',
  'created_at',
  'updated_at',
] as const;

/** A column as views show it: of the system, or of a field. */
export type Column = Pick<Field, 'column' | 'type' | 'to'>;

/** The owner is a user like those of fields: whom the viewer may not see is nobody (U3). */
const OWNER: Column = { column: 'owner_id', type: 'user' };

/** What the select list and the from clause of a view over records are made of. */
export interface RecordSelect {
  readonly columns: readonly string[];
  /** One left join per shown reference or user. */
  readonly joins: readonly string[];
}

type Scope = Pick<Blueprint, 'workspace' | 'definitions'>;

/**
 * Selects the system's columns and every field of a definition from its table as `t`, in the definition's order, so
 * that all views over it have the same columns. `isShown` tells which fields aren't constantly empty.
 *
 * A reference to a record that the viewer doesn't see reads as empty, and so does a user: the id comes from a sight.
 * Joined from the left, a condition on it still uses the table's index, and what isn't asked for costs nothing.
 */
export function selectRecord(
  scope: Scope,
  definition: ObjectDefinition,
  isShown: (field: Field) => boolean,
): RecordSelect {
  const joins: string[] = [];
  const shown = (column: Column): string => {
    const name = identifier(column.column);
    const sight = sightOf(scope, column);
    if (sight === null) return `t.${name}`;
    const seen = identifier(`seen_${column.column}`);
    joins.push(`left join ${sight} ${seen} on ${seen}.id = t.${name}`);
    return `${seen}.id as ${name}`;
  };
  const columns = [
    ...SYSTEM_COLUMNS.map((column) => (column === OWNER.column ? shown(OWNER) : `t.${column}`)),
    ...Object.values(definition.fields).map((field) =>
      isShown(field) ? shown(field) : `${emptyCell(field)} as ${identifier(field.column)}`,
    ),
  ];
  return { columns, joins };
}

/** The value of a field in a view that must stay one over a single table, so that rows can be deleted through it. */
export function lookedUp(scope: Scope, column: Column): string {
  const value = `t.${identifier(column.column)}`;
  const sight = sightOf(scope, column);
  return sight === null ? value : `(select s.id from ${sight} s where s.id = ${value})`;
}

/** The system's columns in such a view. */
export function lookedUpSystem(scope: Scope): string[] {
  return SYSTEM_COLUMNS.map((column) =>
    column === OWNER.column ? `${lookedUp(scope, OWNER)} as ${column}` : `t.${column}`,
  );
}

/** A view's query, a line per part. */
export function selectText(columns: readonly string[], from: string, rest: readonly string[]): string {
  return ['  select', `    ${columns.join(',\n    ')}`, `  from ${from}`, ...rest.map((line) => `  ${line}`)].join(
    '\n',
  );
}

/** An empty cell of the column's own type and collation: the branches of a union over planes must agree. */
export function emptyCell({ type }: Field): string {
  const sql = columnType(type);
  return sql === 'text' ? `null::text collate "C"` : `null::${sql}`;
}

/** Where the ids stand of what the viewer sees, for columns that hold such ids. */
function sightOf({ workspace, definitions }: Scope, { type, to }: Column): string | null {
  switch (type) {
    case 'reference':
      return qualified(sightSchema(workspace), definitions.get(to!)!.table);
    case 'user':
      return SEEN_USERS;
    default:
      return null;
  }
}
