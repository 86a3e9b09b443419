import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Client } from 'graphql-ws';
import { encodeId } from '../../src/graphql/global-id.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';
import { authorizationFor, followersOf, listen, openClient } from './subscribing.ts';

let demo: DemoDatabase;
let server: RunningServer;
const clients: Client[] = [];
beforeAll(async () => {
  demo = await createDemoDatabase();
  server = await serveDatabase(demo);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await followersOf(server.url, 0);
});
afterAll(async () => {
  await server.stop();
  await demo.drop();
});

function as(name: string): Client {
  const client = openClient({ url: server.url, secret: demo.database.secret, user: demo.people[name]! });
  clients.push(client);
  return client;
}

interface ProcessChange {
  kind: string;
  id: string;
  cursor: string;
  record: { id: string; responsible: string | null; version: number } | null;
}
interface Row {
  id: string;
  version: number;
}

const PROCESSES =
  'processesChanged(where: { endedAt: { isSet: false } }) { kind id cursor record { id responsible version } }';

async function ask<T>(client: Client, query: string, variables = {}): Promise<T> {
  return (await listen<T>(client, query, variables).first(1))[0]!;
}

async function someProcesses(client: Client, count: number): Promise<Row[]> {
  const query = `{ processes(first: ${count}, where: { endedAt: { isSet: false }, dueAt: { isSet: true } }, orderBy: [{ field: DUE_AT }]) { nodes { id version } } }`;
  return (await ask<{ nodes: Row[] }>(client, query)).nodes;
}

function update(client: Client, row: Row, fields: string) {
  return ask(
    client,
    `mutation ($id: ID!) { updateProcess(input: { id: $id, ${fields} }) { process { version } } }`,
    row,
  );
}

test('M5: what one viewer changes arrives at another, who may see it, and leaves a list whose condition it no longer meets', async () => {
  const [ben, cleo, anyone] = [as('ben'), as('cleo'), as('emil')];
  const heard = listen<ProcessChange>(cleo, `subscription { ${PROCESSES} }`);
  const others = listen<ProcessChange>(anyone, `subscription { ${PROCESSES} }`);
  await followersOf(server.url, 2);
  const [row] = (await someProcesses(ben, 1)) as [Row];
  await update(ben, row, 'responsible: "Ben"');
  const [changed] = await heard.first(1);
  expect(changed).toEqual({
    kind: 'CHANGED',
    id: row.id,
    cursor: expect.any(String) as string,
    record: { id: row.id, responsible: 'Ben', version: row.version + 1 },
  });
  await update(ben, row, 'endedAt: "2026-01-31T09:30:00Z"');
  const [, gone] = await heard.first(2);
  expect(gone).toEqual({ kind: 'DISAPPEARED', id: row.id, cursor: expect.any(String) as string, record: null });
  expect(others.results).toEqual([]);
});

test('M5: a new record appears, and disappears into the trash', async () => {
  const [ben, cleo] = [as('ben'), as('cleo')];
  const heard = listen<ProcessChange>(cleo, `subscription { ${PROCESSES} }`);
  await followersOf(server.url, 1);
  const { nodes } = await ask<{ nodes: { id: string; name: string }[] }>(
    ben,
    '{ archives(first: 9) { nodes { id name } } }',
  );
  const archive = nodes.find(({ name }) => name === 'Permits')!.id;
  const made = await ask<{ process: Row }>(
    ben,
    'mutation ($archive: ID!) { createProcess(input: { archive: $archive, reference: "NEW-1" }) { process { id version } } }',
    { archive },
  );
  await heard.first(1);
  await ask(ben, 'mutation ($id: ID!) { deleteProcess(input: { id: $id }) { id } }', made.process);
  const told = await heard.first(2);
  expect(told.map(({ kind, id }) => [kind, id])).toEqual([
    ['APPEARED', made.process.id],
    ['DISAPPEARED', made.process.id],
  ]);
});

test('M5: entries are placed, change and leave; their record is told as their owner sees it', async () => {
  const [ben, cleo] = [as('ben'), as('cleo')];
  const heard = listen<{ kind: string; id: string; entry: Record<string, unknown> | null }>(
    cleo,
    'subscription { mailboxChanged { kind id entry { id note readAt sender { name } record { id ...on Process { abilities } } } } }',
  );
  await followersOf(server.url, 1);
  const [row] = (await someProcesses(ben, 1)) as [Row];
  await ask(ben, 'mutation ($input: PlaceInMailboxInput!) { placeInMailbox(input: $input) { placed } }', {
    input: { records: [row.id], recipients: [encodeId('User', demo.people.cleo!)], note: 'Please look.' },
  });
  const [placed] = await heard.first(1);
  expect(placed).toMatchObject({
    kind: 'PLACED',
    entry: { note: 'Please look.', readAt: null, sender: { name: 'ben' }, record: { id: row.id } },
  });
  const entries = [placed!.id];
  await ask(cleo, 'mutation ($e: [ID!]!) { markMailboxEntriesRead(input: { entries: $e }) { entries { id } } }', {
    e: entries,
  });
  const [, read] = await heard.first(2);
  await ask(cleo, 'mutation ($e: [ID!]!) { returnMailboxEntries(input: { entries: $e }) { returned } }', {
    e: entries,
  });
  const [, , removed] = await heard.first(3);
  expect(read).toMatchObject({ kind: 'CHANGED', id: placed!.id, entry: { readAt: expect.any(String) as string } });
  expect(removed).toEqual({ kind: 'REMOVED', id: placed!.id, entry: null });
});

