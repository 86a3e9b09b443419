import { addMembers } from '../src/administration/group-members.ts';
import { setPermissions } from '../src/administration/permissions.ts';
import { openPool, type Connection } from '../src/database/queryable.ts';
import { deliveryProof } from '../src/database/keys.ts';
import { keepTree, type TreeKept } from '../src/server/tree-upkeep.ts';
import { fillTree, TREE, type LargeFolder } from './fill-tree.ts';
import { ourReads, type OurReads } from './ours.ts';
import { median, timeInTurns, type TimingOptions } from './timing.ts';
import { SECRET, type World } from './world.ts';

/** What the other layers of the permission model cost those who read; times are milliseconds, sizes are bytes. */
export interface LayersResult {
  folders: number;
  scopes: number;
  users: number;
  groups: number;
  rights: number;
  /** The viewer's reads as multiples of reads of a workspace that stays as it is, before there were such numbers and after. */
  reads: { what: 'first page' | 'by id'; before: number; after: number; ours: number }[];
  /** A read right after the viewer joined a group, beyond a usual one: medians. */
  afterMembership: { extra: number; change: number };
  /** The first entry on a folder, with so many records in it: as a server keeps the tree, and on one that got them since its last look. */
  firstEntry: { records: number; milliseconds: number; unprepared: number };
  /** What keeping the tree took: scopes made beforehand, records looked at, and the times of all steps and of the longest one. */
  upkeep: TreeKept & { milliseconds: number };
  /** Of one viewer in one workspace, the mean and the largest. */
  accessSize: { mean: number; largest: number };
}

/** Measures the viewer's reads, then fills the workspace's tree, people and entries, and measures again. */
export async function measureLayers(
  world: World,
  timing: TimingOptions,
  log: (line: string) => void,
): Promise<LayersResult> {
  const sizes = sizesFor(world.size);
  const before = await readTimes(world, timing);
  const [large, grown] = await fillTree(world, sizes, log);
  const unprepared = await enterFirst(world, grown!);
  const upkeep = await keep(world);
  const after = await readTimes(world, timing);
  const result: LayersResult = {
    ...sizes,
    reads: before.map(({ what, ratio }, index) => {
      const now = after[index]!;
      return { what, before: ratio, after: now.ratio, ours: now.ours };
    }),
    afterMembership: await joinAndRead(world),
    firstEntry: { records: large!.records, milliseconds: await enterFirst(world, large!), unprepared },
    upkeep,
    accessSize: await accessSize(world.superuser),
  };
  log(linesOf(result).join('\n'));
  return result;
}

/** The numbers that were aimed at, for a million documents; fewer in a smaller world. */
export function sizesFor(size: number): typeof TREE {
  const share = Math.min(1, size / 1_000_000);
  return Object.fromEntries(
    Object.entries(TREE).map(([name, most]) => [name, Math.max(10, Math.round(most * share))]),
  ) as typeof TREE;
}

/** One line for each figure, with what was aimed at. */
export function linesOf({ folders, scopes, users, groups, rights, ...result }: LayersResult): string[] {
  const count = (value: number) => value.toLocaleString('en');
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  return [
    `With ${count(folders)} folders, ${count(scopes)} scopes, ${count(users)} users, ${count(groups)} groups and ${count(rights)} rights:`,
    ...result.reads.map(
      ({ what, before, after, ours }) =>
        `- ${what}: ${(after / before).toFixed(2)} × of what it takes without them (aim: 1.2); ${ours.toFixed(2)} ms`,
    ),
    `- joining a group: ${result.afterMembership.change.toFixed(0)} ms; the next read takes ${result.afterMembership.extra.toFixed(1)} ms longer (aim: under 50)`,
    `- the first entry on a folder with ${count(result.firstEntry.records)} records below: ${seconds(result.firstEntry.milliseconds)} (aim: under 5); ${seconds(result.firstEntry.unprepared)} if they all came since a server last kept the tree`,
    `- keeping the tree, in the background: ${count(result.upkeep.prepared)} scopes made, ${count(result.upkeep.settled)} records moved in ${seconds(result.upkeep.milliseconds)}, half of it rests; the longest step took ${seconds(result.upkeep.longest)}`,
    `- compiled access of a viewer to the workspace: ${(result.accessSize.mean / 1024).toFixed(1)} KB on average, ${(result.accessSize.largest / 1024).toFixed(1)} KB at most`,
  ];
}

