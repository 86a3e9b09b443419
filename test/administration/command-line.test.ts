import { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { addArchives } from '../../src/cli/archives.ts';
import { addClients } from '../../src/cli/clients.ts';
import { addGroups } from '../../src/cli/groups.ts';
import { addPlanes } from '../../src/cli/planes.ts';
import { addUsers } from '../../src/cli/users.ts';
import { addWorkspaces } from '../../src/cli/workspaces.ts';
import { connect } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { withEmptyDatabase } from '../support/empty-database.ts';
import { withFolder } from '../support/folder.ts';
import { type Ended, runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

const MAIN = 'src/cli/main.ts';
let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  const session = await connect(database.ownerUrl);
  await applyDefinitions(session, await loadDefinitions('schema'));
  await session.end();
});
afterAll(() => database.drop());

/** Runs a command on the test's database; `admin` says whether with rowplane_admin's own connection. */
function rowplane(args: string[], { admin = false } = {}): Promise<Ended> {
  const env = { DATABASE_URL: database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  return runNode(MAIN, args, { cwd: '/', env: admin ? { ...env, ROWPLANE_ADMIN_URL: database.adminUrl } : env });
}

async function json(args: string[], options?: { admin?: boolean }): Promise<unknown> {
  const ended = await rowplane([...args, '--json'], options);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
}

async function error(args: string[]): Promise<unknown> {
  const ended = await rowplane([...args, '--json']);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  return (JSON.parse(ended.stderr) as { error: unknown }).error;
}

it('the command line administers without a frontend, from the first administrator on', async () => {
  expect(await error(['groups', 'list'])).toMatchObject({ message: expect.stringContaining('no administrator yet') });
  expect(await json(['users', 'create', 'ada', '--role', 'ADMINISTRATOR'])).toMatchObject({ role: 'ADMINISTRATOR' });
  expect(await json(['users', 'create', 'ben', '--role', 'INTERNAL', '--workflow-access'])).toMatchObject({
    name: 'ben',
    workflowAccess: true,
  });
  await json(['groups', 'create', 'Counter', '--colour', '#00ff00']);
  await json(['groups', 'add', 'Counter', '--user', 'ben'], { admin: true });
  expect(await json(['groups', 'show', 'Counter'])).toMatchObject({ members: ['ben'], builtin: null });

  await json(['companies', 'create', 'A-GmbH']);
  const workspace = await json(['workspaces', 'create', 'Office', '--company', 'A-GmbH'], { admin: true });
  expect(workspace).toMatchObject({ name: 'Office', companyName: 'A-GmbH' });
  await json(['archives', 'create', 'Permits', '--workspace', 'Office']);
  await json(['clients', 'create', 'General', '--workspace', 'Office']);
  const enabled = await json(['archives', 'enable-clients', 'Permits', '--assign', 'General=group:Counter']);
  expect(enabled).toMatchObject({ archive: { clientsEnabled: true }, records: 0 });
  expect(await json(['clients', 'assigned', 'General', '--archive', 'Permits'])).toMatchObject([
    { kind: 'GROUP', name: 'Counter' },
  ]);
});

it('planes are made from a file, assigned, explained and deleted', async () => {
  await withFolder({}, async (folder) => {
    const file = join(folder, 'plane.json');
    const content = { document: { layouts: ['secondLevel'], restriction: { relevancy: { isSet: true } } } };
    await writeFile(file, JSON.stringify(content));
    const made = await json(['planes', 'create', 'Second level', '--workspace', 'Office', '--content', file]);
    expect(made).toMatchObject({ activeDefinitions: ['document'], groupCount: 0 });
    const assigned = await rowplane(['planes', 'assign', 'Second level', '--group', 'Counter']);
    expect(assigned).toMatchObject({
      code: 0,
      stdout: 'Groups that "Second level" is assigned to: 1.\n',
      stderr: 'Warning: members who see more through other planes: 1\n  ben: Full access\n',
    });
    const fields = await rowplane(['planes', 'fields', 'Second level', 'document']);
    expect(fields.stdout).toMatch(/^relevancy +EDIT +layout secondLevel \(EDIT\)$/m);
    await writeFile(file, JSON.stringify({ document: { views: ['nonsense'] } }));
    expect(await error(['planes', 'update', 'Second level', '--content', file])).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { problems: [{ path: 'content.document.views.nonsense' }] },
    });
    await json(['planes', 'delete', 'Second level']);
    const list = await rowplane(['planes', 'list']);
    expect(list.stdout).toMatch(/^id +workspaceId +name/);
    expect(list.stdout).not.toContain('Second level');
  });
});

it('acts as the administrator whom --as names, and as nobody else', async () => {
  expect(await error(['users', 'list', '--as', 'ben'])).toMatchObject({
    message: 'ben is no active administrator: choose another with --as.',
  });
  expect(await error(['users', 'list', '--as', 'nobody'])).toMatchObject({
    message: expect.stringContaining('nobody'),
  });
  expect(await error(['users', 'block', 'ada'])).toMatchObject({ code: 'LOCKED_OUT' });
  await withFolder({}, async (folder) => {
    const file = join(folder, 'users.json');
    await writeFile(file, '[{"name":"eva","role":"INTERNAL","groups":["Counter"]},{"name":"eli","role":"GUEST"}]');
    expect(await json(['users', 'create', '--file', file])).toMatchObject([{ name: 'eva' }, { name: 'eli' }]);
    expect(await error(['users', 'create', '--file', file])).toMatchObject({
      details: { problems: [{ path: 'users[0].name' }] },
    });
    await writeFile(file, '[{"name":"emo","rolle":"GUEST"}]');
    expect(await error(['users', 'create', '--file', file])).toMatchObject({
      message: expect.stringContaining('rolle'),
    });
  });
  expect(await json(['users', 'block', 'eva', 'eli'])).toMatchObject([{ blocked: true }, { blocked: true }]);
  expect(await json(['users', 'unblock', 'eva', 'eli'])).toMatchObject([{ blocked: false }, { blocked: false }]);
  expect(await error(['groups', 'show', 'Nothing'])).toEqual({
    code: 'NOT_FOUND',
    message: 'There is no group "Nothing".',
    details: {},
  });
});

it('a database that was never migrated is said to be so', async () => {
  await withEmptyDatabase(async (url) => {
    const env = { DATABASE_URL: url, ROWPLANE_SECRET: TEST_SECRET };
    const ended = await runNode(MAIN, ['users', 'list'], { env, cwd: '/' });
    expect(ended.stderr).toBe('Error: This database has nothing of Rowplane yet. Run rowplane migrate first.\n');
    expect(ended.code).toBe(1);
  });
});

it('every command of administration has help, --json and --as', () => {
  const program = new Command();
  for (const add of [addUsers, addGroups, addWorkspaces, addArchives, addClients, addPlanes]) add(program);
  const commands = program.commands.flatMap((noun) => noun.commands);
  expect(program.commands.map((noun) => noun.name())).toEqual([
    'users',
    'groups',
    'workspaces',
    'companies',
    'archives',
    'clients',
    'planes',
  ]);
  for (const command of commands) {
    expect(command.description(), command.name()).not.toBe('');
    expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(['--json', '--as']));
  }
});
