import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, transaction } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { outcome, refusal } from '../tree/world.ts';
import { createLockedTree, type LockedTree } from './locked-tree.ts';

let tree: LockedTree;
let folder: string;
let paper: string;
let trashed: string;
let plane: string;

beforeAll(async () => {
  tree = await createLockedTree();
  folder = await tree.folder(tree.archive, 'Folder');
  paper = await tree.document(folder, 'paper');
  trashed = await tree.document(folder, 'old');
  plane = `plane_${tree.planeId}`;
  await tree.owner.query(`update ws_${tree.workspace}.document set deleted_at = now() where id = $1`, [trashed]);
  await tree.owner.query(`insert into rowplane.clients (workspace_id, name) values ($1, 'Known')`, [tree.workspace]);
  await tree.lock(tree.people.mia);
});
afterAll(() => tree?.end());

const edit = (person: string, set: string, id = paper) => refusal(tree.edit(person, 'document', [id], set));

/** A statement of an administrator on the administration connection: what it ends in. Undone. */
async function asAdmin(person: string, text: string, values: unknown[] = []): Promise<string> {
  const session = await connect(tree.database.adminUrl);
  const undo = new Error('undone');
  return transaction(session, async (inside) => {
    await inside.query('select rowplane.enter($1)', [viewerToken(person)]);
    await inside.query(text, values);
    await inside.query('set constraints all immediate');
    throw undo;
  })
    .then(
      () => '',
      (error: Error & { code?: string }) => (error === undo ? 'done' : (error.code ?? error.message)),
    )
    .finally(() => session.end());
}

describe('P11: records', () => {
  test('only the holder writes them', async () => {
    for (const person of [tree.people.ben, tree.people.ada]) {
      expect(await edit(person, `notes = 'x'`)).toBe('RPLOC');
      expect(await edit(person, 'deleted_at = now()')).toBe('RPLOC');
      expect(await edit(person, 'deleted_at = null', trashed)).toBe('RPLOC');
      expect(await edit(person, `folder_id = '${tree.archive}'`)).toBe('RPLOC');
      const insert = `insert into ${plane}_new.document (archive_id, folder_id, title) values ($1, $2, 'new')`;
      expect(await outcome(tree, person, insert, [tree.archive, folder])).toBe('RPLOC');
      expect(await outcome(tree, person, `delete from ws_${tree.workspace}_trash.document`)).toBe('RPLOC');
    }
    expect(await edit(tree.people.mia, `notes = 'mine'`)).toBe('done');
  });

  test('everyone reads on', async () => {
    expect(await tree.titles(tree.people.ben)).toEqual(['paper']);
  });

  test('the refusal tells who, why and since when, as far as the viewer may see people (U3)', async () => {
    const told = async (person: string) => {
      const error = (await tree
        .edit(person, 'document', [paper], `notes = 'x'`)
        .catch((thrown: unknown) => thrown)) as {
        detail: string;
        message: string;
      };
      return { ...(JSON.parse(error.detail) as object), message: error.message };
    };
    expect(await told(tree.people.ben)).toEqual({
      workspace: tree.workspace,
      holder: { id: tree.people.mia, name: 'mia' },
      reason: 'Moving house',
      since: expect.any(String) as string,
      message:
        'mia has this workspace locked: Moving house. Everything can still be read, and access taken away. To write, ask mia to unlock it; an administrator may break the lock.',
    });
    const external = await tree.user('ext', 'EXTERNAL');
    await tree.admit(external);
    expect(await told(external)).toMatchObject({
      holder: null,
      reason: 'Moving house',
      message: expect.stringMatching(/^This workspace is locked: .* To write, ask its holder to unlock it;/),
    });
  });

  test('V2: of a lock hears nobody who sees nothing in the workspace: a write ends as it does without one', async () => {
    const stranger = await tree.user('nobody', 'GUEST');
    await tree.admit(stranger);
    const write = () => tree.edit(stranger, 'document', [paper], `notes = 'x'`);
    expect(await write()).toEqual([]);
    const create = () =>
      outcome(tree, stranger, `insert into plane_${tree.planeId}_new.document (archive_id) values ($1)`, [
        tree.archive,
      ]);
    expect(await create()).toBe('RPNFD');
    await tree.entry(tree.archive, stranger, 'VIEW', 'ALLOW');
    expect(await refusal(write())).toBe('RPLOC');
    expect(await create()).toBe('RPLOC');
  });

  test('U2: administrators, who need not see the records, hear of it', async () => {
    const gone = await tree.user('gone');
    await tree.owner.query('update rowplane.users set active = false where id = $1', [gone]);
    await tree.owner.query(`update ws_${tree.workspace}.document set owner_id = $1 where id = $2`, [gone, paper]);
    const blind = await tree.user('blind', 'ADMINISTRATOR');
    await tree.entry(tree.archive, blind, 'VIEW', 'DENY');
    const session = await connect(tree.database.adminUrl);
    try {
      const work = transaction(session, async (admin) => {
        await admin.query('select rowplane.enter($1)', [viewerToken(blind)]);
        await admin.query('select rowplane.transfer_ownership($1, $2)', [gone, tree.people.ben]);
      });
      expect(await refusal(work)).toBe('RPLOC');
    } finally {
      await session.end();
    }
  });

  test('V6: also for a database login of one’s own', async () => {
    const role = `login_${tree.database.name}`;
    const superuser = await connect(tree.database.superuserUrl);
    await superuser.query(`create role ${role} login password 'x' in role rowplane_viewer`);
    await tree.owner.query('insert into rowplane.logins values ($1, $2)', [role, tree.people.ben]);
    const url = new URL(tree.database.apiUrl);
    [url.username, url.password] = [role, 'x'];
    const session = await connect(url.href);
    try {
      for (const level of ['read committed', 'repeatable read']) {
        const work = transaction(session, async (inside) => {
          await inside.query(`set transaction isolation level ${level}`);
          await inside.query('select rowplane.set_targets($1)', [[paper]]);
          await inside.query(`update ws_${tree.workspace}_edit.document set notes = 'x'`);
        });
        expect(await refusal(work), level).toBe('RPLOC');
      }
      expect(await refusal(session.query('delete from rowplane.workspace_locks'))).toBe('42501');
      expect(
        await refusal(
          session
            .query(`set rowplane.viewer = '${tree.people.mia}'`)
            .then(() => session.query('select rowplane.unlock_workspace($1)', [tree.workspace])),
        ),
      ).toBe('RPLOC');
    } finally {
      await session.end();
      await superuser.query(`drop role ${role}`);
      await superuser.end();
    }
  });
});

