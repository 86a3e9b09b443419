import type { Builder, Kit } from './builder.ts';
import { describe } from './describe.ts';
import type { PageInfo } from './shared-types.ts';

/** A page of a list of anything but records: its items, and how to write the cursor of one. */
export interface ItemPage<Item> {
  items: Item[];
  hasNextPage: boolean;
  hasPreviousPage?: boolean;
  /** Counts all items; called only when `totalCount` is asked for. */
  totalCount?: () => number | null | Promise<number | null>;
  cursorOf: (item: Item) => string;
}

export function definePageInfo({ types }: Kit): void {
  types.PageInfo.implement({
    fields: (t) => ({
      hasNextPage: t.boolean({ nullable: false, ...describe<PageInfo>({ value: (page) => page.hasNextPage }) }),
      hasPreviousPage: t.boolean({ nullable: false, ...describe<PageInfo>({ value: (page) => page.hasPreviousPage }) }),
      startCursor: t.string({ ...describe<PageInfo>({ value: (page) => page.startCursor }) }),
      endCursor: t.string({ ...describe<PageInfo>({ value: (page) => page.endCursor }) }),
    }),
  });
}

/** The connection type of a list: `<name>Connection` with `edges`, `nodes`, `pageInfo`, `totalCount`. `node` is what Pothos takes for the type of one item. */
export function defineConnection<Item extends object>({ builder, types }: Kit, name: string, node: ItemRef<Item>) {
  type Edge = { node: Item; page: ItemPage<Item> };
  const edge = builder.objectRef<Edge>(`${name}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({ nullable: false, resolve: ({ node: item, page }) => page.cursorOf(item) }),
      node: t.field({ type: node, nullable: false, resolve: ({ node: item }) => item as never }),
    }),
  });
  return builder.objectRef<ItemPage<Item>>(`${name}Connection`).implement({
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: { list: false, items: false },
        resolve: (page) => page.items.map((item) => ({ node: item, page })),
      }),
      nodes: t.field({ type: [node], nullable: { list: false, items: false }, resolve: (page) => page.items as never }),
      pageInfo: t.field({ type: types.PageInfo, nullable: false, resolve: (page) => pageInfoOf(page) }),
      totalCount: t.int({
        description: 'All items of the list, on all its pages.',
        resolve: (page) => page.totalCount?.() ?? null,
      }),
    }),
  });
}

export type ItemRef<Item extends object> = PothosSchemaTypes.ImplementableObjectRef<Builder['$inferSchemaTypes'], Item>;

function pageInfoOf<Item>({ items, hasNextPage, hasPreviousPage = false, cursorOf }: ItemPage<Item>): PageInfo {
  const [first] = items;
  const last = items.at(-1);
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
}
