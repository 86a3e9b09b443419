import { abilitiesInPlane, levelInPlane, planesOf } from './planes.ts';
import { chosenClient, placeRefusals, selectableClients, type Place } from './places.ts';
import { findsInTrash, heldAbilities, levelOf, meetsPlane, sees } from './sight.ts';
import { isFrozen } from './freezes.ts';
import { passesLayers } from './layers.ts';
import { hasRight } from './rights.ts';
import { may } from './tree.ts';
import { isGuest, isViewer, seesUser } from './viewers.ts';
import { ANONYMOUS, find, type Definition, type Id, type Item, type Value, type World } from './world.ts';
import { verdict, type Refusal, type Verdict } from './verdict.ts';

export interface Target {
  id: Id;
  /** W6: the version that the write expects. */
  version?: number | undefined;
}

/** W1: changes fields of one or several records. */
export function update(
  world: World,
  viewer: Id,
  definition: string,
  targets: Target[],
  changes: Record<string, Value>,
): Verdict {
  return write(world, viewer, definition, targets, {
    always: invalidValues(world, viewer, definition, changes, workspaceOf(world, targets)),
    exists: (item) => item.definition === definition && sees(world, viewer, item),
    refusals: (item) => [
      ...unlessEditable(world, viewer, item),
      ...Object.keys(changes)
        .filter((field) => levelOf(world, viewer, item, field) !== 'EDIT')
        .map(() => 'FORBIDDEN' as const),
      ...unlessAble(world, viewer, item, targets.length > 1 ? 'MASS_UPDATE' : null),
    ],
    change: (item) => ({ ...item, values: { ...item.values, ...changes } }),
  });
}

/** W2: puts records into the trash. */
export function remove(world: World, viewer: Id, definition: string, targets: Target[]): Verdict {
  return write(world, viewer, definition, targets, {
    exists: (item) => item.definition === definition && sees(world, viewer, item),
    refusals: (item, existing) => [
      ...unlessEditable(world, viewer, item),
      ...unlessDeletable(world, viewer, item, targets, existing),
      ...unlessFrozen(world, item),
    ],
    change: (item) => ({ ...item, trashed: true }),
  });
}

/** W2: whoever finds a record in the trash restores it; several at once need MASS_DELETE, as deleting them does. */
export function restore(world: World, viewer: Id, definition: string, targets: Target[]): Verdict {
  return write(world, viewer, definition, targets, {
    exists: (item) => item.definition === definition && findsInTrash(world, viewer, item),
    refusals: (item, existing) => [
      ...unlessDeletable(world, viewer, item, targets, existing),
      ...(find(world.folders, item.folder).trashedWith === null ? [] : (['VALIDATION_FAILED'] as const)),
    ],
    change: ({ trashedWith: _, ...item }) => ({ ...item, trashed: false }),
  });
}

/** C7: gives records another client of their archive, one that the viewer is assigned to. */
export function changeClient(world: World, viewer: Id, definition: string, targets: Target[], client: Id): Verdict {
  return write(world, viewer, definition, targets, {
    exists: (item) => item.definition === definition && sees(world, viewer, item),
    refusals: (item) => [
      ...unlessEditable(world, viewer, item),
      ...unlessAble(world, viewer, item, targets.length > 1 ? 'MASS_UPDATE' : null),
      ...chosenClient(world, viewer, item.archive, client).refusals,
      ...(item.client === client ? [] : unlessFrozen(world, item)),
    ],
    change: (item) => ({ ...item, client }),
  });
}

/** D1: who owns records gives them to another user who is seen (U3), active, and no guest (U4). What is frozen stays so. */
export function transfer(world: World, viewer: Id, definition: string, targets: Target[], to: Id): Verdict {
  const isPossible = isViewer(world, to) && !isGuest(world, to);
  return write(world, viewer, definition, targets, {
    exists: (item) => item.definition === definition && sees(world, viewer, item),
    refusals: (item) => [
      ...unlessEditable(world, viewer, item),
      ...unlessAble(world, viewer, item, targets.length > 1 ? 'MASS_UPDATE' : null),
      ...(item.owner === viewer ? [] : (['FORBIDDEN'] as const)),
      ...(!seesUser(world, viewer, to) ? (['NOT_FOUND'] as const) : isPossible ? [] : (['VALIDATION_FAILED'] as const)),
    ],
    change: (item) => ({ ...item, owner: to }),
  });
}

/**
 * P8, W4, C8: moves records into a folder, also of another archive of the workspace; EDIT on the record and on both folders. In
 * another archive a record gets its client as a new record does.
 */
