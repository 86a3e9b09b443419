import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ANONYMOUS, createTree, EVERYONE, outcome, refusal, type Tree } from '../tree/world.ts';
import { connect, transaction } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';

let tree: Tree;
let [ada, ben, ext, guest]: string[] = [];

beforeAll(async () => {
  tree = await createTree();
  ada = await tree.user('ada', 'ADMINISTRATOR');
  [ben, ext, guest] = [await tree.user('ben'), await tree.user('ext', 'EXTERNAL'), await tree.user('gert', 'GUEST')];
  await tree.admit(ada, ben, ext, guest);
  // Guests and anonymous see the archive, too: only then a function can be theirs.
  for (const group of ['00000000-0000-0000-0000-0000000000e5', '00000000-0000-0000-0000-0000000000e6'])
    await tree.entry(tree.archive, group, 'VIEW', 'ALLOW');
});
afterEach(() =>
  tree.owner.query(
    `delete from rowplane.function_entries where decision = 'DENY' or user_id is not null or group_id <> '${EVERYONE}'`,
  ),
);
afterAll(() => tree?.end());

const has = (viewer: string, name = 'IMPORT', workspace = tree.workspace): Promise<boolean> =>
  tree.as(viewer, async (sql) => {
    const [row] = await sql.query<{ allowed: boolean }>('select rowplane.viewer_function($1, $2) as allowed', [
      workspace,
      name,
    ]);
    return row!.allowed;
  });

/** Past all guards. */
async function entry(principal: string, decision: 'ALLOW' | 'DENY', name = 'IMPORT'): Promise<void> {
  const [group] = await tree.owner.query('select from rowplane.groups where id = $1', [principal]);
  await tree.owner.query(
    `insert into rowplane.function_entries (workspace_id, function, ${group ? 'group_id' : 'user_id'}, decision) values ($1, $2, $3, $4)`,
    [tree.workspace, name, principal, decision],
  );
}

describe('P6: what nobody has touched restricts nobody', () => {
  test('a workspace allows Everyone all functions, which reaches all users but guests', async () => {
    for (const [viewer, allowed] of [
      [ada!, true],
      [ben!, true],
      [ext!, true],
      [guest!, false],
      [ANONYMOUS, false],
    ] as const)
      expect(await has(viewer)).toBe(allowed);
  });

  test('a function that is declared later is allowed to Everyone in all workspaces', async () => {
    await tree.owner.query(`insert into rowplane.functions values ('STAMP', 'Stamp')`);
    expect(await has(ben!, 'STAMP')).toBe(true);
    await tree.owner.query(`delete from rowplane.functions where name = 'STAMP'`);
    expect(await has(ben!, 'STAMP')).toBe(false);
  });
});

