import { beforeEach, describe, expect, test } from 'vitest';
import { outcome, refusal, useTree } from './world.ts';

let [ben, cleo, hana]: string[] = [];
let [a, ab, z]: string[] = [];
let tag: string;
const tree = useTree(async (here) => {
  [ben, cleo, hana] = [await here.user('ben'), await here.user('cleo'), await here.user('hana', 'GUEST')];
  await here.admit(ben, cleo);
});
beforeEach(async () => {
  tag = ` ${Math.random()}`;
  a = await tree().folder(tree().archive, `a${tag}`);
  ab = await tree().folder(a, `ab${tag}`);
  z = await tree().folder(tree().archive, `z${tag}`);
});

const MISSING = '01900000-0000-7000-8000-000000000000';
const named = (names: string[]) => names.filter((each) => each.endsWith(tag)).map((each) => each.replace(tag, ''));
const folders = async (viewer: string) => named(await tree().folders(viewer));
const titles = async (viewer: string) => named(await tree().titles(viewer));
const paper = (folder: string, title: string) => tree().document(folder, title + tag);
const call = (viewer: string, text: string, values: unknown[]) => tree().as(viewer, (sql) => sql.query(text, values));
const move = (viewer: string, folder: string, parent: string) =>
  refusal(call(viewer, 'select rowplane.move_folder($1, $2)', [folder, parent]));
const drop = (viewer: string, folder: string) => refusal(call(viewer, 'select rowplane.delete_folder($1)', [folder]));
const restore = (viewer: string, folder: string) =>
  refusal(call(viewer, 'select rowplane.restore_folder($1)', [folder]));

describe('P8: making and renaming', () => {
  test('adding to a folder needs CREATE and EDIT on that folder', async () => {
    await tree().entry(a!, ben!, 'CREATE', 'DENY');
    expect(await outcome(tree(), ben!, 'select rowplane.create_folder($1, $2)', [a, 'x'])).toBe('RPFOR');
    expect(await outcome(tree(), ben!, 'select rowplane.create_folder($1, $2)', [ab, 'x'])).toBe('RPFOR');
    expect(await outcome(tree(), ben!, 'select rowplane.create_folder($1, $2)', [z, 'x'])).toBe('done');
    expect(await outcome(tree(), cleo!, 'select rowplane.create_folder($1, $2)', [a, 'x'])).toBe('done');
    await tree().entry(z!, cleo!, 'EDIT', 'DENY');
    expect(await outcome(tree(), cleo!, 'select rowplane.create_folder($1, $2)', [z, 'y'])).toBe('RPFOR');
    expect(await outcome(tree(), cleo!, 'select rowplane.rename_folder($1, $2)', [z, 'y'])).toBe('RPFOR');
  });

  test('V2: in a folder that the viewer doesn’t see, the answer is that of a missing one', async () => {
    await tree().entry(a!, ben!, 'VIEW', 'DENY');
    for (const folder of [a, ab, MISSING]) {
      expect(await outcome(tree(), ben!, 'select rowplane.create_folder($1, $2)', [folder, 'x'])).toBe('RPNFD');
      expect(await outcome(tree(), ben!, 'select rowplane.rename_folder($1, $2)', [folder, 'x'])).toBe('RPNFD');
    }
  });

  test('U4: guests create nothing, though a folder allows them everything', async () => {
    for (const permission of ['VIEW', 'EDIT', 'CREATE', 'DELETE'] as const)
      await tree().entry(a!, hana!, permission, 'ALLOW');
    expect(await outcome(tree(), hana!, 'select rowplane.create_folder($1, $2)', [a, 'x'])).toBe('RPFOR');
    expect(await outcome(tree(), hana!, 'select rowplane.rename_folder($1, $2)', [a, `renamed${tag}`])).toBe('done');
    const [flags] = await call(
      hana!,
      'select may_edit, may_create, may_delete from rowplane.visible_folders where id = $1',
      [a],
    );
    expect(flags).toEqual({ may_edit: true, may_create: false, may_delete: true });
  });

  test('a new folder is ruled by what rules the one that it is in', async () => {
    await tree().entry(a!, cleo!, 'VIEW', 'DENY');
    await call(ben!, 'select rowplane.create_folder($1, $2)', [ab, `new${tag}`]);
    expect(await folders(cleo!)).toEqual(['z']);
    expect(await folders(ben!)).toEqual(['a', 'ab', 'new', 'z']);
  });
});