test('M5: access that is taken ends what it covered within a second, and that it changed is told', async () => {
  const dara = as('dara');
  const processes = listen<{ kind: string; id: string }>(dara, 'subscription { processesChanged { kind id } }');
  const access = listen<{ workspaces: string[] }>(dara, 'subscription { accessChanged { workspaces } }');
  const { nodes } = await ask<{ nodes: Row[] }>(dara, '{ processes(first: 500) { nodes { id version } } }');
  await followersOf(server.url, 1);
  const { owner } = demo.database;
  const assignments = await owner.query<Record<string, unknown>>(
    'delete from rowplane.client_assignments where user_id = $1 returning workspace_id, client_id, archive_id, user_id',
    [demo.people.dara],
  );
  const gone = await processes.first(nodes.length);
  expect(kindsOf(gone)).toEqual(nodes.map(({ id }) => `DISAPPEARED ${id}`).sort());
  expect(await access.first(1)).toEqual([{ workspaces: [encodeId('Workspace', 1)] }]);
  for (const row of assignments)
    await owner.query(
      'insert into rowplane.client_assignments (workspace_id, client_id, archive_id, user_id) values ($1, $2, $3, $4)',
      [row.workspace_id, row.client_id, row.archive_id, row.user_id],
    );
  const back = await processes.first(2 * nodes.length);
  expect(kindsOf(back.slice(nodes.length))).toEqual(nodes.map(({ id }) => `APPEARED ${id}`).sort());
});

function kindsOf(changes: { kind: string; id: string }[]): string[] {
  return changes.map(({ kind, id }) => `${kind} ${id}`).sort();
}

test('M5: a blocked account closes its sockets with 4403, and gets no new one', async () => {
  const gus = as('gus');
  const heard = listen(gus, 'subscription { documentsChanged { kind } }');
  await followersOf(server.url, 1);
  const block = `update rowplane.users set blocked_until = $2::timestamptz where id = $1`;
  await demo.database.owner.query(block, [demo.people.gus, 'infinity']);
  expect(await heard.ended).toMatchObject({ code: 4403 });
  expect(await listen(gus, 'subscription { documentsChanged { kind } }').ended).toMatchObject({ code: 4403 });
  await demo.database.owner.query(block, [demo.people.gus, null]);
});

test('M5: changes arrive by events as well, and go on from a cursor on another connection', async () => {
  const ben = as('ben');
  const authorization = await authorizationFor({ secret: demo.database.secret, user: demo.people.cleo! });
  const events = createClient({ url: `${server.url}/graphql`, headers: { authorization }, retryAttempts: 0 });
  const follow = (after: string | null) =>
    events.iterate<{ processesChanged: ProcessChange }>({
      query: `subscription ($after: String) { ${PROCESSES.replace('where', 'after: $after, where')} }`,
      variables: { after },
    });
  const [row] = (await someProcesses(ben, 1)) as [Row];
  const first = follow(null);
  const one = first.next();
  await followersOf(server.url, 1);
  await update(ben, row, 'responsible: "one"');
  const { cursor } = (await one).value!.data!.processesChanged;
  await first.return?.();
  await followersOf(server.url, 0);
  await update(ben, row, 'responsible: "two"');
  const second = follow(cursor);
  const { record } = (await second.next()).value!.data!.processesChanged;
  expect(record!.responsible).toBe('two');
  await second.return?.();
  events.dispose();
});

test('a cursor of somebody else is none: the subscription does not begin', async () => {
  const [ben, cleo] = [as('ben'), as('cleo')];
  const heard = listen<ProcessChange>(cleo, `subscription { ${PROCESSES} }`);
  await followersOf(server.url, 1);
  const [row] = (await someProcesses(ben, 1)) as [Row];
  await update(ben, row, 'responsible: "x"');
  const [{ cursor }] = (await heard.first(1)) as [ProcessChange];
  const query = `subscription ($after: String) { ${PROCESSES.replace('where', 'after: $after, where')} }`;
  expect(await listen(ben, query, { after: cursor }).ended).toMatchObject([
    { extensions: { code: 'VALIDATION_FAILED', problems: [{ path: 'after' }] } },
  ]);
});

test('followers, groups and changes are counted', async () => {
  const [ben, cleo] = [as('ben'), as('cleo')];
  const both = [1, 2].map(() => listen<ProcessChange>(cleo, `subscription { ${PROCESSES} }`));
  await followersOf(server.url, 2);
  const [row] = (await someProcesses(ben, 1)) as [Row];
  await update(ben, row, 'responsible: "y"');
  for (const heard of both) await heard.first(1);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  expect(text).toMatch(/^rowplane_follower_groups 1$/m);
  expect(text).toMatch(/^rowplane_followed_records [1-9]/m);
  expect(text).toMatch(/^rowplane_changes_behind_seconds [0-9.e-]+$/m);
  expect(text).toMatch(/^rowplane_changes_told_total [1-9]/m);
});
