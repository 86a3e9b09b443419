import type { Problem } from '../../access/refusals.ts';
import { ConditionError } from '../../compiler/condition/condition-error.ts';
import type { NormalCondition } from '../../compiler/condition/condition.ts';
import { parseCondition } from '../../compiler/condition/parse.ts';
import type { TestableField } from '../../compiler/condition/testable-fields.ts';
import type { ObjectDefinition, View } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { Direction } from '../../reader/order.ts';
import { decodeRecordId, decodeUuid } from '../global-id.ts';
import type { RecordEnums } from './record-enums.ts';

/** What records of a definition are asked for, as the API takes it: in the arguments of a list, or saved (V7). */
export interface Asked {
  view?: string | null | undefined;
  where?: Record<string, unknown> | null | undefined;
  orderBy?: readonly { field: string; direction?: Direction | null }[] | null | undefined;
}

/** The same, understood. All conditions must hold. */
export interface AskedParts {
  view: View | null;
  conditions: NormalCondition[];
  orderBy: { field: string; direction: Direction }[] | null;
}

const MOST_KEYS = 8;

/** Adds to `problems` what can't be asked for, each with its path behind `prefix`. */
export function readAsked(
  definition: ObjectDefinition,
  enums: RecordEnums,
  { view: name, where, orderBy }: Asked,
  problems: Problem[],
  prefix = '',
): AskedParts {
  const add = (path: string, message: string) => void problems.push({ path: `${prefix}${path}`, message });
  if (orderBy != null && orderBy.length > MOST_KEYS) add('orderBy', `takes at most ${MOST_KEYS} keys`);
  const view = name == null ? null : viewOf(definition, name, add);
  return {
    view,
    conditions: [
      ...(view?.where ? [parseCondition(definition, view.where)] : []),
      ...(where == null ? [] : conditionOf(definition, where, add)),
    ],
    orderBy: orderBy == null ? null : orderBy.flatMap((key) => keyOf(definition, enums, key, add)),
  };
}

type Add = (path: string, message: string) => void;

function viewOf(definition: ObjectDefinition, name: string, add: Add): View | null {
  if (Object.hasOwn(definition.views, name)) return definition.views[name]!;
  const views = Object.keys(definition.views).join(', ');
  add('view', `${definition.name} has no view of that name${views && `; it has ${views}`}`);
  return null;
}

function conditionOf(definition: ObjectDefinition, where: Record<string, unknown>, add: Add): NormalCondition[] {
  try {
    return [parseCondition(definition, where, { readId: (field, id) => uuidOf(definition, field, id) })];
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    add(['where', ...error.path].join('.'), error.message.replace(`at ${error.path.join('.')}: `, ''));
    return [];
  }
}

function keyOf(
  definition: ObjectDefinition,
  { sortNames }: RecordEnums,
  { field, direction }: { field: string; direction?: Direction | null },
  add: Add,
): { field: string; direction: Direction }[] {
  const name = sortNames.get(field);
  if (name !== undefined) return [{ field: name, direction: direction ?? 'ASC' }];
  add('orderBy', `${definition.name} has no field ${field} to sort by`);
  return [];
}

const SYSTEM_TYPES: Readonly<Record<string, string>> = { folder: 'Folder', client: 'Client', owner: 'User' };
const OBJECT_TYPES: Readonly<Record<string, string>> = { user: 'User', group: 'Group' };

/** The uuid in the global id of what a field refers to; undefined if it isn't one. */
function uuidOf(definition: ObjectDefinition, field: TestableField, id: string): string | undefined {
  const type = field.system ? SYSTEM_TYPES[field.name] : OBJECT_TYPES[field.type];
  if (type !== undefined) return decodeUuid(id, type) ?? undefined;
  return decodeRecordId(id, pascalCase(field.to ?? definition.name))?.uuid;
}
