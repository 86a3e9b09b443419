import { readValue, type FieldType } from '../field-types.ts';
import { ValueError } from '../value-error.ts';
import type { Operand, RelativeMoment } from './condition.ts';
import { ConditionError } from './condition-error.ts';
import type { TestableField } from './testable-fields.ts';

/** Turns an id as callers write it into a UUID; `kind` is what it should be the id of. */
export type ReadId = (field: TestableField, id: string) => string | undefined;

export interface OperandContext {
  readonly path: readonly (string | number)[];
  readonly inList: boolean;
  readonly textLength: number;
  readonly readId: ReadId | undefined;
}

/** Reads what a field is compared with: a value of its type, a relative date, `ME`, `MY_GROUPS` (A5). */
export function readOperand(field: TestableField, json: unknown, context: OperandContext): Operand {
  const fail = (problem: string) => new ConditionError(context.path, problem);
  if (json === null || json === undefined) throw fail('must not be null: use isSet or isNotSet');
  if (field.type === 'user' && json === 'ME') return { viewer: 'ME' };
  if (field.type === 'group' && json === 'MY_GROUPS') {
    if (context.inList) return { viewer: 'MY_GROUPS' };
    throw fail('MY_GROUPS are several: use in or notIn');
  }
  try {
    const relative = typeof json === 'string' ? readRelative(field.type, json) : null;
    if (relative !== null) return relative;
    return readValue(
      field.type === 'text' ? { ...field, maxLength: context.textLength } : field,
      isId(field.type) && typeof json === 'string' ? (context.readId?.(field, json) ?? json) : json,
    );
  } catch (error) {
    if (error instanceof ValueError) throw fail(error.message);
    throw error;
  }
}

function isId(type: FieldType): boolean {
  return type === 'reference' || type === 'user' || type === 'group';
}

const RELATIVE = /^(today|now)(?:([+-])(\d{1,4})(min|h|d|w|mo|y))?$/;

/** Hours don't move a day, and months have no fixed length to move a moment by. */
const UNITS = { today: ['d', 'w', 'mo', 'y'], now: ['min', 'h', 'd', 'w'] } as const;

/** Keeps every relative date within the years 1 to 9999, so that no statement fails by one. */
const MOST_YEARS = 999;

/** `today-7d`, for moments also `now-2h`. Null if the text is none of these; throws ValueError for a wrong one. */
function readRelative(type: FieldType, text: string): RelativeMoment | null {
  const [, origin, sign, digits = '0', unit = 'd'] = RELATIVE.exec(text) ?? [];
  if ((type !== 'date' && type !== 'dateTime') || origin === undefined) return null;
  const relativeTo = origin as RelativeMoment['relativeTo'];
  if (type === 'date' && relativeTo === 'now') throw new ValueError('is a date: count from today');
  if (!(UNITS[relativeTo] as readonly string[]).includes(unit))
    throw new ValueError(`counts from ${relativeTo} in ${UNITS[relativeTo].join(', ')}`);
  if (unit === 'y' && Number(digits) > MOST_YEARS) throw new ValueError(`counts at most ${MOST_YEARS} years`);
  const amount = Number(digits) * (sign === '-' && Number(digits) > 0 ? -1 : 1);
  return { relativeTo, amount, unit: unit as RelativeMoment['unit'] };
}
