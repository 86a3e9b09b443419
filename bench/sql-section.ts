import { createPlane, type ContentInput } from '../src/administration/planes.ts';
import { assignPlane } from '../src/administration/plane-groups.ts';
import { openHand, openNaive, type Hand, type Query } from './by-hand.ts';
import { DEFINITIONS } from './definitions.ts';
import { ourReads, PAGE_SIZE, type OurReads, type PageWish } from './ours.ts';
import { SHARES, type Share } from './shares.ts';
import { timeInTurns, type Contestant, type Timing, type TimingOptions } from './timing.ts';
import type { BenchWorkspace, Sees, World } from './world.ts';

/** One thing that was measured: milliseconds of each contestant. */
export interface Measure {
  what: string;
  share: Share;
  /** Planes that the viewer is in, and planes of the workspace. */
  sees: Sees;
  planes: number;
  realms: number;
  times: Record<string, Timing>;
}

export interface SqlOptions {
  timing: TimingOptions;
  /** How many planes the workspace is measured with, beside one; at least 5. */
  planes: readonly [some: number, many: number];
}

/** The names of contestants, as they stand in the report. */
export const OURS = 'rowplane';
export const LIST = 'by hand, list of clients';
export const TABLE = 'by hand, table of assignments';
export const NAIVE = 'naive row security';
/** The same read of the workspace of few realms and one plane, whatever is done to the other. */
export const CONTROL = 'rowplane, 10 realms, 1 plane';

/** The three planes: what each restricts its records to, as a condition and by hand, and the cells that only it shows. */
const THREE_PLANES = [
  { view: 'codes', restriction: { status: { in: ['NEW', 'OPEN'] } }, sql: `d.status in ('NEW', 'OPEN')` },
  { view: 'states', restriction: { status: { notEquals: 'DONE' } }, sql: `d.status is distinct from 'DONE'` },
  { view: 'priorities', restriction: { priority: { lessThan: 90 } }, sql: 'd.priority < 90' },
];
const BY_HAND_IN_THREE = THREE_PLANES.map(({ sql }) => `(${sql})`).join(' or ');
const CELLS_IN_THREE = {
  code: `case when ${THREE_PLANES[0]!.sql} then d.code end`,
  status: `case when ${THREE_PLANES[1]!.sql} then d.status end`,
  priority: `case when ${THREE_PLANES[2]!.sql} then d.priority end`,
};

const RARE = { restriction: { mark: { equals: 'RARE' } }, sql: `d.mark = 'RARE'` };

/** Everything about reading that SQL decides: whole viewers' transactions against SQL by hand and naive row security. */
export async function* measureSql(world: World, options: SqlOptions): AsyncGenerator<Measure> {
  const [some, many] = options.planes;
  for (const share of SHARES) {
    yield* measureShare(world, world.many, { share, sees: 'one plane', planes: 1 }, options);
    yield* measureShare(world, world.few, { share, sees: 'one plane', planes: 1 }, options);
  }
  await makePlanes(world, some);
  for (const share of SHARES)
    yield* measureShare(world, world.many, { share, sees: 'three planes', planes: some }, options);
  yield* measureShare(world, world.many, { share: '100 %', sees: 'rare records', planes: some }, options);
  yield* measureShare(world, world.many, { share: '100 %', sees: 'one plane', planes: some }, options);
  await makePlanes(world, many);
  yield* measureShare(world, world.many, { share: '100 %', sees: 'one plane', planes: many }, options);
  yield* measureShare(world, world.many, { share: '100 %', sees: 'three planes', planes: many }, options);
}

interface Kind {
  share: Share;
  sees: Sees;
  planes: number;
}

async function* measureShare(
  world: World,
  workspace: BenchWorkspace,
  kind: Kind,
  options: SqlOptions,
): AsyncGenerator<Measure> {
  const { share, sees } = kind;
  const viewer = world.viewer(share, sees);
  const clients = await clientsOf(world, viewer.id, workspace);
  const planes = sees === 'three planes' ? `(${BY_HAND_IN_THREE})` : sees === 'rare records' ? RARE.sql : undefined;
  const by = { user: viewer.id, clients, planes };
  const table = `ws_${workspace.id}.document`;
  const hands: [name: string, hand: Hand][] = [
    [LIST, await openHand(world.superuserUrl, table, { ...by, style: 'list' })],
    [TABLE, await openHand(world.superuserUrl, table, { ...by, style: 'table' })],
  ];
  // Its table is a copy of the workspace of many realms.
  if (workspace === world.many) hands.push([NAIVE, await openNaive(world.superuserUrl, viewer.id, planes)]);
  const ours = ourReads(world.viewers, viewer, workspace.id);
  const control = ourReads(world.viewers, world.viewer(share, 'one plane'), world.few.id);
  try {
    for (const task of await tasksFor(ours, sees)) {
      const contestants: Contestant[] = [
        { name: OURS, run: () => task.ours(ours) },
        ...hands.map(([name, hand]) => ({ name, run: () => hand.run(task.query) })),
      ];
      if (workspace === world.many && task.controlled)
        contestants.push({ name: CONTROL, run: () => task.ours(control) });
      await expectAlike(task, ours, hands);
      const times = await timeInTurns(contestants, options.timing);
      yield { what: task.what, ...kind, realms: workspace.realms.total, times };
    }
  } finally {
    await Promise.all(hands.map(([, hand]) => hand.end()));
  }
}

