import { isForEveryone, type Condition } from './condition/condition.ts';
import { ConditionError } from './condition/condition-error.ts';
import { parseCondition } from './condition/parse.ts';
import type { DefinitionInput, Field, Freeze, ObjectDefinition, View } from './definition.ts';
import { STANDARD_ABILITIES } from './definition.ts';
import { RESERVED_DEFINITION_NAMES, RESERVED_FIELD_NAMES, TYPE_SUFFIXES } from './reserved-names.ts';
import { pascalCase, snakeCase } from './names.ts';

/** What is wrong with the files in `schema/`: each problem says where it is and what to do. */
export class DefinitionError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The object definitions can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const LONGEST_NAME = 40;
const LONGEST_TEXT = 1_000_000;
/** Keeps a row of a record table within what Postgres can hold on one page, and its grants readable. */
const MOST_FIELDS = 300;

/** Checks one definition by itself. Throws DefinitionError. */
export function checkDefinition(definition: ObjectDefinition, input: DefinitionInput): void {
  const problems = [
    ...checkNames(definition),
    ...checkFields(definition),
    ...checkUses(definition),
    ...checkFreezes(definition),
    ...Object.keys(input.abilities ?? {})
      .filter((ability) => Object.hasOwn(STANDARD_ABILITIES, ability))
      .map((ability) => `the ability ${ability} comes by itself: remove it`),
  ];
  if (problems.length > 0)
    throw new DefinitionError(problems.map((problem) => `definition ${JSON.stringify(definition.name)}: ${problem}`));
}

/** Checks what only all definitions together show: names that meet, references to nowhere. Throws DefinitionError. */
export function checkTogether(definitions: readonly ObjectDefinition[]): void {
  const problems: string[] = [];
  const names = new Map<string, string>();
  const claim = (name: string, by: string) => {
    const other = names.get(name);
    if (other !== undefined) problems.push(`${by} is taken by ${other}: choose another name`);
    names.set(name, by);
  };
  for (const definition of definitions) {
    claim(definition.name, `the name ${definition.name}`);
    claim(definition.plural, `the plural ${definition.plural} of ${definition.name}`);
  }
  for (const { name, fields } of definitions)
    for (const suffix of [...TYPE_SUFFIXES, ...Object.keys(fields).map(pascalCase)])
      if (names.has(`${name}${suffix}`))
        problems.push(`${name}${suffix} is the GraphQL type of something of ${name}: choose another name`);
  for (const definition of definitions)
    for (const field of Object.values(definition.fields))
      if (field.type === 'reference' && !definitions.some(({ name }) => name === field.to))
        problems.push(`${definition.name}.${field.name} refers to ${JSON.stringify(field.to)}, which no file defines`);
  if (problems.length > 0) throw new DefinitionError(problems);
}

function checkNames({ name, plural, title, right }: ObjectDefinition): string[] {
  const problems: string[] = [];
  for (const [what, value] of [
    ['name', name],
    ['plural', plural],
  ] as const) {
    const problem = problemOfName(value);
    if (problem !== null) problems.push(`its ${what} ${JSON.stringify(value)} ${problem}`);
    else if (RESERVED_DEFINITION_NAMES.has(value)) problems.push(`its ${what} is reserved: choose another one`);
  }
  if (plural === name) problems.push('its plural must differ from its name, since both are GraphQL queries');
  if (isBlank(title)) problems.push('it needs a title');
  const problem = right === undefined ? null : problemOfName(right);
  if (problem !== null) problems.push(`its right ${JSON.stringify(right)} ${problem}`);
  return problems;
}

/** Names become GraphQL names, enum values, columns and parts of index names. */
export function problemOfName(name: string): string | null {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return 'must be in camelCase: letters and digits, a small letter first';
  if (snakeCase(name).length > LONGEST_NAME) return `must have at most ${LONGEST_NAME} characters in snake_case`;
  return null;
}

function checkFields(definition: ObjectDefinition): string[] {
  const problems: string[] = [];
  const columns = new Map<string, string>();
  const fields = Object.entries(definition.fields);
  if (fields.length === 0) problems.push('it needs at least one field');
  if (fields.length > MOST_FIELDS) problems.push(`it has ${fields.length} fields; ${MOST_FIELDS} are the most`);
  for (const [name, field] of fields) {
    const problem = problemOfName(name) ?? problemOfField(field);
    if (problem !== null) problems.push(`field ${JSON.stringify(name)} ${problem}`);
    const other = columns.get(field.column);
    if (other !== undefined) problems.push(`fields ${other} and ${name} would share the column ${field.column}`);
    columns.set(field.column, name);
  }
  return problems;
}

function problemOfField(field: Field): string | null {
  if (RESERVED_FIELD_NAMES.has(field.name) || RESERVED_FIELD_NAMES.has(field.column)) return 'has a reserved name';
  if (isBlank(field.title)) return 'needs a title';
  if (field.required && field.readOnly)
    return 'is required and read-only, so nobody could ever create a record: drop one of the two';
  switch (field.type) {
    case 'text':
      return problemOfText(field);
    case 'decimal':
      return Number.isInteger(field.scale) && field.scale! >= 0 && field.scale! <= 12
        ? null
        : 'needs a scale from 0 to 12 (digits after the point)';
    case 'choice':
      return problemOfChoices(field.choices ?? []);
    default:
      return null;
  }
}

