import { serverAudits } from 'graphql-http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/start-server.ts';
import { post, startTinyServer } from './tiny-server.ts';

let server: RunningServer;
const logLines: string[] = [];

beforeAll(async () => {
  server = await startTinyServer({ allowedOrigins: ['https://app.example.com'], sizeLimit: 20_000, logLines });
});
afterAll(() => server.stop());

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => `${server.url}/graphql` })) {
    test(`audit ${audit.id}: ${audit.name}`, async () => {
      const result = await audit.fn();
      if (result.status === 'ok') return;
      // What the specification allows either way may differ, with the reason here; nothing may be an error.
      expect(result.status, result.status === 'error' ? result.reason : '').not.toBe('error');
    });
  }

  test('a body beyond the limit is refused without being read', async () => {
    const { status, answer } = await post(server.url, `{ echo(text: "${'x'.repeat(30_000)}") }`);
    expect(status).toBe(413);
    expect(answer.errors?.[0]?.extensions.code).toBe('TOO_COMPLEX');
  });

  test('a body without a stated length is cut off at the limit too', async () => {
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(1000)));
      },
    });
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit).then(
      (response) => response.status,
      () => 'connection closed',
    );
    expect([413, 'connection closed']).toContain(answer);
  });

  test('a body that is not UTF-8 JSON is refused', async () => {
    expect((await post(server.url, '', {}, '{"query": "{ echo')).status).toBe(400);
    expect((await post(server.url, '', { 'content-type': 'application/json; charset=latin1' }, '{}')).status).toBe(415);
    expect((await post(server.url, '', { 'content-type': 'text/plain' }, '{"query":"{viewerId}"}')).status).toBe(415);
  });

  test('batches are refused', async () => {
    const { status } = await post(server.url, '', {}, '[{"query":"{viewerId}"},{"query":"{viewerId}"}]');
    expect(status).toBe(400);
  });

  test('errors carry no stack and no inner message', async () => {
    const { answer, text } = await post(server.url, '{ broken }');
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'INTERNAL' });
    expect(text).not.toMatch(/secret inside|stack|\.ts/);
  });

  test('answers may not be cached', async () => {
    expect((await post(server.url, '{ viewerId }')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('request ids and logs', () => {
  test("a caller's request id comes back and is in the log", async () => {
    const { headers } = await post(server.url, '{ viewerId }', { 'x-request-id': 'trace-17' });
    expect(headers.get('x-request-id')).toBe('trace-17');
    expect(logLines.some((line) => line.includes('trace-17'))).toBe(true);
  });

  test('a request id that could forge a log line is replaced', async () => {
    const { headers } = await post(server.url, '{ viewerId }', { 'x-request-id': 'a"b c' });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('logs hold no contents of requests', async () => {
    await post(server.url, 'query Peculiar { echo(text: "confidential words") }');
    expect(logLines.join('')).not.toMatch(/confidential|Peculiar/);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  test('is off for origins that no setting names', async () => {
    const response = await preflight('https://evil.example');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('access-control-allow-headers')).toBeNull();
  });

  test('is on for those it names, without credentials', async () => {
    const response = await preflight('https://app.example.com');
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('the other paths', () => {
  test('an unknown path is 404, also when it climbs out of the page folder', async () => {
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect(await rawStatus('GET /../package.json HTTP/1.1')).toContain('404');
    expect(await rawStatus('GET /assets/%2e%2e/%2e%2e/package.json HTTP/1.1')).toContain('404');
  });

  test('liveness, readiness and metrics answer', async () => {
    expect(await (await fetch(`${server.url}/livez`)).json()).toEqual({ live: true });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true, checks: { database: 'ok' } });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('rowplane_http_request_seconds_bucket');
    expect(metrics).toMatch(/rowplane_graphql_errors_total\{code="INTERNAL"\} \d+/);
  });

  test('a server that is not ready says which check fails', async () => {
    const unready = await startTinyServer({
      checkReadiness: () => Promise.resolve({ ready: false, checks: { database: 'ok', migrations: '1 missing' } }),
    });
    const response = await fetch(`${unready.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, checks: { database: 'ok', migrations: '1 missing' } });
    await unready.stop();
  });

  async function rawStatus(line: string): Promise<string> {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`${line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.split('\r\n')[0] ?? '';
  }
});

describe('starting and stopping', () => {
  test('a taken port is named, with what to do', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startTinyServer({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken by another program`);
  });

  test('an address of another machine is named as HOST', async () => {
    await expect(startTinyServer({ host: '192.0.2.1' })).rejects.toThrow('HOST is 192.0.2.1');
  });

  test('running requests finish before the server has stopped, and new ones find nobody', async () => {
    const stopped = await startTinyServer();
    const running = post(stopped.url, '{ slow }');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stopped.stop();
    expect((await running).answer.data).toEqual({ slow: 'done' });
    await expect(fetch(`${stopped.url}/livez`)).rejects.toThrow();
  });
});
