import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordId } from '../../src/graphql/global-id.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';
import { listen, openClient } from './subscribing.ts';

let demo: DemoDatabase;
let server: RunningServer;
beforeAll(async () => {
  demo = await createDemoDatabase();
  server = await serveDatabase(demo);
});
afterAll(async () => {
  await server.stop();
  await demo.drop();
});

const as = (name: string) => openClient({ url: server.url, secret: demo.database.secret, user: demo.people[name]! });

interface ProcessChange {
  kind: string;
  id: string;
  cursor: string;
  record: { reference: string | null } | null;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

async function ask<T>(client: ReturnType<typeof openClient>, query: string): Promise<T> {
  return (await listen<T>(client, query).first(1))[0]!;
}

test('M5: a change by one viewer arrives at another, as that one sees it', async () => {
  const [ben, cleo] = [as('ben'), as('cleo')];
  const heard = listen<ProcessChange>(
    cleo,
    'subscription { processesChanged { kind id cursor record { reference } } }',
  );
  const { nodes } = await ask<{ nodes: { id: string; version: number; fieldAccess: unknown }[] }>(
    ben,
    '{ processes(first: 20, where: { endedAt: { isSet: false } }) { nodes { id version fieldAccess { field level } } } }',
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [row] = nodes;
  await demo.database.owner.query('select 1');
  console.log(JSON.stringify(row));
  heard.stop();
  void recordId;
  await ben.dispose();
  await cleo.dispose();
  expect(await metric('rowplane_followers')).toBe(0);
});
