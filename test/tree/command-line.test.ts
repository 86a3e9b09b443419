import { afterAll, beforeAll, expect, test } from 'vitest';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { openAdministrators } from '../../src/access/administrators.ts';
import { createArchive } from '../../src/administration/archives.ts';
import { runNode, type Ended } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { createTree, type Tree } from './world.ts';

let tree: Tree;
let archiveId: string;
let ada: string;
let ben: string;

beforeAll(async () => {
  tree = await createTree();
  ada = await tree.user('ada', 'ADMINISTRATOR');
  ben = await tree.user('ben');
  const administrators = openAdministrators({ url: tree.database.adminUrl, key: viewerTokenKey(TEST_SECRET) });
  const archive = await administrators.change({ id: ada }, (a) =>
    createArchive(a, { workspaceId: tree.workspace, name: 'Contracts' }),
  );
  await administrators.end();
  archiveId = archive.id;
  await tree.folder(await tree.folder(archive.id, '2026'), 'January');
});
afterAll(() => tree?.end());

function permissions(...args: string[]): Promise<Ended> {
  const env = {
    DATABASE_URL: tree.database.superuserUrl,
    ROWPLANE_SECRET: TEST_SECRET,
    ROWPLANE_ADMIN_URL: tree.database.adminUrl,
  };
  return runNode('src/cli/main.ts', ['permissions', ...args, '--json'], { cwd: '/', env });
}

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await permissions(...args);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('P: entries are listed, set, explained and inherited from the command line', async () => {
  const object = 'Contracts/2026/January';
  expect(await json('set', object, '--user', 'ben', '--allow', 'EDIT', '--deny', 'delete,CREATE')).toMatchObject({
    warnings: [{ code: 'DENY_REACHES' }, { code: 'DENY_REACHES' }],
  });
  expect(await json('effective', object, '--user', 'ben', '--permission', 'DELETE')).toMatchObject([
    {
      principal: 'ben',
      permission: 'DELETE',
      decision: 'DENY',
      allowed: false,
      entries: [{ inherited: false }, { inheritedFrom: { name: 'Contracts' } }],
    },
  ]);
  expect(await json('break', object)).toEqual({ object, inherits: false });
  expect(await json('list', object)).toMatchObject({ inherits: false, hasOwnEntries: true, mayEdit: true });
  expect(await json('restore', object)).toEqual({ object, inherits: true });
  await json('set', object, '--user', 'ben', '--clear', 'EDIT,CREATE,DELETE');
  expect(await tree.owner.query('select from rowplane.object_entries where user_id = $1', [ben])).toEqual([]);
});

test('what can’t be done is said, with exit code 1', async () => {
  for (const [args, message] of [
    [['list', 'Contracts/2027'], 'There is no folder \\"2027\\"'],
    [['set', 'Contracts', '--user', 'ben'], '--allow, --deny or --clear'],
    [['set', 'Contracts', '--allow', 'VIEW'], '--user or --group'],
    [['set', 'Contracts', '--user', 'ben', '--allow', 'FLY'], 'There is no permission'],
    [['break', 'Contracts'], 'inherits from nothing'],
  ] as const) {
    const { code, stdout, stderr } = await permissions(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  }
});

test('P14: a folder that somebody called like another one is not taken for it', async () => {
  const hidden = await tree.folder(archiveId, 'Hidden');
  const twin = await tree.folder(hidden, '2026');
  const entry = `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $2, $3, 'VIEW', $4)`;
  await tree.owner.query(entry, [archiveId, hidden, ada, 'DENY']);
  await tree.owner.query('insert into rowplane.inheritance_breaks (object_id, archive_id) values ($1, $2)', [
    twin,
    archiveId,
  ]);
  await tree.owner.query(`delete from rowplane.object_entries where object_id = $1 and decision = 'DENY'`, [twin]);
  const { code, stderr } = await permissions('set', 'Contracts/2026', '--user', 'ben', '--allow', 'EDIT');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Several folders \\"2026\\"') });
});