function problemOfText({ maxLength, unique }: Field): string | null {
  if (!Number.isInteger(maxLength) || maxLength! < 1 || maxLength! > LONGEST_TEXT)
    return `needs a maxLength from 1 to ${LONGEST_TEXT}`;
  return unique && maxLength! > 500 ? 'is unique, so its maxLength can be at most 500' : null;
}

function problemOfChoices(choices: NonNullable<Field['choices']>): string | null {
  if (choices.length === 0) return 'needs choices';
  const bad = choices.find(
    ({ value }) => !/^[A-Z][A-Z0-9_]*$/.test(value) || value.length > LONGEST_NAME || value.includes('__'),
  );
  if (bad !== undefined)
    return `has the choice ${JSON.stringify(bad.value)}: write choices in capitals, as in BY_POST, ${LONGEST_NAME} characters at most`;
  return choices.some(({ title }) => isBlank(title)) ? 'has a choice without a title' : null;
}

/** Everything that names fields: views, layouts, document viewers, abilities. */
function checkUses(definition: ObjectDefinition): string[] {
  const problems: string[] = [];
  const { views, layouts, documentViewers, abilities } = definition;
  const parts = [
    ...Object.entries(views).map(([name, { title, fields }]) => ({ kind: 'view', name, title, fields })),
    ...Object.entries(layouts).map(([name, { title, shows }]) => ({ kind: 'layout', name, title, fields: shows })),
    ...Object.entries(documentViewers).map(([name, part]) => ({ kind: 'document viewer', name, ...part })),
    ...Object.entries(abilities).map(([name, part]) => ({ kind: 'ability', name, ...part })),
  ];
  for (const { kind, name, title, fields } of parts) {
    const where = `${kind} ${JSON.stringify(name)}`;
    if (kind === 'ability' ? !/^[A-Z][A-Z0-9_]*$/.test(name) || name.length > LONGEST_NAME : problemOfName(name))
      problems.push(
        `${where} must be named in ${kind === 'ability' ? 'capitals, as in PLACE_IN_MAILBOX' : 'camelCase'}`,
      );
    if (isBlank(title)) problems.push(`${where} needs a title`);
    for (const field of fields)
      if (!Object.hasOwn(definition.fields, field)) problems.push(`${where} names the unknown field ${field}`);
    if (new Set(fields).size < fields.length) problems.push(`${where} names a field twice`);
  }
  for (const [name, layout] of Object.entries(layouts))
    for (const field of layout.edits)
      if (definition.fields[field]?.readOnly) problems.push(`layout "${name}" edits ${field}, which is read-only`);
  for (const [name, view] of Object.entries(views)) problems.push(...checkView(definition, name, view));
  return problems;
}

function checkView(definition: ObjectDefinition, name: string, { where, orderBy = [] }: View): string[] {
  const problems: string[] = [];
  for (const { field, direction } of orderBy) {
    if (!Object.hasOwn(definition.fields, field) && field !== 'createdAt' && field !== 'updatedAt')
      problems.push(`view "${name}" is ordered by the unknown field ${field}`);
    if (direction !== 'ASC' && direction !== 'DESC') problems.push(`view "${name}": a direction is ASC or DESC`);
  }
  if (where !== undefined) problems.push(...checkCondition(definition, where).map((each) => `view "${name}": ${each}`));
  return problems;
}

/** What is wrong with a condition, at most one thing. */
function checkCondition(definition: ObjectDefinition, condition: Condition): string[] {
  try {
    parseCondition(definition, condition);
    return [];
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return [`its condition ${error.message}`];
  }
}

function checkFreezes(definition: ObjectDefinition): string[] {
  return (definition.freezes ?? []).flatMap((freeze, index) => {
    const where = `freeze ${isBlank(freeze.title) ? index + 1 : JSON.stringify(freeze.title)}`;
    return problemsOfFreeze(definition, freeze).map((problem) => `${where}: ${problem}`);
  });
}

function problemsOfFreeze(definition: ObjectDefinition, { title, when, fields }: Freeze): string[] {
  const problems = checkCondition(definition, when);
  if (problems.length === 0 && !isForEveryone(parseCondition(definition, when)))
    problems.push('its condition asks who is looking, but a frozen record is frozen for everyone');
  if (isBlank(title)) problems.push('it needs a title');
  if (fields === undefined) return problems;
  if (fields.length === 0) problems.push('name at least one field, or leave "fields" out to freeze the whole record');
  if (new Set(fields).size < fields.length) problems.push('it names a field twice');
  const unknown = fields.filter((field) => !Object.hasOwn(definition.fields, field));
  return [...problems, ...unknown.map((field) => `it names the unknown field ${field}`)];
}

function isBlank(title: unknown): boolean {
  return typeof title !== 'string' || title.trim() === '';
}
