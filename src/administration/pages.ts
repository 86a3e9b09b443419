import { invalid } from '../access/refusals.ts';
import type { Queryable } from '../database/queryable.ts';
import { isUuid } from '../database/uuid.ts';

/** Which part of a list; lists of administration are sorted by name. */
export interface PageRequest {
  /** At most so many, 1–500. Default 50. */
  first?: number | null;
  /** The cursor of the last item of the page before. */
  after?: string | null;
  /** Only what contains this text, in whatever case. */
  search?: string | null;
  /** Whether to count all that match. */
  count?: boolean;
}

export interface Page<T> {
  items: T[];
  hasNextPage: boolean;
  /** All that match, if asked for. */
  totalCount: number | null;
}

export interface Listing {
  /** A select whose columns include `id` and `name`; its parameters are `values`. */
  select: string;
  values?: unknown[];
  /** Type of the column `id`. */
  idType: 'uuid' | 'int';
  /** The text to search, an expression over the columns of `select`. Default: the name. */
  searched?: string;
}

const LARGEST_PAGE = 500;

/** Lists by name and id; a page continues behind a name even where that item is gone meanwhile. */
export async function listByName<T extends { id: string | number; name: string }>(
  database: Queryable,
  { select, values = [], idType, searched = 'name' }: Listing,
  { first, after, search, count = false }: PageRequest,
): Promise<Page<T>> {
  const size = first ?? 50;
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    throw invalid([{ path: 'first', message: `must be between 1 and ${LARGEST_PAGE}` }]);
  }
  const [name, id] = after == null ? [null, null] : readCursor(after, idType);
  const at = values.length;
  const matching = `from (${select}) listed where ($${at + 1}::text is null or position(lower($${at + 1}) in lower(${searched})) > 0)`;
  const term = search == null || search === '' ? null : search;
  const items = await database.query<T>(
    `select * ${matching} and ($${at + 2}::text is null or (name, id) > ($${at + 2}, $${at + 3}::${idType})) order by name, id limit ${size + 1}`,
    [...values, term, name, id],
  );
  const [counted] = count
    ? await database.query<{ total: number }>(`select count(*)::int as total ${matching}`, [...values, term])
    : [];
  return { items: items.slice(0, size), hasNextPage: items.length > size, totalCount: counted?.total ?? null };
}

/** Where an item stands in its list. Whoever gets a cursor sees the item, so it has nothing to hide. */
export function cursorOf(item: { id: string | number; name: string }): string {
  return Buffer.from(JSON.stringify([item.name, item.id])).toString('base64url');
}

function readCursor(cursor: string, idType: Listing['idType']): [string, string | number] {
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const known = idType === 'int' ? Number(id) === (Number(id) | 0) : isUuid(String(id));
    if (typeof name === 'string' && known) return [name, id as string | number];
  } catch {
    // Said below, with the path.
  }
  throw invalid([{ path: 'after', message: 'is not a cursor of this list' }]);
}
