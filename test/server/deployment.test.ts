import { auditServer } from 'graphql-http';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import { jwtKey } from '../../src/database/keys.ts';
import { connect } from '../../src/database/queryable.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from './serve-database.ts';
import { post } from './tiny-server.ts';

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

async function bearer(name: string): Promise<Record<string, string>> {
  const token = await signOwnToken(jwtKey(demo.database.secret), demo.people[name] ?? '', 60);
  return { authorization: `Bearer ${token}` };
}

const WHO = '{ viewer { user { name } isAnonymous } processes(first: 1) { totalCount } }';

describe('a server on the demo', () => {
  test('answers each viewer by what the database shows them', async () => {
    const asCleo = await post(server.url, WHO, await bearer('cleo'));
    expect(asCleo.answer.data).toMatchObject({ viewer: { user: { name: 'cleo' } }, processes: { totalCount: 1500 } });
    const asNobody = await post(server.url, WHO);
    expect(asNobody.answer.data).toMatchObject({ viewer: { isAnonymous: true }, processes: { totalCount: 0 } });
  });

  test('a token signed with another secret is refused', async () => {
    const token = await signOwnToken(jwtKey('another secret of thirty-two characters'), demo.people.cleo ?? '', 60);
    const { status } = await post(server.url, WHO, { authorization: `Bearer ${token}` });
    expect(status).toBe(401);
  });

  test('U7: a blocked user sees nothing at once, token or not', async () => {
    const headers = await bearer('ben');
    expect((await post(server.url, WHO, headers)).answer.data).toMatchObject({ processes: { totalCount: 1455 } });
    await demo.database.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'ben'`);
    expect((await post(server.url, WHO, headers)).answer.data).toMatchObject({ processes: { totalCount: 0 } });
    await demo.database.owner.query(`update rowplane.users set blocked_until = null where name = 'ben'`);
  });

  test("engine errors have the interface's codes", async () => {
    const code = async (query: string) => (await post(server.url, query)).answer.errors?.[0]?.extensions.code;
    expect(await code('{ nothing }')).toBe('VALIDATION_FAILED');
    expect(await code('{ processes(first: ')).toBe('VALIDATION_FAILED');
    expect(await code(`{ ${'a '.repeat(11_000)} }`)).toBe('TOO_COMPLEX');
    expect(await code(`{ viewer { isAnonymous } } # ${'x'.repeat(100_000)}`)).toBe('TOO_COMPLEX');
  });

  test('an operation that the document does not have is refused', async () => {
    const body = JSON.stringify({ query: 'query One { viewer { isAnonymous } }', operationName: 'Two' });
    const { answer } = await post(server.url, '', {}, body);
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]).toMatchObject({ message: 'Unknown operation named "Two".' });
  });

  test('answers over WebSocket too', async () => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: await bearer('dara'),
    });
    const answer = await new Promise((resolve, reject) => {
      client.subscribe({ query: WHO }, { next: resolve, error: reject, complete: () => undefined });
    });
    expect(answer).toMatchObject({ data: { viewer: { user: { name: 'dara' } }, processes: { totalCount: 15 } } });
    await client.dispose();
  });

  test('none of the audits of GraphQL over HTTP is an error', async () => {
    const results = await auditServer({ url: `${server.url}/graphql` });
    expect(results).toHaveLength(61);
    expect(results.filter(({ status }) => status === 'error').map(({ name }) => name)).toEqual([]);
  });

  test('is ready', async () => {
    const response = await fetch(`${server.url}/readyz`);
    expect(await response.json()).toEqual({
      ready: true,
      checks: { database: 'ok', migrations: 'ok', compiled: 'ok' },
    });
  });

  test('offers the demo’s users under View as', async () => {
    const { viewers } = (await (await fetch(`${server.url}/view-as`)).json()) as { viewers: { name: string }[] };
    expect(viewers.map(({ name }) => name)).toEqual([
      ...['ada', 'ben', 'cleo', 'dara', 'emil', 'fay', 'gus', 'hana'],
      'anonymous',
    ]);
  });

  test('is not ready when something compiled was changed by hand', async () => {
    const hand = await connect(demo.database.superuserUrl, 'test hand');
    await hand.query('alter view plane_1.process rename column reference to tampered');
    const tampered = await serveDatabase(demo);
    const response = await fetch(`${tampered.url}/readyz`);
    expect(response.status).toBe(503);
    expect(((await response.json()) as { checks: object }).checks).toMatchObject({
      compiled: expect.stringContaining('differ from what was compiled') as string,
    });
    await tampered.stop();
    await hand.query('alter view plane_1.process rename column tampered to reference');
    await hand.end();
  });

  test('offers nobody under View as where other machines can connect', async () => {
    const open = await serveDatabase(demo, { settings: { HOST: '0.0.0.0' } });
    expect((await fetch(`${open.url}/view-as`)).status).toBe(404);
    await open.stop();
  });
});
