import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderKeys, compareRows } from '../../src/reader/order.ts';
import { holds, type Cell } from '../oracle/conditions.ts';
import { OFFICE_DEFINITIONS } from '../support/office-definitions.ts';
import { openOffice, type Office } from '../support/office.ts';

/*
 * Every viewer's whole list is read once, cell by cell with its level. What lists with conditions, orders and pages must give follows from that in
 * a few lines, so that the statements' many shapes (planes, stretches, keysets, realms, workspaces) are compared with something obvious.
 */

const PAPER = OFFICE_DEFINITIONS.get('paper')!;
const FIELDS = ['title', 'state', 'dueAt', 'day', 'pages', 'amount', 'urgent', 'notes'] as const;
const CELLS = FIELDS.join(' ');

interface Node {
  id: string;
  uuid: string;
  fieldAccess: { field: string; level: string }[];
  [cell: string]: unknown;
}
interface Connection {
  nodes: Node[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

let office: Office;
const viewers: Record<string, string> = {};

beforeAll(async () => {
  office = await openOffice();
  for (const name of ['full', 'one', 'two', 'open', 'sparse', 'none']) viewers[name] = await office.user(name);
  const { full, one, two, open, sparse } = viewers;
  for (const [index, name] of ['Office', 'Review'].entries()) {
    const workspace = await office.workspace(name);
    const archive = await workspace.archive('Plain');
    const clients = await workspace.archive('Clients', true);
    const small = await workspace.client('Small');
    const large = await workspace.client('Large');
    await workspace.assign(small, clients, sparse!);
    for (const member of [full, one, two, open] as string[]) await workspace.assign(large, clients, member);
    await workspace.join(workspace.full, [full!, sparse!]);
    await workspace.plane(
      'Restricted',
      { paper: { views: ['states'], layouts: ['notes'], restriction: { state: { isSet: true } } } },
      [one!, two!],
    );
    await workspace.plane(
      'Due',
      {
        paper: { layouts: ['state'], views: ['titles'], restriction: { pages: { atLeast: 2 } }, abilities: ['DELETE'] },
      },
      [two!],
    );
    if (index === 0) {
      await workspace.plane('Titles', { paper: { views: ['titles'], layouts: ['state'] } }, [open!]);
      await workspace.plane('Notes', { paper: { views: ['notes'], restriction: { urgent: { equals: true } } } }, [
        open!,
      ]);
    }
    for (const [at, count, client] of [
      [archive, 14, null],
      [clients, 9, large],
      [clients, 4, small],
    ] as const) {
      await workspace.records('paper', papers(count), { archive: at, client });
    }
  }
});
afterAll(() => office.end());

/** Papers with many ties and empty cells, the same each time. */
function papers(count: number): Record<string, unknown>[] {
  const pick = <T>(values: readonly T[], index: number): T => values[index % values.length]!;
  return Array.from({ length: count }, (_, index) => ({
    title: pick(['a', 'b', null, 'B', '\u{1F600}', '\uFFFD', '', 'ä'], index * 5),
    state: pick(['NEW', null, 'OPEN', 'DONE', 'OPEN'], index * 3),
    due_at: pick(
      [null, '2026-01-31T09:30:00Z', '2026-01-31T09:30:00.5Z', '2026-01-31T09:30:00.55Z', '0001-01-01T00:00:00Z'],
      index,
    ),
    day: pick([null, '2026-02-01', '9999-12-31', '0001-01-01'], index * 7),
    pages: pick([1, 2, null, 3, -5], index * 2),
    amount: pick([null, 5, -5, 1250, '9007199254740993', '9007199254740992'], index),
    urgent: pick([true, null, false], index),
    notes: pick([null, 'x', 'y'], index),
  }));
}

async function list(viewer: string, args: string): Promise<Connection> {
  const fields = `totalCount nodes { id ${CELLS} fieldAccess { field level } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
  const { papers: found } = await office.data<{ papers: Connection }>(
    viewer,
    `{ papers${args && `(${args})`} { ${fields} } }`,
  );
  return {
    ...found,
    nodes: found.nodes.map((node) => ({ ...node, uuid: Buffer.from(node.id, 'base64url').toString().split(':')[2]! })),
  };
}

const whole = new Map<string, Promise<Node[]>>();

/** Everything that a viewer sees, the newest first. */
function everything(name: string): Promise<Node[]> {
  let nodes = whole.get(name);
  if (nodes === undefined) whole.set(name, (nodes = list(viewers[name]!, 'first: 500').then((found) => found.nodes)));
  return nodes;
}

function cellOf(node: Node, field: string): Cell {
  if (field === 'id') return { field: { type: 'reference' }, visible: true, value: node.uuid };
  const level = node.fieldAccess.find(
    (access) => access.field === field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
  )!.level;
  const { type } = PAPER.fields[field]!;
  return { field: { type: type }, visible: level !== 'HIDDEN', value: node[field] as never };
}

type Order = { field: string; direction: 'ASC' | 'DESC' };

/** What a list must be, by its viewer's cells. */
function expected(nodes: Node[], where: Record<string, unknown>, order: Order[]): string[] {
  const keys = orderKeys(PAPER, order);
  const rowOf = (node: Node) => {
    const values = keys.map(
      ({ field }, index) => [`#k${index}`, field === 'id' ? node.uuid : keyValue(node, field)] as const,
    );
    return { id: node.uuid, ...Object.fromEntries(values) };
  };
  return nodes
    .filter((node) => holds(where, (field) => cellOf(node, field), { viewer: '', now: '' }))
    .sort((a, b) => compareRows(keys, rowOf(a), rowOf(b)))
    .map(({ uuid }) => uuid);
}