interface Task {
  what: string;
  ours: (reads: OurReads) => Promise<unknown>;
  query: Query;
  /** Can be done in another workspace as well. */
  controlled?: boolean;
}

/** What is read. `page 100` where there is one. */
async function tasksFor(ours: OurReads, sees: Sees): Promise<Task[]> {
  const cells = sees === 'three planes' ? { cells: CELLS_IN_THREE } : {};
  const page = (what: string, wish: PageWish, query: Omit<Query, 'kind'> = {}): Task => ({
    what,
    ours: (reads) => reads.page(wish),
    query: { kind: 'page', ...cells, ...query },
    controlled: wish.after === undefined,
  });
  const first = await ours.page();
  const before100 = await ours.page({ size: 99 * PAGE_SIZE });
  const code = { equals: 'C-0123' };
  const tasks = [page('first page', {})];
  const after = before100.nodes.at(-1)?.row.id as string | undefined;
  if (before100.hasNextPage) tasks.push(page('page 100', { after: after! }, { where: 'd.id < $1', values: [after] }));
  const id = first.nodes.at(-1)?.row.id as string;
  tasks.push({
    what: 'by id',
    ours: (reads) => reads.byId(id),
    query: { kind: 'byId', ...cells, where: 'd.id = $1', values: [id] },
  });
  if (sees === 'rare records') return tasks.slice(0, 1);
  const filtered = sees === 'three planes' ? `${CELLS_IN_THREE.code} = $1` : 'd.code = $1';
  return [
    ...tasks,
    page('filtered', { where: { code } }, { where: filtered, values: [code.equals] }),
    {
      what: 'count',
      ours: (reads) => reads.page({ size: null, count: true }),
      query: { kind: 'count' },
      controlled: true,
    },
  ];
}

/** Nothing is timed that doesn't give the same records. */
async function expectAlike({ what, ours, query }: Task, reads: OurReads, hands: [string, Hand][]): Promise<void> {
  const mine = rowsOf(await ours(reads));
  for (const [name, hand] of hands) {
    const { rows } = (await hand.run(query)) as { rows: Record<string, unknown>[] };
    const theirs = query.kind === 'count' ? Number(rows[0]!.count) : rows.slice(0, PAGE_SIZE).map(cellsOf);
    if (JSON.stringify(theirs) !== JSON.stringify(mine))
      throw new Error(`${what}, ${name}: reads other records.\n${hand.text(query)}`);
  }
}

type Read = { nodes: { row: Record<string, unknown> }[]; totalCount: number | null } | { row: Record<string, unknown> };

function rowsOf(read: unknown): unknown {
  const result = read as Read | undefined;
  if (result === undefined) return [];
  if ('row' in result) return [cellsOf(result.row)];
  return result.totalCount ?? result.nodes.map(({ row }) => cellsOf(row));
}

const cellsOf = ({ id, title, code, status, priority }: Record<string, unknown>) => [id, title, code, status, priority];

async function clientsOf(world: World, user: string, workspace: BenchWorkspace): Promise<string[]> {
  const rows = await world.superuser.query<{ id: string }>(
    `select c.id from peer.assignments a join rowplane.clients c on c.id = a.client_id where a.user_id = $1 and c.workspace_id = $2`,
    [user, workspace.id],
  );
  return rows.map(({ id }) => id);
}

/** Brings the workspace of many realms to so many planes: first those that viewers of the benchmark are in, then others. */
async function makePlanes(world: World, wanted: number): Promise<void> {
  const { administrators, administrator, many } = world;
  const [found] = await world.superuser.query<{ count: number }>(
    'select count(*)::int from rowplane.planes where workspace_id = $1',
    [many.id],
  );
  for (let number = found!.count; number < wanted; number++) {
    await administrators.change(administrator, async (a) => {
      const { content, sees } = planeNumber(number);
      const plane = await createPlane(a, DEFINITIONS, { workspaceId: many.id, name: `Plane ${number}`, content });
      if (sees) await assignPlane(a, DEFINITIONS, plane.id, [world.group(sees)]);
    });
  }
}

function planeNumber(number: number): { content: ContentInput[]; sees?: Sees } {
  const three = THREE_PLANES[number - 1];
  if (three)
    return {
      content: [{ definition: 'document', views: [three.view], restriction: three.restriction }],
      sees: 'three planes',
    };
  if (number === 4)
    return {
      content: [{ definition: 'document', views: ['all'], restriction: RARE.restriction }],
      sees: 'rare records',
    };
  const content: ContentInput = {
    definition: 'document',
    views: ['states'],
    layouts: ['edit'],
    restriction: { priority: { atLeast: number } },
  };
  return { content: [content, { definition: 'process', views: ['all'] }] };
}

/** One line while it runs. */
export function lineOf({ what, share, sees, planes, realms, times }: Measure): string {
  const shown = Object.entries(times).map(([name, { median }]) => `${name} ${median.toFixed(2)}`);
  return `${share} in ${sees} of ${planes}, ${realms} realms, ${what}: ${shown.join(' · ')} ms`;
}
