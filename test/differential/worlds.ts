import fc from 'fast-check';
import {
  BUILTIN,
  newArchiveEntries,
  type Definition,
  type DefinitionInPlane,
  type Field,
  type Folder,
  type Item,
  type Plane,
  type Principal,
  type Value,
  type World,
} from '../oracle/world.ts';
import { conditionOf, valueOf } from './conditions.ts';
import { rightsOf, rightsSketch, withLocks, WORKSPACES, type RightsSketch } from './right-worlds.ts';
import { openedTo, rulesSketch, withRule, type RuleSketch } from './tree-worlds.ts';
import { describeWorld } from './describe.ts';
import { archiveId, clientId, folderId, groupId, itemId, queryId, userId } from './ids.ts';
import { savedSketch, type SavedSketch } from './query-commands.ts';

const COMMON = ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE'];
const PAST = '2020-01-01T00:00:00.000Z';

/**
 * Worlds of the given definitions: users of every role, some blocked, in nested and built-in groups; archives with clients on and
 * off; viewers in no to several planes; few records. All links are numbers taken modulo what there is, so that any part can be
 * dropped when a failure shrinks. In a `generous` world planes let most people do most things, since else most writes are refused.
 */
export function worldOf(
  definitions: Record<string, Definition>,
  now: string,
  { generous = false } = {},
): fc.Arbitrary<World> {
  return worldsOf(definitions, now, { generous, count: 1 }).map(([world]) => world!);
}

/** Worlds that differ in everything but what their planes contain, since compiling planes takes longer than all else. */
export function worldsOf(
  definitions: Record<string, Definition>,
  now: string,
  { generous = false, count }: { generous?: boolean; count: number },
): fc.Arbitrary<World[]> {
  const around = fc.record({
    users: many(userSketch, 4, 1),
    groups: many(groupSketch, 4),
    archives: many(archiveSketch, 3, 1),
    clients: fc.nat(3),
    assignments: many(fc.record({ client: fc.nat(5), archive: fc.nat(2), principal: recipient(13) }), 8),
    rights: rightsSketch(generous),
    rules: rulesSketch(generous),
    planeGroups: many(fc.array(recipient(10), { minLength: 1, maxLength: 3 }), 5, 5),
    items: many(fc.oneof(...Object.values(definitions).map(itemSketch)), 8, 1),
    queries: savedSketch(definitions),
  });
  return fc
    .record({
      planes: many(planeSketch(definitions, generous), 5, 1),
      arounds: fc.array(around, { minLength: 1, maxLength: count, size: 'max' }),
    })
    .map(({ planes, arounds }) => arounds.map((each) => readable(build(definitions, now, { ...each, planes }))));
}

/** Lets fast-check print the world of a failure without the definitions, which are fixed. */
function readable(world: World): World {
  return Object.defineProperty(world, fc.toStringMethod, { value: () => describeWorld(world) });
}

/** Lists of any length up to the maximum, all lengths alike likely. */
function many<T>(each: fc.Arbitrary<T>, maxLength: number, minLength = 0): fc.Arbitrary<T[]> {
  return fc.array(each, { minLength, maxLength, size: 'max' });
}

/** The number of someone to give something to, and often Everyone, so that viewers see enough to compare. */
function recipient(max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.nat(max), fc.constant(EVERYONE));
}
const EVERYONE = -1;

/** True once in `times`; shrinks to false. */
function oneIn(times: number): fc.Arbitrary<boolean> {
  return fc.nat(times - 1).map((roll) => roll === times - 1);
}

const userSketch = fc.record({
  role: fc.constantFrom('INTERNAL', 'EXTERNAL', 'ADMINISTRATOR', 'GUEST'),
  active: oneIn(16).map((not) => !not),
  blockedUntil: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    fc.constantFrom('infinity', PAST, '2200-01-01T00:00:00.000Z'),
  ),
});

const groupSketch = fc.record({
  parents: fc.array(fc.nat(3), { maxLength: 2 }),
  members: fc.array(fc.nat(3), { maxLength: 3 }),
});

/** `open` gives guests and anonymous permissions of the tree, which P6 does not; `folders` are each in the root or in one before. */
const archiveSketch = fc.record({
  clientsEnabled: fc.boolean(),
  folders: fc.array(fc.nat(2), { maxLength: 3 }),
  open: fc.integer({ min: 0, max: 2 }),
});

