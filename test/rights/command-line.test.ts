import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFolder } from '../support/folder.ts';
import { type Ended, runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { useWorld } from './world.ts';

const world = useWorld(async ({ user }) => {
  await user('ben');
  await user('cleo');
});

function rowplane(args: string[]): Promise<Ended> {
  const env = { DATABASE_URL: world().database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  return runNode('src/cli/main.ts', args, { cwd: '/', env });
}

async function json(...args: string[]): Promise<unknown> {
  const ended = await rowplane([...args, '--json']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
}

async function error(...args: string[]): Promise<unknown> {
  const ended = await rowplane([...args, '--json']);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  return (JSON.parse(ended.stderr) as { error: unknown }).error;
}

test('R8: profiles, rights roles and assignments are run by command line', async () => {
  expect(await json('rights', 'list')).toMatchObject([
    { name: 'finance', rights: [{}, {}, {}] },
    { name: 'procurement' },
  ]);
  await json(
    'profiles',
    'create',
    'Accountant',
    '--application',
    'finance',
    '--all',
    'DISPLAY',
    '--set',
    'invoices=EDIT',
  );
  expect(await json('profiles', 'set', 'Accountant', '--set', 'vendors=NONE')).toMatchObject([
    { name: 'documentWorklist', level: 'DISPLAY' },
    { name: 'invoices', level: 'EDIT' },
    { name: 'vendors', level: 'NONE' },
  ]);
  await json('profiles', 'duplicate', 'Accountant', 'Second');
  await json('rights-roles', 'create', 'Clerk', '--profile', 'Accountant');
  await json('rights-roles', 'add', 'Clerk', '--profile', 'Second');
  expect(
    await json('rights', 'assign', '--company', 'A-GmbH', '--role', 'Clerk', '--user', 'ben', '--user', 'cleo'),
  ).toEqual({
    added: 2,
  });
  expect(await json('profiles', 'list', '--application', 'finance')).toMatchObject([
    { name: 'Accountant', assignmentCount: 2 },
    { name: 'Second', assignmentCount: 2 },
  ]);
  expect(await json('profiles', 'show', 'Second')).toMatchObject({
    rightsRoles: ['Clerk'],
    assignments: [
      { name: 'ben', companyName: 'A-GmbH', given: 'Clerk' },
      { name: 'cleo', given: 'Clerk' },
    ],
  });
  expect(await json('rights', 'show', 'ben', '--company', 'A-GmbH')).toMatchObject([
    { name: 'finance', rights: [{ level: 'DISPLAY' }, { level: 'EDIT' }, { level: 'NONE' }] },
  ]);
  expect(await error('profiles', 'delete', 'Second')).toMatchObject({
    code: 'IN_USE',
    details: { rightsRoles: ['Clerk'] },
  });

  expect(await json('rights', 'withdraw', '--role', 'Clerk', '--user', 'cleo')).toMatchObject({
    withdrawn: [expect.any(String)],
  });
  expect(await json('rights', 'copy', 'ben', '--to', 'cleo', '--replace')).toEqual({ added: 1, withdrawn: 0 });
  const files = {
    'table.json': JSON.stringify([{ users: ['ben', 'cleo'], company: 'B-GmbH', profile: 'Second' }]),
    'no-table.json': '{}',
  };
  await withFolder(files, async (folder) => {
    expect(await json('rights', 'assign', '--file', join(folder, 'table.json'))).toEqual({ added: 2 });
    expect(await error('rights', 'assign', '--file', join(folder, 'no-table.json'))).toMatchObject({
      message: expect.stringContaining('must hold a list'),
    });
  });
  const ended = await rowplane(['rights', 'assignments', '--user', 'ben']);
  expect(
    ended.stdout
      .split('\n')
      .slice(2)
      .map((line) => line.split(/ {2,}/).slice(0, 3))
      .sort(),
  ).toEqual([[''], ['ben', 'A-GmbH', 'Clerk'], ['ben', 'B-GmbH', 'Second']]);
});

test('L1, R8: the change history of a profile and of a rights role is a query', async () => {
  const { entries } = (await json('log', 'show', '--object', 'profile:Second')) as { entries: { table: string }[] };
  expect(new Set(entries.map(({ table }) => table))).toEqual(
    new Set(['profiles', 'profile_rights', 'rights_role_profiles', 'rights_assignments']),
  );
  expect(await json('log', 'show', '--object', 'rights-role:Clerk', '--operation', 'DELETE')).toMatchObject({
    entries: [{ table: 'rights_assignments' }],
  });
});

test('bad input says what to do', async () => {
  expect(await error('profiles', 'create', 'X', '--application', 'nonsense')).toMatchObject({
    code: 'VALIDATION_FAILED',
  });
  expect(await error('profiles', 'show', 'Nobody')).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no profile "Nobody".',
  });
  expect(await error('rights', 'assign', '--user', 'ben', '--profile', 'Accountant')).toMatchObject({
    message: expect.stringContaining('--company'),
  });
  expect(await error('rights', 'withdraw')).toMatchObject({ message: expect.stringContaining('Say which') });
  expect(await error('rights', 'withdraw', 'nonsense')).toMatchObject({ message: expect.stringContaining('no id') });
  expect(await error('profiles', 'set', 'Accountant', '--set', 'invoices=ALL')).toMatchObject({
    message: expect.stringContaining('NONE, DISPLAY, EDIT'),
  });
});
