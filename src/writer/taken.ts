import { invalid, sqlState } from '../access/refusals.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import { tableObjectName } from '../compiler/names.ts';

const UNIQUE_VIOLATION = '23505';

/**
 * V2's declared exception: a conflict on a unique field becomes VALIDATION_FAILED on that field, and tells no more than
 * that the value is taken in this archive and for this client. Any other error comes back as it is.
 */
export function asTaken(definition: ObjectDefinition, error: unknown): unknown {
  if (sqlState(error) !== UNIQUE_VIOLATION) return error;
  const { constraint } = error as { constraint?: string };
  const field = Object.values(definition.fields).find(
    ({ unique, column }) => unique && constraint === tableObjectName(definition.table, column, 'unique'),
  );
  if (!field) return error;
  return invalid([{ path: field.name, message: `is taken: another record has this ${field.title} there` }]);
}
