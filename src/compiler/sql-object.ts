import { RESERVED_KEYWORDS } from './keywords.ts';

/** Kinds of database objects, in the words of `comment on <kind>`; `grant` and `setting` (of a table) have no comment. */
export type SqlObjectKind =
  | 'schema'
  | 'role'
  | 'table'
  | 'column'
  | 'constraint'
  | 'index'
  | 'policy'
  | 'view'
  | 'rule'
  | 'function'
  | 'trigger'
  | 'grant'
  | 'setting';

/** One object of the database as the compilers describe it. */
export interface SqlObject {
  readonly kind: SqlObjectKind;
  /** As `comment on <kind>` wants it: `ws_3.document`, `realm_view on ws_3.document`, `ws_3.guard()`. */
  readonly name: string;
  /** What creates it: one or several statements, without a semicolon at the end. */
  readonly sql: string;
  /** Why it is there, for a DBA: ids and rules, never names of people or clients, since any login can read it. */
  readonly comment?: string;
}

/** What creates an object and then comments on it. */
export function statementsOf(object: SqlObject): string[] {
  if (object.comment === undefined) return [object.sql];
  return [object.sql, `comment on ${object.kind} ${object.name} is ${literal(object.comment)}`];
}

/** A name as SQL takes it: in quotes only where it must be (`"group"`). */
export function identifier(name: string): string {
  if (name.includes('\0') || name === '') throw new Error(`Not a name for SQL: ${JSON.stringify(name)}`);
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED_KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name`, each part quoted where needed. */
export function qualified(schema: string, name: string): string {
  return `${identifier(schema)}.${identifier(name)}`;
}

/** Text as an SQL literal, whatever `standard_conforming_strings` says. Throws for NUL, which Postgres can't hold. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error('Postgres text cannot contain NUL');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `e${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
