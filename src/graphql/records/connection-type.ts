import type { Cursors } from '../../reader/cursor.ts';
import { keyValues } from '../../reader/order.ts';
import type { Page } from '../../reader/read-page.ts';
import type { RecordNode } from '../../reader/record-node.ts';
import type { Kit } from '../builder.ts';
import { describe } from '../describe.ts';
import type { AnyRecordRef, PageInfo } from '../shared-types.ts';
import type { ListWants, PreparedList } from './list-arguments.ts';

/** A page of records that was read, and what its cursors need. */
export interface RecordPage {
  page: Page;
  list: PreparedList;
  cursors: Cursors;
}

interface RecordEdge {
  node: RecordNode;
  of: RecordPage;
}

/** `ProcessConnection` and its edges. What is asked of it says whether rows are read, and whether they are counted. */
export function defineRecordConnection({ builder, types }: Kit, type: string, record: AnyRecordRef) {
  const rows = (wants: ListWants) => void (wants.rows = true);
  const edge = builder.objectRef<RecordEdge>(`${type}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({ nullable: false, ...describe<RecordEdge>({ value: ({ node, of }) => cursorOf(of, node) }) }),
      node: t.field({
        type: record,
        nullable: false,
        ...describe<RecordEdge>({ into: (wants: ListWants) => wants.selection, value: ({ node }) => node }),
      }),
    }),
  });
  return builder.objectRef<RecordPage>(`${type}Connection`).implement({
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: { list: false, items: false },
        ...describe<RecordPage>({
          needs: rows,
          into: (wants: ListWants) => wants,
          value: (of) => of.page.nodes.map((node): RecordEdge => ({ node, of })),
        }),
      }),
      nodes: t.field({
        type: [record],
        nullable: { list: false, items: false },
        ...describe<RecordPage>({
          needs: rows,
          into: (wants: ListWants) => wants.selection,
          value: ({ page }) => page.nodes,
        }),
      }),
      pageInfo: t.field({
        type: types.PageInfo,
        nullable: false,
        ...describe<RecordPage>({ needs: rows, value: pageInfoOf }),
      }),
      totalCount: t.int({
        description: 'All records of the list that the viewer sees, on all its pages. Counted only when asked for.',
        ...describe<RecordPage>({
          needs: (wants: ListWants) => void (wants.count = true),
          value: ({ page }) => page.totalCount,
        }),
      }),
    }),
  });
}

export type RecordConnectionRef = ReturnType<typeof defineRecordConnection>;

function cursorOf({ list, cursors }: RecordPage, { row }: RecordNode): string {
  return cursors.write(list.place, keyValues(list.request.keys, row));
}

/** Cursors are only written if they are asked for. */
function pageInfoOf(of: RecordPage): PageInfo {
  const { nodes, hasNextPage, hasPreviousPage } = of.page;
  const cursorAt = (node: RecordNode | undefined) => (node === undefined ? null : cursorOf(of, node));
  return {
    hasNextPage,
    hasPreviousPage,
    get startCursor() {
      return cursorAt(nodes[0]);
    },
    get endCursor() {
      return cursorAt(nodes.at(-1));
    },
  };
}