export function move(world: World, viewer: Id, definition: string, targets: Target[], place: Place): Verdict {
  const workspaceOf = (archive: Id) => world.archives.find(({ id }) => id === archive)?.workspace;
  const clientFor = (item: Item): { client: Id | null; refusals: Refusal[] } => {
    if (place.client === undefined && item.archive === place.archive) return { client: item.client, refusals: [] };
    const isOwn = item.client !== null && selectableClients(world, viewer, place.archive).includes(item.client);
    const kept = isOwn && place.keepsClient === true ? item.client! : undefined;
    return chosenClient(world, viewer, place.archive, place.client ?? kept);
  };
  const moved = write(world, viewer, definition, targets, {
    always: place.client === undefined ? [] : chosenClient(world, viewer, place.archive, place.client).refusals,
    exists: (item) => item.definition === definition && sees(world, viewer, item),
    refusals: (item) => [
      ...unlessEditable(world, viewer, item),
      ...unlessAble(world, viewer, item, targets.length > 1 ? 'MASS_UPDATE' : null),
      ...(workspaceOf(item.archive) === workspaceOf(place.archive) ? [] : (['NOT_FOUND'] as const)),
      ...unlessMovable(world, viewer, item, place),
      ...clientFor(item).refusals,
      ...(item.folder === place.folder && item.client === clientFor(item).client ? [] : unlessFrozen(world, item)),
    ],
    change: (item) => ({ ...item, archive: place.archive, folder: place.folder, client: clientFor(item).client }),
  });
  // A call that is refused anyway may be refused for its place, also where nothing that exists would move there.
  if (moved.refusals.size > 0) placeRefusals(world, viewer, place, 'EDIT').forEach((each) => moved.refusals.add(each));
  return moved;
}

export interface NewItem extends Place {
  id: Id;
  definition: string;
  values: Record<string, Value>;
}

/** W3, R7, C7, C8, P8: creates a record through any plane that grants CREATE, has every given field at EDIT, and whose restriction it meets. */
export function create(
  world: World,
  viewer: Id,
  { id, definition: name, archive, folder, client, values }: NewItem,
): Verdict {
  const definition = world.definitions[name]!;
  const chosen = chosenClient(world, viewer, archive, client);
  const item: Item = {
    id,
    definition: name,
    archive,
    folder,
    client: chosen.client,
    owner: viewer === ANONYMOUS ? null : viewer,
    version: 1,
    createdAt: world.now,
    updatedAt: world.now,
    trashed: false,
    values: { ...emptyValues(definition), ...values },
  };
  const workspace = world.archives.find((each) => each.id === archive)?.workspace;
  const place = placeRefusals(world, viewer, { archive, folder }, 'CREATE');
  const through = (): boolean =>
    planesOf(world, viewer).some(
      (plane) =>
        abilitiesInPlane(plane, definition).includes('CREATE') &&
        Object.keys(values).every((field) => levelInPlane(plane, definition, field) === 'EDIT') &&
        meetsPlane(world, viewer, plane, item),
    );
  const after = { ...world, items: [...world.items, item] };
  const refusals: Refusal[] = [...place, ...chosen.refusals];
  if (!place.includes('NOT_FOUND') && !through()) refusals.push('FORBIDDEN');
  if (workspace !== undefined && !hasRight(world, viewer, definition, workspace, 'EDIT')) refusals.push('FORBIDDEN');
  refusals.push(...invalidValues(world, viewer, name, item.values, workspace));
  if (refusals.length === 0 && hasConflict(after, [item])) refusals.push('VALIDATION_FAILED');
  return verdict(world, refusals, after);
}

/** The common course of writes: all or nothing (W5), hidden and missing targets alike (V2), one new version each (W6). */
function write(
  world: World,
  viewer: Id,
  definition: string,
  targets: Target[],
  rule: {
    /** What is wrong with the call itself, whatever its targets. */
    always?: readonly Refusal[];
    exists: (item: Item) => boolean;
    refusals: (item: Item, existing: number) => readonly Refusal[];
    change: (item: Item) => Item;
  },
): Verdict {
  const found = targets.map(({ id }) => world.items.find((item) => item.id === id));
  const items = found.filter((item) => item !== undefined).filter(rule.exists);
  const judge = (item: Item | undefined, { version }: Target): readonly Refusal[] => {
    if (item === undefined) return ['NOT_FOUND'];
    const stale = version === undefined || version === item.version ? [] : ['STALE_VERSION' as const];
    if (items.includes(item)) return [...stale, ...rule.refusals(item, items.length)];
    // What is seen but can't be restored, since it isn't in the trash, can be stale, too.
    return ['NOT_FOUND', ...(sees(world, viewer, item) && item.definition === definition ? stale : [])];
  };
  const refusals = [
    ...(rule.always ?? []),
    ...unlessRight(world, viewer, definition, workspaceOf(world, targets)),
    ...found.flatMap((item, index) => judge(item, targets[index]!)),
  ];
  const changed = items.map((item) => ({ ...rule.change(item), version: item.version + 1, updatedAt: world.now }));
  const after = { ...world, items: world.items.map((item) => changed.find(({ id }) => id === item.id) ?? item) };
  if (hasConflict(after, changed)) refusals.push('VALIDATION_FAILED');
  return verdict(world, refusals, after);
}

