import type { Field } from '../../src/compiler/definition.ts';
import type { Item, Value } from '../oracle/world.ts';

/** SQL that selects rows of a table or view as JSON of texts, in which no large number loses digits. */
export function selectRows(from: string): string {
  return `(select jsonb_object_agg(e.key, e.value) from jsonb_each_text(to_jsonb(t)) e) as row from ${from} t`;
}

/** A row of `selectRows`: texts by column. */
export type TextRow = Record<string, string | null>;

/** A row as an item. A view without `deleted_at` has no trash. */
export function itemOfRow(definition: string, fields: readonly Field[], row: TextRow): Item {
  return {
    id: row.id!,
    definition,
    archive: row.archive_id!,
    folder: row.folder_id!,
    client: row.client_id ?? null,
    owner: row.owner_id ?? null,
    version: Number(row.version),
    createdAt: isoMoment(row.created_at!),
    updatedAt: isoMoment(row.updated_at!),
    trashed: (row.deleted_at ?? null) !== null,
    values: Object.fromEntries(fields.map((field) => [field.name, fromStored(field, row[field.column] ?? null)])),
  };
}

/** An item as a row tells it: with what it went into the trash, only the times of both say. */
export function asStored({ trashedWith: _, ...item }: Item): Item {
  return item;
}

/** A value as its column takes it: decimals are kept scaled, all of generated definitions by 100. */
export function toStored(field: Field, value: Value): Value {
  if (value === null || field.type !== 'decimal') return value;
  return String(value).replace('.', '');
}

function fromStored(field: Field, text: string | null): Value {
  if (text === null) return null;
  switch (field.type) {
    case 'integer':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'dateTime':
      return isoMoment(text);
    case 'decimal': {
      const digits = text.replace('-', '').padStart(3, '0');
      return `${text.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
    }
    default:
      return text;
  }
}

function isoMoment(text: string): string {
  return new Date(text).toISOString();
}
