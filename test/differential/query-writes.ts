import type { Connection } from '../../src/database/queryable.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { runQuery, visibleQueries } from '../oracle/saved-queries.ts';
import { seesPrincipal, seesUser } from '../oracle/viewers.ts';
import type { Id, World } from '../oracle/world.ts';
import { uuidOf, type Api } from './api.ts';
import { askedOf } from './load-queries.ts';
import { groupOfStored, storedGroup } from './principals.ts';
import type { QueryCommand } from './query-commands.ts';
import { inViewersTransaction } from './sql-writes.ts';
import type { Stage } from './stage.ts';

/** V6: tries a command as somebody with a database login would, on the tables. The code of the refusal, or null; NOTHING where nothing changed. */
export async function writeQueryBySql(sql: Connection, stage: Stage, command: QueryCommand): Promise<string | null> {
  let reached = true;
  const code = await inViewersTransaction(sql, command.viewer, async () => {
    const [text, values] = statementFor(stage, command);
    reached = (await sql.query<{ reached: boolean }>(text, values)).some((row) => row.reached);
  });
  return code ?? (reached ? null : 'NOTHING');
}

function statementFor({ definitions }: Stage, command: QueryCommand): [string, unknown[]] {
  switch (command.kind) {
    case 'createQuery': {
      const { name, asked } = command;
      const { view, where, orderBy } = askedOf(definitions, asked);
      const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
      return [
        'insert into rowplane.saved_queries (definition, name, view, condition, orders) values ($1, $2, $3, $4, $5) returning true as reached',
        [asked.definition, name, view, json(where), json(orderBy)],
      ];
    }
    case 'renameQuery':
      return [
        'update rowplane.saved_queries set name = $2 where id = $1 returning true as reached',
        [command.query, command.name],
      ];
    case 'deleteQuery':
      return ['select rowplane.delete_saved_query($1) as reached', [command.query]];
    case 'shareQuery':
      return [
        'insert into rowplane.saved_query_groups values ($1, $2) on conflict do nothing returning true as reached',
        [command.query, storedGroup(command.group)],
      ];
    case 'unshareQuery':
      return [
        'select rowplane.unshare_saved_query($1, array[$2::uuid]) as reached',
        [command.query, storedGroup(command.group)],
      ];
  }
}

/** Tries a command by the mutation that is made for it. The code of the refusal, or null. */
export async function writeQueryByApi(api: Api, stage: Stage, command: QueryCommand): Promise<string | null> {
  const [name, input, answer] = mutationFor(stage, command);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`;
  return (await api.ask(command.viewer, source, { input })).code;
}

function mutationFor({ definitions }: Stage, command: QueryCommand): [string, object, string] {
  const saved = 'savedQuery { id }';
  if (command.kind === 'createQuery') {
    const { name, asked } = command;
    return ['createSavedQuery', { definition: asked.definition, name, ...askedOf(definitions, asked) }, saved];
  }
  const id = encodeId('SavedQuery', command.query);
  switch (command.kind) {
    case 'renameQuery':
      return ['updateSavedQuery', { id, name: command.name }, saved];
    case 'deleteQuery':
      return ['deleteSavedQuery', { id }, 'deletedId'];
    default:
      return [
        command.kind === 'shareQuery' ? 'shareSavedQuery' : 'unshareSavedQuery',
        { id, groups: [encodeId('Group', storedGroup(command.group))] },
        saved,
      ];
  }
}

/** What somebody learns of saved queries: those that are there for them, and what each of all finds; null for none (V2). */
export interface QuerySight {
  listed: { id: Id; isOwn: boolean; owner: Id | null; sharedWith: Id[] }[];
  found: Record<Id, Id[] | null>;
}

interface Answered {
  id: string;
  isOwn: boolean;
  owner: { id: string } | null;
  sharedWith: { id: string }[];
}

/** Lists the viewer's queries and runs all that there are, also those of others. */
export async function lookAtQueries(api: Api, stage: Stage, world: World, viewer: Id): Promise<QuerySight> {
  const { definitions } = stage;
  const lists = [...definitions.keys()].map(
    (name) => `${name}: savedQueries(definition: "${name}") { id isOwn owner { id } sharedWith { id } }`,
  );
  const answer = await api.ask(viewer, `{ ${lists.join(' ')} }`, {});
  if (answer.data === null || answer.code !== null) throw new Error(`They can't be listed: ${String(answer.message)}`);
  const listed = Object.values(answer.data as Record<string, Answered[]>).flat();
  const runs = world.savedQueries.map(async ({ id, definition }): Promise<[Id, Id[] | null]> => {
    const { plural } = definitions.get(definition)!;
    const source = `query ($query: ID!) { found: ${plural}(savedQuery: $query, first: 50) { nodes { id } } }`;
    const { data, code, message } = await api.ask(viewer, source, { query: encodeId('SavedQuery', id) });
    if (code === 'NOT_FOUND') return [id, null];
    if (code !== null) throw new Error(`A saved query can't be run: ${String(message)}`);
    return [id, (data as { found: { nodes: { id: string }[] } }).found.nodes.map((node) => uuidOf(node.id))];
  });
  return {
    listed: ordered(
      listed.map(({ id, isOwn, owner, sharedWith }) => ({
        id: uuidOf(id),
        isOwn,
        owner: owner === null ? null : uuidOf(owner.id),
        sharedWith: sharedWith.map((group) => groupOfStored(uuidOf(group.id))).sort(),
      })),
    ),
    found: Object.fromEntries(await Promise.all(runs)),
  };
}

/** The same by the oracle. */
export function expectedQueries(world: World, viewer: Id): QuerySight {
  return {
    listed: ordered(
      visibleQueries(world, viewer).map(({ id, owner, sharedWith }) => ({
        id,
        isOwn: owner === viewer,
        owner: seesUser(world, viewer, owner) ? owner : null,
        sharedWith:
          owner === viewer ? sharedWith.filter((group) => seesPrincipal(world, viewer, { group })).sort() : [],
      })),
    ),
    found: Object.fromEntries(
      world.savedQueries.map(({ id }) => [id, runQuery(world, viewer, id)?.map((item) => item.id) ?? null]),
    ),
  };
}

function ordered(queries: QuerySight['listed']): QuerySight['listed'] {
  return queries.sort((a, b) => (a.id < b.id ? -1 : 1));
}
