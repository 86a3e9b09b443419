import { beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { EVERYONE, outcome, refusal, useTree } from './world.ts';

let [ada, ben, hana]: string[] = [];
let [open, closed]: string[] = [];
let hidden: string;
let tag: string;
const tree = useTree(async (here) => {
  ada = await here.user('ada', 'ADMINISTRATOR');
  [ben, hana] = [await here.user('ben'), await here.user('hana', 'GUEST')];
  await here.admit(ada, ben);
});
beforeEach(async () => {
  tag = ` ${Math.random()}`;
  open = await tree().folder(tree().archive, `open${tag}`);
  closed = await tree().folder(open, `closed${tag}`);
  hidden = await tree().document(closed, `hidden${tag}`);
  await tree().entry(closed, ben!, 'VIEW', 'DENY');
});

const MISSING = '01900000-0000-7000-8000-000000000000';

/** What a viewer is told, in every word. */
async function told(viewer: string, text: string, values: unknown[]): Promise<unknown> {
  return tree()
    .as(viewer, (sql) => sql.query(text, values))
    .catch(({ code, message, detail }: { code: string; message: string; detail?: string }) => ({
      code,
      message,
      detail,
    }));
}

test('V2: every function of the tree answers for a hidden object in the words for a missing one', async () => {
  const paper = await tree().document(open!, `paper${tag}`);
  const questions: [string, unknown[]][] = [
    ['select rowplane.set_entry($1, $2, $3, $4)', [ben, 'VIEW', 'ALLOW']],
    ['select rowplane.set_inheritance($1, false)', []],
    ['select * from rowplane.entries_of($1)', []],
    ['select * from rowplane.object_permissions($1)', []],
    ['select rowplane.effective_permission($1, $2, $3)', [ben, 'VIEW']],
    ['select rowplane.create_folder($1, $2)', ['x']],
    ['select rowplane.rename_folder($1, $2)', ['x']],
    ['select rowplane.move_folder($1, $2)', [open]],
    ['select rowplane.delete_folder($1)', []],
    ['select rowplane.finish_folder_delete($1)', []],
    ['select rowplane.begin_folder_delete($1)', []],
    ['select rowplane.restore_folder($1)', []],
    ['select rowplane.revive_folder($1)', []],
    ['select rowplane.folder_workspace($1)', []],
    ['select rowplane.folder_is_trashed($1)', []],
    ['select * from rowplane.visible_paths(array[$1::uuid])', []],
    ['select * from rowplane.visible_children(array[$1::uuid])', []],
    ['select * from rowplane.prepare_realm($2, $1, null)', [tree().archive]],
    ['select * from rowplane.visible_folders where id = $1 or parent_id = $1', []],
  ];
  for (const [text, values] of questions) {
    const missing = await told(ben!, text, [MISSING, ...values]);
    expect(await told(ben!, text, [closed, ...values]), text).toEqual(missing);
    if (!text.includes('older')) expect(await told(ben!, text, [hidden, ...values]), text).toEqual(missing);
  }
  expect(await refusal(tree().edit(ben!, 'document', [paper], `folder_id = '${closed}'`))).toBe(
    await refusal(tree().edit(ben!, 'document', [paper], `folder_id = '${MISSING}'`)),
  );
});

test('entries, breaks and scopes are nobody’s to write but by their functions', async () => {
  for (const table of ['object_entries', 'inheritance_breaks', 'scopes', 'archive_managers', 'folders', 'realms'])
    for (const viewer of [ben!, ada!])
      for (const text of [
        `select from rowplane.${table}`,
        `delete from rowplane.${table}`,
        `insert into rowplane.${table} default values`,
      ])
        expect(await outcome(tree(), viewer, text), text).toBe('42501');
});

test('the steps of a deletion can’t be taken by themselves', async () => {
  await tree().document(open!, `mine${tag}`);
  // Somebody’s record would stay in a folder that is gone.
  expect(await outcome(tree(), ben!, 'select rowplane.finish_folder_delete($1)', [open])).toBe('RPFOR');
  await tree().withdraw(closed!, ben!, 'VIEW');
  expect(await outcome(tree(), ben!, 'select rowplane.finish_folder_delete($1)', [open])).toBe('RPFOR');
  expect(await outcome(tree(), hana!, 'select rowplane.begin_folder_delete($1)', [open])).toBe('RPNFD');
});

test('a deletion that is refused leaves no trace of what it met', async () => {
  const traces = await tree().as(ben!, async (sql) => {
    await sql.query('savepoint before');
    await sql.query('select rowplane.delete_folder($1)', [open]).catch(() => undefined);
    await sql.query('rollback to savepoint before');
    return sql.query(
      `select current_setting('rowplane.targets', true) as targets, current_setting('rowplane.changed', true) as changed`,
    );
  });
  expect(JSON.stringify(traces)).not.toContain(hidden);
});

test('C7: asking for a record’s new place tells no client, and makes no realm', async () => {
  const { owner, workspace, archive } = tree();
  const realms = async () =>
    (await owner.query<{ realms: number }>('select realms from rowplane.workspaces where id = $1', [workspace]))[0]!
      .realms;
  const [realm] = await owner.query<{ id: number }>(
    `select realm_id as id from ws_${workspace}.document where id = $1`,
    [hidden],
  );
  const before = await realms();
  expect(
    await outcome(tree(), ben!, 'select * from rowplane.new_place($1, $2, $3, $4, $5, $6, null, null)', [
      workspace,
      'document',
      hidden,
      realm!.id,
      closed,
      open,
    ]),
  ).toBe('RPNFD');
  expect(
    await outcome(tree(), ben!, 'select * from rowplane.new_place($1, $2, $3, 99999, $4, $4, null, null)', [
      workspace,
      'document',
      hidden,
      archive,
    ]),
  ).toBe('RPNFD');
  expect(await realms()).toBe(before);
});

test('a viewer can’t make a realm say that a scope is none', async () => {
  // Whatever realm a statement names, the guard puts the record where it belongs.
  const { workspace, archive } = tree();
  await tree().as(ben!, (sql) => sql.query('select rowplane.prepare_realm($1, $2, null)', [archive, open]));
  const [row] = await tree().as(ben!, (sql) =>
    sql.query<{ plane: number }>('select (rowplane.viewer_planes($1))[1] as plane', [workspace]),
  );
  const [other] = await tree().owner.query<{ id: number }>(
    'select id from rowplane.realms where workspace_id = $1 and scope_id = $2',
    [workspace, archive],
  );
  const attempt = `insert into plane_${row!.plane}_new.document (archive_id, folder_id, title, realm_id) values ($1, $2, $3, $4)`;
  expect(await outcome(tree(), ben!, attempt, [archive, open, 'x', other?.id ?? 1])).toBe('42703');
  expect(await outcome(tree(), ben!, `update ws_${workspace}_edit.document set realm_id = 1`)).toBe('42703');
});

test('a login of one’s own edits permissions as itself and as nobody else', async () => {
  const { owner, database } = tree();
  const role = `login_${database.name.replace('test_', '')}_ben`;
  const superuser = await connect(database.superuserUrl);
  await superuser.query(`create role ${role} login password 'x' in role rowplane_viewer`);
  await superuser.end();
  await owner.query('insert into rowplane.logins values ($1, $2)', [role, ben]);
  const url = new URL(database.superuserUrl);
  [url.username, url.password] = [role, 'x'];
  const session = await connect(url.href);
  try {
    expect(await refusal(session.query(`select rowplane.set_entry($1, $2, 'VIEW', 'DENY')`, [open, EVERYONE]))).toBe(
      'RPFOR',
    );
    await tree().entry(open!, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
    expect(await refusal(session.query(`select rowplane.set_entry($1, $2, 'EDIT', 'DENY')`, [open, EVERYONE]))).toBe(
      'done',
    );
    expect(await refusal(session.query(`select rowplane.set_entry($1, $2, 'VIEW', 'ALLOW')`, [closed, ben]))).toBe(
      'RPNFD',
    );
  } finally {
    await session.end();
  }
});

test('an object doesn’t become visible by an entry of one’s own below a DENY', async () => {
  const below = await tree().folder(closed!, `below${tag}`);
  await tree().entry(below, ben!, 'VIEW', 'ALLOW');
  await tree().entry(below, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
  expect(await outcome(tree(), ben!, 'select rowplane.set_inheritance($1, false)', [below])).toBe('RPNFD');
});

test('rights of one workspace reach into no other', async () => {
  const { owner } = tree();
  const [other] = await owner.query<{ id: string }>(
    'insert into rowplane.archives (workspace_id, name) select $1, uuidv4()::text returning id',
    [tree().workspace],
  );
  await owner.query('delete from rowplane.object_entries where object_id = $1', [other!.id]);
  expect(await outcome(tree(), ada!, `select rowplane.set_entry($1, $2, 'VIEW', 'ALLOW')`, [other!.id, ada])).toBe(
    'RPNFD',
  );
  expect(await outcome(tree(), ben!, 'select rowplane.move_folder($1, $2)', [open, other!.id])).toBe('RPNFD');
});
