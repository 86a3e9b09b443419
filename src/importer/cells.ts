import type { Field } from '../compiler/definition.ts';
import { readValue, type StoredValue } from '../compiler/field-types.ts';
import { ValueError } from '../compiler/value-error.ts';
import { decodeRecordId } from '../graphql/global-id.ts';
import { pascalCase } from '../compiler/names.ts';
import type { MappedColumn, Mapping } from './mapping.ts';
import { dateReader, momentReader } from './moments.ts';

/** Reads the text of a cell into the form that is stored, or null for nothing. Throws ValueError. */
export type ReadCell = (text: string) => StoredValue | null;

const YES = new Set(['true', 'yes', 'y', '1']);
const NO = new Set(['false', 'no', 'n', '0']);

/**
 * The reader of a column's cells. What a value may be is decided where all doors decide it (`readValue`); here only its
 * spelling in a file is undone. Throws Error where the mapping makes no sense for the field.
 */
export function cellReader({ field, options, lookUp }: MappedColumn, mapping: Mapping): ReadCell {
  // A reference is staged as what names its target, to be looked up for all rows at once.
  const stored = lookUp ? lookUp.key : field;
  const spell = spelling(stored, { ...options, timeZone: options.timeZone ?? mapping.timeZone });
  const empty = new Set(['', ...mapping.empty]);
  const words = new Map(Object.entries(options.values ?? {}));
  return (given) => {
    const text = field.type === 'text' ? given : given.trim();
    const meant = words.get(text) ?? text;
    if (empty.has(meant)) {
      if (field.required) throw new ValueError('is required');
      return null;
    }
    return readValue(stored, spell(meant));
  };
}

function spelling(field: Field, options: MappedColumn['options']): (text: string) => unknown {
  const { format, timeZone, decimalSeparator = '.' } = options;
  if (format !== undefined && field.type !== 'date' && field.type !== 'dateTime')
    throw new Error(`"format" is for dates and moments; ${field.name} is of type ${field.type}`);
  switch (field.type) {
    case 'date':
      return dateReader(format);
    case 'dateTime':
      return momentReader(format, timeZone);
    case 'integer':
      return (text) => (/^[+-]?\d{1,12}$/.test(text) ? Number(text) : text);
    case 'decimal':
      return (text) => plainNumber(text, decimalSeparator);
    case 'boolean':
      return (text) => asBoolean(text);
    case 'choice':
      return choiceReader(field);
    case 'reference':
      return (text) => uuidOf(text, pascalCase(field.to ?? ''));
    case 'text':
    case 'user':
    case 'group':
      return (text) => text;
  }
}

/** `1.234,50` → `1234.50` where the comma separates decimals. */
function plainNumber(text: string, decimalSeparator: '.' | ','): string {
  const unsigned = text.replace(/^\+/, '');
  if (decimalSeparator === '.') return unsigned;
  if (!/^-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/.test(unsigned)) throw new ValueError('must be a number such as "1.234,50"');
  return unsigned.replaceAll('.', '').replace(',', '.');
}

function asBoolean(text: string): boolean | string {
  const word = text.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : text;
}

/** Choices by their value or their title, whatever the case. */
function choiceReader({ choices = [] }: Field): (text: string) => string {
  const known = new Map<string, string>();
  for (const { title, value } of choices) known.set(title.toLowerCase(), value);
  for (const { value } of choices) known.set(value.toLowerCase(), value);
  return (text) => known.get(text.trim().toLowerCase()) ?? text;
}

/** The uuid in an id of the API, or what was given. */
function uuidOf(text: string, type: string): string {
  return decodeRecordId(text, type)?.uuid ?? text;
}
