import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { useCrowds } from './crowds.ts';

const { tree, ben, cleo, a, tag, folder, fill, prepare, settle, settleOnce, scopeOf, unsettled } = useCrowds();
const owner = () => tree().owner;

/** Of the folders of the test. */
const crowded = async (): Promise<string[]> => {
  const rows = await owner().query<{ id: string }>(
    `select f.id from unnest(rowplane.crowded_folders($1, rowplane.crowd())) c(id) join rowplane.folders f on f.id = c.id
     where f.name like '%' || $2`,
    [tree().workspace, tag()],
  );
  return rows.map(({ id }) => id);
};

const seen = async (viewer: string): Promise<string[]> =>
  (await tree().titles(viewer)).filter((title) => title.includes(tag()));

/** Where the records of a folder are, and by which writes: neither changes where nothing is moved. */
const places = (where: string) =>
  owner().query(
    `select id, realm_id, ctid::text from ws_${tree().workspace}.document where folder_id = $1 order by id`,
    [where],
  );

describe('which folders get a scope', () => {
  test('those with as many records, from the leaves upwards, each as soon as so many have come together', async () => {
    const [left, right] = [await folder(a(), 'left'), await folder(a(), 'right')];
    const leaves = [await folder(left, '1'), await folder(left, '2'), await folder(right, '3')];
    await fill(leaves[0]!, 2);
    await fill(leaves[1]!, 1);
    await fill(leaves[2]!, 2);
    await fill(a(), 1);
    // The two leaves of `left` make three together; `right` has two, and with its own one `a` has three.
    expect(new Set(await crowded())).toEqual(new Set([left, a()]));
  });

  test('not those that have one, nor those whose records are under others', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 3);
    await tree().entry(below, cleo(), 'DELETE', 'DENY');
    await fill(a(), 2);
    expect(await crowded()).toEqual([]);
  });

  test('a root has one, whatever is in it', async () => {
    await fill(tree().archive, 4);
    expect(await crowded()).toEqual([]);
  });

  test('none is left with more after they were made', async () => {
    for (let at = 0; at < 4; at++) await fill(await folder(a(), String(at)), at + 1);
    await prepare();
    expect(await crowded()).toEqual([]);
    await settle();
    expect(await crowded()).toEqual([]);
    expect(await tree().misplaced()).toEqual([]);
  });
});

describe('P3, P5: nobody can tell', () => {
  test('all see the same while records move, some at a time, and afterwards', async () => {
    await tree().entry(a(), cleo(), 'VIEW', 'DENY');
    const below = await folder(a(), 'below');
    await fill(below, 5);
    const before = await seen(ben());
    await prepare();
    expect(await scopeOf(below)).toEqual([{ prepared: true, parent_id: a(), inherits: true }]);
    for (let step = 0; step < 3; step++) {
      expect(await seen(ben())).toEqual(before);
      expect(await seen(cleo())).toEqual([]);
      await settleOnce(2);
    }
    await settle();
    expect(await tree().misplaced()).toEqual([]);
    expect(await seen(ben())).toEqual(before);
    expect(await seen(cleo())).toEqual([]);
    expect(await crowded()).not.toContain(below);
  });

  test('M5: followers are not told, and their access is what it was', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 4);
    const keys = () => owner().query('select * from rowplane.access_keys($1, $2)', [tree().workspace, ben()]);
    const changes = () => owner().query('select count(*)::int as changes from rowplane.record_changes');
    const before = [await keys(), await changes()];
    await prepare();
    expect(await settle(2)).toBeGreaterThan(1);
    expect([await keys(), await changes()]).toEqual(before);
    await tree().entry(below, cleo(), 'DELETE', 'DENY');
    expect(await keys()).not.toEqual(before[0]);
  });

  test('M5: what else its transaction wrote is told', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 3);
    const beside = await tree().document(a(), 'beside');
    await prepare();
    const session = await connect(tree().database.ownerUrl);
    try {
      await session.query('begin');
      await session.query(`update ws_${tree().workspace}.document set title = title || '!' where folder_id = $1`, [
        a(),
      ]);
      await session.query('select rowplane.settle_some($1, 1000)', [tree().workspace]);
      const told = await session.query<{ ids: string[] }>(
        'select ids from rowplane.record_changes where xid = pg_current_xact_id()',
      );
      expect(told).toEqual([{ ids: [beside] }]);
      await session.query('commit');
    } finally {
      await session.end();
    }
  });
});

afterEach(async () => {
  await settle();
  expect(await tree().misplaced()).toEqual([]);
});

