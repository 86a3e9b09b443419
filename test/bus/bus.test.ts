import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBus, type Bus } from '../../src/bus/bus.ts';
import { openNats } from '../../src/bus/nats.ts';
import { openRedis } from '../../src/bus/redis.ts';
import { KINDS, startBusServer, type BusServer } from './bus-server.ts';

const open: Bus[] = [];
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.end();
});

interface Station {
  bus: Bus;
  /** How often it heard that there may be news. */
  heard: number;
  lost: unknown[];
  back: number;
}

function station(url: string, channel = 'rowplane.test'): Station {
  const counts = { heard: 0, lost: [] as unknown[], back: 0 };
  const bus = openBus({
    url,
    channel,
    onNews: () => counts.heard++,
    onLost: (error) => counts.lost.push(error),
    onBack: () => counts.back++,
  });
  open.push(bus);
  return Object.assign(counts, { bus });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

/** Both are connected, and what they said about that has been heard. */
async function connected(...stations: Station[]): Promise<void> {
  for (const each of stations) {
    await until(() => each.heard > 0);
    for (const other of stations) {
      const before = other.heard;
      if (other === each) continue;
      each.bus.tell();
      await until(() => other.heard > before);
    }
  }
}

for (const kind of KINDS) {
  describe.skipIf(kind.program === undefined)(`${kind.name} as bus (skipped where it is not installed)`, () => {
    let server: BusServer;
    beforeAll(async () => {
      server = await startBusServer(kind);
    });
    afterAll(() => server.kill());

    test('whoever is connected hears that another one committed', async () => {
      const [one, other, third] = [station(server.url), station(server.url), station(server.url)];
      await connected(one, other, third);
      const before = [other.heard, third.heard];
      one.bus.tell();
      await until(() => other.heard > before[0]! && third.heard > before[1]!);
    });

    test('nobody hears himself, nor another deployment', async () => {
      const [one, other, stranger] = [station(server.url), station(server.url), station(server.url, 'rowplane.other')];
      await connected(one, other);
      await until(() => stranger.heard > 0);
      await sleep(50);
      const before = [one.heard, stranger.heard];
      one.bus.tell();
      other.bus.tell();
      await until(() => one.heard > before[0]!);
      await sleep(50);
      expect([one.heard, stranger.heard]).toEqual([before[0]! + 1, before[1]]);
    });

    test('a flood of messages, whatever is in them, causes few looks', async () => {
      const one = station(server.url);
      await until(() => one.heard > 0);
      const start = performance.now();
      const flood = kind.name === 'Redis' ? openRedis : openNats;
      let arrived = 0;
      const wire = await flood({ url: new URL(server.url), channel: 'rowplane.test', onMessage: () => arrived++ });
      for (let i = 0; i < 5_000; i++) wire.send(`{"drop table": ${'x'.repeat(i % 300)}`);
      await until(() => arrived === 5_000);
      await wire.close();
      await sleep(50);
      expect(one.heard).toBeGreaterThan(1);
      expect(one.heard).toBeLessThanOrEqual(2 + (performance.now() - start) / 19);
    });

    test('a lost bus is told once, found again by itself, and then nobody goes without the news', async () => {
      const [one, other] = [station(server.url), station(server.url)];
      await connected(one, other);
      await server.kill();
      await until(() => one.lost.length > 0 && other.lost.length > 0);
      one.bus.tell();
      await sleep(300);
      const before = other.heard;
      await server.start();
      await until(() => one.back === 1 && other.back === 1 && other.heard > before);
      await connected(one, other);
      expect([one.lost.length, other.lost.length]).toEqual([1, 1]);
    });

    test('a bus that refuses us is told of once, and asked again', async () => {
      const one = station(server.wrongUrl);
      await until(() => one.lost.length > 0);
      await sleep(500);
      expect(one.lost).toHaveLength(1);
      expect(one.heard).toBe(0);
    });
  });
}

test.each(['nats', 'redis'])(
  'a %s server that accepts and says nothing holds nobody up at the end',
  async (protocol) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const connecting = once(silent, 'connection');
    const one = station(`${protocol}://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await connecting;
    await one.bus.end();
    expect([one.heard, one.lost]).toEqual([0, []]);
    silent.close();
  },
);
