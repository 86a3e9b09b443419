import { fieldsOfCondition } from './condition/condition.ts';
import { asLiteral } from './condition/parameters.ts';
import { parseCondition } from './condition/parse.ts';
import { columnOf, conditionToSql } from './condition/to-sql.ts';
import type { Freeze, ObjectDefinition } from './definition.ts';

/** What a plane lets its members change: as the compilers know it, or the reader. */
export interface Changeable {
  readonly edits: (field: string) => boolean;
  readonly abilities: readonly string[];
}

/** The abilities that a record loses when it is frozen as a whole. Moving and changing the client go with MASS_UPDATE. */
const LOST_ABILITIES: ReadonlySet<string> = new Set(['DELETE', 'MASS_DELETE', 'MASS_UPDATE']);

export function isLostWhole(ability: string): boolean {
  return LOST_ABILITIES.has(ability);
}

export function isWhole({ fields }: Freeze): boolean {
  return fields === undefined;
}

export function freezesField({ fields }: Freeze, field: string): boolean {
  return fields === undefined || fields.includes(field);
}

/**
 * The column of a plane's view that tells whether the record is frozen; a field can't have this name.
 * `index` is the freeze's place in its definition.
 */
export function freezeColumn(index: number): string {
  return `frozen_${index + 1}`;
}

/**
 * Whether a plane tells of a freeze: only where it takes something from its members, who learn no more of the tested
 * fields than their levels and abilities say anyway (V2).
 */
export function tellsOf(definition: ObjectDefinition, freeze: Freeze, { edits, abilities }: Changeable): boolean {
  return (
    Object.keys(definition.fields).some((field) => freezesField(freeze, field) && edits(field)) ||
    (isWhole(freeze) && abilities.some(isLostWhole))
  );
}

/** The columns that a freeze tests. */
export function freezeInputs(definition: ObjectDefinition, { when }: Freeze): string[] {
  return fieldsOfCondition(parseCondition(definition, when)).map((field) => columnOf(definition, field));
}

/** Whether the record under an alias is frozen; never null. */
export function freezeSql(definition: ObjectDefinition, { when }: Freeze, alias: string): string {
  return conditionToSql(definition, parseCondition(definition, when), {
    parameter: asLiteral,
    column: (field) => `${alias}.${columnOf(definition, field)}`,
  });
}

/** Whether a record is frozen in one field, or as a whole where none is given; null where that can't be. */
export function frozenSql(definition: ObjectDefinition, alias: string, field?: string): string | null {
  const freezes = (definition.freezes ?? []).filter((freeze) =>
    field === undefined ? isWhole(freeze) : freezesField(freeze, field),
  );
  if (freezes.length === 0) return null;
  return freezes.map((freeze) => freezeSql(definition, freeze, alias)).join(' or ');
}
