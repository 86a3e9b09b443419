import { holds, storedCell, SYSTEM_FIELDS, type Asker, type Cell } from './conditions.ts';
import { isFrozen } from './freezes.ts';
import { passesLayers } from './layers.ts';
import { isLocked } from './locks.ts';
import { abilitiesInPlane, contentOf, isActive, levelInPlane, planesOf } from './planes.ts';
import { seesUser } from './viewers.ts';
import {
  find,
  type Definition,
  type Id,
  type Item,
  type Level,
  type Permission,
  type Plane,
  type Value,
  type World,
} from './world.ts';

const RANK: Record<Level, number> = { HIDDEN: 0, READ: 1, EDIT: 2 };

export function definitionOf(world: World, item: Item): Definition {
  return world.definitions[item.definition]!;
}

export function askerOf(world: World, viewer: Id): Asker {
  return { viewer, now: world.now };
}

/** A2: whether a plane exposes the record to those who are in it. Restrictions look at the record as stored. */
export function meetsPlane(world: World, viewer: Id, plane: Plane, item: Item): boolean {
  const definition = definitionOf(world, item);
  if (plane.workspace !== find(world.archives, item.archive).workspace || !isActive(plane, definition)) return false;
  const restriction = contentOf(plane, definition)!.restriction;
  return (
    restriction === null || holds(restriction, (field) => storedCell(definition, item, field), askerOf(world, viewer))
  );
}

/** A6, A2: the viewer's planes that expose the record. */
export function exposingPlanes(world: World, viewer: Id, item: Item): Plane[] {
  return planesOf(world, viewer).filter((plane) => meetsPlane(world, viewer, plane, item));
}

/** V1 without its last line: what the viewer would see if it weren't in the trash. */
export function wouldSee(world: World, viewer: Id, item: Item): boolean {
  return passesLayers(world, viewer, item, 'VIEW') && exposingPlanes(world, viewer, item).length > 0;
}

/** V1. */
export function sees(world: World, viewer: Id, item: Item): boolean {
  return !item.trashed && wouldSee(world, viewer, item);
}

/** W2: whether the viewer finds the record in the trash: would see it, and may delete there. */
export function findsInTrash(world: World, viewer: Id, item: Item): boolean {
  const abilities = heldAbilities(world, viewer, item);
  const deletes = abilities.includes('DELETE') || abilities.includes('MASS_DELETE');
  return item.trashed && wouldSee(world, viewer, item) && deletes;
}

/** V1, V2: the records of a definition that exist for the viewer. */
export function visibleItems(world: World, viewer: Id, definition: string): Item[] {
  return world.items.filter((item) => item.definition === definition && sees(world, viewer, item));
}

/** A7: the highest level among the planes that expose both the record and the field. As written in the planes: V4 may lower it. */
function grantedLevel(world: World, viewer: Id, item: Item, field: string): Level {
  const definition = definitionOf(world, item);
  return exposingPlanes(world, viewer, item)
    .map((plane) => levelInPlane(plane, definition, field))
    .reduce<Level>((highest, level) => (RANK[level] > RANK[highest] ? level : highest), 'HIDDEN');
}

/** A7, V4: the level of a cell of a record that the viewer sees; EDIT is lowered where another layer forbids the change. */
export function levelOf(world: World, viewer: Id, item: Item, field: string): Level {
  const level = grantedLevel(world, viewer, item, field);
  const isWritable =
    passesLayers(world, viewer, item, 'EDIT') && !isFrozen(world, item, field) && !isLockedFor(world, viewer, item);
  return level === 'EDIT' && !isWritable ? 'READ' : level;
}

function isLockedFor(world: World, viewer: Id, item: Item): boolean {
  return isLocked(world, viewer, find(world.archives, item.archive).workspace);
}

/** V4: what the abilities need that write records. */
const NEEDS: Record<string, Permission> = {
  CREATE: 'CREATE',
  DELETE: 'DELETE',
  MASS_DELETE: 'DELETE',
  MASS_UPDATE: 'EDIT',
};

/** A8: abilities on a record that the viewer sees or finds in the trash, those that write only where the other layers let the viewer write. */
export function heldAbilities(world: World, viewer: Id, item: Item): string[] {
  const granted = exposingPlanes(world, viewer, item).flatMap((plane) =>
    abilitiesInPlane(plane, definitionOf(world, item)),
  );
  const held = granted.filter((each) => NEEDS[each] === undefined || passesLayers(world, viewer, item, NEEDS[each]));
  return [...new Set(held)].sort();
}

/** V4: without those that nobody has on a frozen record (W7), or that whoever locked the workspace keeps to himself (P11). */
export function abilitiesOf(world: World, viewer: Id, item: Item): string[] {
  const isLost = (ability: string): boolean =>
    NEEDS[ability] !== undefined &&
    (isLockedFor(world, viewer, item) || (ability !== 'CREATE' && isFrozen(world, item)));
  return heldAbilities(world, viewer, item).filter((ability) => !isLost(ability));
}

/** A7: a cell as the viewer sees it. A reference to a record that the viewer can't see reads as empty, and so does a user (U3). */
export function cellOf(world: World, viewer: Id, item: Item, name: string): Cell {
  const cell = storedCell(definitionOf(world, item), item, name);
  const isSystem = name in SYSTEM_FIELDS;
  if (!isSystem && grantedLevel(world, viewer, item, name) === 'HIDDEN')
    return { ...cell, visible: false, value: null };
  return isSystem && cell.field.type !== 'user' ? cell : { ...cell, value: seenValue(world, viewer, cell) };
}

/** What a cell refers to, if the viewer sees it. */
function seenValue(world: World, viewer: Id, { field, value }: Cell): Value {
  if (value === null) return null;
  if (field.type === 'reference') return sees(world, viewer, find(world.items, String(value))) ? value : null;
  if (field.type === 'user') return seesUser(world, viewer, String(value)) ? value : null;
  return value;
}
