import { createClient, type Client, type ExecutionResult } from 'graphql-ws';
import type { FormattedExecutionResult } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Refusal } from '../../src/access/refusals.ts';
import { createQueue, type Queue } from '../../src/delivery/queue.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { startTinyServer } from './tiny-server.ts';

/** Of each subscription, in the order in which they began: what tells it. */
let told: Queue<FormattedExecutionResult>[];
let server: RunningServer;
let count = 0;
/** Ends the account that everybody here is. */
let block: () => void;
beforeAll(async () => {
  const listeners = new Set<() => void>();
  block = () => {
    for (const each of listeners) each();
  };
  server = await startTinyServer({
    onAccountEnded: (_viewer, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribe: () => {
      const queue = createQueue<FormattedExecutionResult>({
        limit: 1000,
        nameOf: () => String(count++),
        merge: (_waiting, newer) => newer,
        onEnd: () => undefined,
      });
      told.push(queue);
      return Promise.resolve(queue.follower as never);
    },
  });
});
afterAll(() => server.stop());
beforeEach(() => {
  told = [];
});

const result = (text: string): FormattedExecutionResult => ({ data: { text } });
const QUERY = 'subscription { ticks }';

const open = (): Client =>
  createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });

/** What a subscription of this client hears, and how it ends. */
function listen(client: Client) {
  const heard: unknown[] = [];
  let stop: () => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    stop = client.subscribe(
      { query: QUERY },
      {
        next: ({ data }: ExecutionResult) => heard.push(data?.text),
        error: resolve,
        complete: () => resolve('complete'),
      },
    );
  });
  return { heard, ended, stop: () => stop() };
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until so many subscriptions have begun, and wait for what comes. */
async function begun(subscriptions: number): Promise<void> {
  await until(() => told.length === subscriptions);
  await new Promise((resolve) => setTimeout(resolve, 20));
}

test.each([
  ['the empty text', ''],
  ['letters of several bytes', 'Grüße, 世界 🎉 '.repeat(10)],
  ['what JSON escapes', '"\\\n\u0000\u2028'],
  ...[40, 59, 60, 61, 70, 500, 65_467, 65_468, 65_469, 65_480, 300_000].map((length) => [
    `${length} letters`,
    'x'.repeat(length),
  ]),
])('messages are framed as the protocol asks: %s', async (_what, text) => {
  const client = open();
  const { heard } = listen(client);
  await begun(1);
  told[0]!.push(result(text));
  told[0]!.push(result('and another'));
  await until(() => heard.length === 2);
  expect(heard).toEqual([text, 'and another']);
  await client.dispose();
});

test('M5: each subscription hears its own, in order, on whichever socket', async () => {
  const [one, other] = [open(), open()];
  const first = listen(one);
  await begun(1);
  const second = listen(one);
  await begun(2);
  const third = listen(other);
  await begun(3);
  const expected = told.map((_, which) => Array.from({ length: 50 }, (_, index) => `${which}: ${index}`));
  for (let index = 0; index < 50; index++)
    for (const [which, queue] of told.entries()) queue.push(result(`${which}: ${index}`));
  const all = [first, second, third];
  await until(() => all.every(({ heard }) => heard.length === 50));
  expect(all.map(({ heard }) => heard)).toEqual(expected);
  await Promise.all([one.dispose(), other.dispose()]);
});

test('M5: what comes before its completion or error is told before it, and nothing after', async () => {
  const client = open();
  const [completed, failed] = [listen(client), listen(client)];
  await begun(2);
  const [first, second] = told as [Queue<FormattedExecutionResult>, Queue<FormattedExecutionResult>];
  for (const queue of told) queue.push(result('last words'));
  first.end();
  second.fail(new Refusal('STALE_VERSION', 'Query again.'));
  for (const queue of told) queue.push(result('too late'));
  expect(await completed.ended).toBe('complete');
  expect(await failed.ended).toMatchObject([{ message: 'Query again.' }]);
  expect([completed.heard, failed.heard]).toEqual([['last words'], ['last words']]);
  await client.dispose();
});

test('M5: a result that can’t be written ends its own subscription, and no other one', async () => {
  const client = open();
  const [broken, whole] = [listen(client), listen(client)];
  await begun(2);
  const [first, second] = told as [Queue<FormattedExecutionResult>, Queue<FormattedExecutionResult>];
  const cause = {
    toJSON: () => {
      throw new Error('not to be written');
    },
  };
  first.push({ data: { text: cause } });
  for (const queue of told) queue.push(result('next'));
  expect(await broken.ended).toMatchObject([{ message: expect.any(String) as string }]);
  await until(() => whole.heard.length === 1);
  expect(broken.heard).toEqual([]);
  await until(() => !first.isOpen);
  expect(second.isOpen).toBe(true);
  await client.dispose();
});

test('M5: a client that completes or goes in the middle of it is told nothing more, and nothing of it stays', async () => {
  const [staying, leaving] = [open(), open()];
  const [stopped, kept] = [listen(staying), listen(staying)];
  await begun(2);
  const gone = listen(leaving);
  await begun(3);
  const [first, second, third] = told;
  for (const queue of told) queue.push(result('first'));
  await until(() => gone.heard.length === 1 && stopped.heard.length === 1);
  stopped.stop();
  leaving.terminate();
  for (let index = 0; first!.isOpen || third!.isOpen; index++) {
    for (const queue of told) queue.push(result(String(index)));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const before = kept.heard.length;
  for (const queue of told) queue.push(result('after'));
  await until(() => kept.heard.at(-1) === 'after');
  expect(before).toBeGreaterThan(0);
  expect(stopped.heard).toEqual(['first']);
  expect(second!.isOpen).toBe(true);
  await staying.dispose();
});

test('M5: what was told before the server closes a socket arrives before that', async () => {
  const client = open();
  const { heard, ended } = listen(client);
  await begun(1);
  told[0]!.push(result('before'));
  block();
  told[0]!.push(result('after'));
  expect(await ended).toMatchObject({ code: 4403 });
  expect(heard).toEqual(['before']);
  await client.dispose();
});

test('M5: a client that takes nothing is ended past the bound, while another one goes on', async () => {
  const quick = open();
  const { heard } = listen(quick);
  await begun(1);
  const slow = await connectedBy(`${server.url.replace('http', 'ws')}/graphql`);
  const received: { type: string; payload: unknown }[] = [];
  slow.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as (typeof received)[number]));
  slow.send(JSON.stringify({ id: 'slow', type: 'subscribe', payload: { query: QUERY } }));
  await begun(2);
  slow.pause();
  const [first, second] = told as [Queue<FormattedExecutionResult>, Queue<FormattedExecutionResult>];
  let pushed = 0;
  for (; second.isOpen && pushed < 5_000; pushed++) {
    for (const queue of told) queue.push(result(`${pushed} ${'x'.repeat(100_000)}`));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  // What the operating system takes for a peer that doesn't read, and what may wait: no more.
  expect(pushed).toBeGreaterThan(1_000);
  expect(pushed).toBeLessThan(2_000);
  expect(first.isOpen).toBe(true);
  await until(() => heard.length === pushed);
  slow.resume();
  await until(() => received.at(-1)?.type === 'error');
  const numbers = received.slice(0, -1).map(({ payload }) => Number.parseInt((payload as Told).data.text, 10));
  expect(numbers).toEqual(numbers.map((_, index) => index));
  slow.close();
  await quick.dispose();
});

interface Told {
  data: { text: string };
}

/** A socket on which the protocol has begun. */
function connectedBy(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  return new Promise((resolve) => {
    socket.once('message', () => resolve(socket));
  });
}
