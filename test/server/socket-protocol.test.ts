import { createClient } from 'graphql-ws';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Refusal } from '../../src/access/refusals.ts';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { INIT, TICKS, until, useServer, type Closed } from './saying.ts';
import { ADA, open, OWN_KEY, startTinyServer } from './tiny-server.ts';

const { address, say } = useServer();

describe('what a client may not say', () => {
  test.each([
    ['no JSON', '{"type":'],
    ['no object', '17'],
    ['no type', '{}'],
    ['an unknown type', '{"type":"start"}'],
    ['a subscribe without an id', { type: 'subscribe', payload: { query: '{ viewerId }' } }],
    ['a subscribe without a query', { id: '1', type: 'subscribe', payload: {} }],
    ['variables that are no object', { id: '1', type: 'subscribe', payload: { query: '{ a }', variables: 1 } }],
  ])('%s closes with 4400', async (_what, message) => {
    expect((await say([INIT, message])).code).toBe(4400);
  });

  test('an operation before connection_init closes with 4401', async () => {
    expect((await say([TICKS])).code).toBe(4401);
  });

  test('a second connection_init closes with 4429', async () => {
    expect((await say([INIT, INIT])).code).toBe(4429);
  });

  test('an id that is in use closes with 4409, and ends what had it', async () => {
    expect((await say([INIT, TICKS, TICKS])).code).toBe(4409);
    await until(() => open.ticks === 0);
  });

  test('a frame beyond the limit closes with 1009', async () => {
    expect((await say([INIT, 'x'.repeat(30_000)])).code).toBe(1009);
  });
});

