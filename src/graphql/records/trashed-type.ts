import type { ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { readPage, type Page } from '../../reader/read-page.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import { emptySelection, stepsOf, type Selection } from '../../reader/selection.ts';
import type { Kit } from '../builder.ts';
import { describe, rootField } from '../describe.ts';
import { recordId } from '../global-id.ts';
import { cellReader } from './cells.ts';
import { defineRecordConnection, type RecordPage } from './connection-type.ts';
import { prepareList, type ListWants } from './list-arguments.ts';
import type { RecordEnums } from './record-enums.ts';
import { cellField, systemFields } from './record-type.ts';

/** `trashedProcesses(…)`: what the viewer would see if it weren't in the trash, and may delete (W2). The same viewers restore it. */
export function defineTrashed(kit: Kit, definition: ObjectDefinition, enums: RecordEnums): void {
  const { builder, types } = kit;
  const name = pascalCase(definition.name);
  const type = builder.objectRef<RecordNode>(`Trashed${name}`).implement({
    description: `A ${name} in the trash. Its id is the record’s own, to restore it by.`,
    fields: (t) => ({
      id: t.id({
        nullable: false,
        ...describe<RecordNode>({
          value: ({ row, place }) => recordId(name, place.sight.workspace, row.id as string),
        }),
      }),
      ...systemFields(t, types),
      deletedAt: t.field({
        type: 'DateTime',
        nullable: false,
        ...describe<RecordNode>({
          needs: (selection: Selection) => void selection.cells.add('deletedAt'),
          value: cellReader('deletedAt', { type: 'dateTime' }),
        }),
      }),
      ...Object.fromEntries(
        Object.values(definition.fields).map((field) => [field.name, cellField(t, field, kit, enums)]),
      ),
    }),
  });
  const connection = defineRecordConnection(kit, `Trashed${name}`, type);
  builder.queryField(`trashed${pascalCase(definition.plural)}`, (t) =>
    t.field({
      type: connection,
      description: `Records of ${name} in the trash that the viewer may restore, the newest first.`,
      args: {
        archive: t.arg.id(),
        folder: t.arg.id(),
        first: t.arg.int(),
        after: t.arg.string(),
        last: t.arg.int(),
        before: t.arg.string(),
      },
      ...rootField({
        target: (): ListWants => ({ selection: emptySelection(definition), rows: false, count: false }),
        read(args, wants: ListWants, context) {
          const list = prepareList(definition, enums, args, wants, context, { trash: true });
          return {
            scope: list.scope,
            steps: stepsOf(wants.selection),
            start: (knowledge) => readPage(list.request, knowledge),
            finish: (page: Page): RecordPage => ({ page, list, cursors: context.cursors }),
          };
        },
      }),
    }),
  );
}
