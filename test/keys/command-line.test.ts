import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { connect } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  const session = await connect(database.ownerUrl);
  await applyDefinitions(session, await loadDefinitions('schema'));
  await session.end();
});
afterAll(() => database.drop());

/** Runs a command on the test's database: what it answers, or the message of its error. */
async function run(...args: string[]): Promise<Record<string, unknown> & Record<string, unknown>[]> {
  const env = { DATABASE_URL: database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const { stdout, stderr } = await runNode('src/cli/main.ts', [...args, '--json'], { cwd: '/', env });
  return JSON.parse(stdout || stderr) as never;
}

test('U11: keys are made, listed and revoked on the command line', async () => {
  await run('users', 'create', 'ada', '--role', 'ADMINISTRATOR');
  expect(await run('users', 'create', 'robot', '--role', 'INTERNAL', '--service')).toMatchObject({ service: true });
  const { key, apiKey } = (await run('keys', 'create', 'robot', '--name', 'night run')) as unknown as {
    key: string;
    apiKey: { id: string };
  };
  expect(key).toMatch(/^rpk_/);
  const listed = await run('keys', 'list', 'robot');
  expect(listed).toMatchObject([{ id: apiKey.id, name: 'night run', revokedAt: null }]);
  expect(JSON.stringify(listed)).not.toContain(key);
  expect(await run('keys', 'list', '--active', '--search', 'ROBOT')).toMatchObject([{ id: apiKey.id, user: 'robot' }]);
  expect(await run('keys', 'revoke', apiKey.id)).toMatchObject([{ revokedAt: expect.any(String) }]);
  expect(await run('keys', 'list', '--active')).toEqual([]);
  expect(await run('keys', 'list', '--ended')).toMatchObject([{ id: apiKey.id }]);
  expect(await run('keys', 'create', 'ada', '--name', 'mine')).toMatchObject({
    error: { message: expect.stringContaining('service accounts') },
  });
});

test('D1: what a blocked user owns is transferred on the command line', async () => {
  await run('users', 'create', 'ben', '--role', 'INTERNAL');
  expect(await run('users', 'transfer', 'ben', '--to', 'ada')).toMatchObject({
    error: { message: expect.stringContaining('Block the user first') },
  });
  await run('users', 'block', 'ben');
  expect(await run('users', 'transfer', 'ben', '--to', 'ada')).toEqual({ transferred: 0 });
});
