import { STANDARD_ABILITIES, type ObjectDefinition } from '../compiler/definition.ts';
import type { Knowledge, PlaneDefinition, PlaneKnowledge } from './knowledge.ts';
import { Refusal } from './refusals.ts';

/**
 * V4, R7: what planes show, lowered to what the viewer's rights allow. Without DISPLAY a definition isn't there; without
 * EDIT its fields are READ, and the abilities that write records are gone.
 */
export function limitByRights(knowledge: Knowledge): Knowledge {
  const { rights, planes } = knowledge;
  if (Object.values(rights).every((level) => level === 'EDIT')) return knowledge;
  return { ...knowledge, planes: planes.map((plane) => limitPlane(plane, rights)) };
}

function limitPlane({ id, definitions }: PlaneKnowledge, rights: Knowledge['rights']): PlaneKnowledge {
  const shown = Object.entries(definitions).filter(([name]) => rights[name] !== 'NONE');
  const limited = shown.map(([name, content]) => [name, rights[name] === 'DISPLAY' ? readOnly(content) : content]);
  return { id, definitions: Object.fromEntries(limited) as PlaneKnowledge['definitions'] };
}

function readOnly({ fields, abilities, restricted }: PlaneDefinition): PlaneDefinition {
  return {
    fields: Object.fromEntries(Object.keys(fields).map((field) => [field, 'READ'])),
    abilities: abilities.filter((ability) => !Object.hasOwn(STANDARD_ABILITIES, ability)),
    restricted,
  };
}

/** R7: FORBIDDEN, by the right's name, where records of the definition can't be created for want of it. The database refuses in the same words. */
export function requireRight(knowledge: Knowledge | undefined, { name, right }: ObjectDefinition): void {
  const level = knowledge?.rights[name];
  if (right === undefined || level === undefined || level === 'EDIT') return;
  throw new Refusal('FORBIDDEN', `This needs the right "${right}" at EDIT in the company of the workspace.`, {
    right,
    level: 'EDIT',
  });
}
