import type { Row, Statement } from '../access/unit.ts';

/** V7: a query under a name. It runs under the rules of whoever runs it. */
export interface SavedQuery {
  id: string;
  definition: string;
  name: string;
  /** A view of the definition, whose condition and order hold too. */
  view: string | null;
  /** As the API takes it in `where`. */
  where: Record<string, unknown> | null;
  /** As the API takes it in `orderBy`. */
  orderBy: readonly SavedOrder[] | null;
  /** Null where the viewer may not see the user (U3). */
  ownerId: string | null;
  isOwn: boolean;
}

export interface SavedOrder {
  /** `DUE_AT` */
  field: string;
  direction: 'ASC' | 'DESC';
}

const SAVED_QUERIES = `select id, definition, name, view, condition as "where", orders as "orderBy", owner_id as "ownerId", is_own as "isOwn"
  from rowplane.visible_queries`;

/** The statement for one query that the viewer may see; with a definition, for one of that. */
export function savedQueryById(id: string, definition: string | null = null): Statement {
  return {
    text: `${SAVED_QUERIES} where id = $1::uuid and ($2::text is null or definition = $2)`,
    values: [id, definition],
  };
}

/** The statement for the viewer's own queries of a definition and those that are shared with the viewer, by name. */
export function savedQueriesOf(definition: string): Statement {
  return { text: `${SAVED_QUERIES} where definition = $1 order by name, id`, values: [definition] };
}

/** A group that a query is shared with. */
export interface SharedGroup {
  query: string;
  id: string;
  name: string;
}

/** The statement for the groups that queries are shared with, as `SharedGroup`s by name; only their owner learns them. */
export function groupsOfSavedQueries(ids: readonly string[]): Statement {
  return {
    text: `select s.query_id as query, g.id, g.name from rowplane.saved_query_groups s join rowplane.visible_groups g on g.id = s.group_id
      where s.query_id = any ($1::uuid[]) order by g.name`,
    values: [ids],
  };
}

/** A row of the first two. */
export function savedQueryOf(row: Row): SavedQuery {
  return row as unknown as SavedQuery;
}
