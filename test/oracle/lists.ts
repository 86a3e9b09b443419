import { compareValues, holds, type Cell } from './conditions.ts';
import { askerOf, cellOf, findsInTrash, sees, visibleItems } from './sight.ts';
import { seesFolder } from './folders.ts';
import type { Condition, Id, Item, Order, World } from './world.ts';

export interface ListArguments {
  /** A view of the definition: its condition holds too, and its order unless another is asked for. */
  view?: string | undefined;
  archive?: Id | undefined;
  folder?: Id | undefined;
  where?: Condition | undefined;
  orderBy?: readonly Order[] | undefined;
}

/** V1–V3: the records that the list shows to the viewer, in order. Their number is `totalCount`. */
export function list(world: World, viewer: Id, definition: string, asked: ListArguments = {}): Item[] {
  const { archive, folder, where } = asked;
  const view = asked.view === undefined ? undefined : world.definitions[definition]!.views[asked.view]!;
  const orderBy = asked.orderBy ?? view?.orderBy ?? [];
  const asker = askerOf(world, viewer);
  const meets = (item: Item, condition: Condition | undefined): boolean =>
    condition === undefined || holds(condition, (name) => cellOf(world, viewer, item, name), asker);
  return visibleItems(world, viewer, definition)
    .filter((item) => archive === undefined || item.archive === archive)
    .filter((item) => folder === undefined || (item.folder === folder && seesFolder(world, viewer, folder)))
    .filter((item) => meets(item, where) && meets(item, view?.where))
    .sort((a, b) => compareItems(world, viewer, orderBy, a, b));
}

/** V3: hidden and empty cells come last in both directions. Ties: the newest first, that is the greater id. */
function compareItems(world: World, viewer: Id, orderBy: readonly Order[], a: Item, b: Item): number {
  for (const { field, direction } of orderBy) {
    const left = cellOf(world, viewer, a, field);
    const right = cellOf(world, viewer, b, field);
    const difference = compareCells(left, right, direction);
    if (difference !== 0) return difference;
  }
  return a.id < b.id ? 1 : -1;
}

function compareCells(left: Cell, right: Cell, direction: Order['direction']): number {
  if (left.value === null || right.value === null) return Number(left.value === null) - Number(right.value === null);
  const difference = compareValues(left.field.type, left.value, right.value);
  return direction === 'ASC' ? difference : -difference;
}

export interface PageArguments {
  first?: number;
  after?: Id;
  last?: number;
  before?: Id;
}

/** A page of a list, by Relay's rules: `after` and `before` cut, then `first` or `last` of what remains. Cursors are ids here. */
export function page(
  items: Item[],
  { first, after, last, before }: PageArguments,
): { items: Item[]; hasNext: boolean; hasPrevious: boolean } {
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  const end = before === undefined ? items.length : items.findIndex(({ id }) => id === before);
  const from = last === undefined ? start : Math.max(start, end - last);
  const to = first === undefined ? end : Math.min(end, start + first);
  return { items: items.slice(from, to), hasNext: to < items.length, hasPrevious: from > 0 };
}

/** V2: by id; undefined for a hidden record as for one that doesn't exist. */
export function byId(world: World, viewer: Id, definition: string, id: Id): Item | undefined {
  const item = world.items.find((each) => each.id === id && each.definition === definition);
  return item !== undefined && sees(world, viewer, item) ? item : undefined;
}

/** W2: in the trash, what the viewer would see and may delete, alone or with others. */
export function trash(world: World, viewer: Id, definition: string): Item[] {
  return world.items.filter((item) => item.definition === definition && findsInTrash(world, viewer, item));
}
