import type { Client } from 'graphql-ws';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readSettings } from '../../src/database/settings.ts';
import { serve } from '../../src/server/serve.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { followersOf, listen, openClient } from '../subscriptions/subscribing.ts';
import { KINDS, startBusServer, type BusServer } from './bus-server.ts';

let demo: DemoDatabase;
const servers: RunningServer[] = [];
const clients: Client[] = [];
beforeAll(async () => {
  demo = await createDemoDatabase();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => demo.drop());

const AN_HOUR = 3_600_000;

async function apiProcess(bus: string, deliveryInterval: number): Promise<RunningServer> {
  const settings = readSettings({ PORT: '0', ROWPLANE_LOG_LEVEL: 'silent', ROWPLANE_BUS: bus }, '/nonexistent');
  const server = await serve({
    deployment: demo.database,
    settings: { ...settings, deliveryInterval },
    definitions: demo.definitions,
    page: null,
  });
  servers.push(server);
  return server;
}

function client({ url }: RunningServer, user: string): Client {
  const opened = openClient({ url, secret: demo.database.secret, user: demo.people[user]! });
  clients.push(opened);
  return opened;
}

const QUERY =
  '{ processes(first: 1, where: { endedAt: { isSet: false }, dueAt: { isSet: true } }, orderBy: [{ field: DUE_AT }]) { nodes { id } } }';
const UPDATE =
  'mutation ($id: ID!, $to: String!) { updateProcess(input: { id: $id, responsible: $to }) { process { id } } }';
const FOLLOW = 'subscription { processesChanged { record { responsible } } }';

interface Told {
  record: { responsible: string };
}

/** Somebody at one process who changes a process, and somebody at another one who follows it. */
async function betweenTwo(bus: string, interval: number) {
  const [here, there] = [await apiProcess(bus, interval), await apiProcess(bus, interval)];
  const ben = client(here, 'ben');
  const [{ nodes }] = (await listen<{ nodes: { id: string }[] }>(ben, QUERY).first(1)) as [{ nodes: { id: string }[] }];
  const heard = listen<Told>(client(there, 'cleo'), FOLLOW);
  await followersOf(there.url, 1);
  return {
    heard,
    change: (to: string) => listen(ben, UPDATE, { id: nodes[0]!.id, to }).first(1),
    arrived: async (count: number) => (await heard.first(count)).map(({ record }) => record.responsible),
  };
}

for (const kind of KINDS) {
  describe.skipIf(kind.program === undefined)(`${kind.name} between processes (skipped where not installed)`, () => {
    let bus: BusServer;
    beforeAll(async () => {
      bus = await startBusServer(kind);
    });
    afterAll(() => bus.kill());

    test('M5: what is changed through one process arrives at another long before that one would look; also after the bus was killed', async () => {
      const { change, arrived } = await betweenTwo(bus.url, AN_HOUR);
      await change('one');
      expect(await arrived(1)).toEqual(['one']);
      await bus.kill();
      await change('two');
      await sleep(200);
      await bus.start();
      expect(await arrived(2)).toEqual(['one', 'two']);
      await change('three');
      expect(await arrived(3)).toEqual(['one', 'two', 'three']);
    });
  });
}

test.each(['nats', 'redis'])('M5: without its bus (%s), a process finds changes by looking', async (protocol) => {
  const { change, arrived } = await betweenTwo(`${protocol}://127.0.0.1:9`, 50);
  await change('by looking');
  expect(await arrived(1)).toEqual(['by looking']);
});