const planeSketch = (definitions: Record<string, Definition>, generous: boolean) =>
  fc.record({
    side: oneIn(6),
    full: oneIn(10),
    content: fc.record(
      Object.fromEntries(
        Object.entries(definitions).map(([name, definition]) => [name, contentSketch(definition, generous)]),
      ),
    ),
  });

function contentSketch(definition: Definition, generous: boolean): fc.Arbitrary<DefinitionInPlane | null> {
  const some = (of: object, maxLength = 3) =>
    fc.subarray(Object.keys(of), { maxLength: Math.min(maxLength, Object.keys(of).length) });
  const abilities = [...new Set([...COMMON, ...Object.keys(definition.abilities)])];
  return fc.option(
    fc.record({
      views: some(definition.views, 2),
      layouts: generous ? fc.subarray(Object.keys(definition.layouts), { minLength: 1 }) : some(definition.layouts, 1),
      documentViewers: some(definition.documentViewers),
      abilities: fc.subarray(abilities, { minLength: generous ? 3 : 0 }),
      restriction: fc.option(conditionOf(definition), { freq: 3 }),
    }),
    { freq: 8 },
  );
}

function itemSketch(definition: Definition) {
  const values = Object.entries(definition.fields).map(
    ([name, field]) => [name, fc.option(valueOf(field), { freq: 3 })] as const,
  );
  return fc.record({
    definition: fc.constant(definition.name),
    archive: fc.nat(2),
    folder: fc.nat(2),
    client: fc.option(fc.nat(2), { freq: 3 }),
    owner: fc.option(fc.nat(4), { freq: 3 }),
    version: fc.integer({ min: 1, max: 3 }),
    trashed: oneIn(8),
    values: fc.record(Object.fromEntries(values)),
  });
}

type Sketched<A> = A extends fc.Arbitrary<infer T> ? T : never;

interface WorldSketch {
  users: Sketched<typeof userSketch>[];
  groups: Sketched<typeof groupSketch>[];
  archives: Sketched<typeof archiveSketch>[];
  rights: RightsSketch;
  rules: RuleSketch[];
  planeGroups: number[][];
  clients: number;
  assignments: { client: number; archive: number; principal: number }[];
  planes: Sketched<ReturnType<typeof planeSketch>>[];
  items: Sketched<ReturnType<typeof itemSketch>>[];
  queries: SavedSketch[];
}

function build(definitions: Record<string, Definition>, now: string, sketch: WorldSketch): World {
  const users = sketch.users.map((user, index) => ({ id: userId(index), name: `user${String(index)}`, ...user }));
  const groups = sketch.groups.map((_, index) => ({ id: groupId(index), name: `group${String(index)}` }));
  const groupIds = [...groups.map(({ id }) => id), ...BUILTIN];
  const groupAt = (number: number): string => (number === EVERYONE ? 'EVERYONE' : at(groupIds, number));
  const principalAt = (number: number): Principal => {
    const user = users[number % (users.length + groupIds.length)];
    return user ? { user: user.id } : { group: groupAt(number) };
  };
  // An id always names an archive of the same workspace: archives never change theirs, and whoever remembers that may.
  const homeOf = (archive: number) => WORKSPACES[archive === 2 ? 1 : 0];
  const clients = Array.from({ length: sketch.clients }, (_, index) => ({
    id: clientId(index),
    workspace: WORKSPACES[index === 2 ? 1 : 0],
    name: `client${String(index)}`,
  }));
  const clientsIn = (workspace: string) => clients.filter((client) => client.workspace === workspace);
  const archives = sketch.archives.map((archive, index) => ({
    id: archiveId(index),
    workspace: homeOf(index),
    // C3: there is a client to be had where clients are on.
    clientsEnabled: archive.clientsEnabled && clientsIn(homeOf(index)).length > 0,
  }));
  const folders = archives.flatMap(({ id }, index) => foldersOf(id, index, sketch.archives[index]!.folders));
  const assignments = sketch.assignments.flatMap(({ client, archive, principal }) => {
    const found = at(archives, archive);
    const choices = clientsIn(found.workspace);
    return choices.length === 0
      ? []
      : [{ client: at(choices, client).id, archive: found.id, principal: principalAt(principal) }];
  });
  const world: World = {
    now,
    definitions,
    users,
    groups,
    nesting: distinct(
      sketch.groups.flatMap(({ parents }, index) =>
        parents
          .filter((parent) => parent < index)
          .map((parent) => ({ parent: groupId(parent), child: groupId(index) })),
      ),
    ),
    members: distinct(
      sketch.groups.flatMap(({ members }, index) =>
        members.map((member) => ({ group: groupId(index), user: at(users, member).id })),
      ),
    ),
    ...rightsOf(sketch.rights, users, principalAt),
    locks: [],
    archives,
    folders,
    clients,
    assignments: distinct(assignments),
    planes: sketch.planes.map((plane, index): Plane => ({
      id: `plane${String(index)}`,
      workspace: WORKSPACES[plane.side ? 1 : 0],
      full: plane.full,
      content: Object.fromEntries(
        Object.entries(plane.content).flatMap(([name, content]) => (content === null ? [] : [[name, content]])),
      ),
    })),
    planeGroups: distinct(
      sketch.planes.flatMap((_, index) =>
        at(sketch.planeGroups, index).map((number) => ({ plane: `plane${String(index)}`, group: groupAt(number) })),
      ),
    ),
    entries: sketch.archives.flatMap(({ open }, index) => [
      ...newArchiveEntries(archiveId(index)),
      ...openedTo(archiveId(index), open),
    ]),
    breaks: [],
    items: buildItems(sketch, { definitions, users, archives, folders, clientsIn }),
    savedQueries: sketch.queries.map(({ owner, asked, groups: numbers }, index) => ({
      id: queryId(index),
      owner: at(users, owner).id,
      name: `saved${String(index)}`,
      ...asked,
      sharedWith: distinct(numbers.map((number) => at(groupIds, number))),
    })),
  };
  return withLocks(
    sketch.rules.reduce((made, rule) => withRule(made, rule, principalAt), world),
    sketch.rights,
  );
}