interface ReadTime {
  what: 'first page' | 'by id';
  /** To the same viewer's read of another workspace, in which nothing changes. */
  ratio: number;
  ours: number;
}

async function readTimes({ viewers, viewer, few, many }: World, timing: TimingOptions): Promise<ReadTime[]> {
  const user = viewer('100 %', 'one plane');
  const ours = ourReads(viewers, user, few.id);
  const control = ourReads(viewers, user, many.id);
  const ids = await Promise.all(
    [ours, control].map(async (reads) => (await reads.page()).nodes.at(-1)!.row.id as string),
  );
  const tasks = [
    { what: 'first page', run: (reads: OurReads) => reads.page() },
    { what: 'by id', run: (reads: OurReads) => reads.byId(ids[reads === ours ? 0 : 1]!) },
  ] as const;
  const times: ReadTime[] = [];
  for (const { what, run } of tasks) {
    const measured = await timeInTurns(
      [
        { name: 'ours', run: () => run(ours) },
        { name: 'control', run: () => run(control) },
      ],
      timing,
    );
    times.push({ what, ratio: measured.ours!.median / measured.control!.median, ours: measured.ours!.median });
  }
  return times;
}

/** V5: in force for the viewer's next statement, which computes the access that later ones read. */
async function joinAndRead(world: World): Promise<{ extra: number; change: number }> {
  const { administrators, administrator, viewers, viewer, few, superuser } = world;
  const user = viewer('100 %', 'one plane');
  const ours = ourReads(viewers, user, few.id);
  const groups = await superuser.query<{ id: string }>(
    `select id from rowplane.groups where name like 'Layer group %' order by name limit 7`,
  );
  const [changes, next, usual]: number[][] = [[], [], []];
  for (const { id } of groups) {
    changes!.push(await timed(() => administrators.change(administrator, (a) => addMembers(a, id, [user.id]))));
    next!.push(await timed(() => ours.page()));
    usual!.push(await timed(() => ours.page()));
  }
  return { change: median(changes!), extra: median(next!) - median(usual!) };
}

/** As each process that serves does it. */
async function keep({ apiUrl }: World): Promise<TreeKept & { milliseconds: number }> {
  const api = openPool(apiUrl, 1, 'upkeep');
  try {
    const began = performance.now();
    const kept = await keepTree(api, deliveryProof(SECRET));
    return { ...kept, milliseconds: performance.now() - began };
  } finally {
    await api.end();
  }
}

async function enterFirst(world: World, { id: folder }: LargeFolder): Promise<number> {
  const { administrators, administrator, viewer, few, superuser } = world;
  // Whoever changes entries holds EDIT_PERMISSIONS and sees the folder.
  await superuser.query(
    `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision)
     select archive_id, archive_id, $2, p, 'ALLOW' from rowplane.folders, unnest(array['VIEW', 'EDIT_PERMISSIONS']) p
     where id = $1 on conflict do nothing`,
    [folder, administrator.id],
  );
  return timed(() =>
    administrators.change(administrator, (a) =>
      setPermissions(a, [
        {
          object: { id: folder, workspace: few.id },
          principal: viewer('5 %', 'one plane').id,
          permission: 'DELETE',
          decision: 'DENY',
        },
      ]),
    ),
  );
}

async function accessSize(superuser: Connection): Promise<{ mean: number; largest: number }> {
  const [row] = await superuser.query<{ mean: number; largest: number }>(
    `select avg(pg_column_size(a.*))::float8 as mean, max(pg_column_size(a.*))::float8 as largest
     from rowplane.viewer_access a where cardinality(a.view_flags) > 0`,
  );
  return row!;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
