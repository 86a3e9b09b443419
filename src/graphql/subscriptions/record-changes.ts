import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { invalid, type Problem } from '../../access/refusals.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { Change, RecordList } from '../../delivery/delivery.ts';
import { emptySelection, type Selection } from '../../reader/selection.ts';
import type { Kit } from '../builder.ts';
import { recordId } from '../global-id.ts';
import { fillTarget } from '../look-ahead.ts';
import { readAsked } from '../records/asked.ts';
import { allOf, placeOf, scopeOf, type ListArguments } from '../records/list-arguments.ts';
import type { RecordEnums } from '../records/record-enums.ts';
import type { defineWhere } from '../records/where-inputs.ts';
import { changeFields, followChanges } from './change.ts';
import type { AskedContent } from './content-document.ts';
import type { ContentTraits } from './content.ts';
import { describesItself } from './describes-itself.ts';

export type RecordChangeKindRef = ReturnType<typeof defineRecordChangeKind>;

export function defineRecordChangeKind({ builder }: Kit) {
  return builder.enumType('RecordChangeKind', {
    description: 'What became of a record in a list that the viewer follows (M5).',
    values: {
      APPEARED: {
        description: 'It is in the list now: new, changed so that it meets the condition, or access was given.',
      },
      CHANGED: { description: 'It is still in the list, with other content.' },
      DISAPPEARED: { description: 'It is no longer there for the viewer: deleted, changed, or access was taken.' },
    } as const,
  });
}

interface Parts {
  enums: RecordEnums;
  where: ReturnType<typeof defineWhere>;
  kind: RecordChangeKindRef;
}

/** `processesChanged(…)`: what appears in a list, changes and disappears from it, as the viewer sees it then (V1). */
export function defineRecordChanges(
  { builder, types }: Kit,
  definition: ObjectDefinition,
  { enums, where, kind }: Parts,
): void {
  const type = pascalCase(definition.name);
  const idOf = (workspace: number, uuid: string) => recordId(type, workspace, uuid);
  const change = builder.objectRef<Change<string>>(`${type}Change`).implement({
    description: `What became of a ${type} in a list that the viewer follows.`,
    fields: (t) => ({
      ...changeFields(t, kind, 'record', idOf),
      record: t.field({
        type: types.records.get(definition.name)!,
        description: 'The record as the viewer sees it now; null for one that disappeared.',
        resolve: ({ content }) => content as never,
      }),
    }),
  });
  builder.subscriptionField(`${definition.plural}Changed`, (t) =>
    t.field({
      type: change,
      nullable: false,
      description: `What becomes of records of ${type} from now on, or from \`after\` on, in the list that these arguments give.`,
      args: {
        archive: t.arg.id({ description: 'Only records of this archive. Without it, those of all workspaces.' }),
        folder: t.arg.id({ description: 'Only records directly in this folder.' }),
        where: t.arg({ type: where }),
        after: t.arg.string({ description: 'The cursor of the last change that was received.' }),
      },
      subscribe: (_root, args, context, info) =>
        followChanges(info, context, {
          content: 'record',
          source: { list: 'nodes', type, idOf },
          traits: (_, asked) => traitsOf(definition, info, asked),
          follow: (delivery, content) =>
            delivery.followRecords(context.viewer, listOf(definition, enums, args), content, args.after),
        }) as never,
      resolve: (told) => told as never,
    }),
  );
}

function listOf(definition: ObjectDefinition, enums: RecordEnums, args: ListArguments): RecordList {
  const problems: Problem[] = [];
  const { conditions } = readAsked(definition, enums, { where: args.where }, problems);
  if (problems.length > 0) throw invalid(problems);
  return { definition, condition: allOf(conditions), scope: scopeOf(args), ...placeOf(args) };
}

/** What else than the record's own cells the selection depends on. */
function traitsOf(
  definition: ObjectDefinition,
  info: GraphQLResolveInfo,
  asked: readonly AskedContent[],
): ContentTraits {
  const type = info.schema.getType(pascalCase(definition.name)) as GraphQLObjectType;
  // What doesn't describe itself may depend on anything, on who looks as well.
  if (!asked.every(({ nodes }) => describesItself(info, type, nodes)))
    return { personal: true, tellsAccess: true, tellsOthers: true };
  const selection = emptySelection(definition);
  for (const { nodes } of asked) fillTarget(info, undefined, type, nodes, selection);
  return { personal: false, tellsAccess: tellsAccess(selection), tellsOthers: tellsOthers(selection) };
}

/** Archives and folders say what may be done in them. */
function tellsAccess({ fieldAccess, abilities, archives, folders, targets }: Selection): boolean {
  return fieldAccess || abilities || archives || folders || [...targets.values()].some(tellsAccess);
}

function tellsOthers({ targets, users, clients, archives, folders }: Selection): boolean {
  return targets.size > 0 || users.size > 0 || clients || archives || folders;
}
