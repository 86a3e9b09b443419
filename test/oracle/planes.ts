import { groupsOf, isViewer } from './viewers.ts';
import type { Definition, DefinitionInPlane, Id, Level, Plane, World } from './world.ts';

/** A6: the planes of the groups that the viewer belongs to. */
export function planesOf(world: World, viewer: Id): World['planes'] {
  if (!isViewer(world, viewer)) return [];
  const groups = groupsOf(world, viewer);
  const ids = new Set(world.planeGroups.filter(({ group }) => groups.has(group)).map(({ plane }) => plane));
  return world.planes.filter(({ id }) => ids.has(id));
}

/** A4: the abilities that every definition has, next to its own. They touch no field. */
export const COMMON_ABILITIES = ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE'] as const;

export function contentOf(plane: Plane, definition: Definition): DefinitionInPlane | undefined {
  if (!plane.full) return plane.content[definition.name];
  return {
    views: Object.keys(definition.views),
    layouts: Object.keys(definition.layouts),
    documentViewers: Object.keys(definition.documentViewers),
    abilities: [...COMMON_ABILITIES, ...Object.keys(definition.abilities)],
    restriction: null,
  };
}

/** A1: a definition is active in a plane that enables one of its views, layouts or document viewers. */
export function isActive(plane: Plane, definition: Definition): boolean {
  const content = contentOf(plane, definition);
  return content !== undefined && content.views.length + content.layouts.length + content.documentViewers.length > 0;
}

/** A3: the level of a field in a plane. */
export function levelInPlane(plane: Plane, definition: Definition, field: string): Level {
  const content = contentOf(plane, definition);
  if (content === undefined) return 'HIDDEN';
  const layouts = content.layouts.map((name) => definition.layouts[name]!);
  const edited = layouts.some(({ edits }) => edits.includes(field));
  if (edited && definition.fields[field]!.readOnly !== true) return 'EDIT';
  const shown =
    edited ||
    layouts.some(({ shows }) => shows.includes(field)) ||
    content.views.some((name) => definition.views[name]!.fields.includes(field)) ||
    content.documentViewers.some((name) => definition.documentViewers[name]!.fields.includes(field));
  return shown ? 'READ' : 'HIDDEN';
}

/** A4: the abilities that count in a plane: granted, and with every field that they need shown there. */
export function abilitiesInPlane(plane: Plane, definition: Definition): string[] {
  if (!isActive(plane, definition)) return [];
  return contentOf(plane, definition)!.abilities.filter((ability) =>
    (definition.abilities[ability]?.fields ?? []).every((field) => levelInPlane(plane, definition, field) !== 'HIDDEN'),
  );
}