describe('P10, P4: the decision', () => {
  test('a DENY overrules every ALLOW, by whatever way it comes', async () => {
    const group = await tree.group('clerks', ben!);
    await entry(group, 'DENY');
    await entry(ben!, 'ALLOW');
    expect(await has(ben!)).toBe(false);
    expect(await has(ada!)).toBe(true);
    expect(await has(ben!, 'EXPORT')).toBe(true);
  });

  test('U9: a DENY to Everyone reaches guests and anonymous', async () => {
    await entry(guest!, 'ALLOW', 'EXPORT');
    await entry('00000000-0000-0000-0000-0000000000e6', 'ALLOW', 'EXPORT');
    expect([await has(guest!, 'EXPORT'), await has(ANONYMOUS, 'EXPORT')]).toEqual([true, true]);
    await tree.owner.query(
      `update rowplane.function_entries set decision = 'DENY' where group_id = $1 and function = 'EXPORT'`,
      [EVERYONE],
    );
    for (const viewer of [ada!, ben!, ext!, guest!, ANONYMOUS]) expect(await has(viewer, 'EXPORT')).toBe(false);
    await tree.owner.query(`update rowplane.function_entries set decision = 'ALLOW' where group_id = $1`, [EVERYONE]);
  });

  test('U4: no entry lets a guest use a function that creates something', async () => {
    await entry(guest!, 'ALLOW');
    await entry(guest!, 'ALLOW', 'CREATE_COLLECTION');
    expect([await has(guest!), await has(guest!, 'CREATE_COLLECTION')]).toEqual([false, false]);
  });

  test('U9: groups inherit from those above', async () => {
    const [above, below] = [await tree.group('above'), await tree.group('below', ben!)];
    await tree.owner.query('insert into rowplane.group_nesting values ($1, $2)', [above, below]);
    await entry(above, 'DENY');
    expect(await has(ben!)).toBe(false);
    expect(await has(ada!)).toBe(true);
  });

  test('U7: nothing for the blocked; V2: nor where nothing is seen, nor for unknown names, nor without a viewer', async () => {
    const late = await tree.user('late');
    expect(await has(late)).toBe(true);
    await tree.owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [late]);
    expect(await has(late)).toBe(false);
    expect(await has(ben!, 'FLY')).toBe(false);
    expect(await has(ben!, 'IMPORT', 4711)).toBe(false);
    await tree.entry(tree.archive, ext!, 'VIEW', 'DENY');
    expect(await has(ext!)).toBe(false);
    await tree.withdraw(tree.archive, ext!, 'VIEW');
    const session = await connect(tree.database.apiUrl);
    await session.query('set role rowplane_viewer');
    const rows = await session.query(`select rowplane.viewer_function(1, 'IMPORT') as allowed`);
    expect(rows).toEqual([{ allowed: false }]);
    await session.end();
  });
});

describe('U2: who decides', () => {
  const SET = 'select rowplane.set_function_entries($1, $2::jsonb) as warnings';
  const change = (...changes: object[]) => [tree.workspace, JSON.stringify(changes)];

  test('administrators, many at once and all or nothing; a DENY says whom it reaches', async () => {
    const warnings = await tree.as(ada!, async (sql) => {
      const [row] = await sql.query<{ warnings: { message: string }[] }>(
        SET,
        change(
          { function: 'IMPORT', principal: ben, decision: 'DENY' },
          { function: 'EXPORT', principal: guest, decision: 'ALLOW' },
        ),
      );
      return row!.warnings;
    });
    expect(warnings).toMatchObject([
      { code: 'DENY_REACHES', message: 'The DENY of IMPORT for ben overrules every ALLOW. It reaches ben.' },
    ]);
    expect([await has(ben!), await has(guest!, 'EXPORT')]).toEqual([false, true]);
    expect(await outcome(tree, ada!, SET, change({ function: 'IMPORT', principal: ben, decision: null }))).toBe('done');
    expect(await has(ben!)).toBe(true);
  });

  test.each([
    ['NOT_FOUND', { function: 'FLY', decision: 'ALLOW' }],
    ['NOT_FOUND', { function: 'IMPORT', principal: '00000000-0000-7000-8000-00000000dead', decision: 'ALLOW' }],
    ['VALIDATION_FAILED', { function: 'IMPORT', decision: 'MAYBE' }],
  ])('%s: nothing half done', async (code, wrong) => {
    const ended = await outcome(
      tree,
      ada!,
      SET,
      change({ function: 'IMPORT', principal: ben, decision: 'DENY' }, { principal: ben, ...wrong }),
    );
    expect(ended).toBe(code === 'NOT_FOUND' ? 'RPNFD' : 'RPVAL');
    expect(await has(ben!)).toBe(true);
  });

  test('⚔ nobody else: not by the function, nor by the table, on either connection', async () => {
    expect(await outcome(tree, ben!, SET, change({ function: 'IMPORT', principal: ben, decision: 'ALLOW' }))).toBe(
      'RPFOR',
    );
    expect(await outcome(tree, ada!, 'select from rowplane.function_entries')).toBe('42501');
    const session = await connect(tree.database.adminUrl);
    for (const text of [
      `insert into rowplane.function_entries (workspace_id, function, group_id, decision) select 1, 'IMPORT', id, 'ALLOW' from rowplane.groups`,
      `update rowplane.function_entries set decision = 'ALLOW'`,
      'delete from rowplane.function_entries',
      `insert into rowplane.functions values ('FLY', 'Fly')`,
    ]) {
      const work = transaction(session, async (inside) => {
        await inside.query('select rowplane.enter($1)', [viewerToken(ada!)]);
        await inside.query(text);
      });
      expect(await refusal(work), text).toBe('42501');
    }
    await session.end();
  });

  test('P11: while the workspace is locked, only its holder gives; taking away stays possible', async () => {
    await tree.owner.query(
      `insert into rowplane.workspace_locks (workspace_id, holder_id, reason) values ($1, $2, 'Audit')`,
      [tree.workspace, await tree.user(`boss ${Math.random()}`, 'ADMINISTRATOR')],
    );
    expect(await outcome(tree, ada!, SET, change({ function: 'IMPORT', principal: guest, decision: 'ALLOW' }))).toBe(
      'RPLOC',
    );
    expect(await outcome(tree, ada!, SET, change({ function: 'IMPORT', principal: ben, decision: 'DENY' }))).toBe(
      'done',
    );
    expect(await outcome(tree, ada!, SET, change({ function: 'IMPORT', principal: ben, decision: null }))).toBe(
      'RPLOC',
    );
    await tree.owner.query('delete from rowplane.workspace_locks');
  });

  test('L1: is logged', async () => {
    await tree.as(ada!, (sql) => sql.query(SET, change({ function: 'IMPORT', principal: ben, decision: 'DENY' })));
    const [logged] = await tree.owner.query<{ actor: string; after: object }>(
      `select actor, after from rowplane.log where table_name = 'function_entries' order by id desc limit 1`,
    );
    expect(logged).toMatchObject({ actor: ada, after: { function: 'IMPORT', user_id: ben, decision: 'DENY' } });
  });
});

