import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { openViewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { DEFINITIONS } from '../planes/review.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { createLockedTree, type LockedTree } from './locked-tree.ts';
import { parse } from 'graphql';

let tree: LockedTree;

beforeAll(async () => {
  tree = await createLockedTree();
});
afterAll(() => tree?.end());

async function rowplane(...args: string[]): Promise<unknown> {
  const env = { DATABASE_URL: tree.database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const ended = await runNode('src/cli/main.ts', ['workspaces', ...args, '--json'], { cwd: '/', env });
  const { error, ...rest } = JSON.parse(ended.stdout === '' ? ended.stderr : `{"answer": ${ended.stdout}}`) as {
    error?: unknown;
    answer?: unknown;
  };
  return error ?? rest.answer;
}

test('P11: an administrator locks, sees, and unlocks workspaces on the command line, and breaks anybody’s lock', async () => {
  expect(await rowplane('lock', 'Review', '--reason', 'Audit')).toEqual({ workspace: 'Review', locked: true });
  expect(await rowplane('list')).toMatchObject([
    { name: 'Review', lock: { reason: 'Audit', holder: { name: 'ada' } } },
  ]);
  expect(await rowplane('unlock', 'Review')).toMatchObject({ locked: false, ended: true });
  expect(await rowplane('unlock', 'Review')).toMatchObject({ locked: false, ended: false });
  await tree.lock(tree.people.mia);
  expect(await rowplane('lock', 'Review', '--reason', 'Audit')).toMatchObject({ code: 'LOCKED' });
  expect(await rowplane('unlock', 'Review')).toMatchObject({ code: 'LOCKED' });
  expect(await rowplane('rename', 'Review', 'Other')).toMatchObject({ code: 'LOCKED' });
  expect(await rowplane('break-lock', 'Review')).toMatchObject({ ended: true });
  expect(await tree.holder()).toBeNull();
});

test('P11: an administrator breaks a lock by GraphQL, and nobody else does', async () => {
  const { database, people, workspace } = tree;
  const key = viewerTokenKey(database.secret);
  const administrators = openAdministrators({ url: database.adminUrl, key });
  const viewers = openViewers({ url: database.apiUrl, key, readers: 1, lent: 1 });
  const context = contextFactory({ viewers, administrators, definitions: DEFINITIONS, secret: database.secret });
  const execute = createExecutor(createSchema(DEFINITIONS));
  const id = Buffer.from(`Workspace:${workspace}`).toString('base64url');
  const document = parse(
    'mutation ($id: ID!) { breakWorkspaceLock(input: { workspace: $id }) { workspace { name lock { reason } } } }',
  );
  const run = (person: string) => execute({ document, variables: { id }, context: context({ id: person }, 'test') });
  try {
    await tree.lock(people.mia);
    expect((await run(people.mia)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    expect(JSON.parse(JSON.stringify((await run(people.ada)).data))).toEqual({
      breakWorkspaceLock: { workspace: { name: 'Review', lock: null } },
    });
    expect(await tree.holder()).toBeNull();
  } finally {
    await viewers.end();
    await administrators.end();
  }
});
