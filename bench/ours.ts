import type { Viewer, Viewers } from '../src/access/viewers.ts';
import type { NormalCondition } from '../src/compiler/condition/condition.ts';
import { parseCondition } from '../src/compiler/condition/parse.ts';
import { orderKeys, type KeyValue } from '../src/reader/order.ts';
import { createReader } from '../src/reader/reader.ts';
import { readPage, type Page, type PageRequest } from '../src/reader/read-page.ts';
import { readRecords } from '../src/reader/read-records.ts';
import { emptySelection, type Selection } from '../src/reader/selection.ts';
import { DOCUMENT } from './definitions.ts';

/** The cells that every contestant reads, besides the id. */
export const CELLS = ['title', 'code', 'status', 'priority'] as const;

export const PAGE_SIZE = 50;

export interface PageWish {
  where?: Record<string, unknown>;
  /** The id of the last record before the page. */
  after?: string | null;
  size?: number | null;
  count?: boolean;
}

/** Reads of a viewer in one workspace, by the very reader that GraphQL uses. */
export interface OurReads {
  page(wish?: PageWish): Promise<Page>;
  byId(id: string): Promise<unknown>;
}

export function ourReads(viewers: Viewers, viewer: Viewer, workspace: number): OurReads {
  const reader = createReader(viewers);
  const scope = { workspaces: [workspace] };
  const selection: Selection = { ...emptySelection(DOCUMENT), cells: new Set(CELLS) };
  const conditions = new Map<unknown, NormalCondition>();
  return {
    async page({ where = {}, after = null, size = PAGE_SIZE, count = false } = {}) {
      let condition = conditions.get(where);
      if (condition === undefined) conditions.set(where, (condition = parseCondition(DOCUMENT, where)));
      const request: PageRequest = {
        selection,
        condition,
        archive: null,
        folder: null,
        keys: orderKeys(DOCUMENT, []),
        size,
        backward: false,
        after: after === null ? null : [after satisfies KeyValue],
        before: null,
        count,
      };
      const [page] = await reader.read(viewer, [{ scope, start: (known) => readPage(request, known) }], 1);
      return page as Page;
    },
    async byId(id) {
      const start = (known: Parameters<typeof readRecords>[1]) =>
        readRecords([{ workspace, ids: [id], selection }], known);
      const [found] = (await reader.read(viewer, [{ scope, start }], 1)) as Map<string, unknown>[][];
      return found![0]!.get(id);
    },
  };
}