describe('P3–P5: what is decided counts for all records at once, also while they move', () => {
  let below: string;
  beforeEach(async () => {
    below = await folder(a(), 'below');
    await fill(below, 4);
    await prepare([below]);
    await settleOnce(2);
    expect(await unsettled()).toBeGreaterThan(0);
  });

  test('an entry on the folder', async () => {
    await tree().entry(below, cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toEqual([]);
    expect(await seen(ben())).toHaveLength(4);
    expect(await scopeOf(below)).toMatchObject([{ prepared: false }]);
  });

  test('an entry above it', async () => {
    await tree().entry(a(), cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toEqual([]);
    expect(await seen(ben())).toHaveLength(4);
  });

  test('a break, and a later entry above it', async () => {
    await tree().breakAt(below);
    await tree().entry(a(), cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toHaveLength(4);
    await tree().restoreAt(below);
    expect(await seen(cleo())).toEqual([]);
  });

  test('a move under other rules', async () => {
    const secret = await folder(tree().archive, 'secret');
    await tree().entry(secret, cleo(), 'VIEW', 'DENY');
    await owner().query('update rowplane.folders set parent_id = $2 where id = $1', [below, secret]);
    expect(await seen(cleo())).toEqual([]);
    expect(await seen(ben())).toHaveLength(4);
  });

  test('a move of a folder above it', async () => {
    const secret = await folder(tree().archive, 'secret');
    await tree().entry(secret, cleo(), 'VIEW', 'DENY');
    await owner().query('update rowplane.folders set parent_id = $2 where id = $1', [a(), secret]);
    expect(await seen(cleo())).toEqual([]);
  });

  test('an entry that goes from a scope above it', async () => {
    await tree().entry(a(), cleo(), 'VIEW', 'DENY');
    await tree().withdraw(a(), cleo(), 'VIEW');
    expect(await seen(cleo())).toHaveLength(4);
    await tree().entry(below, cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toEqual([]);
  });

  test('another scope within it, of which there are records still further up', async () => {
    const deep = await folder(below, 'deep');
    await fill(deep, 3);
    await prepare([deep]);
    await settleOnce(1);
    await tree().entry(deep, cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toHaveLength(4);
    await tree().entry(below, cleo(), 'VIEW', 'DENY');
    expect(await seen(cleo())).toEqual([]);
  });

  test('a rule of a record stays the record’s own', async () => {
    const [record] = await owner().query<{ id: string }>(
      `select id from ws_${tree().workspace}.document where folder_id = $1 order by id desc limit 1`,
      [below],
    );
    await tree().entry(record!.id, cleo(), 'VIEW', 'DENY');
    await settle();
    expect(await seen(cleo())).toHaveLength(3);
  });

  test('a folder that goes takes what was left to do along', async () => {
    await owner().query(`delete from ws_${tree().workspace}.document where folder_id = $1`, [below]);
    await owner().query('delete from rowplane.folders where id = $1', [below]);
    expect(await unsettled()).toBe(0);
    expect(await scopeOf(below)).toEqual([]);
  });
});

describe('P5: what it is for', () => {
  let below: string;
  beforeEach(async () => {
    below = await folder(a(), 'below');
    await fill(below, 4);
    await prepare();
    await settle();
  });

  test('a first entry moves no record', async () => {
    const before = await places(below);
    await tree().entry(below, cleo(), 'VIEW', 'DENY');
    expect(await places(below)).toEqual(before);
    expect(await seen(cleo())).toEqual([]);
  });

  test('nor does the last one when it goes', async () => {
    const before = await places(below);
    await tree().entry(below, cleo(), 'VIEW', 'DENY');
    await tree().withdraw(below, cleo(), 'VIEW');
    expect(await places(below)).toEqual(before);
    expect(await scopeOf(below)).toMatchObject([{ prepared: true, inherits: true }]);
    expect(await seen(cleo())).toHaveLength(4);
  });

  test('nor a break that is undone', async () => {
    const before = await places(below);
    await tree().breakAt(below);
    expect(await scopeOf(below)).toMatchObject([{ prepared: false, inherits: false }]);
    await tree().restoreAt(below);
    expect(await scopeOf(below)).toMatchObject([{ prepared: true, inherits: true }]);
    expect(await places(below)).toEqual(before);
  });

  test('with few records, a folder without entries has no scope', async () => {
    const small = await folder(a(), 'small');
    await fill(small, 2);
    await tree().entry(small, cleo(), 'VIEW', 'DENY');
    await tree().withdraw(small, cleo(), 'VIEW');
    expect(await scopeOf(small)).toEqual([]);
    expect(await tree().misplaced()).toEqual([]);
  });

  test('new records come to the scope’s realm at once', async () => {
    await prepare([await folder(a(), 'empty')]);
    const empty = (
      await owner().query<{ id: string }>('select id from rowplane.folders where name = $1', [`empty ${tag()}`])
    )[0]!.id;
    await fill(empty, 1);
    expect(await unsettled()).toBe(0);
    expect(await tree().misplaced()).toEqual([]);
  });
});
