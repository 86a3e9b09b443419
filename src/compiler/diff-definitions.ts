import { isDeepStrictEqual } from 'node:util';
import { fieldsOfCondition } from './condition/condition.ts';
import { parseCondition } from './condition/parse.ts';
import type { Definitions, Field, Freeze, ObjectDefinition } from './definition.ts';

/** The parts of a definition that planes enable by name. */
export const PLANE_PARTS = ['views', 'layouts', 'documentViewers', 'abilities'] as const;

/** One difference between the definitions that are applied and those in the files. */
export type DefinitionChange =
  | { readonly kind: 'definitionAdded'; readonly definition: ObjectDefinition }
  | { readonly kind: 'definitionRemoved'; readonly definition: ObjectDefinition }
  | { readonly kind: 'fieldAdded'; readonly definition: ObjectDefinition; readonly field: Field }
  | { readonly kind: 'fieldRemoved'; readonly definition: ObjectDefinition; readonly field: Field }
  /** Its cells can't be kept: another type, scale or target. */
  | {
      readonly kind: 'fieldReplaced';
      readonly definition: ObjectDefinition;
      readonly from: Field;
      readonly field: Field;
    }
  /** Its cells are kept, if they meet the new rules. */
  | {
      readonly kind: 'fieldAltered';
      readonly definition: ObjectDefinition;
      readonly from: Field;
      readonly field: Field;
    }
  | {
      readonly kind: 'partRemoved';
      readonly definition: ObjectDefinition;
      readonly part: (typeof PLANE_PARTS)[number];
      readonly name: string;
    }
  /** R7: its records need another right, a right at last, or none any more. */
  | { readonly kind: 'rightChanged'; readonly definition: ObjectDefinition }
  /** Titles, and what views, layouts and the like consist of: no table changes. */
  | { readonly kind: 'redescribed'; readonly definition: ObjectDefinition };

/** What must change for the applied definitions to become the wanted ones; empty if they are the same. */
export function diffDefinitions(applied: Definitions, wanted: Definitions): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const definition of applied.values())
    if (!wanted.has(definition.name)) changes.push({ kind: 'definitionRemoved', definition });
  for (const definition of wanted.values()) {
    const before = applied.get(definition.name);
    if (before === undefined) changes.push({ kind: 'definitionAdded', definition });
    else if (!isSame(before, definition)) changes.push(...diffDefinition(before, definition));
  }
  return changes;
}

/** Whether a change takes something away, so that it needs an explicit permission. */
export function isDestructive(change: DefinitionChange): boolean {
  switch (change.kind) {
    case 'definitionRemoved':
    case 'fieldRemoved':
    case 'fieldReplaced':
    case 'partRemoved':
      return true;
    case 'fieldAltered':
      return removedChoices(change.from, change.field).length > 0;
    default:
      return false;
  }
}

/** The choices that a field no longer offers. */
export function removedChoices(from: Field, to: Field): string[] {
  const left = new Set(to.choices?.map(({ value }) => value));
  return (from.choices ?? []).map(({ value }) => value).filter((value) => !left.has(value));
}

/** A change in a few words: `document.pages added`. */
export function describeChange(change: DefinitionChange): string {
  const { name } = change.definition;
  switch (change.kind) {
    case 'definitionAdded':
      return `definition ${name} added`;
    case 'definitionRemoved':
      return `definition ${name} removed`;
    case 'fieldAdded':
      return `${name}.${change.field.name} added`;
    case 'fieldRemoved':
      return `${name}.${change.field.name} removed`;
    case 'fieldReplaced':
      return `${name}.${change.field.name} replaced`;
    case 'fieldAltered':
      return `${name}.${change.field.name} altered`;
    case 'partRemoved':
      return `${name}.${change.part}.${change.name} removed`;
    case 'rightChanged':
      return change.definition.right === undefined
        ? `${name} needs no right any more`
        : `${name} needs the right ${change.definition.right}`;
    case 'redescribed':
      return `${name} described anew`;
  }
}

/**
 * The applied definitions without everything that changes would take away: what workspaces are compiled from while
 * columns and tables are dropped that nothing may use any more.
 */
export function withoutRemoved(applied: Definitions, changes: readonly DefinitionChange[]): Definitions {
  const removed = new Set(changes.filter(isDestructive).map(keyOf));
  const left = [...applied.values()].filter(({ name }) => !removed.has(name));
  return new Map(left.map((definition) => [definition.name, trimmed(definition, removed)]));
}

function keyOf(change: DefinitionChange): string {
  const { name } = change.definition;
  return change.kind === 'fieldRemoved' || change.kind === 'fieldReplaced'
    ? `${name}.${change.field.name}`
    : change.kind === 'definitionRemoved'
      ? name
      : '';
}

function trimmed(definition: ObjectDefinition, removed: ReadonlySet<string>): ObjectDefinition {
  const stays = (field: string) => !removed.has(`${definition.name}.${field}`);
  const each = <T>(parts: Readonly<Record<string, T>>, trim: (part: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, trim(part)]));
  return {
    ...definition,
    fields: Object.fromEntries(Object.entries(definition.fields).filter(([name]) => stays(name))),
    views: each(definition.views, ({ title, fields }) => ({ title, fields: fields.filter(stays) })),
    layouts: each(definition.layouts, ({ title, shows, edits }) => ({
      title,
      shows: shows.filter(stays),
      edits: edits.filter(stays),
    })),
    documentViewers: each(definition.documentViewers, ({ title, fields }) => ({ title, fields: fields.filter(stays) })),
    abilities: each(definition.abilities, ({ title, fields }) => ({ title, fields: fields.filter(stays) })),
    ...(definition.freezes && {
      freezes: definition.freezes.flatMap((freeze) => trimmedFreeze(definition, freeze, stays)),
    }),
  };
}

/** A freeze that tests a removed field, or froze only removed ones, is none any more: without fields it would freeze all. */
function trimmedFreeze(definition: ObjectDefinition, freeze: Freeze, stays: (field: string) => boolean): Freeze[] {
  const tested = fieldsOfCondition(parseCondition(definition, freeze.when));
  const fields = freeze.fields?.filter(stays);
  if (fields?.length === 0 || tested.some((field) => !stays(field))) return [];
  return [{ ...freeze, ...(fields && { fields }) }];
}

function diffDefinition(before: ObjectDefinition, definition: ObjectDefinition): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const field of Object.values(before.fields))
    if (!Object.hasOwn(definition.fields, field.name))
      changes.push({ kind: 'fieldRemoved', definition: before, field });
  for (const field of Object.values(definition.fields)) {
    const from = Object.hasOwn(before.fields, field.name) ? before.fields[field.name] : undefined;
    if (from === undefined) changes.push({ kind: 'fieldAdded', definition, field });
    else if (from.type !== field.type || from.scale !== field.scale || from.to !== field.to)
      changes.push({ kind: 'fieldReplaced', definition, from, field });
    else if (!isSame(from, field)) changes.push({ kind: 'fieldAltered', definition, from, field });
  }
  for (const part of PLANE_PARTS)
    for (const name of Object.keys(before[part]))
      if (!Object.hasOwn(definition[part], name)) changes.push({ kind: 'partRemoved', definition: before, part, name });
  if (before.right !== definition.right) changes.push({ kind: 'rightChanged', definition });
  return changes.length > 0 ? changes : [{ kind: 'redescribed', definition }];
}

/** Equal as JSON, whatever the order of keys: Postgres keeps none. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}
