import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Administrators, type Administration, openAdministrators } from '../../src/access/administrators.ts';
import { createApiKeys } from '../../src/accounts/api-keys.ts';
import { createApiKey, listApiKeysOf, revokeApiKey } from '../../src/administration/api-keys.ts';
import { createUser } from '../../src/administration/users.ts';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import { accountsProof, jwtKey, viewerTokenKey } from '../../src/database/keys.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { codeOf } from '../administration/account.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';
import { post } from '../server/tiny-server.ts';

let demo: DemoDatabase;
let server: RunningServer;
let administrators: Administrators;
let robot: string;
const apiKeys = createApiKeys('');

beforeAll(async () => {
  demo = await createDemoDatabase();
  const { database } = demo;
  server = await serveDatabase(demo);
  administrators = openAdministrators({ url: database.adminUrl, key: viewerTokenKey(database.secret) });
  Object.assign(apiKeys, createApiKeys(database.secret));
  robot = (await change((a) => createUser(a, { name: 'robot', role: 'INTERNAL', service: true }))).id;
  await database.owner.query(
    `insert into rowplane.client_assignments (client_id, archive_id, user_id)
     select c.id, a.id, $1 from rowplane.clients c, rowplane.archives a where c.name = 'General' and a.name = 'Permits'`,
    [robot],
  );
});
afterAll(async () => {
  await server.stop();
  await administrators.end();
  await demo.drop();
});

const change = <T>(work: (a: Administration) => Promise<T>) => administrators.change({ id: demo.people.ada! }, work);
const newKey = (user = robot, expiresAt?: string) =>
  change((a) => createApiKey(a, apiKeys, user, { name: 'night run', expiresAt }));
const by = (key: string) => ({ authorization: `Bearer ${key}` });
const WHO = '{ viewer { user { name } } processes(first: 1) { totalCount } }';
const GENERAL = 1455;

async function expectRefused(key: string): Promise<void> {
  const { status, answer, headers } = await post(server.url, WHO, by(key));
  expect(status).toBe(401);
  expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(headers.get('www-authenticate')).toContain('Bearer');
}

describe('U11: a program comes with a key', () => {
  test('and is its service account, under the same rules as anybody', async () => {
    const { key } = await newKey();
    const { answer } = await post(server.url, WHO, by(key));
    expect(answer.data).toEqual({ viewer: { user: { name: 'robot' } }, processes: { totalCount: GENERAL } });
  });

  test('over WebSocket too, and not any more once the key is revoked', async () => {
    const { key, apiKey } = await newKey();
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: by(key),
      retryAttempts: 0,
      lazyCloseTimeout: 60_000,
    });
    expect(await ask(client, '{ viewer { user { name } } }')).toEqual({
      data: { viewer: { user: { name: 'robot' } } },
    });
    await change((a) => revokeApiKey(a, apiKey.id));
    await expect(ask(client, '{ viewer { user { name } } }')).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    await client.dispose();
  });

  test('C8: one who works for one client creates without naming it', async () => {
    const { key } = await newKey();
    const [permits] = await demo.database.owner.query<{ id: string }>(
      `select id from rowplane.archives where name = 'Permits'`,
    );
    const { answer } = await post(
      server.url,
      `mutation { createProcess(input: { archive: "${encodeId('Archive', permits!.id)}", reference: "robot-1", channel: DESK }) {
        process { reference client { name } owner { name } } } }`,
      by(key),
    );
    expect(answer).toEqual({
      data: {
        createProcess: { process: { reference: 'robot-1', client: { name: 'General' }, owner: { name: 'robot' } } },
      },
    });
  });
});

describe('U11: a key that is no good is refused, not taken for anonymous', () => {
  test('revoked, for the next request', async () => {
    const { key, apiKey } = await newKey();
    expect((await post(server.url, WHO, by(key))).status).toBe(200);
    await change((a) => revokeApiKey(a, apiKey.id));
    await expectRefused(key);
  });

  test('over', async () => {
    const { key, apiKey } = await newKey();
    await demo.database.owner.query('update rowplane.api_keys set expires_at = now() where id = $1', [apiKey.id]);
    await expectRefused(key);
  });

  test('of a blocked account, until the block ends', async () => {
    const { key } = await newKey();
    await demo.database.owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [robot]);
    await expectRefused(key);
    await demo.database.owner.query('update rowplane.users set blocked_until = null where id = $1', [robot]);
    expect((await post(server.url, WHO, by(key))).status).toBe(200);
  });

  test('unknown, though rightly sealed', () => expectRefused(apiKeys.mint().key));

  test('made up, without asking the database', async () => {
    const { key } = await newKey();
    const made = createApiKeys('the secret of another deployment, made up').mint().key;
    for (const wrong of [made, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, `${key}A`, 'rpk_', 'rpk_x']) {
      expect(apiKeys.hashOf(wrong)).toBeNull();
      await expectRefused(wrong);
    }
  });
});

