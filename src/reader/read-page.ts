import type { Knowledge } from '../access/knowledge.ts';
import type { Row } from '../access/unit.ts';
import type { NormalCondition } from '../compiler/condition/condition.ts';
import type { KeyValue, OrderKey } from './order.ts';
import { compareRows } from './order.ts';
import { newRootPlace } from './joins.ts';
import { readLinked } from './read-linked.ts';
import type { Place, RecordNode } from './record-node.ts';
import type { Reading } from './reading.ts';
import type { Selection } from './selection.ts';
import { isBlind, sightOf, trashSightOf } from './sight.ts';
import { countStatement, pageStatement } from './statement.ts';

/** A page of a list, as asked for. */
export interface PageRequest {
  selection: Selection;
  /** From the trash instead of the planes (W2). Then there is no condition. */
  trash?: boolean;
  condition: NormalCondition;
  archive: string | null;
  folder: string | null;
  keys: readonly OrderKey[];
  /** Rows of the page; null: only the count is wanted. */
  size: number | null;
  /** The last rows of the range instead of the first (`last`). */
  backward: boolean;
  after: readonly KeyValue[] | null;
  before: readonly KeyValue[] | null;
  count: boolean;
}

export interface Page {
  nodes: RecordNode[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Null unless it was asked for. */
  totalCount: number | null;
}

/** Reads a page from each workspace of the scope, puts them together in the list's order, and reads what hangs on the records. */
export function* readPage(request: PageRequest, knowledge: readonly Knowledge[]): Reading<Page> {
  const { selection, trash = false, keys, size, backward, after, before, count } = request;
  const lookAt = trash ? trashSightOf : sightOf;
  const places = knowledge.flatMap((known): Place[] => {
    const sight = lookAt(known, selection.definition);
    return isBlind(sight) ? [] : [newRootPlace(sight, selection, known)];
  });
  const range = { keys, after, before, backward, limit: (size ?? 0) + 1 };
  const pages =
    size === null ? [] : places.map(({ sight, joins }) => pageStatement(sight, selection, request, range, joins));
  const counts = count ? places.map(({ sight }) => countStatement(sight, request)) : [];
  const results = pages.length + counts.length === 0 ? [] : yield [...pages, ...counts];

  const found = pages.flatMap((_, index) => results[index]!.map((row): RecordNode => ({ row, place: places[index]! })));
  if (pages.length > 1) found.sort((a, b) => compareRows(keys, a.row, b.row) * (backward ? -1 : 1));
  const more = size !== null && found.length > size;
  const nodes = more ? found.slice(0, size) : found;
  if (backward) nodes.reverse();
  yield* readLinked(nodes, knowledge);
  return {
    nodes,
    // A cursor is of a row that lay beyond the page when it was written.
    hasNextPage: backward ? before !== null : more,
    hasPreviousPage: backward ? more : after !== null,
    totalCount: count ? results.slice(pages.length).reduce((sum, [row]) => sum + countOf(row), 0) : null,
  };
}

function countOf(row: Row | undefined): number {
  return Number(row?.count ?? 0);
}
