import type { Definitions } from '../../src/compiler/definition.ts';
import type { Queryable } from '../../src/database/queryable.ts';
import type { Id, SavedQuery, World } from '../oracle/world.ts';
import { conditionForApi } from './api.ts';
import { enumName } from './api-lists.ts';
import { insert } from './load-world.ts';
import { groupOfStored, storedGroup } from './principals.ts';

/** V7: what a query asks for, as the API takes it and as it is stored. */
export function askedOf(
  definitions: Definitions,
  { definition, view, where, orderBy }: Omit<SavedQuery, 'id' | 'owner' | 'name' | 'sharedWith'>,
) {
  return {
    view: view ?? null,
    where: where === undefined ? null : conditionForApi(definitions.get(definition)!, where),
    orderBy: orderBy?.map(({ field, direction }) => ({ field: enumName(field), direction })) ?? null,
  };
}

export async function insertQueries(owner: Queryable, definitions: Definitions, world: World): Promise<void> {
  await insert(
    owner,
    'rowplane.saved_queries',
    world.savedQueries.map((query) => {
      const { view, where, orderBy } = askedOf(definitions, query);
      const { id, definition, name } = query;
      const times = { created_at: world.now, updated_at: world.now };
      return { id, owner_id: query.owner, definition, name, view, condition: where, orders: orderBy, ...times };
    }),
  );
  await insert(
    owner,
    'rowplane.saved_query_groups',
    world.savedQueries.flatMap(({ id, sharedWith }) =>
      sharedWith.map((group) => ({ query_id: id, group_id: storedGroup(group) })),
    ),
  );
}

/** A query as it stands in the tables: whose it is, and with whom it is shared. */
export type StoredQuery = Pick<SavedQuery, 'id' | 'owner' | 'definition' | 'name' | 'sharedWith'>;

export async function storedQueries(owner: Queryable): Promise<StoredQuery[]> {
  const rows = await owner.query<Omit<StoredQuery, 'sharedWith'> & { groups: Id[] }>(
    `select id, owner_id as owner, definition, name,
       array(select s.group_id from rowplane.saved_query_groups s where s.query_id = q.id) as groups
     from rowplane.saved_queries q`,
  );
  return ordered(rows.map(({ groups, ...query }) => ({ ...query, sharedWith: groups.map(groupOfStored) })));
}

/** The same of a world. */
export function queriesOf({ savedQueries }: World): StoredQuery[] {
  return ordered(
    savedQueries.map(({ id, owner, definition, name, sharedWith }) => ({ id, owner, definition, name, sharedWith })),
  );
}

function ordered(queries: StoredQuery[]): StoredQuery[] {
  return queries
    .map((query) => ({ ...query, sharedWith: [...query.sharedWith].sort() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
