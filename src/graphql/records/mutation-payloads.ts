import type { GraphQLResolveInfo } from 'graphql';
import { Refusal } from '../../access/refusals.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { readRecords } from '../../reader/read-records.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import { emptySelection } from '../../reader/selection.ts';
import type { Target } from '../../writer/writing.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { encodeId, recordId } from '../global-id.ts';
import { fillTarget } from '../look-ahead.ts';

/** What a write leaves behind: the records that it was aimed at, in the order in which they were named. */
export interface Written {
  workspace: number;
  ids: string[];
}

export function written(workspace: number, targets: readonly Target[]): Written {
  return { workspace, ids: targets.map(({ id }) => id) };
}

/** The payload of a write on one record, with the record under its definition's name. */
export function defineRecordPayload({ builder, types }: Kit, name: string, definition: ObjectDefinition) {
  return builder.objectRef<Written>(name).implement({
    fields: (t) => ({
      [definition.name]: t.field({
        type: types.records.get(definition.name)!,
        description: 'The record as the viewer sees it now; null if the change took it out of sight.',
        resolve: async (source, _args, context, info) => (await readBack(definition, source, context, info))[0] ?? null,
      }),
    }),
  });
}

/** The payload of a write on several records, with the records under their definition's plural. */
export function defineRecordsPayload({ builder, types }: Kit, name: string, definition: ObjectDefinition) {
  return builder.objectRef<Written>(name).implement({
    fields: (t) => ({
      [definition.plural]: t.field({
        type: [types.records.get(definition.name)!],
        nullable: { list: false, items: true },
        description:
          'The records as the viewer sees them now, in the order in which they were named; null for those that the change took out of sight.',
        resolve: (source, _args, context, info) => readBack(definition, source, context, info),
      }),
    }),
  });
}

/** The payload of a deletion: what is in the trash now. */
export function defineDeletedPayload({ builder }: Kit, name: string, definition: ObjectDefinition) {
  return builder.objectRef<Written>(name).implement({
    fields: (t) => ({ id: t.id({ nullable: false, resolve: (source) => globalIds(definition, source)[0]! }) }),
  });
}

/** The payload of a deletion of several. */
export function defineAllDeletedPayload({ builder }: Kit, name: string, definition: ObjectDefinition) {
  return builder.objectRef<Written>(name).implement({
    fields: (t) => ({ ids: t.idList({ nullable: false, resolve: (source) => globalIds(definition, source) }) }),
  });
}

function globalIds(definition: ObjectDefinition, { workspace, ids }: Written): string[] {
  return ids.map((id) => recordId(pascalCase(definition.name), workspace, id));
}

/** Reads written records under the sight that the viewer has after the write. */
async function readBack(
  definition: ObjectDefinition,
  { workspace, ids }: Written,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<(RecordNode | null)[]> {
  const selection = emptySelection(definition);
  fillTarget(info, undefined, info.returnType, info.fieldNodes, selection);
  const [found] = await context.session.read({ workspaces: [workspace] }, (knowledge) =>
    readRecords([{ workspace, ids, selection }], knowledge),
  );
  return ids.map((id) => found?.get(id) ?? null);
}

/** Makes a refusal speak of records and clients by the ids that the API gives them. */
export async function refusingById<T>(
  definition: ObjectDefinition,
  workspace: number | null,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { id, ids, clients } = error.details as {
      id?: string;
      ids?: string[];
      clients?: { id: string; name: string }[];
    };
    const global = (uuid: string) =>
      workspace === null ? uuid : recordId(pascalCase(definition.name), workspace, uuid);
    throw new Refusal(
      error.code,
      error.message,
      {
        ...error.details,
        ...(id !== undefined && { id: global(id) }),
        ...(ids !== undefined && { ids: ids.map(global) }),
        ...(clients !== undefined && {
          clients: clients.map((client) => ({ ...client, id: encodeId('Client', client.id) })),
        }),
      },
      { cause: error },
    );
  }
}
