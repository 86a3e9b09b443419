import type { Field, ObjectDefinition } from '../definition.ts';
import type { FieldType } from '../field-types.ts';

/** A field as conditions see it: of the definition, or of the system. */
export type TestableField = Pick<Field, 'name' | 'column' | 'type' | 'maxLength' | 'scale' | 'choices' | 'to'> & {
  /** System fields are READ with the record (A3), so they are never hidden. */
  readonly system: boolean;
  /** Can never be empty in the record table. */
  readonly required: boolean;
};

function system(name: string, column: string, type: FieldType, required: boolean): TestableField {
  return { name, column, type, required, system: true };
}

/** The system fields that conditions may test, in every definition alike. */
export const SYSTEM_FIELDS: Readonly<Record<string, TestableField>> = {
  id: system('id', 'id', 'reference', true),
  folder: system('folder', 'folder_id', 'reference', true),
  client: system('client', 'client_id', 'reference', false),
  owner: system('owner', 'owner_id', 'user', false),
  version: system('version', 'version', 'integer', true),
  createdAt: system('createdAt', 'created_at', 'dateTime', true),
  updatedAt: system('updatedAt', 'updated_at', 'dateTime', true),
};

/** The field that a condition on this definition calls by this name, or undefined. */
export function testableField(definition: ObjectDefinition, name: string): TestableField | undefined {
  if (Object.hasOwn(SYSTEM_FIELDS, name)) return SYSTEM_FIELDS[name];
  if (!Object.hasOwn(definition.fields, name)) return undefined;
  return { ...definition.fields[name]!, system: false };
}

/** Every field that a condition on this definition may test, system fields first. */
export function testableFields(definition: ObjectDefinition): TestableField[] {
  return [
    ...Object.values(SYSTEM_FIELDS),
    ...Object.values(definition.fields).map((field) => ({ ...field, system: false })),
  ];
}
