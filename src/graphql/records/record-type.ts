import type { Field, ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { accessOf, type Level } from '../../reader/access.ts';
import { clientKey, type RecordNode } from '../../reader/record-node.ts';
import { emptySelection, type Selection } from '../../reader/selection.ts';
import type { Builder, Kit } from '../builder.ts';
import { describe } from '../describe.ts';
import { recordId } from '../global-id.ts';
import type { RecordRef, SharedTypes } from '../shared-types.ts';
import { cellReader } from './cells.ts';
import type { RecordEnums } from './record-enums.ts';

export type RecordFieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<Builder['$inferSchemaTypes'], RecordNode>;

/** A new type for a definition's records, without fields yet: definitions may refer to each other in circles. */
export function declareRecordType({ builder, types }: Kit, definition: ObjectDefinition): void {
  types.records.set(definition.name, builder.objectRef<RecordNode>(pascalCase(definition.name)));
}

/** The fields of a definition's type: the system's, its own, and what the viewer may do with them. */
export function defineRecordType(kit: Kit, definition: ObjectDefinition, enums: RecordEnums): RecordRef {
  const { builder, types } = kit;
  const name = pascalCase(definition.name);
  const level = defineFieldAccess(builder, types, name, enums);
  const ref = types.records.get(definition.name)!;
  ref.implement({
    description: definition.title,
    interfaces: [types.Node],
    isTypeOf: (value) => (value as Partial<RecordNode>).place?.selection.definition.name === definition.name,
    fields: (t) => ({
      id: t.id({
        nullable: false,
        ...describe<RecordNode>({ value: ({ row, place }) => recordId(name, place.sight.workspace, row.id as string) }),
      }),
      ...systemFields(t, types),
      ...Object.fromEntries(
        Object.values(definition.fields).map((field) => [field.name, cellField(t, field, kit, enums)]),
      ),
      fieldAccess: t.field({
        type: [level],
        nullable: { list: false, items: false },
        description: 'What the viewer may do with each field of this record.',
        ...describe<RecordNode>({
          needs: (selection: Selection) => void (selection.fieldAccess = true),
          value: ({ row, place }) => accessOf(place.sight, row).fieldAccess,
          shared: true,
        }),
      }),
      fieldLevel: t.field({
        type: types.FieldLevel,
        nullable: false,
        args: { field: t.arg({ type: enums.field, required: true }) },
        description: 'What the viewer may do with one field of this record.',
        ...describe<RecordNode>({
          needs: (selection: Selection) => void (selection.fieldAccess = true),
          value: ({ row, place }, { field }) =>
            accessOf(place.sight, row).levels[enums.fieldNames.get(field as string)!],
        }),
      }),
      abilities: t.field({
        type: [enums.ability],
        nullable: { list: false, items: false },
        description: 'What the viewer may do with this record.',
        ...describe<RecordNode>({
          needs: (selection: Selection) => void (selection.abilities = true),
          value: ({ row, place }) => accessOf(place.sight, row).abilities,
          shared: true,
        }),
      }),
    }),
  });
  return ref;
}

function defineFieldAccess(builder: Builder, types: SharedTypes, name: string, enums: RecordEnums) {
  type FieldAccess = { field: string; level: Level };
  return builder.objectRef<FieldAccess>(`${name}FieldAccess`).implement({
    fields: (t) => ({
      field: t.field({
        type: enums.field,
        nullable: false,
        ...describe<FieldAccess>({ value: ({ field }) => enums.enumNames.get(field) }),
      }),
      level: t.field({
        type: types.FieldLevel,
        nullable: false,
        ...describe<FieldAccess>({ value: ({ level }) => level }),
      }),
    }),
  });
}

/** A3: the system's fields are there with the record. */
export function systemFields(t: RecordFieldBuilder, types: SharedTypes) {
  const cell = (name: string, type: 'dateTime' | 'integer') =>
    describe<RecordNode>({
      needs: (selection: Selection) => void selection.cells.add(name),
      value: cellReader(name, { type }),
    });
  return {
    archive: t.field({
      type: types.Archive,
      ...describe<RecordNode>({
        needs(selection: Selection) {
          selection.cells.add('archive');
          selection.archives = true;
        },
        value: ({ row, place }) => place.linked.archives.get(row.archive as string) ?? null,
      }),
    }),
    folder: t.field({
      type: types.Folder,
      ...describe<RecordNode>({
        needs(selection: Selection) {
          selection.cells.add('folder');
          selection.folders = true;
        },
        value: ({ row, place }) => place.linked.folders.get(row.folder as string) ?? null,
      }),
    }),
    client: t.field({
      type: types.Client,
      description: 'The client that the record is kept for; null where clients are off.',
      ...describe<RecordNode>({
        needs(selection: Selection) {
          selection.cells.add('archive').add('client');
          selection.clients = true;
        },
        value: ({ row, place }) => place.linked.clients.get(clientKey(row.archive, row.client)) ?? null,
      }),
    }),
    owner: userField(
      t,
      types,
      'owner',
      'Who created the record, or to whom it was transferred; null for users whom the viewer may not see.',
    ),
    version: t.int({ nullable: false, ...cell('version', 'integer') }),
    createdAt: t.field({ type: 'DateTime', nullable: false, ...cell('createdAt', 'dateTime') }),
    updatedAt: t.field({ type: 'DateTime', nullable: false, ...cell('updatedAt', 'dateTime') }),
  };
}

function userField(t: RecordFieldBuilder, types: SharedTypes, name: string, description: string) {
  return t.field({
    type: types.User,
    description,
    ...describe<RecordNode>({
      needs(selection: Selection) {
        selection.cells.add(name);
        selection.users.add(name);
      },
      value: ({ row, place }) => place.linked.users.get(row[name] as string) ?? null,
    }),
  });
}

/** A field of the definition, as the type of its records has it. */
export function cellField(t: RecordFieldBuilder, field: Field, { types, definitions }: Kit, enums: RecordEnums) {
  const { name, title: description } = field;
  const cell = {
    description,
    ...describe<RecordNode>({
      needs: (selection: Selection) => void selection.cells.add(name),
      value: cellReader(name, field),
    }),
  };
  switch (field.type) {
    case 'text':
      return t.string(cell);
    case 'integer':
      return t.int(cell);
    case 'boolean':
      return t.boolean(cell);
    case 'decimal':
      return t.field({ type: 'Decimal', ...cell });
    case 'date':
      return t.field({ type: 'Date', ...cell });
    case 'dateTime':
      return t.field({ type: 'DateTime', ...cell });
    case 'choice':
      return t.field({ type: enums.choices.get(name)!, ...cell });
    case 'group':
      return t.id(cell);
    case 'user':
      return userField(t, types, name, description);
    case 'reference':
      return referenceField(t, types.records.get(field.to!)!, field, definitions.get(field.to!)!);
  }
}

/** A reference to a record that the viewer can't see reads as empty. */
function referenceField(t: RecordFieldBuilder, type: RecordRef, { name, title }: Field, to: ObjectDefinition) {
  return t.field({
    type,
    description: title,
    ...describe<RecordNode>({
      needs(selection: Selection) {
        selection.cells.add(name);
        selection.references.add(name);
        if (!selection.targets.has(to.name)) selection.targets.set(to.name, emptySelection(to));
      },
      into: (selection: Selection) => selection.targets.get(to.name),
      value: ({ row, place }) => place.targets.get(to.name)?.get(row[name] as string) ?? null,
    }),
  });
}