function foldersOf(archive: string, index: number, parents: number[]): Folder[] {
  const root: Folder = { id: archive, archive, parent: null, name: `archive${String(index)}`, trashedWith: null };
  return parents.reduce<Folder[]>(
    (made, parent, place) => {
      const id = folderId(index * 10 + place);
      return [...made, { id, archive, parent: at(made, parent).id, name: `folder${String(place)}`, trashedWith: null }];
    },
    [root],
  );
}

type Surroundings = Pick<World, 'definitions' | 'users' | 'archives' | 'folders'> & {
  clientsIn: (workspace: string) => World['clients'];
};

function buildItems(sketch: WorldSketch, around: Surroundings): Item[] {
  const items = sketch.items.map((item, index): Item => {
    const archive = at(around.archives, item.archive);
    const clients = around.clientsIn(archive.workspace);
    // C2: where clients were turned off, records may still have one.
    const client =
      clients.length > 0 && (item.client !== null || archive.clientsEnabled) ? at(clients, item.client ?? 0).id : null;
    return {
      id: itemId(index),
      definition: item.definition,
      archive: archive.id,
      folder: at(
        around.folders.filter((folder) => folder.archive === archive.id),
        item.folder,
      ).id,
      client,
      owner: item.owner === null ? null : (around.users[item.owner]?.id ?? null),
      version: item.version,
      createdAt: PAST,
      updatedAt: PAST,
      trashed: item.trashed,
      values: item.values,
    };
  });
  const workspaceOf = (item: Item) => around.archives.find(({ id }) => id === item.archive)!.workspace;
  const keep = (item: Item, name: string, field: Field, value: Value): Value => {
    if (field.required === true && value === null) return 'required';
    if (field.type === 'user') return around.users.some(({ id }) => id === value) ? value : null;
    if (field.type !== 'reference') return value;
    const target = items.find(({ id }) => id === value);
    return target !== undefined && target.definition === field.to && workspaceOf(target) === workspaceOf(item)
      ? value
      : null;
  };
  const taken = new Set<string>();
  for (const item of items) {
    const { fields } = around.definitions[item.definition]!;
    item.values = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const value = keep(item, name, field, item.values[name] ?? null);
        const key = JSON.stringify([item.definition, item.archive, item.client, name, value]);
        if (field.unique !== true || value === null || item.trashed) return [name, value];
        if (taken.has(key)) return [name, null];
        taken.add(key);
        return [name, value];
      }),
    );
  }
  return items;
}

function at<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

function distinct<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];
}
