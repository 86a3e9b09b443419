import { invalid } from '../../access/refusals.ts';
import type { ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { DEFAULT_PAGE } from '../limits.ts';

/** The arguments of a list that is ordered by name. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

interface Named {
  id: string | number;
  name: string;
}

/** A page of a list by name and id: where it begins, and how many rows to read. */
export interface NamesPage {
  /** Rows to read: one more than the page has. */
  limit: number;
  after: { name: string; id: string } | null;
  /** The page of these rows, in order. */
  pageOf: <Item extends Named>(items: Item[], totalCount?: () => Promise<number>) => ItemPage<Item>;
}

/** Reads the arguments; `list` names the list that the cursor belongs to. Throws Refusal VALIDATION_FAILED. */
export function namesPage(context: Context, list: string, { first, after }: PageArguments): NamesPage {
  const size = first ?? DEFAULT_PAGE;
  if (size < 0 || size > context.limits.page)
    throw invalid([{ path: 'first', message: `must be between 0 and ${context.limits.page}` }]);
  const place = { viewer: context.viewer.id, definition: list, order: 'name, id' };
  const [name, id] = after == null ? [] : context.cursors.read(place, after, 'after');
  return {
    limit: size + 1,
    after: after == null ? null : { name: String(name), id: String(id) },
    pageOf: (items, totalCount) => ({
      items: items.slice(0, size),
      hasNextPage: items.length > size,
      hasPreviousPage: after != null,
      ...(totalCount && { totalCount }),
      cursorOf: (item) => context.cursors.write(place, [item.name, item.id]),
    }),
  };
}
