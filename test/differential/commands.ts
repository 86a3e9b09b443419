import fc from 'fast-check';
import { findsInTrash, sees } from '../oracle/sight.ts';
import { clientsOf } from '../oracle/clients.ts';
import { seesArchive } from '../oracle/folders.ts';
import { ANONYMOUS, find, type Definition, type Id, type Item, type Value, type World } from '../oracle/world.ts';
import { changeClient, create, move, remove, restore, transfer, update, type Target } from '../oracle/writes.ts';
import type { Place } from '../oracle/places.ts';
import { underLocks } from '../oracle/lock-writes.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { valueOf } from './conditions.ts';
import { clientId } from './ids.ts';

/** A write that somebody tries. All of `targets` are of one workspace. */
export type Command = { viewer: Id; definition: string; workspace: Id } & (
  | { kind: 'create'; place: Place; values: Record<string, Value> }
  | { kind: 'update'; targets: Target[]; changes: Record<string, Value> }
  | { kind: 'remove' | 'restore'; targets: Target[] }
  | { kind: 'move'; targets: Target[]; place: Place }
  | { kind: 'changeClient'; targets: [Target]; client: Id }
  | { kind: 'transfer'; targets: Target[]; to: Id }
);

/** An id that no record has. */
export const NO_ID = 'ffffffff-0000-4000-8000-000000000000';

/** A command in numbers, for whatever world it meets. */
export interface CommandSketch {
  viewer: number;
  kind: Command['kind'];
  targets: number[];
  versions: 'none' | 'right' | 'wrong';
  place: { archive: number; folder: number; client: number };
  values: Record<string, Record<string, Value>>;
  /** Whether somebody tries what they see and may choose, or anything that there is. */
  knowing: boolean;
}

/** Which records are aimed at, with what; the definition is that of the first one. */
export function commandSketch(definitions: Record<string, Definition>): fc.Arbitrary<CommandSketch> {
  const values = Object.values(definitions).map((definition) => [definition.name, fewValues(definition)] as const);
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
      'transfer',
    ),
    targets: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
    versions: fc.constantFrom('none', 'none', 'none', 'right', 'wrong'),
    place: fc.record({ archive: fc.nat(2), folder: fc.nat(3), client: fc.nat(4) }),
    values: fc.record(Object.fromEntries(values)),
    knowing: fc.nat(4).map((roll) => roll > 0),
  });
}

/** One to three fields, so that some writes find all of theirs EDIT. */
function fewValues({ fields }: Definition): fc.Arbitrary<Record<string, Value>> {
  const names = fc.subarray(Object.keys(fields), { minLength: 1, maxLength: 3 });
  return names.chain((chosen) => {
    const values = chosen.map((name) => [name, fc.option(valueOf(fields[name]!), { freq: 6 })] as const);
    return fc.record(Object.fromEntries(values));
  });
}

/** The command that a sketch means in a world; null where all records were erased. */
export function commandIn(world: World, sketch: CommandSketch): Command | null {
  if (world.items.length === 0) return null;
  const { kind, knowing } = sketch;
  const everybody = [...world.users.map(({ id }) => id), ANONYMOUS];
  const reachable = (viewer: Id) =>
    world.items
      .filter((item) => (kind === 'restore' ? findsInTrash(world, viewer, item) : sees(world, viewer, item)))
      .filter((item) => kind !== 'transfer' || item.owner === viewer);
  const viewers = knowing ? everybody.filter((each) => reachable(each).length > 0) : [];
  const viewer = at(viewers.length > 0 ? viewers : everybody, sketch.viewer);
  const aims = knowing && reachable(viewer).length > 0 ? reachable(viewer) : world.items;
  const first = at(aims, sketch.targets[0]!);
  const place = placeFor(world, viewer, sketch);
  const home = workspaceOfArchive(world, kind === 'create' ? place.archive : first.archive);
  const base = { viewer, definition: first.definition, workspace: home };
  const targets = targetsIn(world, first, aims, sketch);
  const values = sketch.values[first.definition]!;
  switch (kind) {
    case 'create':
      return { ...base, kind, place, values: knowing ? withRequired(world, first.definition, values) : values };
    case 'update':
      return { ...base, kind, targets, changes: values };
    case 'move':
      return { ...base, kind, targets, place };
    case 'changeClient':
      return { ...base, kind, targets: [targets[0]!], client: clientFor(world, viewer, first.archive, sketch) };
    case 'transfer':
      return { ...base, kind, targets, to: at(world.users, sketch.place.client).id };
    default:
      return { ...base, kind, targets };
  }
}

function targetsIn(world: World, first: Item, aims: Item[], { targets, versions, knowing }: CommandSketch): Target[] {
  const home = workspaceOfArchive(world, first.archive);
  const others = targets
    .slice(1)
    .map((number) => (knowing ? at(aims, number) : world.items[number % (world.items.length + 1)]))
    .filter((item) => item === undefined || workspaceOfArchive(world, item.archive) === home)
    .filter((item) => !knowing || item?.definition === first.definition)
    .map((item) => item?.id ?? NO_ID);
  return [...new Set([first.id, ...others])].map((id) => {
    const version = world.items.find((item) => item.id === id)?.version ?? 1;
    return { id, version: versions === 'none' ? undefined : versions === 'right' ? version : version + 1 };
  });
}

function withRequired(world: World, definition: string, values: Record<string, Value>): Record<string, Value> {
  const required = Object.entries(world.definitions[definition]!.fields).filter(([, field]) => field.required === true);
  return { ...Object.fromEntries(required.map(([name]) => [name, 'given'])), ...values };
}

/** A folder of the archive or, at times, of another one; with a client or, mostly, without. */
function placeFor(world: World, viewer: Id, sketch: CommandSketch): Place {
  const { knowing, place } = sketch;
  const seen = world.archives.filter(({ id }) => seesArchive(world, viewer, id));
  const archive = at(knowing && seen.length > 0 ? seen : world.archives, place.archive).id;
  const folders = world.folders.filter((folder) => !knowing || folder.archive === archive);
  const client = place.client < 3 ? undefined : clientFor(world, viewer, archive, sketch);
  return { archive, folder: at(folders, place.folder).id, client };
}

function clientFor(world: World, viewer: Id, archive: Id, { knowing, place }: CommandSketch): Id {
  const own = clientsOf(world, viewer, archive);
  return knowing && own.length > 0 ? at(own, place.client) : clientId(place.client);
}

function workspaceOfArchive(world: World, archive: Id): Id {
  return find(world.archives, archive).workspace;
}

function at<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

/** What the oracle says of a command by one of the doors. A created record has NO_ID. */
export function judge(world: World, command: Command, door: 'api' | 'sql'): Verdict {
  return underLocks(world, command.viewer, command.workspace, (unlocked) => judgeUnlocked(unlocked, command, door));
}

function judgeUnlocked(world: World, command: Command, door: 'api' | 'sql'): Verdict {
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
    case 'transfer':
      return transfer(world, viewer, definition, command.targets, command.to);
  }
}

/** The fields that a command names. */
export function namedValues(command: Command): Record<string, Value> {
  return command.kind === 'create' ? command.values : command.kind === 'update' ? command.changes : {};
}
