import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Refusal } from '../access/refusals.ts';
import type { Definitions, Field, ObjectDefinition } from '../compiler/definition.ts';

const columnShape = z.strictObject({
  /** The field that the column fills. */
  field: z.string(),
  /** References: the field of the target that the column names, by default its first unique one; or "id". */
  by: z.string().optional(),
  /** Dates and moments: how they are written, from yyyy MM dd HH mm ss and the characters between; by default ISO 8601. */
  format: z.string().optional(),
  /** Moments without an offset: where the clock stood, such as "Europe/Amsterdam". */
  timeZone: z.string().optional(),
  /** Numbers: "." by default. With "," a "." groups thousands. */
  decimalSeparator: z.enum(['.', ',']).optional(),
  /** Words of the file and the values they stand for. */
  values: z.record(z.string(), z.string()).optional(),
});

const mappingShape = z.strictObject({
  /** Per column of the file: a field, more about it, or null to leave the column out. Columns that are named like a field need none. */
  columns: z.record(z.string(), z.union([z.string(), columnShape, z.null()])).default({}),
  /** The column that names the client. */
  client: z.string().optional(),
  /** Texts that mean "nothing", besides the empty one. */
  empty: z.array(z.string()).default([]),
  timeZone: z.string().optional(),
  delimiter: z.string().length(1).optional(),
  encoding: z.string().optional(),
});

/** What a mapping file says. */
export type Mapping = z.output<typeof mappingShape>;
export type ColumnOptions = Omit<z.output<typeof columnShape>, 'field'>;

/** One column of the file that fills a field. */
export interface MappedColumn {
  /** Its place in a row of the file. */
  index: number;
  header: string;
  field: Field;
  options: ColumnOptions;
  /** How another record or a user is named, to be looked up; null where the cell holds the value itself. */
  lookUp: LookUp | null;
}

/** A record by one of its unique fields, or a user by the login name. */
export type LookUp = { target: ObjectDefinition; key: Field } | { target: 'user'; key: Field };

/** What names a user in a file. */
const LOGIN_NAME: Field = {
  name: 'name',
  column: 'name',
  title: 'Name',
  type: 'text',
  required: false,
  unique: true,
  readOnly: false,
};

/** A column that refers to a record of `target`. */
export interface ReferenceColumn extends MappedColumn {
  target: ObjectDefinition;
}

export interface MappedColumns {
  columns: MappedColumn[];
  /** The place of the column that names the client, or null. */
  client: number | null;
  /** The reference whose record's client is the row's own, where the column of the client is one; else null. */
  clientOf: ReferenceColumn | null;
}

/** The name of the column that the importer adds to rejected rows; on the way back in it is left out. */
export const REASON_COLUMN = 'rejected_because';

/** A mapping without a file: columns are matched by their names. */
export const NO_MAPPING: Mapping = { columns: {}, empty: [] };

/** Reads a mapping file (JSON). Throws VALIDATION_FAILED with what is wrong in it. */
export async function readMapping(file: string): Promise<Mapping> {
  const text = await readFile(file, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw mappingProblem(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = mappingShape.safeParse(json);
  if (result.success) return result.data;
  throw mappingProblem(`${file} is not a mapping: ${z.prettifyError(result.error)}`);
}

/**
 * Matches the columns of a file with the fields of a definition: as the mapping says, else by name (`started_at`,
 * `startedAt` and `Started` all mean the field startedAt). Throws VALIDATION_FAILED when a column stays without a meaning:
 * nothing of a file is left out in silence.
 */
export function mapColumns(
  headers: readonly string[],
  mapping: Mapping,
  definition: ObjectDefinition,
  definitions: Definitions,
): MappedColumns {
  const problems: string[] = [];
  const byName = new Map<string, Field>();
  for (const field of Object.values(definition.fields)) byName.set(plain(field.title), field);
  for (const field of Object.values(definition.fields)) byName.set(plain(field.name), field);

  for (const header of Object.keys(mapping.columns))
    if (!headers.includes(header)) problems.push(`the mapping names a column "${header}", which the file doesn't have`);
  for (const header of repeated(headers)) problems.push(`two columns are called "${header}"`);

  const columns: MappedColumn[] = [];
  headers.forEach((header, index) => {
    const said = mapping.columns[header];
    if (said === null || (said === undefined && header === REASON_COLUMN)) return;
    const { field: name, ...options } =
      typeof said === 'string' ? { field: said } : (said ?? { field: byName.get(plain(header))?.name });
    const field = name !== undefined && Object.hasOwn(definition.fields, name) ? definition.fields[name] : undefined;
    if (!field) {
      if (said === undefined && header === mapping.client) return;
      problems.push(
        said === undefined
          ? `column "${header}" is like no field of ${definition.name}: name its field in the mapping, or null to leave it out`
          : `column "${header}" is mapped to "${name}", which ${definition.name} doesn't have (it has ${Object.keys(definition.fields).join(', ')})`,
      );
      return;
    }
    if (field.readOnly) problems.push(`column "${header}": ${field.name} is read-only`);
    try {
      columns.push({ index, header, field, options, lookUp: lookUpOf(field, options, definitions) });
    } catch (error) {
      problems.push(`column "${header}": ${(error as Error).message}`);
    }
  });

  for (const name of repeated(columns.map(({ field }) => field.name)))
    problems.push(`several columns fill the field ${name}`);
  for (const field of Object.values(definition.fields))
    if (field.required && !field.readOnly && !columns.some((column) => column.field === field))
      problems.push(`no column fills the field ${field.name}, which every ${definition.name} needs`);
  const client = mapping.client === undefined ? null : headers.indexOf(mapping.client);
  if (client === -1) problems.push(`the column of the client, "${mapping.client}", is not in the file`);
  if (problems.length > 0)
    throw mappingProblem(`The columns of the file don't fit:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  const named = columns.find(({ index }) => index === client);
  const target = named?.field.type === 'reference' ? definitions.get(named.field.to!) : undefined;
  const clientOf = named && target ? { ...named, target } : null;
  return { columns, client: clientOf === null ? client : null, clientOf };
}

function lookUpOf(field: Field, { by }: ColumnOptions, definitions: Definitions): LookUp | null {
  if (field.type === 'group')
    throw new Error("fields that name a group of the account can't be imported; leave it out");
  if (field.type === 'user') {
    if (by !== undefined && by !== 'name') throw new Error('users are named by their login name');
    return { target: 'user', key: LOGIN_NAME };
  }
  if (field.type !== 'reference') {
    if (by !== undefined) throw new Error('"by" is for references');
    return null;
  }
  const target = definitions.get(field.to ?? '');
  if (!target) throw new Error(`there is no definition ${field.to}`);
  const unique = Object.values(target.fields).filter((one) => one.unique);
  const key = by === undefined ? unique[0] : unique.find(({ name }) => name === by);
  if (key) return { target, key };
  if (by === undefined || by === 'id') return null;
  const known = ['id', ...unique.map(({ name }) => name)].join(', ');
  throw new Error(`"by" must be one of ${known} for ${target.name}, not "${by}"`);
}

/** `Started at`, `started_at` and `startedAt` are the same to whoever names columns. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function mappingProblem(message: string): Refusal {
  return new Refusal('VALIDATION_FAILED', message);
}
