import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { ADMINISTRATORS, createTree, EVERYONE, refusal, type Tree } from './world.ts';

let tree: Tree;
let [ada, bo, ben, cleo]: string[] = [];
let managers: string;

/** Statements by hand on the administration connection, as an administrator, in one transaction. */
function administer(person: string, ...statements: [string, unknown[]][]): Promise<void> {
  return byHand(tree.database.adminUrl, person, statements);
}

/** The same as the owner, who works for somebody. */
function own(person: string, ...statements: [string, unknown[]][]): Promise<void> {
  return byHand(tree.database.ownerUrl, person, statements);
}

async function byHand(url: string, person: string, statements: [string, unknown[]][]): Promise<void> {
  const session = await connect(url);
  try {
    await transaction(session, async (sql: Queryable) => {
      await sql.query('select rowplane.enter($1)', [viewerToken(person)]);
      for (const [text, values] of statements) await sql.query(text, values);
    });
  } finally {
    await session.end();
  }
}

const root = () =>
  tree.owner.query<{ principal: string; decision: string }>(
    `select coalesce(user_id, group_id) as principal, decision from rowplane.object_entries where object_id = $1 and permission = 'EDIT_PERMISSIONS' order by 1`,
    [tree.archive],
  );

const DROP_ENTRY =
  'delete from rowplane.object_entries where object_id = $1 and coalesce(user_id, group_id) = $2 and permission = $3';

beforeAll(async () => {
  tree = await createTree();
  [ada, bo] = [await tree.user('ada', 'ADMINISTRATOR'), await tree.user('bo', 'ADMINISTRATOR')];
  [ben, cleo] = [await tree.user('ben'), await tree.user('cleo')];
  managers = await tree.group('Managers', ben);
});
afterAll(() => tree?.end());
beforeEach(async () => {
  const { owner, archive } = tree;
  await owner.query(
    `update rowplane.users set blocked_until = null, role = case when name in ('ada', 'bo') then 'ADMINISTRATOR' else role end`,
  );
  await owner.query('delete from rowplane.group_members where group_id = $1', [managers]);
  await owner.query('insert into rowplane.group_members values ($1, $2)', [managers, ben]);
  await owner.query('update rowplane.archives set clients_enabled = false');
  await owner.query('delete from rowplane.object_entries where object_id = $1', [archive]);
  await tree.entry(archive, EVERYONE, 'VIEW', 'ALLOW');
  await tree.entry(archive, managers, 'EDIT_PERMISSIONS', 'ALLOW');
});

