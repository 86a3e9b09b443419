import { isUuid } from '../database/uuid.ts';
import { readDate, readDateTime } from './calendar.ts';
import type { Field } from './definition.ts';
import { ValueError } from './value-error.ts';

/**
 * What each field type is in Postgres and which values it takes. Only types whose comparisons are LEAKPROOF are used:
 * no other operator can use an index below row security.
 */
export type FieldType =
  'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'dateTime' | 'choice' | 'reference' | 'user' | 'group';

/** A value as it is sent to Postgres. Decimals are scaled integers in a string; moments are UTC with microseconds. */
export type StoredValue = string | number | boolean;

/** An operator as conditions spell it (A5). */
export type ConditionOperator =
  | 'isSet'
  | 'isNotSet'
  | 'equals'
  | 'notEquals'
  | 'in'
  | 'notIn'
  | 'lessThan'
  | 'atMost'
  | 'greaterThan'
  | 'atLeast'
  | 'between'
  | 'contains'
  | 'startsWith';

const EQUALITY: readonly ConditionOperator[] = ['isSet', 'isNotSet', 'equals', 'notEquals', 'in', 'notIn'];
const ORDER: readonly ConditionOperator[] = [...EQUALITY, 'lessThan', 'atMost', 'greaterThan', 'atLeast', 'between'];
const TEXT: readonly ConditionOperator[] = [...ORDER, 'contains', 'startsWith'];

interface TypeRules {
  /** The type of the column, and of a parameter that is compared with it. */
  readonly sql: string;
  readonly operators: readonly ConditionOperator[];
}

const RULES: Record<FieldType, TypeRules> = {
  text: { sql: 'text', operators: TEXT },
  integer: { sql: 'integer', operators: ORDER },
  decimal: { sql: 'bigint', operators: ORDER },
  boolean: { sql: 'boolean', operators: EQUALITY },
  date: { sql: 'date', operators: ORDER },
  dateTime: { sql: 'timestamptz', operators: ORDER },
  choice: { sql: 'text', operators: EQUALITY },
  reference: { sql: 'uuid', operators: EQUALITY },
  user: { sql: 'uuid', operators: EQUALITY },
  group: { sql: 'uuid', operators: EQUALITY },
};

export const FIELD_TYPES = Object.keys(RULES) as FieldType[];

/** The Postgres type of a field's column: `text`, `bigint`, `timestamptz`, … */
export function columnType(type: FieldType): string {
  return RULES[type].sql;
}

/** The operators that a condition may use on a field of this type (A5). */
export function operatorsOf(type: FieldType): readonly ConditionOperator[] {
  return RULES[type].operators;
}

type ValueOf = Pick<Field, 'type' | 'maxLength' | 'scale' | 'choices'>;

/**
 * Reads a value that a caller gave for a field (never null) into the form that is stored.
 *
 * Text may not hold what Postgres can't store (NUL, half a surrogate pair); integers are 32-bit numbers; decimals are
 * strings or numbers with at most `scale` decimals and come back scaled (`'12.50'` → `'1250'`); dates are
 * `2026-01-31`; moments carry an offset and at most microseconds and come back in UTC; ids are UUIDs.
 * Throws ValueError.
 */
export function readValue(field: ValueOf, value: unknown): StoredValue {
  switch (field.type) {
    case 'text':
      return readText(value, field.maxLength);
    case 'integer':
      return readInteger(value);
    case 'decimal':
      return readDecimal(value, field.scale ?? 0);
    case 'boolean':
      if (typeof value !== 'boolean') throw new ValueError('must be true or false');
      return value;
    case 'date':
      return readDate(value);
    case 'dateTime':
      return readDateTime(value);
    case 'choice':
      return readChoice(value, field.choices ?? []);
    case 'reference':
    case 'user':
    case 'group':
      return readUuid(value);
  }
}

/** The decimal that a scaled integer stands for: `('1250', 2)` → `'12.50'`. */
export function decimalFromScaled(scaled: string | number | bigint, scale: number): string {
  const digits = String(scaled);
  if (scale === 0) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const magnitude = digits.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${magnitude.slice(0, -scale)}.${magnitude.slice(-scale)}`;
}

function readText(value: unknown, maxLength?: number): string {
  if (typeof value !== 'string') throw new ValueError('must be text');
  if (value.includes('\0')) throw new ValueError('must not contain the NUL character');
  if (!value.isWellFormed()) throw new ValueError('must be well-formed Unicode (it holds half a surrogate pair)');
  // UTF-16 length is never below the number of characters, so only long texts need counting.
  if (maxLength !== undefined && value.length > maxLength && [...value].length > maxLength)
    throw new ValueError(`must have at most ${maxLength} characters`);
  return value;
}

function readInteger(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new ValueError('must be a whole number');
  if (value < -2147483648 || value > 2147483647) throw new ValueError('must lie between -2147483648 and 2147483647');
  return value === 0 ? 0 : value; // -0 is 0
}

const DECIMAL = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/;
const LARGEST_BIGINT = 9223372036854775807n;

function readDecimal(value: unknown, scale: number): string {
  const text = typeof value === 'number' ? String(value) : value;
  const [, sign = '', whole = '', fraction = ''] = (typeof text === 'string' && DECIMAL.exec(text)) || [];
  if (whole === '') throw new ValueError('must be a decimal number such as "12.50"');
  const decimals = fraction.replace(/0+$/, '');
  if (decimals.length > scale) throw new ValueError(`must have at most ${scale} decimals`);
  const scaled = BigInt(sign + whole + decimals.padEnd(scale, '0'));
  if (scaled > LARGEST_BIGINT || scaled < -LARGEST_BIGINT)
    throw new ValueError(`must lie between ±${decimalFromScaled(LARGEST_BIGINT, scale)}`);
  return String(scaled);
}

function readChoice(value: unknown, choices: readonly { value: string }[]): string {
  if (typeof value !== 'string' || !choices.some((choice) => choice.value === value))
    throw new ValueError(`must be one of ${choices.map((choice) => choice.value).join(', ')}`);
  return value;
}

function readUuid(value: unknown): string {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (!isUuid(text)) throw new ValueError('must be an id (a UUID)');
  return text;
}