describe('P8: moving', () => {
  test('takes scopes along, and what inherits comes under the new place', async () => {
    await paper(ab!, 'plain');
    const inside = await tree().folder(ab!, `inside${tag}`);
    await paper(inside, 'ruled');
    const own = await paper(ab!, 'own');
    await tree().entry(inside, cleo!, 'VIEW', 'DENY');
    await tree().entry(own, cleo!, 'EDIT', 'DENY');
    await tree().entry(z!, ben!, 'VIEW', 'DENY');
    expect(await move(cleo!, ab!, z!)).toBe('done');
    expect(await tree().misplaced()).toEqual([]);
    expect(await titles(ben!)).toEqual([]);
    expect(await titles(cleo!)).toEqual(['own', 'plain']);
    await tree().withdraw(z!, ben!, 'VIEW');
    expect(await titles(ben!)).toEqual(['own', 'plain', 'ruled']);
  });

  test('a scope stays one, and a break stays one', async () => {
    await tree().breakAt(ab!);
    await tree().entry(z!, ben!, 'VIEW', 'DENY');
    await paper(ab!, 'closed');
    expect(await move(cleo!, ab!, z!)).toBe('done');
    expect(await titles(ben!)).toEqual(['closed']);
    expect(await tree().misplaced()).toEqual([]);
  });

  test('needs EDIT on the folder and on both folders above, not CREATE', async () => {
    await tree().entry(z!, ben!, 'CREATE', 'DENY');
    await tree().entry(z!, cleo!, 'EDIT', 'DENY');
    expect(await move(cleo!, ab!, z!)).toBe('RPFOR');
    expect(await move(ben!, ab!, z!)).toBe('done');
    expect(await move(cleo!, ab!, a!)).toBe('RPFOR');
    await tree().breakAt(ab!);
    await tree().withdraw(ab!, cleo!, 'EDIT');
    // The folder itself may be changed, the one that it is in may not.
    expect(await move(cleo!, ab!, a!)).toBe('RPFOR');
    expect(await move(ben!, ab!, a!)).toBe('done');
  });

  test('V2: hidden folders are like missing ones', async () => {
    await tree().entry(a!, ben!, 'VIEW', 'DENY');
    for (const folder of [a!, MISSING]) {
      expect(await move(ben!, folder, z!)).toBe('RPNFD');
      expect(await move(ben!, z!, folder)).toBe('RPNFD');
    }
  });

  test('not below itself, not to another archive, not an archive’s root, not onto a name that is taken', async () => {
    const [other] = await tree().owner.query<{ id: string }>(
      'insert into rowplane.archives (workspace_id, name) values ($1, $2) returning id',
      [tree().workspace, `other${tag}`],
    );
    await tree().folder(z!, `ab${tag}`);
    expect(await move(ben!, a!, a!)).toBe('RPVAL');
    expect(await move(ben!, a!, ab!)).toBe('RPVAL');
    expect(await move(ben!, a!, other!.id)).toBe('RPVAL');
    expect(await move(ben!, tree().archive, z!)).toBe('RPFOR');
    expect(await move(ben!, ab!, z!)).toBe('RPVAL');
    expect(await move(ben!, ab!, a!)).toBe('done');
  });
});

