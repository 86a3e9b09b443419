import type { Condition } from './condition/condition.ts';
import { checkDefinition } from './check-definition.ts';
import type { FieldType } from './field-types.ts';
import { snakeCase } from './names.ts';

/** With the rest of what the files in `schema/` are written in. */
export { defineRights } from './rights-declaration.ts';

/**
 * Object definitions: what a type of record consists of, and how the files in `schema/` say so. A definition is plain
 * JSON, since the applied ones are kept in `rowplane.definitions` to be compared with the files.
 */
export interface ObjectDefinition {
  /** camelCase: the GraphQL type is its PascalCase, the by-id query is this name. */
  readonly name: string;
  /** camelCase: the GraphQL list. */
  readonly plural: string;
  readonly title: string;
  /** The name of its table in each workspace's schema. */
  readonly table: string;
  /** The right of `schema/rights.ts` that its records need in the workspace's company (R7); none if absent. */
  readonly right?: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly views: Readonly<Record<string, View>>;
  readonly layouts: Readonly<Record<string, Layout>>;
  readonly documentViewers: Readonly<Record<string, DocumentViewer>>;
  /** The four that every definition has (A4) and its own. */
  readonly abilities: Readonly<Record<string, Ability>>;
  /** When records can't be changed any more (W7). Absent where there is no such rule. */
  readonly freezes?: readonly Freeze[];
}

export type Definitions = ReadonlyMap<string, ObjectDefinition>;

export interface Field {
  readonly name: string;
  readonly title: string;
  readonly type: FieldType;
  readonly column: string;
  readonly required: boolean;
  /** Among the records of one archive and client that aren't in the trash (V2). */
  readonly unique: boolean;
  /** Read-only fields are never EDIT (A3): only the importer and SQL of the owner fill them. */
  readonly readOnly: boolean;
  /** text: the most characters it may have. */
  readonly maxLength?: number;
  /** decimal: its digits after the point. */
  readonly scale?: number;
  readonly choices?: readonly Choice[];
  /** reference: the name of the definition that it refers to. */
  readonly to?: string;
}

export interface Choice {
  readonly value: string;
  readonly title: string;
}

export interface View {
  readonly title: string;
  readonly fields: readonly string[];
  readonly where?: Condition;
  readonly orderBy?: readonly Order[];
}

