import { SYSTEM_FIELDS } from '../../compiler/condition/testable-fields.ts';
import { isIndexed, type ObjectDefinition } from '../../compiler/definition.ts';
import { pascalCase, screamingCase } from '../../compiler/names.ts';
import type { Builder } from '../builder.ts';

/** The enums of a definition. Their values are the API's names; `fieldNames` and `enumNames` translate. */
export function defineRecordEnums(builder: Builder, definition: ObjectDefinition) {
  const type = pascalCase(definition.name);
  const fields = Object.values(definition.fields);
  const sortable = [...Object.values(SYSTEM_FIELDS), ...fields.filter(isIndexed)];
  const choices = new Map(
    fields
      .filter((field) => field.choices !== undefined)
      .map((field) => [
        field.name,
        builder.enumType(`${type}${pascalCase(field.name)}`, {
          description: field.title,
          values: Object.fromEntries(field.choices!.map(({ value, title }) => [value, { description: title }])),
        }),
      ]),
  );
  return {
    field: builder.enumType(`${type}Field`, {
      description: `The fields of ${type}.`,
      values: Object.fromEntries(fields.map(({ name, title }) => [screamingCase(name), { description: title }])),
    }),
    sortField: builder.enumType(`${type}OrderField`, {
      description: `What lists of ${type} can be sorted by.`,
      values: Object.fromEntries(sortable.map(({ name }) => [screamingCase(name), {}])),
    }),
    ability: builder.enumType(`${type}Ability`, {
      description: `What viewers can be granted on records of ${type}.`,
      values: Object.fromEntries(
        Object.entries(definition.abilities).map(([name, { title }]) => [name, { description: title }]),
      ),
    }),
    choices,
    /** `DUE_AT` → `dueAt`, for what lists can be sorted by. */
    sortNames: new Map(sortable.map(({ name }) => [screamingCase(name), name])),
    /** `DUE_AT` → `dueAt`. */
    fieldNames: new Map(sortable.concat(fields as never[]).map(({ name }) => [screamingCase(name), name])),
    /** `dueAt` → `DUE_AT`. */
    enumNames: new Map(fields.map(({ name }) => [name, screamingCase(name)])),
  };
}

export type RecordEnums = ReturnType<typeof defineRecordEnums>;
