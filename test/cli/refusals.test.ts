import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { createDatabase, type TestDatabase, withOwner } from '../support/database.ts';
import { type Ended, runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  const definitions = await loadDefinitions('schema');
  await withOwner(database, (owner) => applyDefinitions(owner, definitions));
  await database.owner.query(
    `insert into rowplane.users (name, role) values ('ada', 'ADMINISTRATOR'), ('ben', 'INTERNAL')`,
  );
});
afterAll(() => database.drop());

function rowplane(...args: string[]): Promise<Ended> {
  const env = { DATABASE_URL: database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  return runNode('src/cli/main.ts', args, { cwd: '/', env });
}

async function done(...args: string[]): Promise<void> {
  expect(await rowplane(...args)).toMatchObject({ code: 0 });
}

async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await rowplane(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

describe('what a refusal names is told to people, too', () => {
  test('every problem, where there are several', async () => {
    expect(await refusal('users', 'create', '!', '--role', 'INTERNAL', '--email', 'nowhere')).toBe(
      [
        'Error: 2 parts of the input are wrong.',
        '  name: must be 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit',
        '  email: must be an e-mail address',
        '',
      ].join('\n'),
    );
  });

  test('one problem once', async () => {
    expect(await refusal('users', 'create', 'cleo', '--role', 'INTERNAL', '--email', 'nowhere')).toBe(
      'Error: email: must be an e-mail address\n',
    );
  });

  test('U9: what goes with a group, and the way around a cycle once', async () => {
    for (const name of ['Counter', 'Juniors', 'Trainees', 'Staff']) await done('groups', 'create', name);
    await done('groups', 'add', 'Counter', '--group', 'Juniors', '--group', 'Trainees');
    await done('groups', 'add', 'Staff', '--group', 'Counter');
    expect(await refusal('groups', 'delete', 'Counter')).toBe(
      [
        'Error: The group "Counter" is in use: its members lose what it was given, and gain what it was denied. To delete it all the same, set "confirm" (on the command line: --confirm).',
        '  subgroups: Juniors; Trainees',
        '  parents: Staff',
        '',
      ].join('\n'),
    );
    expect(await refusal('groups', 'add', 'Juniors', '--group', 'Staff')).toBe(
      "Error: A group can't contain itself: Juniors → Staff → Counter → Juniors. Remove one of these links first.\n",
    );
  });

  test('A9: who would lose the last plane, and where', async () => {
    await done('companies', 'create', 'A-GmbH');
    await done('workspaces', 'create', 'Office', '--company', 'A-GmbH');
    const internals = '00000000-0000-0000-0000-0000000000e3';
    await database.owner.query('delete from rowplane.plane_groups where group_id <> $1', [internals]);
    await database.owner.query(
      'insert into rowplane.plane_groups (plane_id, group_id) select p.id, $1 from rowplane.planes p on conflict do nothing',
      [internals],
    );
    expect(await refusal('users', 'update', 'ben', '--role', 'EXTERNAL')).toMatch(
      /^Error: One member would lose the last plane .*\n {2}losing: ben, Office\n$/,
    );
  });
});

describe('what a command was given wrongly is no internal error', () => {
  test.each([
    ['VALIDATION_FAILED', 'Say the name of the account', ['users', 'create']],
    ['VALIDATION_FAILED', 'Say in which company', ['rights', 'assign', '--user', 'ben']],
    ['VALIDATION_FAILED', '"nonsense" is not the id of a key', ['keys', 'revoke', 'nonsense']],
    ['VALIDATION_FAILED', '"thing" is none of', ['log', 'show', '--object', 'thing:ben']],
    [
      'VALIDATION_FAILED',
      '--where is not JSON',
      ['queries', 'save', 'Mine', '--definition', 'process', '--where', '{', '--as', 'ben'],
    ],
    ['VALIDATION_FAILED', 'ben is no active administrator', ['users', 'list', '--as', 'ben']],
    ['VALIDATION_FAILED', "unknown option '--nonsense'", ['users', 'list', '--nonsense']],
    ['VALIDATION_FAILED', "missing required argument 'name'", ['groups', 'create']],
    ['VALIDATION_FAILED', "unknown command 'nonsense'", ['nonsense']],
    ['NOT_FOUND', 'There is no user "nobody"', ['users', 'list', '--as', 'nobody']],
    ['NOT_FOUND', 'There is no workspace "Nowhere"', ['policies', 'print', '--workspace', 'Nowhere']],
    ['NOT_FOUND', 'no saved query "Nothing"', ['queries', 'show', 'Nothing', '--as', 'ben']],
  ])('%s: %s', async (code, message, args) => {
    const { error } = JSON.parse(await refusal(...args, '--json')) as { error: unknown };
    expect(error).toEqual({ code, message: expect.stringContaining(message), details: {} });
  });

  test('people are shown how the command is used', async () => {
    const told = await refusal('groups', 'create', '--nonsense');
    expect(told).toMatch(/^error: unknown option '--nonsense'\n\nUsage: rowplane groups create/);
  });
});