export interface Order {
  /** A field, or one of the system fields `createdAt`, `updatedAt`. */
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

export interface Layout {
  readonly title: string;
  readonly shows: readonly string[];
  readonly edits: readonly string[];
}

export interface DocumentViewer {
  readonly title: string;
  readonly fields: readonly string[];
}

export interface Ability {
  readonly title: string;
  /** The fields that it needs: it counts only in a plane that shows them (A4). */
  readonly fields: readonly string[];
}

/** Nobody has EDIT on these fields of a record while it meets the condition (W7). */
export interface Freeze {
  readonly title: string;
  /** The same for everyone: it can't ask who is looking. */
  readonly when: Condition;
  /** Absent: the whole record, which then can't be deleted, moved or given another client either. */
  readonly fields?: readonly string[];
}

/** The abilities that every definition has, besides its own (A4). */
export const STANDARD_ABILITIES: Readonly<Record<string, Ability>> = {
  CREATE: { title: 'Create', fields: [] },
  DELETE: { title: 'Delete', fields: [] },
  MASS_DELETE: { title: 'Delete several at once', fields: [] },
  MASS_UPDATE: { title: 'Change several at once', fields: [] },
};

/** The longest text that has an index: a B-tree entry takes at most about 2,700 bytes, and a character up to 4. */
export const LONGEST_INDEXED_TEXT = 500;

type FieldInput = Omit<Field, 'name' | 'column'>;

/** `title` is what people read; the switches are false unless given. */
export interface FieldOptions {
  title: string;
  required?: boolean;
  unique?: boolean;
  readOnly?: boolean;
}

export interface DefinitionInput {
  name: string;
  plural: string;
  title: string;
  /** R7: DISPLAY of this right is needed to read its records, EDIT to create, change or delete them. */
  right?: string;
  fields: Record<string, FieldInput>;
  views?: Record<string, View>;
  /** What a layout edits, it shows too. */
  layouts?: Record<string, { title: string; shows?: readonly string[]; edits?: readonly string[] }>;
  documentViewers?: Record<string, DocumentViewer>;
  /** Its own abilities; the standard ones come by themselves. */
  abilities?: Record<string, { title: string; fields?: readonly string[] }>;
  freeze?: Freeze | readonly Freeze[];
}

/**
 * Declares a type of record; the default export of a file in `schema/`.
 * Throws DefinitionError with everything that is wrong with it, except what only all definitions together show.
 */
export function define(input: DefinitionInput): ObjectDefinition {
  const definition: ObjectDefinition = {
    name: input.name,
    plural: input.plural,
    title: input.title,
    table: snakeCase(input.name),
    ...(input.right !== undefined && { right: input.right }),
    fields: mapValues(input.fields, (field, name) => ({ name, column: columnOf(name, field.type), ...field })),
    views: input.views ?? {},
    layouts: mapValues(input.layouts ?? {}, ({ title, shows = [], edits = [] }) => ({
      title,
      shows: [...new Set([...shows, ...edits])],
      edits,
    })),
    documentViewers: input.documentViewers ?? {},
    abilities: {
      ...mapValues(input.abilities ?? {}, ({ title, fields = [] }) => ({ title, fields })),
      ...STANDARD_ABILITIES,
    },
    ...(input.freeze === undefined ? {} : { freezes: [input.freeze].flat() }),
  };
  checkDefinition(definition, input);
  return definition;
}

/** Text of at most `maxLength` characters (default 500). Longer ones have no index to sort or find by. */
export function text(options: FieldOptions & { maxLength?: number }): FieldInput {
  return { ...field('text', options), maxLength: options.maxLength ?? LONGEST_INDEXED_TEXT };
}

/** A whole number of 32 bits. */
export function integer(options: FieldOptions): FieldInput {
  return field('integer', options);
}

/** A number with exactly `scale` digits after the point, kept as a scaled 64-bit integer: amounts, measures. */
export function decimal(options: FieldOptions & { scale: number }): FieldInput {
  return { ...field('decimal', options), scale: options.scale };
}

export function boolean(options: FieldOptions): FieldInput {
  return field('boolean', options);
}

export function date(options: FieldOptions): FieldInput {
  return field('date', options);
}

/** A moment, kept with microseconds. */
export function dateTime(options: FieldOptions): FieldInput {
  return field('dateTime', options);
}

/** One of a fixed list: `choices: { DESK: 'Desk', POST: 'Post' }`, where the values are GraphQL enum values. */
export function choice(options: FieldOptions & { choices: Record<string, string> }): FieldInput {
  const choices = Object.entries(options.choices).map(([value, title]) => ({ value, title }));
  return { ...field('choice', options), choices };
}

/** Another record of the same workspace: `to` names its definition. */
export function reference(options: FieldOptions & { to: string }): FieldInput {
  return { ...field('reference', options), to: options.to };
}

/** A user of the account. */
export function user(options: FieldOptions): FieldInput {
  return field('user', options);
}

/** A group of the account. */
export function group(options: FieldOptions): FieldInput {
  return field('group', options);
}

/** Whether a field has the indexes that sorting and filtering by it use: all but long texts. */
export function isIndexed(field: Field): boolean {
  return field.type !== 'text' || (field.maxLength ?? 0) <= LONGEST_INDEXED_TEXT;
}

function field(
  type: FieldType,
  { title, required = false, unique = false, readOnly = false }: FieldOptions,
): FieldInput {
  return { title, type, required, unique, readOnly };
}

function columnOf(name: string, type: FieldType): string {
  const isId = type === 'reference' || type === 'user' || type === 'group';
  return isId ? `${snakeCase(name)}_id` : snakeCase(name);
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}
