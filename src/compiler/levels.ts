import type { Condition } from './condition/condition.ts';
import type { ObjectDefinition } from './definition.ts';
import { perPlane } from './per-plane.ts';

/** What a plane enables of one definition, by the names that the definition gives them (A2). */
export interface DefinitionContent {
  readonly views: readonly string[];
  readonly layouts: readonly string[];
  readonly documentViewers: readonly string[];
  readonly abilities: readonly string[];
  /** Which records the plane exposes; null exposes all. */
  readonly restriction: Condition | null;
}

/** What a plane enables, by the name of the definition. Stored in `rowplane.planes.content`. */
export type PlaneContent = Readonly<Record<string, DefinitionContent>>;

export type Level = 'HIDDEN' | 'READ' | 'EDIT';

/** Why a field has its level in a plane: one enabled view, layout or document viewer (A11). */
export interface LevelSource {
  readonly kind: 'view' | 'layout' | 'documentViewer';
  readonly name: string;
  readonly level: 'READ' | 'EDIT';
}

export interface FieldLevel {
  readonly field: string;
  readonly level: Level;
  /** Empty exactly for HIDDEN. */
  readonly sources: readonly LevelSource[];
}

/** A1: whether the plane exposes records of the definition at all. */
export function isActive(definition: ObjectDefinition, content: PlaneContent): boolean {
  const enabled = content[definition.name];
  if (enabled === undefined) return false;
  return enabled.views.length + enabled.layouts.length + enabled.documentViewers.length > 0;
}

/**
 * A3, A11: the level of every field of the definition in a plane, with what it comes from.
 * Names that the definition doesn't have (any more) count for nothing.
 */
export const levelsOf = perPlane((definition, content: PlaneContent): Readonly<Record<string, FieldLevel>> => {
  const enabled = content[definition.name];
  return Object.fromEntries(
    Object.values(definition.fields).map(({ name, readOnly }) => {
      const sources = enabled === undefined ? [] : sourcesOf(definition, enabled, name, readOnly);
      return [name, { field: name, level: highest(sources), sources }];
    }),
  );
});

/** A4: the abilities that count in a plane: granted, declared, and with every field that they need shown. Sorted. */
export const abilitiesOf = perPlane((definition, content: PlaneContent): readonly string[] => {
  if (!isActive(definition, content)) return [];
  const levels = levelsOf(definition, content);
  return [...new Set(content[definition.name]?.abilities)]
    .filter((name) => definition.abilities[name]?.fields.every((field) => levels[field]?.level !== 'HIDDEN'))
    .sort();
});

function sourcesOf(
  definition: ObjectDefinition,
  enabled: DefinitionContent,
  field: string,
  readOnly: boolean,
): LevelSource[] {
  const sources: LevelSource[] = [];
  for (const name of enabled.views)
    if (definition.views[name]?.fields.includes(field)) sources.push({ kind: 'view', name, level: 'READ' });
  for (const name of enabled.layouts) {
    const layout = definition.layouts[name];
    if (layout?.edits.includes(field)) sources.push({ kind: 'layout', name, level: readOnly ? 'READ' : 'EDIT' });
    else if (layout?.shows.includes(field)) sources.push({ kind: 'layout', name, level: 'READ' });
  }
  for (const name of enabled.documentViewers)
    if (definition.documentViewers[name]?.fields.includes(field))
      sources.push({ kind: 'documentViewer', name, level: 'READ' });
  return sources;
}

function highest(sources: readonly LevelSource[]): Level {
  if (sources.length === 0) return 'HIDDEN';
  return sources.some((source) => source.level === 'EDIT') ? 'EDIT' : 'READ';
}
