import { invalid, type Problem } from '../../access/refusals.ts';
import type { NormalCondition } from '../../compiler/condition/condition.ts';
import { ConditionError } from '../../compiler/condition/condition-error.ts';
import { parseCondition } from '../../compiler/condition/parse.ts';
import type { TestableField } from '../../compiler/condition/testable-fields.ts';
import type { ObjectDefinition, View } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { CursorPlace } from '../../reader/cursor.ts';
import { orderKeys, type Direction } from '../../reader/order.ts';
import type { PageRequest } from '../../reader/read-page.ts';
import type { Selection } from '../../reader/selection.ts';
import type { Scope } from '../../reader/scopes.ts';
import type { Context } from '../context.ts';
import { decodeRecordId, decodeUuid } from '../global-id.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import type { RecordEnums } from './record-enums.ts';

/** The arguments of a list of records, as GraphQL gives them. */
export interface ListArguments {
  archive?: string | null;
  folder?: string | null;
  view?: string | null;
  where?: Record<string, unknown> | null;
  orderBy?: readonly { field: string; direction?: Direction | null }[] | null;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export interface ListWants {
  selection: Selection;
  /** Whether rows are wanted, not only their number. */
  rows: boolean;
  count: boolean;
}

export interface PreparedList {
  request: PageRequest;
  scope: Scope;
  place: CursorPlace;
}

const MOST_KEYS = 8;
const NOWHERE: Scope = { workspaces: [] };

/** What the arguments of a list, or of the list of what is in the trash, ask for. Throws Refusal VALIDATION_FAILED with every problem. */
export function prepareList(
  definition: ObjectDefinition,
  enums: RecordEnums,
  args: ListArguments,
  wants: ListWants,
  context: Context,
  { trash = false }: { trash?: boolean } = {},
): PreparedList {
  const problems: Problem[] = [];
  const view = args.view == null ? null : viewOf(definition, args.view, problems);
  const asked = (args.orderBy?.map(({ field, direction }) => ({
    field: enums.fieldNames.get(field)!,
    direction: direction ?? 'ASC',
  })) ??
    view?.orderBy ??
    []) as { field: string; direction: Direction }[];
  if (asked.length > MOST_KEYS) problems.push({ path: 'orderBy', message: `takes at most ${MOST_KEYS} keys` });
  const backward = args.last != null;
  const size = sizeOf(args, context.limits.page, problems);
  const condition = conditionOf(definition, args.where ?? null, view, problems);
  if (problems.length > 0) throw invalid(problems);

  const keys = orderKeys(definition, asked);
  const place = {
    viewer: context.viewer.id,
    definition: trash ? `trashed ${definition.name}` : definition.name,
    order: keys.map(({ field, direction }) => `${field} ${direction}`).join(', '),
  };
  const archive = args.archive == null ? null : decodeUuid(args.archive, 'Archive');
  const folder = args.folder == null ? null : decodeUuid(args.folder, 'Folder');
  // An id that is none of an archive's or folder's names one that doesn't exist (V2).
  const nowhere = (args.archive != null && archive === null) || (args.folder != null && folder === null);
  return {
    place,
    scope: nowhere ? NOWHERE : archive !== null ? { archive } : folder !== null ? { folder } : 'everywhere',
    request: {
      selection: wants.selection,
      trash,
      condition,
      archive,
      folder,
      keys,
      size: wants.rows ? size : null,
      backward,
      after: args.after == null ? null : context.cursors.read(place, args.after, 'after'),
      before: args.before == null ? null : context.cursors.read(place, args.before, 'before'),
      count: wants.count,
    },
  };
}

function viewOf(definition: ObjectDefinition, name: string, problems: Problem[]): View | null {
  if (Object.hasOwn(definition.views, name)) return definition.views[name]!;
  const views = Object.keys(definition.views).join(', ');
  problems.push({
    path: 'view',
    message: `${definition.name} has no view of that name${views && `; it has ${views}`}`,
  });
  return null;
}

function sizeOf({ first, last }: ListArguments, most: number, problems: Problem[]): number {
  if (first != null && last != null) problems.push({ path: 'last', message: 'can’t be used together with first' });
  const size = first ?? last ?? DEFAULT_PAGE;
  if (size < 0 || size > most)
    problems.push({ path: last == null ? 'first' : 'last', message: `must be between 0 and ${most}` });
  return size;
}

function conditionOf(
  definition: ObjectDefinition,
  where: Record<string, unknown> | null,
  view: View | null,
  problems: Problem[],
): NormalCondition {
  const parts: NormalCondition[] = [];
  if (view?.where) parts.push(parseCondition(definition, view.where));
  try {
    if (where !== null)
      parts.push(parseCondition(definition, where, { readId: (field, id) => uuidOf(definition, field, id) }));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const path = ['where', ...error.path].join('.');
    problems.push({ path, message: error.message.replace(`at ${error.path.join('.')}: `, '') });
  }
  if (parts.length === 1) return parts[0]!;
  return parts.length === 0 ? { kind: 'constant', value: true } : { kind: 'and', of: parts };
}

const SYSTEM_TYPES: Readonly<Record<string, string>> = { folder: 'Folder', client: 'Client', owner: 'User' };
const OBJECT_TYPES: Readonly<Record<string, string>> = { user: 'User', group: 'Group' };

/** The uuid in the global id of what a field refers to; undefined if it isn't one. */
function uuidOf(definition: ObjectDefinition, field: TestableField, id: string): string | undefined {
  const type = field.system ? SYSTEM_TYPES[field.name] : OBJECT_TYPES[field.type];
  if (type !== undefined) return decodeUuid(id, type) ?? undefined;
  return decodeRecordId(id, pascalCase(field.to ?? definition.name))?.uuid;
}