describe('P11: permissions and the tree', () => {
  test.each<[string, string]>([
    ['a plane', `update rowplane.planes set name = 'other' where is_full`],
    ['an archive', `update rowplane.archives set name = 'other'`],
    ['a new archive', `insert into rowplane.archives (workspace_id, name) select id, 'other' from rowplane.workspaces`],
    ['the end of an archive', `delete from rowplane.archives`],
    ['the workspace', `update rowplane.workspaces set name = 'other'`],
    ['a client', `insert into rowplane.clients (workspace_id, name) select id, 'other' from rowplane.workspaces`],
    ['another client', `update rowplane.clients set name = 'other'`],
    ['the end of a client', `delete from rowplane.clients`],
    [
      'a client assignment',
      `insert into rowplane.client_assignments (client_id, archive_id, user_id)
       select c.id, a.id, u.id from rowplane.clients c, rowplane.archives a, rowplane.users u`,
    ],
    [
      'a link of a plane to a group',
      `insert into rowplane.plane_groups select p.id, g.id from rowplane.planes p, rowplane.groups g where g.builtin = 'EXTERNALS'`,
    ],
  ])('%s is the holder’s alone, not even an administrator’s', async (_, text) => {
    expect(await asAdmin(tree.people.ada, text)).toBe('RPLOC');
  });

  test('so are entries, breaks and folders', async () => {
    const { ada, mia, ben } = tree.people;
    const calls: [string, unknown[]][] = [
      [`select rowplane.set_entry($1, $2, 'VIEW', 'ALLOW')`, [folder, ben]],
      ['select rowplane.set_inheritance($1, false)', [folder]],
      [`select rowplane.create_folder($1, 'new')`, [folder]],
      [`select rowplane.rename_folder($1, 'new')`, [folder]],
    ];
    for (const [text, values] of calls) expect(await outcome(tree, ada, text, values), text).toBe('RPLOC');
    for (const [text, values] of calls) expect(await outcome(tree, mia, text, values), text).toBe('done');
    expect(await outcome(tree, ada, 'select rowplane.set_inheritance($1, true)', [folder])).toBe('RPLOC');
    expect(await outcome(tree, ada, 'select rowplane.delete_folder($1)', [folder])).toBe('RPLOC');
    expect(await outcome(tree, mia, 'select rowplane.set_inheritance($1, true)', [folder])).toBe('done');
    await tree.withdraw(folder, ben, 'VIEW');
  });

  test('one wrong entry among several refuses all', async () => {
    const entries = JSON.stringify([
      { principal: tree.people.cleo, permission: 'VIEW', decision: 'DENY' },
      { principal: tree.people.ben, permission: 'VIEW', decision: 'ALLOW' },
    ]);
    expect(await outcome(tree, tree.people.ada, 'select rowplane.set_entries($1, $2::jsonb)', [folder, entries])).toBe(
      'RPLOC',
    );
    expect(
      await tree.owner.query('select from rowplane.object_entries where user_id = $1', [tree.people.cleo]),
    ).toEqual([]);
  });
});

