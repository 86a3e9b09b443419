import type { Field, ObjectDefinition } from './definition.ts';
import { columnType } from './field-types.ts';
import { sightSchema } from './names.ts';
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

/** What the select list and the from clause of a view over records are made of. */
export interface RecordSelect {
  readonly columns: readonly string[];
  /** One left join per reference that is shown. */
  readonly joins: readonly string[];
}

type Scope = Pick<Blueprint, 'workspace' | 'definitions'>;

/**
 * Selects every field of a definition from its table as `t`, in the definition's order, so that all views over it have
 * the same columns. `isShown` tells which fields aren't constantly empty.
 *
 * A reference to a record that the viewer doesn't see reads as empty: its id comes from the target's sight view.
 * Joined from the left, a condition on it still uses the table's index, and a reference that isn't asked for costs
 * nothing.
 */
export function selectFields(
  scope: Scope,
  definition: ObjectDefinition,
  isShown: (field: Field) => boolean,
): RecordSelect {
  const joins: string[] = [];
  const columns = Object.values(definition.fields).map((field) => {
    const column = identifier(field.column);
    if (!isShown(field)) return `${emptyCell(field)} as ${column}`;
    if (field.type !== 'reference') return `t.${column}`;
    const seen = identifier(`seen_${field.column}`);
    joins.push(`left join ${sightOf(scope, field)} ${seen} on ${seen}.id = t.${column}`);
    return `${seen}.id as ${column}`;
  });
  return { columns, joins };
}

/** The value of a field in a view that must stay one over a single table, so that rows can be deleted through it. */
export function lookedUp(scope: Scope, field: Field): string {
  const value = `t.${identifier(field.column)}`;
  return field.type === 'reference' ? `(select s.id from ${sightOf(scope, field)} s where s.id = ${value})` : value;
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

function sightOf({ workspace, definitions }: Scope, field: Field): string {
  return qualified(sightSchema(workspace), definitions.get(field.to!)!.table);
}