/** R7: who lacks EDIT hears so before any record is looked at; without DISPLAY the records are missing ones. */
function unlessRight(world: World, viewer: Id, name: string, workspace: Id | undefined): Refusal[] {
  const has = (level: 'DISPLAY' | 'EDIT') =>
    workspace !== undefined && hasRight(world, viewer, world.definitions[name]!, workspace, level);
  return has('DISPLAY') && !has('EDIT') ? ['FORBIDDEN'] : [];
}

/** W7: a record that is frozen as a whole stays where it is. */
function unlessFrozen(world: World, item: Item): Refusal[] {
  return isFrozen(world, item) ? ['FORBIDDEN'] : [];
}

/** P8. Whether a record that is seen but not to be changed is refused by name or like a missing one, the rules leave open. */
function unlessEditable(world: World, viewer: Id, item: Item): Refusal[] {
  return passesLayers(world, viewer, item, 'EDIT') ? [] : ['FORBIDDEN', 'NOT_FOUND'];
}

/** P8: EDIT on the folder that the record is in and on the one that it goes to; a record that is there already doesn't move. */
function unlessMovable(world: World, viewer: Id, item: Item, place: Place): Refusal[] {
  if (item.folder === place.folder && item.archive === place.archive) return [];
  const leaves = may(world, viewer, item.folder, 'EDIT');
  return [...placeRefusals(world, viewer, place, 'EDIT'), ...(leaves ? [] : (['FORBIDDEN'] as const))];
}

function unlessAble(world: World, viewer: Id, item: Item, ability: string | null): Refusal[] {
  return ability === null || heldAbilities(world, viewer, item).includes(ability) ? [] : ['FORBIDDEN'];
}

/**
 * W2, P8: DELETE of the tree is part of the ability as V4 tells it. Where only one of several targets exists, the call is
 * refused anyway, perhaps for what one alone would need.
 */
function unlessDeletable(world: World, viewer: Id, item: Item, targets: Target[], existing: number): Refusal[] {
  return [targets.length, existing].flatMap((count) =>
    unlessAble(world, viewer, item, count > 1 ? 'MASS_DELETE' : 'DELETE'),
  );
}

function emptyValues(definition: Definition): Record<string, Value> {
  return Object.fromEntries(Object.keys(definition.fields).map((name) => [name, null]));
}

/** All records of a call are of one workspace; undefined where none of them exists. */
function workspaceOf(world: World, targets: Target[]): Id | undefined {
  const item = world.items.find(({ id }) => targets.some((target) => target.id === id));
  return item && world.archives.find(({ id }) => id === item.archive)!.workspace;
}

/** Required fields hold something; W8, U3: a reference to a record or user that the viewer can't see is refused like one to a missing record. */
function invalidValues(
  world: World,
  viewer: Id,
  definition: string,
  values: Record<string, Value>,
  workspace: Id | undefined,
): Refusal[] {
  const isSeen = (to: string | undefined, value: Value): boolean =>
    world.items.some(
      (item) =>
        item.id === value &&
        item.definition === to &&
        world.archives.find(({ id }) => id === item.archive)!.workspace === workspace &&
        sees(world, viewer, item),
    );
  return Object.entries(values).flatMap(([name, value]): Refusal[] => {
    const field = world.definitions[definition]!.fields[name]!;
    const isValid =
      value === null
        ? field.required !== true
        : field.type === 'user'
          ? seesUser(world, viewer, String(value))
          : field.type !== 'reference' || isSeen(field.to, value);
    return isValid ? [] : ['VALIDATION_FAILED'];
  });
}

/** V2's declared exception: a unique field is unique per archive and client, the trash aside. Empty values don't meet. */
export function hasConflict(world: World, changed: Item[]): boolean {
  return changed.some((item) =>
    Object.entries(world.definitions[item.definition]!.fields)
      .filter(([name, { unique }]) => unique === true && item.values[name] != null)
      .some(([name]) =>
        world.items.some(
          (other) =>
            other.id !== item.id &&
            other.definition === item.definition &&
            !other.trashed &&
            !item.trashed &&
            other.archive === item.archive &&
            other.client === item.client &&
            other.values[name] === item.values[name],
        ),
      ),
  );
}