describe('P11: taking access away stays possible', () => {
  test('a DENY, also on an object that had no entry, and then it takes a scope of its own', async () => {
    const { ada, cleo } = tree.people;
    expect(await outcome(tree, ada, `select rowplane.set_entry($1, $2, 'VIEW', 'DENY')`, [folder, cleo])).toBe('done');
    expect(await tree.titles(cleo)).toEqual([]);
    expect(await tree.misplaced()).toEqual([]);
    expect(await outcome(tree, ada, `select rowplane.set_entry($1, $2, 'VIEW', null)`, [folder, cleo]), 'back').toBe(
      'RPLOC',
    );
    expect(await outcome(tree, ada, `select rowplane.set_entry($1, $2, 'VIEW', 'ALLOW')`, [folder, cleo])).toBe(
      'RPLOC',
    );
    await tree.withdraw(folder, cleo, 'VIEW');
  });

  test('an ALLOW withdrawn, or turned into a DENY', async () => {
    const { ada, ben } = tree.people;
    await tree.entry(folder, ben, 'EDIT', 'ALLOW');
    expect(await outcome(tree, ada, `select rowplane.set_entry($1, $2, 'EDIT', 'DENY')`, [folder, ben])).toBe('done');
    await tree.withdraw(folder, ben, 'EDIT');
    await tree.entry(folder, ben, 'EDIT', 'ALLOW');
    expect(await outcome(tree, ada, `select rowplane.set_entry($1, $2, 'EDIT', null)`, [folder, ben])).toBe('done');
  });

  test.each<[string, string]>([
    ['a client assignment', 'delete from rowplane.client_assignments'],
    ['a link of a plane to a group', 'delete from rowplane.plane_groups'],
    ['a membership', 'delete from rowplane.group_members'],
    ['an account', `update rowplane.users set blocked_until = 'infinity' where name = 'ben'`],
  ])('%s', async (_, text) => {
    expect(await asAdmin(tree.people.ada, text)).toBe('done');
  });

  test('U7: blocking the last manager of an archive gives Administrators EDIT_PERMISSIONS, lock or not', async () => {
    const [other] = await tree.owner.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name, created_by) values ($1, 'Other', $2) returning id`,
      [tree.workspace, tree.people.ben],
    );
    await tree.owner.query(
      `delete from rowplane.object_entries where object_id = $1 and permission = 'EDIT_PERMISSIONS' and group_id is not null`,
      [other!.id],
    );
    expect(
      await asAdmin(tree.people.ada, `update rowplane.users set blocked_until = 'infinity' where name = 'ben'`),
    ).toBe('done');
    await tree.owner.query('delete from rowplane.archives where id = $1', [other!.id]);
  });

  test('but a group whose DENY would go with it stays', async () => {
    const group = await tree.group('denied', tree.people.cleo);
    await tree.entry(folder, group, 'VIEW', 'DENY');
    expect(await asAdmin(tree.people.ada, `delete from rowplane.groups where name = 'denied'`)).toBe('RPLOC');
    await tree.withdraw(folder, group, 'VIEW');
    await tree.entry(folder, group, 'VIEW', 'ALLOW');
    expect(await asAdmin(tree.people.ada, `delete from rowplane.groups where name = 'denied'`)).toBe('done');
    await tree.withdraw(folder, group, 'VIEW');
  });

  test('other workspaces are not concerned', async () => {
    const [company] = await tree.owner.query<{ id: string }>('select id from rowplane.companies');
    const [elsewhere] = await tree.owner.query<{ id: number }>(
      `insert into rowplane.workspaces (company_id, name) values ($1, 'Elsewhere') returning id`,
      [company!.id],
    );
    expect(
      await asAdmin(tree.people.ada, `insert into rowplane.clients (workspace_id, name) values ($1, 'x')`, [
        elsewhere!.id,
      ]),
    ).toBe('done');
  });

  test('the owner’s own upkeep goes on', async () => {
    await tree.owner.query(`update ws_${tree.workspace}.document set notes = 'kept'`);
    await tree.owner.query(`update rowplane.archives set name = name`);
  });
});
