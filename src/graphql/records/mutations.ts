import type { ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { createRecord } from '../../writer/create.ts';
import { findPlace } from '../../writer/destination.ts';
import { changeClient, moveRecords } from '../../writer/move.ts';
import { transferRecords } from '../../writer/transfer.ts';
import { restoreRecords, trashRecords } from '../../writer/trash.ts';
import { updateRecords } from '../../writer/update.ts';
import type { Shelf, Target } from '../../writer/writing.ts';
import type { Builder, Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { givenValues, namedPart, namedTargets, valueInputs, type Input } from './mutation-inputs.ts';
import {
  defineAllDeletedPayload,
  defineDeletedPayload,
  defineRecordPayload,
  defineRecordsPayload,
  refusingById,
  written,
  type Written,
} from './mutation-payloads.ts';
import type { RecordEnums } from './record-enums.ts';

type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Builder['$inferSchemaTypes'], 'InputObject'>;
type Payload = ReturnType<typeof defineRecordPayload>;

interface Change {
  name: string;
  description: string;
  /** Fields of the input besides those that name the records. */
  inputs?: (t: InputFieldBuilder) => object;
  payload: Payload;
  write: (context: Context, shelf: Shelf, targets: Target[], input: Input) => Promise<void>;
}

/** `createProcess`, `updateProcess`, `updateProcesses`, … of one definition. */
export function defineRecordMutations(kit: Kit, definition: ObjectDefinition, enums: RecordEnums): void {
  const type = pascalCase(definition.name);
  const plural = pascalCase(definition.plural);
  const values = (t: InputFieldBuilder) => valueInputs(t, definition, enums);
  const one = (change: Change) => defineChange(kit, definition, change, false);
  const several = (change: Change) => defineChange(kit, definition, change, true);
  const record = (name: string) => defineRecordPayload(kit, `${name}${type}Payload`, definition);
  const records = (name: string) => defineRecordsPayload(kit, `${name}${plural}Payload`, definition);

  defineCreate(kit, definition, values, record('Create'));
  const update: Change['write'] = (context, shelf, targets, input) =>
    updateRecords(context, shelf, targets, givenValues(definition, shelf.workspace, input));
  one({
    name: `update${type}`,
    description: 'Changes the fields that are named; null empties one. Each must have the level EDIT (W1).',
    inputs: values,
    payload: record('Update'),
    write: update,
  });
  several({
    name: `update${plural}`,
    description: 'Changes several records alike, all or none; needs the ability MASS_UPDATE on each (W1, W5).',
    inputs: values,
    payload: records('Update'),
    write: update,
  });
  one({
    name: `change${type}Client`,
    description: 'Gives a record another client of its archive, one of the viewer’s (C7).',
    inputs: (t) => ({ client: t.id({ required: true }) }),
    payload: defineRecordPayload(kit, `Change${type}ClientPayload`, definition),
    write: (context, shelf, targets, { client }) => changeClient(context, shelf, targets, namedPart('Client', client)!),
  });
  several({
    name: `move${plural}`,
    description:
      'Moves records to a folder, or to the root of an archive. In another archive they get the client that is given, or the viewer’s only one (P8, C8).',
    inputs: (t) => ({ archive: t.id(), folder: t.id(), client: t.id() }),
    payload: records('Move'),
    async write(context, shelf, targets, { archive, folder, client }) {
      const place = await findPlace(context, {
        archive: namedPart('Archive', archive),
        folder: namedPart('Folder', folder),
      });
      await moveRecords(context, shelf, targets, { ...place, client: namedPart('Client', client) ?? null });
    },
  });
  several({
    name: `transfer${plural}`,
    description:
      'Gives records that the viewer owns to another user, all or none; several need the ability MASS_UPDATE on each (D1).',
    inputs: (t) => ({ to: t.id({ required: true }) }),
    payload: records('Transfer'),
    write: (context, shelf, targets, { to }) => transferRecords(context, shelf, targets, namedPart('User', to)!),
  });
  one({
    name: `delete${type}`,
    description: 'Moves a record to the trash; needs the ability DELETE (W2).',
    payload: defineDeletedPayload(kit, `Delete${type}Payload`, definition),
    write: trashRecords,
  });
  several({
    name: `delete${plural}`,
    description: 'Moves several records to the trash, all or none; needs the ability MASS_DELETE on each (W2, W5).',
    payload: defineAllDeletedPayload(kit, `Delete${plural}Payload`, definition),
    write: trashRecords,
  });
  several({
    name: `restore${plural}`,
    description: 'Takes records out of the trash, all or none; needs what deleting them needs (W2).',
    payload: records('Restore'),
    write: restoreRecords,
  });
}

/** A mutation of records that exist: `id` and `version`, or `ids` and `versions`. */
function defineChange(
  { builder }: Kit,
  definition: ObjectDefinition,
  { name, description, inputs, payload, write }: Change,
  several: boolean,
): void {
  const Input = builder.inputRef<Input>(`${pascalCase(name)}Input`).implement({
    fields: (t) => ({
      ...(several
        ? {
            ids: t.idList({ required: true }),
            versions: t.intList({ description: 'The versions that are expected, in the order of `ids` (W6).' }),
          }
        : { id: t.id({ required: true }), version: t.int({ description: 'The version that is expected (W6).' }) }),
      ...inputs?.(t),
    }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: payload,
      description,
      args: { input: t.arg({ type: Input, required: true }) },
      async resolve(_root, args, context): Promise<Written> {
        const input = args.input as Input;
        const { workspace, targets } = several
          ? namedTargets(definition, input.ids as string[], input.versions as number[] | null | undefined)
          : namedTargets(definition, [input.id as string], versionsOf(input.version));
        await refusingById(definition, workspace, () => write(context, { workspace, definition }, targets, input));
        return written(workspace, targets);
      },
    }),
  );
}

function versionsOf(version: unknown): number[] | null {
  return typeof version === 'number' ? [version] : null;
}

function defineCreate(
  { builder }: Kit,
  definition: ObjectDefinition,
  values: (t: InputFieldBuilder) => object,
  payload: Payload,
): void {
  const type = pascalCase(definition.name);
  const Input = builder.inputRef<Input>(`Create${type}Input`).implement({
    fields: (t) => ({
      archive: t.id({ description: 'Where the record goes: to the root of this archive, unless a folder is given.' }),
      folder: t.id(),
      client: t.id({
        description: 'Whose the record is, where clients are on. Without it, the viewer’s only one (C8).',
      }),
      ...values(t),
    }),
  });
  builder.mutationField(`create${type}`, (t) =>
    t.field({
      type: payload,
      description: 'Creates a record through a plane that grants CREATE and edits every field that is given (W3).',
      args: { input: t.arg({ type: Input, required: true }) },
      async resolve(_root, args, context): Promise<Written> {
        const input = args.input as Input;
        const { workspace, ...place } = await findPlace(context, {
          archive: namedPart('Archive', input.archive),
          folder: namedPart('Folder', input.folder),
        });
        const destination = { ...place, client: namedPart('Client', input.client) ?? null };
        const given = givenValues(definition, workspace, input);
        const id = await refusingById(definition, workspace, () =>
          createRecord(context, { workspace, definition }, destination, given),
        );
        return { workspace, ids: [id] };
      },
    }),
  );
}
