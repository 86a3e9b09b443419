import { invalid, Refusal, type Problem } from '../../access/refusals.ts';
import type { Field, ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { GivenValues } from '../../writer/values.ts';
import { noSuchRecords, type Target } from '../../writer/writing.ts';
import type { Builder } from '../builder.ts';
import { decodeRecordId, decodeUuid } from '../global-id.ts';
import type { RecordEnums } from './record-enums.ts';

type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Builder['$inferSchemaTypes'], 'InputObject'>;

/** Input as GraphQL hands it over: fields that were left out are absent, emptied ones are null. */
export type Input = Readonly<Record<string, unknown>>;

/** The fields of a definition that anybody may set, as fields of an input. */
export function valueInputs(t: InputFieldBuilder, definition: ObjectDefinition, enums: RecordEnums) {
  const settable = Object.values(definition.fields).filter(({ readOnly }) => !readOnly);
  return Object.fromEntries(settable.map((field) => [field.name, valueInput(t, field, enums)]));
}

function valueInput(t: InputFieldBuilder, { name, title, type }: Field, enums: RecordEnums) {
  const options = { description: title };
  switch (type) {
    case 'text':
      return t.string(options);
    case 'integer':
      return t.int(options);
    case 'boolean':
      return t.boolean(options);
    case 'decimal':
      return t.field({ type: 'Decimal', ...options });
    case 'date':
      return t.field({ type: 'Date', ...options });
    case 'dateTime':
      return t.field({ type: 'DateTime', ...options });
    case 'choice':
      return t.field({ type: enums.choices.get(name)!, ...options });
    case 'reference':
    case 'user':
    case 'group':
      return t.id(options);
  }
}

/**
 * The values of an input, with ids as the writer takes them. An id of another workspace or type names what doesn't
 * exist there: refused like a missing record (W8).
 */
export function givenValues(definition: ObjectDefinition, workspace: number, input: Input): GivenValues {
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const field of Object.values(definition.fields)) {
    const value = input[field.name];
    if (value === undefined) continue;
    const decoded = typeof value === 'string' ? decodedValue(field, workspace, value) : value;
    if (decoded === undefined) problems.push({ path: field.name, message: 'there is no such record' });
    values[field.name] = decoded;
  }
  if (problems.length > 0) throw invalid(problems);
  return values;
}

/** What an id stands for, undefined if for nothing; any other value as it is. */
function decodedValue(field: Field, workspace: number, value: string): string | undefined {
  switch (field.type) {
    case 'reference': {
      const record = decodeRecordId(value, pascalCase(field.to!));
      return record?.workspace === workspace ? record.uuid : undefined;
    }
    case 'user':
      return decodeUuid(value, 'User') ?? undefined;
    case 'group':
      return decodeUuid(value, 'Group') ?? undefined;
    default:
      return value;
  }
}

/** The records that an input names, of one workspace: what is written together is in one place. */
export function namedTargets(
  definition: ObjectDefinition,
  ids: readonly string[],
  versions: readonly number[] | null | undefined,
): { workspace: number; targets: Target[] } {
  if (versions != null && versions.length !== ids.length)
    throw invalid([{ path: 'versions', message: 'must be as many as ids' }]);
  const decoded = ids.map((id) => decodeRecordId(id, pascalCase(definition.name)));
  const unknown = ids.filter((_, index) => decoded[index] === null);
  if (unknown.length > 0) throw noSuchRecords(definition, unknown);
  const records = decoded as { workspace: number; uuid: string }[];
  const workspace = records[0]?.workspace ?? 0;
  if (records.some((record) => record.workspace !== workspace))
    throw invalid([{ path: 'ids', message: 'must be records of one workspace' }]);
  return { workspace, targets: records.map(({ uuid }, index) => ({ id: uuid, version: versions?.[index] })) };
}

/** The uuid of an archive, folder, client or user that an input names; one that can't be is one that doesn't exist. */
export function namedPart(type: 'Archive' | 'Folder' | 'Client' | 'User', id: unknown): string | undefined {
  if (typeof id !== 'string') return undefined;
  const uuid = decodeUuid(id, type);
  if (uuid !== null) return uuid;
  const path = type.toLowerCase();
  throw new Refusal('NOT_FOUND', `There is no such ${path}.`, { path });
}