describe('P7: an archive keeps somebody who may edit its permissions', () => {
  test('an entry can’t be taken away by which it would lose the last one', async () => {
    expect(await refusal(own(ada!, [DROP_ENTRY, [tree.archive, managers, 'EDIT_PERMISSIONS']]))).toBe('RPLKO');
    expect(
      await refusal(
        tree.as(ben!, (sql) =>
          sql.query('select rowplane.set_entry($1, $2, $3, null, true)', [tree.archive, managers, 'EDIT_PERMISSIONS']),
        ),
      ),
    ).toBe('RPLKO');
    expect(
      await refusal(
        tree.as(ben!, (sql) =>
          sql.query('select rowplane.set_entry($1, $2, $3, $4, true)', [tree.archive, ben, 'VIEW', 'DENY']),
        ),
      ),
    ).toBe('RPLKO');
    expect(await root()).toEqual([{ principal: managers, decision: 'ALLOW' }]);
  });

  test('nor a DENY be set that reaches the last one, nor a membership go', async () => {
    expect(
      await refusal(
        own(ada!, [
          `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'DENY')`,
          [tree.archive, ben],
        ]),
      ),
    ).toBe('RPLKO');
    expect(
      await refusal(administer(ada!, ['delete from rowplane.group_members where group_id = $1', [managers]])),
    ).toBe('RPLKO');
    expect(await refusal(administer(ada!, ['delete from rowplane.groups where id = $1', [managers]]))).toBe('RPLKO');
    const [denied] = await tree.owner.query<{ id: string }>(
      `insert into rowplane.groups (name) values (uuidv4()::text) returning id`,
    );
    await tree.entry(tree.archive, denied!.id, 'EDIT_PERMISSIONS', 'DENY');
    expect(
      await refusal(administer(ada!, ['insert into rowplane.group_members values ($1, $2)', [denied!.id, ben]])),
    ).toBe('RPLKO');
    expect(
      await refusal(administer(ada!, ['insert into rowplane.group_nesting values ($1, $2)', [denied!.id, managers]])),
    ).toBe('RPLKO');
  });

  test('what ends well is allowed, whatever it looked like in between', async () => {
    await administer(
      ada!,
      ['delete from rowplane.group_members where group_id = $1', [managers]],
      ['insert into rowplane.group_members values ($1, $2)', [managers, cleo]],
    );
    // Now cleo is the last one.
    expect(
      await refusal(administer(ada!, ['delete from rowplane.group_members where group_id = $1', [managers]])),
    ).toBe('RPLKO');
  });

  test('constraints that are made immediate are checked after each statement, not before', async () => {
    expect(
      await refusal(
        administer(
          ada!,
          ['set constraints all immediate', []],
          ['delete from rowplane.group_members where group_id = $1', [managers]],
        ),
      ),
    ).toBe('RPLKO');
    expect(
      await refusal(
        administer(
          ada!,
          ['set constraints all immediate', []],
          ['insert into rowplane.group_members values ($1, $2)', [managers, cleo]],
          ['delete from rowplane.group_members where group_id = $1', [managers]],
        ),
      ),
    ).toBe('RPLKO');
  });

  test('C6: whoever works for none of its clients doesn’t count', async () => {
    const { owner, workspace, archive } = tree;
    const [client] = await owner.query<{ id: string }>(
      'insert into rowplane.clients (workspace_id, name) values ($1, uuidv4()::text) returning id',
      [workspace],
    );
    for (const user of [ben, cleo])
      await owner.query(
        'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
        [client!.id, archive, user],
      );
    await owner.query('select rowplane.enable_clients($1, $2)', [archive, client!.id]);
    expect(await refusal(administer(ada!, ['delete from rowplane.client_assignments where user_id = $1', [ben]]))).toBe(
      'RPLKO',
    );
    expect(
      await refusal(administer(ada!, ['delete from rowplane.client_assignments where user_id = $1', [cleo]])),
    ).toBe('done');
    expect(await refusal(administer(ada!, ['delete from rowplane.clients where id = $1', [client!.id]]))).toBe('RPLKO');
  });

  test('changes elsewhere are free, also while an archive has nobody for other reasons', async () => {
    await tree.owner.query('delete from rowplane.group_members where group_id = $1', [managers]);
    const other = await tree.group(`other ${Math.random()}`);
    await administer(ada!, ['insert into rowplane.group_members values ($1, $2)', [other, cleo]]);
    await administer(ada!, ['insert into rowplane.group_members values ($1, $2)', [managers, cleo]]);
    expect(await refusal(administer(ada!, ['delete from rowplane.group_members where user_id = $1', [cleo]]))).toBe(
      'RPLKO',
    );
  });
});

describe('U7: blocking', () => {
  test('the last one who could edit permissions passes that on to Administrators', async () => {
    await administer(ada!, [`update rowplane.users set blocked_until = 'infinity' where id = $1`, [ben]]);
    expect(await root()).toEqual([
      { principal: ADMINISTRATORS, decision: 'ALLOW' },
      { principal: managers, decision: 'ALLOW' },
    ]);
  });

  test('one of several changes nothing', async () => {
    await tree.owner.query('insert into rowplane.group_members values ($1, $2)', [managers, cleo]);
    await administer(ada!, [`update rowplane.users set active = false where id = $1`, [ben]]);
    expect(await root()).toHaveLength(1);
    await tree.owner.query('update rowplane.users set active = true');
  });

  test('the last active administrator can’t be blocked', async () => {
    await administer(ada!, [`update rowplane.users set blocked_until = 'infinity' where id = $1`, [bo]]);
    expect(
      await refusal(administer(ada!, [`update rowplane.users set blocked_until = 'infinity' where id = $1`, [ada]])),
    ).toBe('RPLKO');
    expect(await refusal(administer(ada!, [`update rowplane.users set role = 'INTERNAL' where id = $1`, [ada]]))).toBe(
      'RPLKO',
    );
  });
});
