import { holds, storedCell } from './conditions.ts';
import { ANONYMOUS, type Id, type Item, type World } from './world.ts';

/** W7: whether nobody may change a field of the record any more, or, without a field, the record as a whole. */
export function isFrozen(world: World, item: Item, field?: string): boolean {
  const definition = world.definitions[item.definition]!;
  return (
    (definition.freezes ?? [])
      .filter(({ fields }) => fields === undefined || (field !== undefined && fields.includes(field)))
      // The same for everyone: no freeze asks who is looking.
      .some(({ when }) =>
        holds(when, (name) => storedCell(definition, item, name), { viewer: ANONYMOUS, now: world.now }),
      )
  );
}

/** W7: whether some record has a frozen cell that refers to this one. */
export function isHeldByFrozen(world: World, id: Id): boolean {
  return world.items.some((item) =>
    Object.entries(world.definitions[item.definition]!.fields).some(
      ([name, { type }]) => type === 'reference' && item.values[name] === id && isFrozen(world, item, name),
    ),
  );
}
