import { pascalCase } from '../../compiler/names.ts';
import type { Kit } from '../builder.ts';
import { defineRecordConnection } from './connection-type.ts';
import { defineEmptyTrash } from './empty-trash-mutation.ts';
import { defineRecordMutations } from './mutations.ts';
import { defineRecordEnums, type RecordEnums } from './record-enums.ts';
import { defineRecordQueries } from './record-queries.ts';
import { declareRecordType, defineRecordType } from './record-type.ts';
import { defineSavedQueries } from './saved-queries.ts';
import { defineTrashed } from './trashed-type.ts';
import { defineSharedTests, defineWhere } from './where-inputs.ts';
import { defineRecordChangeKind, defineRecordChanges } from '../subscriptions/record-changes.ts';

/** Everything that follows from the object definitions: their types, inputs, lists and changes. */
export function defineRecords(kit: Kit): void {
  const shared = defineSharedTests(kit.builder);
  const changeKind = defineRecordChangeKind(kit);
  const enumsOf = new Map<string, RecordEnums>();
  for (const definition of kit.definitions.values()) declareRecordType(kit, definition);
  for (const definition of kit.definitions.values()) {
    const enums = defineRecordEnums(kit.builder, definition);
    enumsOf.set(definition.name, enums);
    defineRecordType(kit, definition, enums);
    const connection = defineRecordConnection(
      kit,
      pascalCase(definition.name),
      kit.types.records.get(definition.name)!,
    );
    const where = defineWhere(kit.builder, definition, enums, shared);
    defineRecordQueries(kit, definition, { enums, where, connection });
    defineRecordChanges(kit, definition, { enums, where, kind: changeKind });
    defineTrashed(kit, definition, enums);
    defineRecordMutations(kit, definition, enums);
  }
  defineSavedQueries(kit, enumsOf);
  defineEmptyTrash(kit);
}
