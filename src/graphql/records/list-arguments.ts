import { invalid, type Problem } from '../../access/refusals.ts';
import type { NormalCondition } from '../../compiler/condition/condition.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import type { CursorPlace } from '../../reader/cursor.ts';
import { orderKeys } from '../../reader/order.ts';
import type { PageRequest } from '../../reader/read-page.ts';
import type { Selection } from '../../reader/selection.ts';
import type { Scope } from '../../reader/scopes.ts';
import type { Context } from '../context.ts';
import { decodeUuid } from '../global-id.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import { readAsked, type Asked } from './asked.ts';
import type { RecordEnums } from './record-enums.ts';

/** The arguments of a list of records, as GraphQL gives them. */
export interface ListArguments extends Asked {
  archive?: string | null;
  folder?: string | null;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** What a list takes from elsewhere than its arguments. */
export interface ListOptions {
  trash?: boolean;
  /** A saved query that was asked for (V7): its condition holds too, and its order unless the arguments give one. */
  saved?: Asked | null;
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

const NOWHERE: Scope = { workspaces: [] };

/** What the arguments of a list, or of the list of what is in the trash, ask for. Throws Refusal VALIDATION_FAILED with every problem. */
export function prepareList(
  definition: ObjectDefinition,
  enums: RecordEnums,
  args: ListArguments,
  wants: ListWants,
  context: Context,
  { trash = false, saved = null }: ListOptions = {},
): PreparedList {
  const problems: Problem[] = [];
  const given = readAsked(definition, enums, args, problems);
  const kept = saved === null ? null : readAsked(definition, enums, saved, problems, 'savedQuery.');
  const asked = given.orderBy ?? kept?.orderBy ?? given.view?.orderBy ?? kept?.view?.orderBy ?? [];
  const backward = args.last != null;
  const size = sizeOf(args, context.limits.page, problems);
  if (problems.length > 0) throw invalid(problems);

  const keys = orderKeys(definition, asked);
  const place = {
    viewer: context.viewer.id,
    definition: trash ? `trashed ${definition.name}` : definition.name,
    order: keys.map(({ field, direction }) => `${field} ${direction}`).join(', '),
  };
  const { archive, folder } = placeOf(args);
  return {
    place,
    scope: scopeOf(args),
    request: {
      selection: wants.selection,
      trash,
      condition: allOf([...given.conditions, ...(kept?.conditions ?? [])]),
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

/** Where a list looks, by its arguments. */
export function scopeOf(args: Pick<ListArguments, 'archive' | 'folder'>): Scope {
  const { archive, folder } = placeOf(args);
  // An id that is none of an archive's or folder's names one that doesn't exist (V2).
  if ((args.archive != null && archive === null) || (args.folder != null && folder === null)) return NOWHERE;
  return archive !== null ? { archive } : folder !== null ? { folder } : 'everywhere';
}

/** The archive and folder that a list is limited to. */
export function placeOf({ archive, folder }: Pick<ListArguments, 'archive' | 'folder'>) {
  return {
    archive: archive == null ? null : decodeUuid(archive, 'Archive'),
    folder: folder == null ? null : decodeUuid(folder, 'Folder'),
  };
}

function sizeOf({ first, last }: ListArguments, most: number, problems: Problem[]): number {
  if (first != null && last != null) problems.push({ path: 'last', message: 'can’t be used together with first' });
  const size = first ?? last ?? DEFAULT_PAGE;
  if (size < 0 || size > most)
    problems.push({ path: last == null ? 'first' : 'last', message: `must be between 0 and ${most}` });
  return size;
}

/** One condition of several that must all hold. */
export function allOf(parts: readonly NormalCondition[]): NormalCondition {
  if (parts.length === 1) return parts[0]!;
  return parts.length === 0 ? { kind: 'constant', value: true } : { kind: 'and', of: parts };
}
