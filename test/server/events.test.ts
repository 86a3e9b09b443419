import { createClient } from 'graphql-sse';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { ADA, open, OWN_KEY, startTinyServer } from './tiny-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startTinyServer({ sizeLimit: 20_000, allowedOrigins: ['https://friend.example'] });
});
afterAll(() => server.stop());

const bearer = async (seconds: number) => ({ authorization: `Bearer ${await signOwnToken(OWN_KEY, ADA, seconds)}` });

function client(headers: Record<string, string> = {}, running = server) {
  return createClient({ url: `${running.url}/graphql`, headers, retryAttempts: 0 });
}

function post(query: string, headers: Record<string, string> = {}, running = server) {
  return fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('GraphQL over Server-Sent Events', () => {
  test('tells the results of a subscription as they come, until the client goes', async () => {
    const sse = client(await bearer(60));
    const results = sse.iterate({ query: 'subscription { ticks }' });
    expect((await results.next()).value).toEqual({ data: { ticks: '0' } });
    expect((await results.next()).value).toEqual({ data: { ticks: '1' } });
    await results.return?.();
    await until(() => open.ticks === 0);
    sse.dispose();
  });

  test('runs queries and mutations as well, as the viewer of the token', async () => {
    const sse = client(await bearer(60));
    for (const [query, data] of [
      ['{ viewerId }', { viewerId: ADA }],
      ['mutation { change }', { change: 'changed' }],
    ] as const)
      expect((await sse.iterate({ query }).next()).value).toEqual({ data });
    sse.dispose();
  });

  test('by GET too, but no mutations', async () => {
    const get = (query: string) =>
      fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/event-stream' } });
    expect(await (await get('{ echo(text: "a") }')).text()).toContain('data: {"data":{"echo":"a"}}');
    expect(await (await get('mutation { change }')).text()).not.toContain('changed');
  });

  test('what can not begin is told as an event with errors', async () => {
    const response = await post('subscription { nothing }');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    expect(text).toContain('event: next\ndata: {"errors":[{"message":"Cannot query field');
    expect(text).toContain('event: complete');
  });

  test('clients that take JSON as well get JSON', async () => {
    const response = await post('{ viewerId }', { accept: 'application/json, text/event-stream' });
    expect(response.headers.get('content-type')).toContain('application/json');
  });
});

describe('the same rules as for HTTP and WebSockets', () => {
  test('a token that is not valid is refused, never anonymous', async () => {
    expect((await post('subscription { ticks }', { authorization: 'Bearer x.y.z' })).status).toBe(401);
  });

  test('an account that may not look is refused', async () => {
    const blocked = await startTinyServer({ mayLook: () => Promise.resolve(false) });
    expect((await post('subscription { ticks }', await bearer(60), blocked)).status).toBe(403);
    await blocked.stop();
  });

  test('a page of another origin may not, unless it is allowed', async () => {
    expect((await post('{ viewerId }', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('{ viewerId }', { origin: 'https://friend.example' })).status).toBe(200);
  });

  test('a body beyond the limit is refused', async () => {
    expect((await post(`{ echo(text: "${'x'.repeat(30_000)}") }`)).status).toBe(413);
  });

  test('an expired token ends the stream with a word', async () => {
    const response = await post('subscription { ticks }', await bearer(2));
    const text = await response.text();
    expect(text).toContain('{"data":{"ticks":"0"}}');
    expect(text).toMatch(/UNAUTHENTICATED.*\n\nevent: complete/);
    await until(() => open.ticks === 0);
  });

  test('a blocked account ends the stream with a word', async () => {
    const ended = new Set<() => void>();
    const watched = await startTinyServer({
      onAccountEnded: (_viewer, listener) => {
        ended.add(listener);
        return () => ended.delete(listener);
      },
    });
    const response = await post('subscription { ticks }', await bearer(60), watched);
    for (const listener of ended) listener();
    expect(await response.text()).toMatch(/FORBIDDEN.*\n\nevent: complete/);
    expect(ended.size).toBe(0);
    await watched.stop();
  });

  test('a client that takes nothing is not read for', async () => {
    const { hostname, port, host } = new URL(server.url);
    const lazy = connect(Number(port), hostname).pause();
    const body = JSON.stringify({ query: 'subscription { ticks }', variables: { every: 0, size: 100_000 } });
    lazy.write(
      `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until(() => open.ticks === 1);
    // It goes on until what lies between the two is full, and then not at all.
    let before = -1;
    while (before !== open.told) {
      before = open.told;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    lazy.resume();
    await until(() => open.told > before);
    lazy.destroy();
    await once(lazy, 'close');
    await until(() => open.ticks === 0);
  });

  test('stopping the server ends streams without completing them, so that clients go elsewhere', async () => {
    const stopped = await startTinyServer();
    const response = await post('subscription { ticks }', {}, stopped);
    const reading = response.text();
    await stopped.stop();
    expect(await reading).not.toContain('event: complete');
    expect(open.ticks).toBe(0);
  });
});
