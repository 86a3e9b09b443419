import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { ADA, OWN_KEY, startTinyServer } from './tiny-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startTinyServer({ sizeLimit: 20_000 });
});
afterAll(() => server.stop());

const addressOf = (running: RunningServer) => `${running.url.replace('http', 'ws')}/graphql`;

function client(connectionParams: Record<string, unknown> = {}, running = server): Client {
  return createClient({
    url: addressOf(running),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });
}

function ask(from: Client, query: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    from.subscribe({ query }, { next: resolve, error: reject, complete: () => undefined });
  });
}

/** Connects with raw ws and gives what became of it: the HTTP status of a refusal, or the close code. */
function outcome(
  headers: Record<string, string>,
  send?: (socket: WebSocket) => void,
  protocol = 'graphql-transport-ws',
) {
  return new Promise<number>((resolve) => {
    const socket = new WebSocket(addressOf(server), protocol, { headers });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      if (send) send(socket);
      else socket.close(1000);
    });
    socket.on('close', resolve);
    socket.on('error', () => undefined);
  });
}

describe('GraphQL over WebSocket', () => {
  test('runs queries and mutations for anonymous', async () => {
    const anonymous = client();
    expect(await ask(anonymous, '{ viewerId }')).toEqual({ data: { viewerId: ANONYMOUS } });
    expect(await ask(anonymous, 'mutation { change }')).toEqual({ data: { change: 'changed' } });
    await anonymous.dispose();
  });

  test('a token in the connection parameters makes the viewer', async () => {
    const ada = client({ authorization: `Bearer ${await signOwnToken(OWN_KEY, ADA, 60)}` });
    expect(await ask(ada, '{ viewerId }')).toEqual({ data: { viewerId: ADA } });
    await ada.dispose();
  });

  test.each([{ authorization: 'Bearer x.y.z' }, { authorization: 17 }, { authorization: '' }])(
    'a bad one closes the connection instead of being anonymous: %j',
    async (params) => {
      await expect(ask(client(params), '{ viewerId }')).rejects.toMatchObject({ code: 4403 });
    },
  );

  test('errors look as they do over HTTP', async () => {
    const anonymous = client();
    expect(await ask(anonymous, '{ broken }')).toMatchObject({
      data: { broken: null },
      errors: [{ message: 'Something went wrong.', extensions: { code: 'INTERNAL' } }],
    });
    await expect(ask(anonymous, '{ broken')).rejects.toMatchObject([
      { message: expect.stringContaining('Syntax Error') as string, locations: [{ line: 1, column: 9 }] },
    ]);
    await expect(ask(anonymous, '{ nothing }')).rejects.toMatchObject([
      { message: expect.stringContaining('Cannot query field') as string },
    ]);
    await anonymous.dispose();
  });
});

describe('who may connect', () => {
  const { host } = { host: () => new URL(server.url).host };

  test('a page of another origin may not, our own page may', async () => {
    expect(await outcome({ origin: 'https://evil.example' })).toBe(403);
    expect(await outcome({ origin: 'null' })).toBe(403);
    expect(await outcome({ origin: `http://${host()}` })).toBe(1000);
  });

  test('only on /graphql', async () => {
    const socket = new WebSocket(addressOf(server).replace('/graphql', '/other'), 'graphql-transport-ws');
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode);
      });
      socket.on('error', () => undefined);
    });
    expect(status).toBe(404);
  });

  test('only with the graphql-transport-ws protocol', async () => {
    // The library of the test closes by itself (1006) when the server accepts none of its protocols.
    expect([1006, 4406]).toContain(await outcome({}, () => undefined, 'chat'));
  });

  test('a frame beyond the limit closes the connection', async () => {
    expect(await outcome({}, (socket) => socket.send('x'.repeat(30_000)))).toBe(1009);
  });

  test('a client that says nothing is let go', async () => {
    expect(await outcome({}, () => undefined)).toBe(4408);
  });
});

test('stopping lets a running operation finish, then closes with 1001', async () => {
  const stopped = await startTinyServer();
  const socketClient = client({}, stopped);
  const closed = new Promise<unknown>((resolve) => {
    socketClient.on('closed', resolve);
  });
  const running = ask(socketClient, '{ slow }');
  await new Promise((resolve) => setTimeout(resolve, 150));
  await stopped.stop();
  expect(await running).toEqual({ data: { slow: 'done' } });
  expect(await closed).toMatchObject({ code: 1001 });
});
