import { pascalCase } from '../../src/compiler/names.ts';
import type { ObjectDefinition } from '../../src/compiler/definition.ts';
import { seesFolder } from '../oracle/folders.ts';
import { byId, list } from '../oracle/lists.ts';
import { abilitiesOf, cellOf, levelOf } from '../oracle/sight.ts';
import { find, type Id, type Item, type Value, type World } from '../oracle/world.ts';
import { globalId, globalIdOf, type Api } from './api.ts';
import { workspaceOf } from './sql-sight.ts';
import type { Stage } from './stage.ts';

/** What the API tells a viewer about records: all lists in full, each record by its id, and all by `nodes`. */
export interface RecordAnswers {
  lists: Record<string, unknown[]>;
  byId: Record<Id, unknown>;
  nodes: Record<Id, unknown>;
  /** `node` of the first record of the world. */
  node: unknown;
}

/** An id that no record has. */
const NO_ID = 'ffffffff-0000-4000-8000-000000000000';

/** Reads everything in one operation. */
export async function readRecords(api: Api, stage: Stage, world: World, viewer: Id): Promise<RecordAnswers> {
  const definitions = [...stage.definitions.values()];
  const items = [...world.items, { ...world.items[0]!, id: NO_ID }];
  const fragments = definitions.map(
    (definition) =>
      `fragment ${definition.name} on ${pascalCase(definition.name)} { ${selectionOf(definition, stage)} }`,
  );
  const spreads = definitions.map((each) => `... on ${pascalCase(each.name)} { version ${firstText(each)} }`).join(' ');
  const source = `query ($ids: [ID!]!, ${items.map((_, index) => `$id${String(index)}: ID!`).join(', ')}) {
    ${definitions.map(({ plural, name }) => `${plural}(first: 50) { nodes { ...${name} } }`).join('\n')}
    ${items.map(({ definition }, index) => `r${String(index)}: ${definition}(id: $id${String(index)}) { ...${definition} }`).join('\n')}
    node(id: $id0) { __typename id ${spreads} }
    nodes(ids: $ids) { __typename id ${spreads} }
  }\n${fragments.join('\n')}`;
  const ids = items.map((item) => globalId(item.definition, stage.workspaceId(workspaceOf(world, item)), item.id));
  const variables = { ids, ...Object.fromEntries(ids.map((id, index) => [`id${String(index)}`, id])) };
  const { data, message } = await api.ask(viewer, source, variables);
  if (data === null || message !== null) throw new Error(`The records can't be read: ${String(message)}`);
  return {
    lists: Object.fromEntries(
      definitions.map(({ name, plural }) => [name, (data[plural] as { nodes: unknown[] }).nodes]),
    ),
    byId: Object.fromEntries(items.map(({ id }, index) => [id, data[`r${String(index)}`]])),
    nodes: Object.fromEntries(items.map(({ id }, index) => [id, (data.nodes as unknown[])[index]])),
    node: data.node,
  };
}

/** Every field; of what a reference points to, what tells whether it is seen with the viewer's own sight of it. */
function selectionOf(definition: ObjectDefinition, stage: Stage): string {
  const cells = Object.values(definition.fields).map(({ name, type, to }) => {
    if (type === 'reference') return `${name} { id version ${firstText(stage.definitions.get(to!)!)} abilities }`;
    return type === 'user' ? `${name} { id }` : name;
  });
  const system = 'id version createdAt archive { id } folder { id } client { id } owner { id }';
  return `${system} ${cells.join(' ')} fieldAccess { field level } abilities`;
}

function firstText(definition: { fields: Record<string, { type: string }> }): string {
  return Object.keys(definition.fields).find((name) => definition.fields[name]!.type === 'text')!;
}

/** The same by the oracle. */
export function expectedRecords(stage: Stage, world: World, viewer: Id): RecordAnswers {
  const answer = (item: Item) => expectedRecord(stage, world, viewer, item);
  const one = (item: Item) => {
    const found = byId(world, viewer, item.definition, item.id);
    return found === undefined ? null : answer(found);
  };
  const node = (item: Item) => {
    const found = one(item);
    if (found === null) return null;
    const text = firstText(world.definitions[item.definition]!);
    return { __typename: pascalCase(item.definition), id: found.id, version: found.version, [text]: found[text] };
  };
  const each = (of: (item: Item) => unknown) => ({
    ...Object.fromEntries(world.items.map((item) => [item.id, of(item)])),
    [NO_ID]: null,
  });
  return {
    lists: Object.fromEntries(
      [...stage.definitions.keys()].map((name) => [name, list(world, viewer, name).map(answer)]),
    ),
    byId: each(one),
    nodes: each(node),
    node: node(world.items[0]!),
  };
}

function expectedRecord(stage: Stage, world: World, viewer: Id, item: Item): Record<string, unknown> {
  const definition = world.definitions[item.definition]!;
  const idOf = (each: Item) => globalId(each.definition, stage.workspaceId(workspaceOf(world, each)), each.id);
  const user = (id: Value) => (id === null ? null : { id: globalIdOf.user(String(id)) });
  const cell = (name: string): unknown => {
    const { value, field } = cellOf(world, viewer, item, name);
    if (field.type === 'user') return user(value);
    if (field.type !== 'reference' || value === null) return field.type === 'dateTime' ? shortMoment(value) : value;
    const target = find(world.items, String(value));
    const text = firstText(world.definitions[target.definition]!);
    return {
      id: idOf(target),
      version: target.version,
      [text]: cellOf(world, viewer, target, text).value,
      abilities: abilitiesOf(world, viewer, target),
    };
  };
  const names = Object.keys(definition.fields);
  const clientsEnabled = find(world.archives, item.archive).clientsEnabled;
  return {
    id: idOf(item),
    version: item.version,
    createdAt: shortMoment(item.createdAt),
    archive: { id: globalIdOf.archive(item.archive) },
    folder: seesFolder(world, viewer, item.folder) ? { id: globalIdOf.folder(item.folder) } : null,
    client: clientsEnabled && item.client !== null ? { id: globalIdOf.client(item.client) } : null,
    owner: cell('owner'),
    ...Object.fromEntries(names.map((name) => [name, cell(name)])),
    fieldAccess: names.map((name) => ({ field: enumName(name), level: levelOf(world, viewer, item, name) })),
    abilities: abilitiesOf(world, viewer, item),
  };
}

/** Postgres writes no zeros at the end of fractions. */
function shortMoment(value: Value): Value {
  return value === null ? null : String(value).replace(/\.?0*Z$/, 'Z');
}

function enumName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