describe('P10: what this server performs is enforced in the database', () => {
  test('EMPTY_TRASH: nothing is erased without it', async () => {
    const gone = await tree.document(tree.archive, 'gone');
    await tree.owner.query(`update ws_${tree.workspace}.document set deleted_at = now() where id = $1`, [gone]);
    await entry(ben!, 'DENY', 'EMPTY_TRASH');
    const erase = (viewer: string) =>
      tree.as(viewer, (sql) => sql.query(`delete from ws_${tree.workspace}_trash.document returning id`));
    expect(await erase(ben!)).toEqual([]);
    expect(await outcome(tree, ben!, 'select rowplane.erase_folders($1)', [tree.workspace])).toBe('RPFOR');
    expect(await erase(ada!)).toEqual([{ id: gone }]);
  });

  test('IMPORT: the rows of a run are shown to nobody without it, also midway', async () => {
    const run = (name: string) => [name, ben, tree.workspace, ['f_title'], ['text'], []];
    await tree.owner.query('select rowplane.create_import($1, $2, $3, $4, $5, $6)', run('run_one'));
    await tree.owner.query(`insert into rowplane_import.run_one (line, raw, f_title) values (1, 'a', 'a')`);
    const seen = (viewer: string) => tree.as(viewer, (sql) => sql.query('select line from rowplane_import.run_one'));
    expect(await seen(ben!)).toHaveLength(1);
    expect(await seen(ada!)).toHaveLength(0);
    await entry(ben!, 'DENY');
    expect(await seen(ben!)).toHaveLength(0);
    expect(
      await refusal(tree.owner.query('select rowplane.create_import($1, $2, $3, $4, $5, $6)', run('run_two'))),
    ).toBe('RPFOR');
    await tree.owner.query('drop table rowplane_import.run_one');
  });
});