describe('U11: keys are stored so that nobody can use what is stored', () => {
  test('hashed, and in the log without that', async () => {
    const { key, apiKey } = await newKey();
    const everything = await demo.database.owner.query<{ text: string }>(
      `select k::text as text from rowplane.api_keys k union all select before::text || after::text from rowplane.log union all select after::text from rowplane.log`,
    );
    expect(everything.some(({ text }) => text?.includes(key) || text?.includes(key.slice(4, 47)))).toBe(false);
    const [entry] = await demo.database.owner.query<{ after: Record<string, unknown>; actor: string }>(
      `select after, actor from rowplane.log where table_name = 'api_keys' and operation = 'INSERT' order by id desc limit 1`,
    );
    expect(entry).toMatchObject({
      actor: demo.people.ada,
      after: { id: apiKey.id, name: 'night run', user_id: robot },
    });
    expect(entry!.after).not.toHaveProperty('hash');
  });

  test('no connection but the owner’s reads a hash', async () => {
    const read = change((a) => a.query('select hash from rowplane.api_keys'));
    await expect(read).rejects.toMatchObject({ code: '42501' });
  });

  test('use is noted to the hour, and not logged', async () => {
    const { key, apiKey } = await newKey();
    const count = async () => {
      const [row] = await demo.database.owner.query<{ n: number }>('select count(*)::int as n from rowplane.log');
      return row!.n;
    };
    const logged = await count();
    await post(server.url, WHO, by(key));
    const used = async () =>
      (await change((a) => listApiKeysOf(a, robot))).find(({ id }) => id === apiKey.id)?.lastUsedAt;
    const first = await used();
    expect(first).not.toBeNull();
    const version = () =>
      demo.database.owner.query('select xmin::text from rowplane.api_keys where id = $1', [apiKey.id]);
    const before = await version();
    await Promise.all(Array.from({ length: 5 }, () => post(server.url, WHO, by(key))));
    expect(await version()).toEqual(before);
    expect(await count()).toBe(logged);
  });
});

describe('U11: making keys', () => {
  test('only service accounts have any', async () => {
    expect(await codeOf(newKey(demo.people.ben))).toBe('VALIDATION_FAILED');
  });

  test('they end within five years', async () => {
    for (const end of ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'soon'])
      expect(await codeOf(newKey(robot, end)), end).toBe('VALIDATION_FAILED');
  });

  test('U2: administrators alone make, see and revoke them', async () => {
    const { apiKey } = await newKey();
    const asBen = <T>(work: (a: Administration) => Promise<T>) => administrators.change({ id: demo.people.ben! }, work);
    expect(await codeOf(asBen((a) => createApiKey(a, apiKeys, robot, { name: 'mine' })))).toBe('FORBIDDEN');
    expect(await codeOf(asBen((a) => revokeApiKey(a, apiKey.id)))).toBe('FORBIDDEN');
  });

  test('a revoked key can’t be revived by hand', async () => {
    const { key, apiKey } = await newKey();
    await change((a) => revokeApiKey(a, apiKey.id));
    await change((a) => a.query('update rowplane.api_keys set revoked_at = null where id = $1', [apiKey.id]));
    await expectRefused(key);
  });

  test('by GraphQL: the key is shown once', async () => {
    const ada = await tokenOfAda();
    const { answer } = await post(
      server.url,
      `mutation { createApiKey(input: { user: "${encodeId('User', robot)}", name: "by GraphQL" }) { key apiKey { id name } } }`,
      ada,
    );
    const made = answer.data?.createApiKey as { key: string; apiKey: { id: string } };
    expect((await post(server.url, WHO, by(made.key))).status).toBe(200);
    const listed = await post(
      server.url,
      `{ administration { user(id: "${encodeId('User', robot)}") { service apiKeys { id name expiresAt revokedAt } } } }`,
      ada,
    );
    expect(listed.text).toContain(made.apiKey.id);
    expect(listed.text).not.toContain(made.key);
    await post(
      server.url,
      `mutation { revokeApiKey(input: { id: "${made.apiKey.id}" }) { apiKey { revokedAt } } }`,
      ada,
    );
    await expectRefused(made.key);
  });
});

test('U11: nobody signs in as a program', async () => {
  await demo.database.owner.query(`update rowplane.users set email = 'robot@example.com' where id = $1`, [robot]);
  for (const [claim, value] of [
    ['name', 'robot'],
    ['email', 'robot@example.com'],
  ]) {
    const [row] = await demo.database.owner.query<{ id: string | null }>(
      'select rowplane.find_account($1, $2, $3) as id',
      [claim, value, accountsProof(demo.database.secret)],
    );
    expect(row!.id).toBeNull();
  }
});

/** An administrator's own token. */
async function tokenOfAda(): Promise<Record<string, string>> {
  return by(await signOwnToken(jwtKey(demo.database.secret), demo.people.ada!, 60));
}

function ask(from: Client, query: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    from.subscribe({ query }, { next: resolve, error: reject, complete: () => undefined });
  });
}

test('U7: a program is not the last administrator, for its keys end and nobody could make new ones', async () => {
  const { owner } = demo.database;
  const made = await change((a) => createUser(a, { name: 'operator', role: 'ADMINISTRATOR', service: true }));
  const demotion = change((a) =>
    a.query(`update rowplane.users set role = 'INTERNAL' where id = $1`, [demo.people.ada]),
  );
  expect(await codeOf(demotion)).toBe('LOCKED_OUT');
  await owner.query('delete from rowplane.users where id = $1', [made.id]);
});
