import fc from 'fast-check';
import { ANONYMOUS, type Definition, type Id, type Item, type Value, type World } from '../oracle/world.ts';
import {
  changeClient,
  create,
  move,
  remove,
  restore,
  update,
  type Place,
  type Target,
  type Verdict,
} from '../oracle/writes.ts';
import { valueOf } from './conditions.ts';
import { clientId, folderId } from './ids.ts';

/** A write that somebody tries. All of `targets` are of one workspace. */
export type Command = { viewer: Id; definition: string; workspace: Id } & (
  | { kind: 'create'; place: Place; values: Record<string, Value> }
  | { kind: 'update'; targets: Target[]; changes: Record<string, Value> }
  | { kind: 'remove' | 'restore'; targets: Target[] }
  | { kind: 'move'; targets: Target[]; place: Place }
  | { kind: 'changeClient'; targets: [Target]; client: Id }
);

/** An id that no record has. */
export const NO_ID = 'ffffffff-0000-4000-8000-000000000000';

/** A command in numbers, for whatever world it meets. */
export interface CommandSketch {
  viewer: number;
  kind: Command['kind'];
  targets: number[];
  versions: 'none' | 'right' | 'wrong';
  place: { archive: number; folder: number | null; client: number | null };
  values: Record<string, Record<string, Value>>;
}

/** Which records are aimed at, with what; the definition is that of the first one. */
export function commandSketch(definitions: Record<string, Definition>): fc.Arbitrary<CommandSketch> {
  const values = Object.entries(definitions).map(([name, { fields }]) => {
    const changes = Object.entries(fields).map(([field, declared]) => [
      field,
      fc.option(valueOf(declared), { freq: 6 }),
    ]);
    return [name, fc.record(Object.fromEntries(changes) as Record<string, fc.Arbitrary<Value>>, { requiredKeys: [] })];
  });
  return fc.record({
    viewer: fc.nat(5),
    kind: fc.constantFrom(
      'update',
      'update',
      'update',
      'create',
      'create',
      'remove',
      'restore',
      'move',
      'changeClient',
    ),
    targets: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
    versions: fc.constantFrom('none', 'none', 'none', 'right', 'wrong'),
    place: fc.record({
      archive: fc.nat(2),
      folder: fc.option(fc.nat(2), { freq: 2 }),
      client: fc.option(fc.nat(2), { freq: 2 }),
    }),
    values: fc.record(Object.fromEntries(values) as Record<string, fc.Arbitrary<Record<string, Value>>>),
  });
}

/** The command that a sketch means in a world. */
export function commandIn(world: World, sketch: CommandSketch): Command {
  const { kind } = sketch;
  const viewer = [...world.users.map(({ id }) => id), ANONYMOUS][sketch.viewer % (world.users.length + 1)]!;
  const first = world.items[sketch.targets[0]! % world.items.length]!;
  const archive = world.archives[sketch.place.archive % world.archives.length]!;
  const home = kind === 'create' ? archive.workspace : workspaceOf(world, first);
  const base = { viewer, definition: first.definition, workspace: home };
  const targets = targetsIn(world, first, sketch);
  const values = changesOf(world.definitions[first.definition]!, sketch);
  switch (kind) {
    case 'create':
      return { ...base, kind, place: placeOf(archive.id, sketch), values };
    case 'update':
      return { ...base, kind, targets, changes: values };
    case 'move':
      return { ...base, kind, targets, place: placeOf(archive.id, sketch) };
    case 'changeClient':
      return { ...base, kind, targets: [targets[0]!], client: clientId(sketch.place.client ?? 0) };
    default:
      return { ...base, kind, targets };
  }
}

function targetsIn(world: World, first: Item, { targets, versions }: CommandSketch): Target[] {
  const ids = targets
    .map((number) => world.items[number % (world.items.length + 1)])
    .filter((item) => item === undefined || workspaceOf(world, item) === workspaceOf(world, first))
    .map((item) => item?.id ?? NO_ID);
  return [...new Set([first.id, ...ids.slice(1)])].map((id) => {
    const version = world.items.find((item) => item.id === id)?.version ?? 1;
    return { id, version: versions === 'none' ? undefined : versions === 'right' ? version : version + 1 };
  });
}

/** Something is always changed or given: an empty change is no change. */
function changesOf(definition: Definition, { values }: CommandSketch): Record<string, Value> {
  const given = values[definition.name]!;
  if (Object.keys(given).length > 0) return given;
  const [first] = Object.keys(definition.fields);
  return { [first!]: 'a' };
}

function placeOf(archive: Id, { place }: CommandSketch): Place {
  const folder = place.folder === null ? archive : folderId(place.archive * 10 + place.folder);
  return { archive, folder, client: place.client === null ? undefined : clientId(place.client) };
}

export function workspaceOf(world: World, item: Item): Id {
  return world.archives.find(({ id }) => id === item.archive)!.workspace;
}

/** What the oracle says of a command by one of the doors. A created record has NO_ID. */
export function judge(world: World, command: Command, door: 'api' | 'sql'): Verdict {
  const { viewer, definition } = command;
  switch (command.kind) {
    case 'create':
      return create(world, viewer, { id: NO_ID, definition, ...command.place, values: command.values });
    case 'update':
      return update(world, viewer, definition, command.targets, command.changes);
    case 'remove':
      return remove(world, viewer, definition, command.targets);
    case 'restore':
      return restore(world, viewer, definition, command.targets);
    case 'move':
      return move(world, viewer, definition, command.targets, { ...command.place, keepsClient: door === 'sql' });
    case 'changeClient':
      return changeClient(world, viewer, definition, command.targets, command.client);
  }
}

/** The fields that a command names. */
export function namedValues(command: Command): Record<string, Value> {
  return command.kind === 'create' ? command.values : command.kind === 'update' ? command.changes : {};
}
