import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/start-server.ts';
import { startTinyServer } from './tiny-server.ts';

let demo: RunningServer;
let plain: RunningServer;
beforeAll(async () => {
  demo = await startTinyServer({
    viewAs: {
      offered: () => Promise.resolve([{ name: 'cleo', role: 'INTERNAL', note: 'three clients' }]),
      tokenFor: (name) => Promise.resolve(name === 'cleo' ? 'a.b.c' : null),
    },
  });
  plain = await startTinyServer();
});
afterAll(async () => {
  await demo.stop();
  await plain.stop();
});

const take = (server: RunningServer, headers: Record<string, string> = {}, user = 'cleo') =>
  fetch(`${server.url}/view-as`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ user }),
  });

describe('View as', () => {
  test('lists the viewers and gives their tokens on this machine', async () => {
    const list = await fetch(`${demo.url}/view-as`);
    expect(await list.json()).toEqual({ viewers: [{ name: 'cleo', role: 'INTERNAL', note: 'three clients' }] });
    expect(await (await take(demo)).json()).toEqual({ token: 'a.b.c' });
  });

  test('gives none for anyone else', async () => {
    expect((await take(demo, {}, 'root')).status).toBe(404);
  });

  test('does not exist outside the demo', async () => {
    expect((await fetch(`${plain.url}/view-as`)).status).toBe(404);
    expect((await take(plain)).status).toBe(404);
  });

  test.each([
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['something behind a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['something behind a proxy', { forwarded: 'for=203.0.113.9' }],
  ])('does not exist for %s', async (_who, headers) => {
    expect((await take(demo, headers as Record<string, string>)).status).toBe(404);
  });

  test('does not exist for a name that was rebound to this machine', async () => {
    const { request } = await import('node:http');
    const { port } = new URL(demo.url);
    const status = await new Promise((resolve) => {
      const headers = { host: `evil.example:${port}`, 'content-type': 'application/json' };
      const call = request({ port, host: '127.0.0.1', path: '/view-as', method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.end('{"user":"cleo"}');
    });
    expect(status).toBe(404);
  });
});
