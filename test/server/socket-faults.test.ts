import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RunningServer } from '../../src/server/start-server.ts';
import { addressOf, INIT, TICKS, until, useServer } from './saying.ts';
import { ADA, open, startTinyServer } from './tiny-server.ts';

// What clients do that is in nobody's interest, and what the server can't do for a while.

const { address, say } = useServer();

describe('an id that is used again', () => {
  /** A socket on which the protocol has begun, and what it was told. */
  async function begun() {
    const socket = new WebSocket(address(), 'graphql-transport-ws');
    const received: { id?: string; type: string; payload?: unknown }[] = [];
    socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as (typeof received)[number]));
    await new Promise((resolve) => socket.once('open', resolve));
    const tell = (...messages: object[]) => {
      for (const message of messages) socket.send(JSON.stringify(message));
    };
    tell(INIT);
    await until(() => received.length === 1);
    return { socket, received, tell };
  }
  const complete = { id: '1', type: 'complete' };
  const slow = (begins: number) => ({
    ...TICKS,
    payload: { ...TICKS.payload, variables: { begins } },
  });

  test('while the operation before it still begins: only the last one runs, and nothing stays of it', async () => {
    const { socket, received, tell } = await begun();
    tell(...Array.from({ length: 20 }, () => [slow(100), complete]).flat(), slow(0));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await until(() => received.filter(({ type }) => type === 'next').length >= 3);
    expect(open.ticks).toBe(1);
    const told = received.filter(({ type }) => type === 'next').map(({ payload }) => payload);
    expect(told.slice(0, 3)).toEqual([0, 1, 2].map((tick) => ({ data: { ticks: String(tick) } })));
    socket.close();
    await until(() => open.ticks === 0);
  });

  test('right after a running one was completed: the new one runs', async () => {
    const { socket, received, tell } = await begun();
    tell(TICKS);
    await until(() => received.length > 2);
    tell(complete, TICKS);
    const before = received.length;
    await until(() => received.slice(before).some(({ payload }) => JSON.stringify(payload).includes('"0"')));
    expect(open.ticks).toBe(1);
    socket.close();
    await until(() => open.ticks === 0);
  });

  test('and whose socket goes before its turn: it isn’t run', async () => {
    const { socket, tell } = await begun();
    const asked = open.begun;
    tell(slow(200), complete, slow(0));
    await until(() => open.begun === asked + 1);
    socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(open).toMatchObject({ ticks: 0, begun: asked + 1 });
  });

  test('without being completed closes with 4409, however long it is', async () => {
    const long = { ...TICKS, id: 'ä'.repeat(200) };
    expect((await say([INIT, long, long])).code).toBe(4409);
    await until(() => open.ticks === 0);
  });
});

test('a client that doesn’t take the answers is read no further until it does', async () => {
  const socket = new WebSocket(address(), 'graphql-transport-ws');
  let answers = 0;
  socket.on('message', () => answers++);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify(INIT));
  await until(() => answers === 1);
  socket.pause();
  const many = 4_000;
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(15_000) } });
  let taken = 0;
  const sending = (async () => {
    for (; taken < many; taken++) await new Promise((resolve) => socket.send(ping, resolve));
  })();
  let before = -1;
  const isStill = (): boolean => before === (before = taken);
  while (!isStill()) await new Promise((resolve) => setTimeout(resolve, 300));
  // What the operating system takes for both; the rest stays with the client.
  expect(taken).toBeLessThan(many / 2);
  socket.resume();
  await sending;
  await until(() => answers === many + 1);
  socket.close();
});

describe('while the database doesn’t answer', () => {
  const away = { now: false };
  let running: RunningServer;
  beforeAll(async () => {
    running = await startTinyServer({
      identify: () =>
        away.now
          ? Promise.reject(new Error('connect ECONNREFUSED /secret/place'))
          : Promise.resolve({ viewer: { id: ADA }, expiresAt: null }),
    });
  });
  afterAll(() => running.stop());

  test('a connection closes with 1013, and clients come again by themselves until it does', async () => {
    away.now = true;
    expect(await say([INIT], running)).toEqual({ code: 1013, received: [] });
    let refused = 0;
    const client = createClient({
      ...{ url: addressOf(running), webSocketImpl: WebSocket },
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
      on: {
        closed: () => {
          refused++;
          if (refused === 3) away.now = false;
        },
      },
    });
    const results = client.iterate({ query: 'subscription { ticks }' });
    expect((await results.next()).value).toEqual({ data: { ticks: '0' } });
    expect(refused).toBe(3);
    await results.return?.();
    await client.dispose();
  });

  test('an operation is an error of its own, which tells nothing, and what runs on the same connection goes on', async () => {
    const client = createClient({ url: addressOf(running), webSocketImpl: WebSocket });
    const results = client.iterate({ query: 'subscription { ticks }' });
    await results.next();
    away.now = true;
    const id = expect.any(String) as string;
    const problem = [
      { message: expect.stringContaining('Something went wrong'), extensions: { code: 'INTERNAL', id } },
    ];
    await expect(client.iterate({ query: '{ viewerId }' }).next()).rejects.toEqual(problem);
    away.now = false;
    expect((await results.next()).value).toMatchObject({ data: { ticks: expect.any(String) as string } });
    expect((await client.iterate({ query: '{ viewerId }' }).next()).value).toEqual({ data: { viewerId: ADA } });
    await results.return?.();
    await client.dispose();
  });
});
