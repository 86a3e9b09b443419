import { setTimeout as sleep } from 'node:timers/promises';
import { recordId } from '../src/graphql/global-id.ts';
import { changeRecords } from './desk-changes.ts';
import { makeDesk, type Desk } from './desk.ts';
import { moveAccess } from './desk-revocations.ts';
import { placeEntries } from './desk-placements.ts';
import { pollAll, type Polled } from './desk-polls.ts';
import { cpuOf, memoryOf, pathOf, startServer } from './processes.ts';
import { startSubscribers, type Subscribers } from './subscriber-processes.ts';
import type { Expected } from './subscriber-messages.ts';
import { percentile } from './timing.ts';
import { SECRET, type World } from './world.ts';

export interface SubscriptionSizes {
  subscribers: number;
  classes: number;
  seconds: number;
  /** Changes of records in a second. */
  changes: number;
  /** Placements in mailboxes in a second. */
  placements: number;
}

/** Milliseconds; the share is what all but one in a hundred, and so on, take at most. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
  highest: number;
}

/** What went on while something was measured, in processors. */
export interface Busy {
  server: number;
  postgres: number;
  clients: number;
}

export interface SubscriptionsResult extends SubscriptionSizes {
  /** Megabytes of the server before anybody connected, and with all subscriptions. */
  memory: { before: number | null; subscribed: number | null; highest: number | null };
  connecting: number;
  delivery: {
    changes: number;
    events: number;
    lost: number;
    doubled: number;
    strange: number;
    latency: Latency;
    busy: Busy;
    lag: number;
  };
  mailbox: {
    placements: number;
    lost: number;
    doubled: number;
    strange: number;
    placing: Latency;
    arrival: Latency;
    busy: Busy;
  };
  /** Access taken away and given back, for one person at a time, then for a class at once. Milliseconds until all that it covered was told. */
  revocation: {
    people: { revoked: number[]; given: number[] };
    class: { people: number; revoked: number; given: number };
    told: number;
    lost: number;
    doubled: number;
    strange: number;
  };
  polling: Polled & { busy: Busy };
}

export const SUBSCRIPTIONS: SubscriptionSizes = {
  subscribers: 5_000,
  classes: 20,
  seconds: 20,
  changes: 100,
  placements: 50,
};
/** How many processes the subscribers are in. */
const CLIENT_PROCESSES = 2;
/** From how many people access is taken away, one after the other. */
const REVOKED = 10;
/** Milliseconds that everything may take to arrive, after the last change. */
const PATIENCE = 20_000;

const RECORDS = 'subscription { documentsChanged { kind id record { id title status priority version } cursor } }';
const MAILBOX = 'subscription { mailboxChanged { kind id entry { note sender { name } record { id } } cursor } }';

/** Real subscribers over real sockets on one server process: what changes, what is placed, and what polling takes instead. */
export async function measureSubscriptions(
  world: World,
  sizes: SubscriptionSizes,
  log: (line: string) => void,
): Promise<SubscriptionsResult> {
  const total = sizes.seconds * sizes.changes;
  const desk = await makeDesk(world, { ...sizes, records: Math.ceil((2 * total) / sizes.classes) + 100 });
  const server = await startServer([...profiling(), pathOf('rowplane-server.ts')], {
    environment: { API_URL: world.apiUrl, POOL: '4' },
    ready: /^http/,
  });
  const people = desk.classes.flatMap(({ users }, index) => users.map((id) => ({ id, hears: `class ${index}` })));
  const subscribers = startSubscribers(people, CLIENT_PROCESSES);
  const [postgres] = await world.superuser.query<{ pid: number }>(
    `select (regexp_match(pg_read_file('postmaster.pid'), '^\\d+'))[1]::int as pid`,
  );
  const pids = { server: server.pid, postgres: postgres!.pid, clients: subscribers.pids };
  try {
    const url = server.line;
    const before = (await memoryOf(server.pid))?.now ?? null;
    const started = performance.now();
    await subscribers.connect({ url: url.replace('http', 'ws'), secret: SECRET, query: RECORDS });
    await followed(url, people.length, subscribers);
    const connecting = performance.now() - started;
    const subscribed = (await memoryOf(server.pid))?.now ?? null;
    log(`${people.length} subscribers connected in ${(connecting / 1000).toFixed(1)} s`);

    const delivery = await measureDelivery(world, desk, subscribers, sizes, pids);
    log(
      `Delivery: ${line(delivery.latency)}, ${delivery.lost} lost, ${delivery.doubled} doubled, ${delivery.strange} strange of ${delivery.events}`,
    );
    const highest = (await memoryOf(server.pid))?.highest ?? null;

    const revocation = await measureRevocation(world, desk, subscribers);
    log(
      `Revocation: ${inMs(revocation.people.revoked)}, given back ${inMs(revocation.people.given)}; of a class ${inMs([revocation.class.revoked])}, given back ${inMs([revocation.class.given])}`,
    );

    await subscribers.forget();
    await subscribers.subscribe(MAILBOX);
    await followed(url, 2 * people.length, subscribers);
    const mailbox = await measureMailbox(url, desk, subscribers, sizes, pids);
    log(
      `Placing: ${line(mailbox.placing)}; arrival: ${line(mailbox.arrival)}; ${mailbox.lost} lost of ${mailbox.placements}`,
    );

    await subscribers.end();
    await followed(url, 0);
    const polling = await measurePolling(url, desk, sizes, pids);
    log(`Polls: ${polling.rate.toFixed(0)} in a second`);
    return { ...sizes, memory: { before, subscribed, highest }, connecting, delivery, revocation, mailbox, polling };
  } finally {
    await subscribers.end();
    await server.stop();
  }
}

