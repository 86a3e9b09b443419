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
  await database.owner.query(
    `insert into rowplane.users (name, role) values ('ida', 'INTERNAL'), ('eve', 'EXTERNAL'), ('gus', 'GUEST')`,
  );
  await database.owner.query(`with made as (insert into rowplane.groups (name) values ('Team') returning id)
    insert into rowplane.group_members select made.id, u.id from made, rowplane.users u where u.name = 'eve'`);
});
afterAll(() => database.drop());

/** Runs `rowplane queries`: what it answers, or its error. */
async function queries(...args: string[]): Promise<unknown> {
  const env = { DATABASE_URL: database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const { stdout, stderr } = await runNode('src/cli/main.ts', ['queries', ...args, '--json'], { cwd: '/', env });
  return JSON.parse(stdout || stderr);
}

test('V7: queries are saved, shared, listed and deleted on the command line, as the user whose they are', async () => {
  const mine = ['--definition', 'process', '--as', 'ida'];
  const where = '{"channel":{"equals":"DESK"}}';
  expect(await queries('save', 'Desk', ...mine, '--where', where, '--order', '-DUE_AT')).toEqual({ saved: 'Desk' });
  expect(await queries('show', 'Desk', '--as', 'ida')).toMatchObject({
    definition: 'process',
    where: { channel: { equals: 'DESK' } },
    orderBy: [{ field: 'DUE_AT', direction: 'DESC' }],
    isOwn: true,
    problem: null,
  });
  expect(await queries('list', '--as', 'eve')).toEqual([]);
  await queries('share', 'Desk', '--group', 'Team', '--as', 'ida');
  expect(await queries('list', '--as', 'ida')).toMatchObject([{ name: 'Desk', sharedWith: [{ name: 'Team' }] }]);
  // U3: who may not see the owner is told of none.
  expect(await queries('list', '--as', 'eve')).toMatchObject([{ name: 'Desk', isOwn: false, owner: null }]);

  await queries('save', 'Desk', ...mine);
  expect(await queries('show', 'Desk', '--as', 'eve')).toMatchObject({ where: null, orderBy: null });
  expect(await queries('delete', 'Desk', '--as', 'eve')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  await queries('unshare', 'Desk', '--group', 'Team', '--as', 'ida');
  expect(await queries('list', '--as', 'eve')).toEqual([]);
  expect(await queries('delete', 'Desk', '--as', 'ida')).toEqual({ deleted: 'Desk' });
  expect(await queries('list', '--as', 'ida')).toEqual([]);
});

test('what can’t be saved or found is refused with what to do', async () => {
  const wrong = await queries('save', 'Odd', '--definition', 'process', '--as', 'ida', '--where', '{"nothing":{}}');
  expect(wrong).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  expect(await queries('save', 'Mine', '--definition', 'process', '--as', 'gus')).toMatchObject({
    error: { code: 'FORBIDDEN', message: 'Guests create nothing.' },
  });
  expect(await queries('show', 'Nothing', '--as', 'ida')).toMatchObject({
    error: { message: expect.stringContaining('no saved query "Nothing"') },
  });
  expect(await queries('list', '--as', 'nobody')).toMatchObject({ error: { code: 'NOT_FOUND' } });
});