function keyValue(node: Node, field: string): unknown {
  const value = node[field] ?? null;
  if (value === null) return null;
  // As Postgres writes them.
  if (field === 'amount') return (value as string).replace('.', '');
  return field === 'dueAt' ? (value as string).replace('T', ' ').replace('Z', '+00') : value;
}

function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return value === 'NEW' || value === 'OPEN' || value === 'DONE' ? value : JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${text(inner)}`)
    .join(', ')} }`;
}

const orders: fc.Arbitrary<Order[]> = fc.uniqueArray(
  fc.record({ field: fc.constantFrom(...FIELDS, 'id'), direction: fc.constantFrom('ASC' as const, 'DESC' as const) }),
  { maxLength: 3, selector: ({ field }) => field },
);
const comparisons = fc.constantFrom<Record<string, unknown>>(
  { title: { equals: 'a' } },
  { title: { notEquals: 'a' } },
  { title: { lessThan: '\uFFFE' } },
  { notes: { isNotSet: true } },
  { notes: { isSet: true } },
  { state: { in: ['OPEN', 'NEW'] } },
  { state: { notIn: ['OPEN'] } },
  { pages: { atLeast: 2 } },
  { urgent: { equals: true } },
  { amount: { greaterThan: '0' } },
  { day: { isNotSet: true } },
);
const { where: wheres } = fc.letrec<{ where: Record<string, unknown> }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 2 },
    comparisons,
    fc.record({ and: fc.array(tie('where'), { maxLength: 2 }) }),
    fc.record({ or: fc.array(tie('where'), { maxLength: 2 }) }),
    fc.record({ not: tie('where') }),
  ),
}));
const names = fc.constantFrom('full', 'one', 'two', 'open', 'sparse');

describe.each(['full', 'one', 'two', 'open', 'sparse'])('the viewer "%s"', (name) => {
  test('sees what there is to see', async () => {
    const { totalCount, nodes } = await list(viewers[name]!, 'first: 500');
    expect(nodes.length).toBe(totalCount);
    expect(totalCount).toBe({ full: 46, one: 36, two: 36, open: 23, sparse: 36 }[name]);
  });
});

test('V2: a viewer in no plane sees nothing, and no error', async () => {
  expect(await list(viewers.none!, '')).toMatchObject({
    totalCount: 0,
    nodes: [],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
});

test('V3: conditions hold on visible cells only, in whichever plane; orders put hidden and empty cells last', async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.boolean(), wheres, orders, async (name, seesMuch, where, order) => {
      office.seesMuch = seesMuch;
      const orderBy = order.map(
        ({ field, direction }) =>
          `{ field: ${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}, direction: ${direction} }`,
      );
      const args = `first: 500, where: ${text(where)}, orderBy: [${orderBy.join(', ')}]`;
      const found = await list(viewers[name]!, args);
      const wanted = expected(await everything(name), where, order);
      expect(found.nodes.map(({ uuid }) => uuid)).toEqual(wanted);
      expect(found.totalCount).toBe(wanted.length);
    }),
    { numRuns: 150 },
  );
});

test('pages forwards and backwards are the list, whatever the order and the planes', async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.boolean(),
      wheres,
      orders,
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (name, seesMuch, where, order, size, backward) => {
        office.seesMuch = seesMuch;
        const orderBy = order.map(
          ({ field, direction }) =>
            `{ field: ${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}, direction: ${direction} }`,
        );
        const args = `where: ${text(where)}, orderBy: [${orderBy.join(', ')}]`;
        const wanted = expected(await everything(name), where, order);
        const walked: string[] = [];
        let cursor: string | null = null;
        for (;;) {
          const bound: string = cursor === null ? '' : `, ${backward ? 'before' : 'after'}: "${cursor}"`;
          const page = await list(viewers[name]!, `${args}, ${backward ? 'last' : 'first'}: ${size}${bound}`);
          const ids = page.nodes.map(({ uuid }) => uuid);
          if (backward) walked.unshift(...ids);
          else walked.push(...ids);
          expect(page.totalCount).toBe(wanted.length);
          expect(backward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage).toBe(cursor !== null);
          if (!(backward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) break;
          expect(ids.length).toBe(size);
          cursor = backward ? page.pageInfo.startCursor : page.pageInfo.endCursor;
        }
        expect(walked).toEqual(wanted);
      },
    ),
    { numRuns: 60 },
  );
});
