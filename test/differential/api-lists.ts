import { list, page, type PageArguments } from '../oracle/lists.ts';
import type { Id, World } from '../oracle/world.ts';
import { conditionForApi, globalIdOf, type Api, uuidOf } from './api.ts';
import type { ListQuery } from './queries.ts';
import type { Stage } from './stage.ts';

/** A page as it was read: the uuids of its records. */
export interface ReadPage {
  ids: Id[];
  totalCount: number;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

interface Connection {
  totalCount: number;
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const MOST_PAGES = 12;

/** Reads all pages of all lists, the next pages of all of them in one operation. */
export async function readLists(
  api: Api,
  stage: Stage,
  viewer: Id,
  queries: readonly ListQuery[],
): Promise<ReadPage[][]> {
  const pages: ReadPage[][] = queries.map(() => []);
  const cursors: (string | null)[] = queries.map(() => null);
  let open = queries.map((_, index) => index);
  for (let turn = 0; open.length > 0 && turn < MOST_PAGES; turn++) {
    const asked = open.map((index) => ({ index, query: queries[index]!, cursor: cursors[index] ?? null }));
    const { data, message } = await api.ask(viewer, documentFor(stage, asked), variablesFor(stage, asked));
    if (data === null || message !== null) throw new Error(`The lists can't be read: ${String(message)}`);
    open = open.filter((index) => {
      const { edges, totalCount, pageInfo } = data[`q${String(index)}`] as Connection;
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
      const first = edges.length === 0 ? null : edges[0]!.cursor;
      const last = edges.length === 0 ? null : edges.at(-1)!.cursor;
      if (startCursor !== first || endCursor !== last)
        throw new Error('startCursor and endCursor are not those of the edges.');
      pages[index]!.push({ ids: edges.map(({ node }) => uuidOf(node.id)), totalCount, hasNextPage, hasPreviousPage });
      cursors[index] = queries[index]!.backward ? startCursor : endCursor;
      return queries[index]!.backward ? hasPreviousPage : hasNextPage;
    });
  }
  return pages;
}

interface Asked {
  index: number;
  query: ListQuery;
  cursor: string | null;
}

function documentFor({ definitions }: Stage, asked: Asked[]): string {
  const parts = asked.map(({ index, query: { definition } }) => {
    const { plural } = definitions.get(definition)!;
    const args = [
      'archive: $archive',
      'folder: $folder',
      'view: $view',
      'where: $where',
      'orderBy: $orderBy',
      'first: $first',
      'after: $after',
      'last: $last',
      'before: $before',
    ];
    return `q${String(index)}: ${plural}(${args.map((each) => each + String(index)).join(', ')}) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  });
  const variables = asked.map(({ index, query: { definition } }) => {
    const type = definition.charAt(0).toUpperCase() + definition.slice(1);
    const types = {
      archive: 'ID',
      folder: 'ID',
      view: 'String',
      where: `${type}Where`,
      orderBy: `[${type}OrderBy!]`,
      first: 'Int',
      after: 'String',
      last: 'Int',
      before: 'String',
    };
    return Object.entries(types)
      .map(([name, of]) => `$${name}${String(index)}: ${of}`)
      .join(', ');
  });
  return `query (${variables.join(', ')}) { ${parts.join('\n')} }`;
}

function variablesFor(stage: Stage, asked: Asked[]): Record<string, unknown> {
  const entries = asked.flatMap(({ index, query, cursor }) => {
    const { definition, archive, folder, view, where, orderBy, size, backward } = query;
    const values = {
      archive: archive && globalIdOf.archive(archive),
      folder: folder && globalIdOf.folder(folder),
      view,
      where: where && conditionForApi(stage.definitions.get(definition)!, where),
      orderBy: orderBy?.map(({ field, direction }) => ({ field: enumName(field), direction })),
      ...(backward ? { last: size, before: cursor } : { first: size, after: cursor }),
    };
    return Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [`${name}${String(index)}`, value]);
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** A field as `orderBy` names it. */
export function enumName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The same pages by the oracle. */
export function expectedPages(world: World, viewer: Id, query: ListQuery): ReadPage[] {
  const items = list(world, viewer, query.definition, query);
  const pages: ReadPage[] = [];
  let cursor: Id | undefined;
  for (;;) {
    const args: PageArguments = query.backward
      ? { last: query.size, ...(cursor && { before: cursor }) }
      : { first: query.size, ...(cursor && { after: cursor }) };
    const found = page(items, args);
    pages.push({
      ids: found.items.map(({ id }) => id),
      totalCount: items.length,
      hasNextPage: found.hasNext,
      hasPreviousPage: found.hasPrevious,
    });
    cursor = query.backward ? found.items[0]?.id : found.items.at(-1)?.id;
    if (!(query.backward ? found.hasPrevious : found.hasNext)) return pages;
  }
}