describe('P8, W2: deleting', () => {
  test('puts the folder with all that is in it into the trash, and restoring brings both back', async () => {
    await paper(a!, 'one');
    await paper(ab!, 'two');
    const [gone] = [await paper(ab!, 'thrown away before')];
    await tree().edit(ben!, 'document', [gone], 'deleted_at = now()');
    expect(await drop(ben!, a!)).toBe('done');
    expect(await folders(cleo!)).toEqual(['z']);
    expect(await titles(cleo!)).toEqual([]);
    const trashed = await call(cleo!, 'select name from rowplane.visible_trashed_folders where name like $1', [
      `%${tag}`,
    ]);
    expect(trashed).toEqual([{ name: `a${tag}` }]);
    expect(await restore(cleo!, a!)).toBe('done');
    expect(await folders(cleo!)).toEqual(['a', 'ab', 'z']);
    expect(await titles(cleo!)).toEqual(['one', 'two']);
  });

  test('needs DELETE on the folder and EDIT on the one that it is in', async () => {
    await tree().entry(ab!, ben!, 'DELETE', 'DENY');
    expect(await drop(ben!, ab!)).toBe('RPFOR');
    await tree().withdraw(ab!, ben!, 'DELETE');
    await tree().entry(a!, ben!, 'EDIT', 'DENY');
    await tree().breakAt(ab!);
    await tree().withdraw(ab!, ben!, 'EDIT');
    expect(await drop(ben!, ab!)).toBe('RPFOR');
    await tree().withdraw(a!, ben!, 'EDIT');
    expect(await drop(ben!, ab!)).toBe('done');
  });

  test('is refused in the same words for whatever in it can’t be deleted, hidden or not, and nothing is done by half', async () => {
    const answer = (viewer: string) =>
      call(viewer, 'select rowplane.delete_folder($1)', [a]).then(
        () => 'done',
        ({ code, message, detail }: { code: string; message: string; detail: string }) => ({ code, message, detail }),
      );
    await paper(a!, 'free');
    const obstacle = await paper(ab!, 'obstacle');
    const answers: unknown[] = [];
    for (const permission of ['DELETE', 'EDIT', 'VIEW'] as const) {
      await tree().entry(obstacle, ben!, permission, 'DENY');
      answers.push(await answer(ben!));
      await tree().withdraw(obstacle, ben!, permission);
      await tree().entry(ab!, ben!, permission, 'DENY');
      answers.push(await answer(ben!));
      await tree().withdraw(ab!, ben!, permission);
    }
    await tree().record('matter', {}, { folder: ab! });
    answers.push(await answer(ben!));
    expect(answers[0]).toMatchObject({ code: 'RPFOR' });
    for (const each of answers) expect(each).toEqual(answers[0]);
    expect(await titles(ben!)).toEqual(['free', 'obstacle']);
    await tree().owner.query(`delete from ws_${tree().workspace}.matter where folder_id = $1`, [ab]);
    expect(await answer(ben!)).toBe('done');
  });

  test('a name in the trash isn’t taken; restoring says when it is by now', async () => {
    expect(await drop(ben!, a!)).toBe('done');
    const again = await tree().folder(tree().archive, `a${tag}`);
    expect(await restore(ben!, a!)).toBe('RPVAL');
    expect(await drop(ben!, again)).toBe('done');
    expect(await restore(ben!, a!)).toBe('done');
  });

  test('a record isn’t restored without its folder, and nothing is put into a folder in the trash', async () => {
    const one = await paper(ab!, 'one');
    expect(await drop(ben!, ab!)).toBe('done');
    expect(await refusal(tree().edit(ben!, 'document', [one], 'deleted_at = null'))).toBe('RPVAL');
    const other = await paper(z!, 'other');
    expect(await refusal(tree().edit(ben!, 'document', [other], `folder_id = '${ab}'`))).toBe('RPNFD');
    expect(await outcome(tree(), ben!, 'select rowplane.create_folder($1, $2)', [ab, 'x'])).toBe('RPNFD');
    expect(await outcome(tree(), ben!, 'select rowplane.prepare_realm($1, $2, null)', [tree().archive, ab])).toBe(
      'RPNFD',
    );
    expect(await move(ben!, z!, ab!)).toBe('RPNFD');
  });

  test('those who may not delete a folder find it in no trash, and can’t restore it', async () => {
    await tree().entry(a!, cleo!, 'DELETE', 'DENY');
    expect(await drop(ben!, a!)).toBe('done');
    expect(await call(cleo!, 'select from rowplane.visible_trashed_folders where id = $1', [a])).toEqual([]);
    expect(await restore(cleo!, a!)).toBe('RPNFD');
    expect(await restore(ben!, a!)).toBe('done');
  });

  test('W2: an emptied trash takes the folders along in which nothing is left', async () => {
    const one = await paper(ab!, 'one');
    expect(await drop(ben!, a!)).toBe('done');
    const erase = () =>
      call(ben!, 'select rowplane.erase_folders($1, $2) as folders', [tree().workspace, tree().archive]);
    await erase();
    expect(await tree().owner.query('select from rowplane.folders where id = any ($1)', [[a, ab]])).toHaveLength(2);
    await call(ben!, `delete from ws_${tree().workspace}_trash.document where id = $1`, [one]);
    expect(await erase()).toEqual([{ folders: 2 }]);
    expect(await tree().owner.query('select from rowplane.folders where id = any ($1)', [[a, ab]])).toEqual([]);
  });
});