describe('subscriptions', () => {
  test('tell their results one after the other, until the client completes them', async () => {
    const client = createClient({ url: address(), webSocketImpl: WebSocket });
    const results = client.iterate({ query: 'subscription { ticks }' });
    expect((await results.next()).value).toEqual({ data: { ticks: '0' } });
    expect((await results.next()).value).toEqual({ data: { ticks: '1' } });
    expect(open.ticks).toBe(1);
    await results.return?.();
    await until(() => open.ticks === 0);
    await client.dispose();
  });

  test('a query that is sent behind a subscription is run when that has begun, so that nothing falls in between', async () => {
    const client = createClient({ url: address(), webSocketImpl: WebSocket, lazy: false });
    const results = client.iterate({ query: 'subscription { ticks }', variables: { begins: 300 } });
    const first = results.next();
    const query = client.iterate({ query: '{ ticking }' });
    expect((await query.next()).value).toEqual({ data: { ticking: 1 } });
    await first;
    await client.dispose();
    await until(() => open.ticks === 0);
  });

  test('what is wrong with one is an error of its own, and the socket stays', async () => {
    const client = createClient({ url: address(), webSocketImpl: WebSocket });
    const results = client.iterate({ query: 'subscription { ticks }' });
    await results.next();
    const wrong = client.iterate({ query: 'subscription { nothing }' });
    await expect(wrong.next()).rejects.toMatchObject([{ message: expect.stringContaining('nothing') as string }]);
    expect((await results.next()).value).toMatchObject({ data: {} });
    await client.dispose();
    await until(() => open.ticks === 0);
  });

  test('a closed socket ends all of its own', async () => {
    const socket = new WebSocket(address(), 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify(INIT)));
    socket.on('message', (data: Buffer) => {
      if (!data.toString().includes('connection_ack')) return;
      for (const id of ['1', '2', '3']) socket.send(JSON.stringify({ ...TICKS, id }));
    });
    await until(() => open.ticks === 3);
    socket.close();
    await until(() => open.ticks === 0);
  });

  test('a connection has a hundred of them at most', async () => {
    const many = Array.from({ length: 101 }, (_, index) => ({
      ...TICKS,
      id: String(index),
      payload: { ...TICKS.payload, variables: { every: 60_000 } },
    }));
    const { received } = await new Promise<Closed>((resolve) => {
      const socket = new WebSocket(address(), 'graphql-transport-ws');
      const received: Record<string, unknown>[] = [];
      socket.on('open', () => socket.send(JSON.stringify(INIT)));
      socket.on('message', (data: Buffer) => {
        received.push(JSON.parse(data.toString()) as Record<string, unknown>);
        if (received.length === 1) for (const each of many) socket.send(JSON.stringify(each));
        else socket.close();
      });
      socket.on('close', (code) => {
        resolve({ code, received });
      });
    });
    expect(received[1]).toMatchObject({
      id: '100',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    await until(() => open.ticks === 0);
  });
});

describe('connections that stay open end with who they are of', () => {
  const init = async (seconds: number) => ({
    ...INIT,
    payload: { authorization: `Bearer ${await signOwnToken(OWN_KEY, ADA, seconds)}` },
  });

  test('4401 when the token expires, with its subscriptions', async () => {
    const { code, received } = await say([await init(2), TICKS]);
    expect(code).toBe(4401);
    expect(received).toContainEqual(expect.objectContaining({ id: '1', type: 'next' }));
    await until(() => open.ticks === 0);
  });

  test('a client that connects again before that, with a new token, goes on', async () => {
    let tokens = 0;
    const client = createClient({
      url: address(),
      webSocketImpl: WebSocket,
      shouldRetry: () => true,
      connectionParams: async () => {
        tokens++;
        return { authorization: `Bearer ${await signOwnToken(OWN_KEY, ADA, 60)}` };
      },
    });
    const results = client.iterate<{ ticks: string }>({ query: 'subscription { ticks }' });
    await results.next();
    client.terminate();
    let { value } = await results.next();
    while (value?.data?.ticks !== '0') ({ value } = await results.next());
    expect(tokens).toBe(2);
    await client.dispose();
    await until(() => open.ticks === 0);
  });

  test('4401 when it had expired before', async () => {
    expect((await say([await init(-60)])).code).toBe(4401);
  });

  test('4403 for an account that may not look, and when it may not look any more', async () => {
    const ended = new Set<() => void>();
    let mayLook = true;
    const watched = await startTinyServer({
      mayLook: () => Promise.resolve(mayLook),
      onAccountEnded: (_viewer, listener) => {
        ended.add(listener);
        return () => ended.delete(listener);
      },
    });
    const closed = say([await init(60), TICKS], watched);
    await until(() => open.ticks === 1);
    mayLook = false;
    for (const listener of ended) listener();
    const { code } = await closed;
    expect(code).toBe(4403);
    await until(() => open.ticks === 0);
    expect(ended.size).toBe(0);
    expect((await say([await init(60)], watched)).code).toBe(4403);
    await watched.stop();
  });

  test('4403 when the API key is revoked', async () => {
    let revoked = false;
    const keyed = await startTinyServer({
      identify: (authorization) =>
        revoked
          ? Promise.reject(new Refusal('UNAUTHENTICATED', 'revoked'))
          : Promise.resolve({ viewer: { id: ADA }, expiresAt: authorization ? new Date(Date.now() + 60_000) : null }),
    });
    const closed = say([{ ...INIT, payload: { authorization: 'Bearer rpk_some_key' } }, TICKS], keyed);
    await until(() => open.ticks === 1);
    revoked = true;
    expect((await closed).code).toBe(4403);
    await keyed.stop();
  });
});

test('a socket whose peer went away without a word is ended by a ping that nobody answers', async () => {
  const pinging = await startTinyServer({ keepAlive: 100 });
  // A peer that never reads what it is sent, and so answers no ping: its machine lost its network.
  const deaf = await upgraded(pinging);
  deaf.write(frame(JSON.stringify(INIT)));
  await until(() => deaf.bytesRead > 0);
  deaf.write(frame(JSON.stringify({ ...TICKS, payload: { ...TICKS.payload, variables: { every: 60_000 } } })));
  await until(() => open.ticks === 1);
  await until(() => open.ticks === 0);
  deaf.destroy();
  await pinging.stop();
});

/** A socket on which the WebSocket protocol was agreed upon, and that says nothing by itself. */
function upgraded(running: RunningServer): Promise<Socket> {
  return new Promise((resolve) => {
    const { hostname, port, host } = new URL(running.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.on('data', () => undefined);
      resolve(socket);
    });
  });
}

/** A masked text frame with a mask of zeros. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const length = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), body]);
}