/** `ROWPLANE_BENCH_PROFILE` names a folder for a profile of the server. */
function profiling(): string[] {
  const folder = process.env.ROWPLANE_BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}

interface Pids {
  server: number;
  postgres: number;
  clients: readonly number[];
}

async function measureDelivery(
  world: World,
  desk: Desk,
  subscribers: Subscribers,
  { seconds, changes }: SubscriptionSizes,
  pids: Pids,
) {
  const busy = await watch(pids);
  const { told, lag } = await changeRecords(world.superuserUrl, desk, { seconds, rate: changes });
  const expected: Expected[] = told.map(({ kind, id, to, committed }) => ({
    hears: `class ${to}`,
    key: `${kind} ${recordId('Document', desk.workspace, id)}`,
    committed,
  }));
  const events = expected.reduce((sum, { hears }) => sum + desk.classes[Number(hears.slice(6))]!.users.length, 0);
  await everythingArrived(subscribers, events);
  const used = await busy();
  const { latencies, ...faults } = await subscribers.judge(expected);
  return { changes: told.length, events, ...faults, latency: latencyOf(latencies), busy: used, lag };
}

async function measureMailbox(
  url: string,
  desk: Desk,
  subscribers: Subscribers,
  { seconds, placements }: SubscriptionSizes,
  pids: Pids,
) {
  const busy = await watch(pids);
  const placed = await placeEntries(url, desk, { seconds, rate: placements });
  await everythingArrived(subscribers, placed.length);
  const used = await busy();
  const { latencies, ...faults } = await subscribers.judge(
    placed.map(({ note, to, answered }) => ({ hears: `class ${to}`, key: note, committed: answered })),
  );
  // One of each class's members is told, so all others "lost" it.
  const others = placed.reduce((sum, { to }) => sum + desk.classes[to]!.users.length - 1, 0);
  return {
    placements: placed.length,
    ...faults,
    lost: faults.lost - others,
    placing: latencyOf(Float64Array.from(placed.map(({ took }) => took)).sort()),
    arrival: latencyOf(latencies),
    busy: used,
  };
}

/** One after the other, each when the one before was told. */
async function measureRevocation(world: World, desk: Desk, subscribers: Subscribers) {
  const faults = { told: 0, lost: 0, doubled: 0, strange: 0 };
  const moved = async (to: number, users: readonly string[], kind: 'APPEARED' | 'DISAPPEARED'): Promise<number> => {
    await subscribers.forget();
    const { people, expected } = await moveAccess(world, desk, { to, users, kind });
    await everythingArrived(subscribers, people * expected.length);
    const { latencies, lost, doubled, strange } = await subscribers.judge(expected);
    faults.told += people * expected.length;
    // The others of the class hear nothing of it.
    faults.lost += lost - expected.length * (desk.classes[to]!.users.length - people);
    faults.doubled += doubled;
    faults.strange += strange;
    return latencies.at(-1) ?? Number.NaN;
  };
  const people = { revoked: [] as number[], given: [] as number[] };
  const last = desk.classes.length - 1;
  for (let to = 0; to < Math.min(REVOKED, last); to++) {
    const one = desk.classes[to]!.users.slice(-1);
    people.revoked.push(await moved(to, one, 'DISAPPEARED'));
    people.given.push(await moved(to, one, 'APPEARED'));
  }
  const { users } = desk.classes[last]!;
  const revoked = await moved(last, users, 'DISAPPEARED');
  const given = await moved(last, users, 'APPEARED');
  return { people, class: { people: users.length, revoked, given }, ...faults };
}

