import { invalid } from '../access/refusals.ts';
import type { Problem } from '../access/refusals.ts';
import type { Field, ObjectDefinition } from '../compiler/definition.ts';
import { readValue } from '../compiler/field-types.ts';
import type { StoredValue } from '../compiler/field-types.ts';
import { ValueError } from '../compiler/value-error.ts';

/** A field and what a write puts there, as it is stored. */
export interface FieldValue {
  field: Field;
  value: StoredValue | null;
}

/** What a caller gives: values by field name; null empties a field, a field that is not named is left alone. */
export type GivenValues = Readonly<Record<string, unknown>>;

/** Reads the values of a change. Throws VALIDATION_FAILED with every problem, each with the field as its path. */
export function readChanges(definition: ObjectDefinition, given: GivenValues): FieldValue[] {
  return readValues(definition, given, []);
}

/** Reads the values of a new record: like a change, but every required field must be among them. */
export function readNewValues(definition: ObjectDefinition, given: GivenValues): FieldValue[] {
  const missing = Object.values(definition.fields).filter(
    (field) => field.required && !field.readOnly && given[field.name] === undefined,
  );
  return readValues(
    definition,
    given,
    missing.map(({ name, title }) => ({ path: name, message: `is required: "${title}" needs a value` })),
  );
}

function readValues(definition: ObjectDefinition, given: GivenValues, missing: Problem[]): FieldValue[] {
  const problems = [...missing];
  const values: FieldValue[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const field = Object.hasOwn(definition.fields, name) ? definition.fields[name] : undefined;
    if (!field) {
      problems.push({ path: name, message: `is not a field of ${definition.name}` });
      continue;
    }
    try {
      values.push({ field, value: readFieldValue(field, value) });
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      problems.push({ path: name, message: error.message });
    }
  }
  if (problems.length > 0) throw invalid(problems);
  return values;
}

/** Reads one value; null is none. Throws ValueError. */
function readFieldValue(field: Field, value: unknown): StoredValue | null {
  if (value !== null) return readValue(field, value);
  if (field.required) throw new ValueError(`is required: "${field.title}" can't be emptied`);
  return null;
}
