import { ConditionError } from './condition/condition-error.ts';
import { parseCondition } from './condition/parse.ts';
import type { Definitions, ObjectDefinition } from './definition.ts';
import type { DefinitionContent, PlaneContent } from './levels.ts';

/** What is wrong with a plane's content, and where: `['document', 'views', 'worklist']`. */
export interface ContentProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A9: everything of every definition, restricted by nothing. Full planes are compiled from this, and so grow. */
export function fullContent(definitions: Definitions): PlaneContent {
  return Object.fromEntries([...definitions.values()].map((definition) => [definition.name, fullOf(definition)]));
}

/** What would keep a plane with this content from being compiled; empty if nothing does. */
export function problemsOf(definitions: Definitions, content: PlaneContent): ContentProblem[] {
  return Object.entries(content).flatMap(([name, enabled]) => {
    const definition = definitions.get(name);
    if (definition === undefined) return [{ path: [name], message: 'there is no definition of this name' }];
    return [
      ...unknownNames(name, 'views', enabled.views, definition.views),
      ...unknownNames(name, 'layouts', enabled.layouts, definition.layouts),
      ...unknownNames(name, 'documentViewers', enabled.documentViewers, definition.documentViewers),
      ...unknownNames(name, 'abilities', enabled.abilities, definition.abilities),
      ...problemsOfRestriction(definition, enabled.restriction),
    ];
  });
}

function fullOf(definition: ObjectDefinition): DefinitionContent {
  return {
    views: Object.keys(definition.views),
    layouts: Object.keys(definition.layouts),
    documentViewers: Object.keys(definition.documentViewers),
    abilities: Object.keys(definition.abilities),
    restriction: null,
  };
}

function unknownNames(
  definition: string,
  part: keyof DefinitionContent,
  names: readonly string[],
  known: Readonly<Record<string, unknown>>,
): ContentProblem[] {
  return names
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({
      path: [definition, part, name],
      message: `${definition} has ${Object.keys(known).join(', ') || 'none'}`,
    }));
}

function problemsOfRestriction(
  definition: ObjectDefinition,
  restriction: DefinitionContent['restriction'],
): ContentProblem[] {
  if (restriction === null) return [];
  try {
    parseCondition(definition, restriction);
    return [];
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return [{ path: [definition.name, 'restriction', ...error.path], message: error.message }];
  }
}