async function measurePolling(url: string, desk: Desk, { seconds }: SubscriptionSizes, pids: Pids) {
  const busy = await watch({ ...pids, clients: [process.pid] });
  const polled = await pollAll(url, desk, Math.ceil(seconds / 2));
  return { ...polled, busy: await busy() };
}

/** Returns what says how busy they were since. */
async function watch({ server, postgres, clients }: Pids): Promise<() => Promise<Busy>> {
  const read = async () => {
    const all = await Promise.all([cpuOf(server), cpuOf(postgres, true), ...clients.map((pid) => cpuOf(pid))]);
    return { time: performance.now(), all };
  };
  const before = await read();
  return async () => {
    const after = await read();
    const used = after.all.map((cpu, index) => (cpu - before.all[index]!) / (after.time - before.time));
    const [ofServer, ofPostgres, ...ofClients] = used as [number, number, ...number[]];
    return { server: ofServer, postgres: ofPostgres, clients: ofClients.reduce((sum, each) => sum + each, 0) };
  };
}

async function followed(url: string, followers: number, subscribers?: Subscribers): Promise<void> {
  for (;;) {
    // Fails if one of them was refused.
    await subscribers?.count();
    const text = await (await fetch(url.replace('/graphql', '/metrics'))).text();
    if (Number(/^rowplane_followers (\d+)/m.exec(text)?.[1]) === followers) break;
    await sleep(100);
  }
  await sleep(1_000);
}

async function everythingArrived(subscribers: Subscribers, events: number): Promise<void> {
  const latest = performance.now() + PATIENCE;
  while ((await subscribers.count()) < events && performance.now() < latest) await sleep(100);
  // What comes twice would come now.
  await sleep(500);
}

export function latencyOf(sorted: Float64Array): Latency {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(sorted, share)) as [number, number, number];
  return { p50, p95, p99, highest: sorted.at(-1) ?? Number.NaN };
}

const inMs = (times: readonly number[]): string => `${times.map((time) => time.toFixed(0)).join(', ')} ms`;

const line = ({ p50, p95, p99 }: Latency): string =>
  `half within ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;

export function linesOfSubscriptions(result: SubscriptionsResult): string[] {
  const { subscribers, classes, changes, placements, memory, connecting, delivery, revocation, mailbox, polling } =
    result;
  const busyLine = ({ server, postgres, clients }: Busy): string =>
    `processors in use: server ${server.toFixed(2)}, Postgres ${postgres.toFixed(2)}, clients ${clients.toFixed(2)}`;
  const each =
    memory.before !== null && memory.subscribed !== null
      ? ((memory.subscribed - memory.before) * 1024) / subscribers
      : Number.NaN;
  const faults = ({ lost, doubled, strange }: { lost: number; doubled: number; strange: number }): string =>
    `${lost} not there ${PATIENCE / 1000} s after the last one, ${doubled} doubled, ${strange} that nobody expected`;
  const polls = polling.rate > 0 ? (polling.busy.server + polling.busy.postgres) / polling.rate : Number.NaN;
  return [
    `${subscribers.toLocaleString('en')} subscribers in ${classes} access classes on one server process, connected in ${(connecting / 1000).toFixed(1)} s; ` +
      `memory ${memory.before ?? '?'} MB without, ${memory.subscribed ?? '?'} MB with them (${each.toFixed(0)} KB each), ${memory.highest ?? '?'} MB at its highest:`,
    `- ${changes} changes of records in a second, ${delivery.events.toLocaleString('en')} events in all: ${line(delivery.latency)} (aim: p95 under 250); ${faults(delivery)}; ${busyLine(delivery.busy)}`,
    `- access taken from one of them, ${revocation.people.revoked.length} times: all that it covered told to be gone within ${inMs([Math.max(...revocation.people.revoked)])} (aim: 1000), and back within ${inMs([Math.max(...revocation.people.given)])}; ` +
      `from ${revocation.class.people} at once: ${inMs([revocation.class.revoked])}, and given back: ${inMs([revocation.class.given])}; ${revocation.told.toLocaleString('en')} events in all, ${faults(revocation)}`,
    `- ${placements} placements in a second: ${line(mailbox.placing)} (aim: p95 under 100); at the recipient, after the answer: ${line(mailbox.arrival)}; ${faults(mailbox)}; ${busyLine(mailbox.busy)}`,
    `- polling instead: ${polling.rate.toFixed(0)} polls in a second at most, half within ${polling.latency.toFixed(0)} ms; ${busyLine(polling.busy)}. ` +
      `${subscribers.toLocaleString('en')} in a second would take ${(polls * subscribers).toFixed(1)} processors`,
  ];
}
