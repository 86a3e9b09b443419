import { decimalFromScaled } from '../../compiler/field-types.ts';
import type { Field } from '../../compiler/definition.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import { encodeId } from '../global-id.ts';

/** How a cell's value is written in a response, from what Postgres wrote. Null stays null. */
export function cellReader(name: string, field: Pick<Field, 'type' | 'scale'>): (node: RecordNode) => unknown {
  switch (field.type) {
    case 'decimal':
      return ({ row }) => (row[name] == null ? null : decimalFromScaled(row[name] as string, field.scale ?? 0));
    case 'dateTime':
      return ({ row }) => (row[name] == null ? null : momentFrom(row[name] as string));
    case 'group':
      return ({ row }) => (row[name] == null ? null : encodeId('Group', row[name] as string));
    default:
      return ({ row }) => row[name] ?? null;
  }
}

/** ISO 8601 from how Postgres writes a timestamptz in UTC: `2026-01-31 09:30:00.5+00` → `2026-01-31T09:30:00.5Z`. */
export function momentFrom(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
}
