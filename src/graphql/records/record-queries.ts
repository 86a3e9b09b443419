import type { ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { readPage, type Page } from '../../reader/read-page.ts';
import { readRecords } from '../../reader/read-records.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import { emptySelection, stepsOf, type Selection } from '../../reader/selection.ts';
import type { Kit } from '../builder.ts';
import { rootField, type RootDescribed } from '../describe.ts';
import { decodeRecordId } from '../global-id.ts';
import type { RecordConnectionRef, RecordPage } from './connection-type.ts';
import { prepareList, type ListWants } from './list-arguments.ts';
import type { RecordEnums } from './record-enums.ts';
import { readSavedList } from './saved-list.ts';
import type { defineWhere } from './where-inputs.ts';

interface Parts {
  enums: RecordEnums;
  where: ReturnType<typeof defineWhere>;
  connection: RecordConnectionRef;
}

/** `processes(…)` and `process(id: …)`. */
export function defineRecordQueries(
  { builder, types }: Kit,
  definition: ObjectDefinition,
  { enums, where, connection }: Parts,
): void {
  const type = pascalCase(definition.name);
  const orderBy = builder.inputRef<{ field: string; direction?: 'ASC' | 'DESC' | null }>(`${type}OrderBy`).implement({
    description: 'Empty and hidden cells come last in both directions; ties are broken by the newest first.',
    fields: (t) => ({
      field: t.field({ type: enums.sortField as never, required: true }),
      direction: t.field({ type: types.OrderDirection, defaultValue: 'ASC' }),
    }),
  });
  builder.queryField(definition.plural, (t) =>
    t.field({
      type: connection,
      description: `Records of ${type} that the viewer sees, the newest first unless ordered otherwise.`,
      args: {
        archive: t.arg.id({ description: 'Only records of this archive. Without it, those of all workspaces.' }),
        folder: t.arg.id({ description: 'Only records directly in this folder.' }),
        view: t.arg.string({
          description: 'A view of the definition: its condition holds too, and its order unless `orderBy` gives one.',
        }),
        savedQuery: t.arg.id({
          description:
            'A saved query of this definition: its condition holds too, and its order unless `orderBy` gives one.',
        }),
        where: t.arg({ type: where }),
        orderBy: t.arg({ type: [orderBy] }),
        first: t.arg.int({ description: 'Rows from the beginning, or behind `after`. 50 by default, 500 at most.' }),
        after: t.arg.string(),
        last: t.arg.int({ description: 'Rows from the end, or before `before`.' }),
        before: t.arg.string(),
      },
      ...rootField(describeList(definition, enums)),
    }),
  );
  builder.queryField(definition.name, (t) =>
    t.field({
      type: types.records.get(definition.name)!,
      description: 'The record of this id, or null if there is none that the viewer sees.',
      args: { id: t.arg.id({ required: true }) },
      ...rootField(describeRecord(definition)),
    }),
  );
}

function describeList(definition: ObjectDefinition, enums: RecordEnums): RootDescribed {
  return {
    target: (): ListWants => ({ selection: emptySelection(definition), rows: false, count: false }),
    read(args, wants: ListWants, context) {
      if (args.savedQuery != null) return readSavedList(definition, enums, args, wants, context);
      const list = prepareList(definition, enums, args, wants, context);
      return {
        scope: list.scope,
        steps: stepsOf(wants.selection),
        start: (knowledge) => readPage(list.request, knowledge),
        finish: (page: Page): RecordPage => ({ page, list, cursors: context.cursors }),
      };
    },
  };
}

function describeRecord(definition: ObjectDefinition): RootDescribed {
  return {
    target: () => emptySelection(definition),
    read({ id }, selection: Selection) {
      const decoded = decodeRecordId(id as string, pascalCase(definition.name));
      return decoded === null ? null : readOne(decoded, selection);
    },
  };
}

/** Reads one record by its id. */
export function readOne({ workspace, uuid }: { workspace: number; uuid: string }, selection: Selection) {
  return {
    scope: { workspaces: [workspace] },
    steps: stepsOf(selection),
    start: (knowledge: Parameters<typeof readRecords>[1]) =>
      readRecords([{ workspace, ids: [uuid], selection }], knowledge),
    finish: ([found]: Map<string, RecordNode>[]) => found!.get(uuid) ?? null,
  };
}
