import type { ChildProcess } from 'node:child_process';
import { createClient, type Client } from 'graphql-ws';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { recordId } from '../../src/graphql/global-id.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { lineOf, startNode } from '../support/process.ts';
import { authorizationFor, followersOf, listen, openClient } from './subscribing.ts';

let demo: DemoDatabase;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  demo = await createDemoDatabase();
});
afterAll(async () => {
  for (const child of running) await end(child, 'SIGTERM');
  await demo.drop();
});

/** A process of the API on the test's database. */
async function startServer(): Promise<{ url: string; child: ChildProcess }> {
  const { apiUrl, adminUrl, secret } = demo.database;
  const child = startNode('test/support/serve-process.ts', [JSON.stringify({ apiUrl, adminUrl, secret })]);
  running.add(child);
  const line = await lineOf(child, 'ready');
  return { child, url: line.slice('ready '.length) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  running.delete(child);
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

interface Told {
  kind: string;
  id: string;
  cursor: string;
  record: { reference: string } | null;
}

const QUERY = `subscription ($after: String) { processesChanged(where: { reference: { startsWith: "KILL" } }, after: $after)
  { kind id cursor record { reference } } }`;

/** A client as the documentation shows it: connects again by itself, with the last cursor, to the address of then. */
function followAlways(address: () => string, told: Told[]): Client {
  const client = createClient({
    url: () => `${address().replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({
      authorization: await authorizationFor({ secret: demo.database.secret, user: demo.people.cleo! }),
    }),
    retryAttempts: Infinity,
    shouldRetry: () => true,
  });
  const variables: { after: string | null } = { after: null };
  client.subscribe<{ processesChanged: Told }>(
    { query: QUERY, variables },
    {
      next({ data }) {
        told.push(data!.processesChanged);
        variables.after = data!.processesChanged.cursor;
      },
      error: (problem) => {
        throw new Error(JSON.stringify(problem));
      },
      complete: () => undefined,
    },
  );
  return client;
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Some at a time in each transaction, all the while. */
async function makeRecords(transactions: number, each: number): Promise<string[]> {
  const made: string[] = [];
  for (let index = 0; index < transactions; index++) {
    const rows = await demo.database.owner.query<{ id: string }>(
      `insert into ws_1.process (realm_id, archive_id, folder_id, client_id, reference)
       select p.realm_id, p.archive_id, p.folder_id, p.client_id, 'KILL-' || $1 || '-' || n
       from (select * from ws_1.process order by id limit 1) p, generate_series(1, $2::int) n returning id`,
      [index, each],
    );
    made.push(...rows.map(({ id }) => recordId('Process', 1, id)));
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return made;
}

test('M5: an API process is killed in the middle of it, and the client goes on at another one: nothing lost, nothing told twice', async () => {
  const [first, second] = await Promise.all([startServer(), startServer()]);
  const told: Told[] = [];
  const all = 300;
  let address = first.url;
  const client = followAlways(() => address, told);
  await followersOf(first.url, 1);
  const making = makeRecords(all / 3, 3);
  await until(() => told.length > all / 3);
  address = second.url;
  await end(first.child, 'SIGKILL');
  const made = await making;
  await until(() => told.length >= all);
  expect(told.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(made.map((id) => `APPEARED ${id}`).sort());
  await client.dispose();
});

test('a server that is stopped says so (1001), and its followers go on elsewhere', async () => {
  const server = await startServer();
  const client = openClient({ url: server.url, secret: demo.database.secret, user: demo.people.cleo! });
  const heard = listen<Told>(client, QUERY);
  await followersOf(server.url, 1);
  await end(server.child, 'SIGTERM');
  expect(await heard.ended).toMatchObject({ code: 1001 });
});
