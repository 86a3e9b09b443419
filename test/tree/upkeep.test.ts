import { describe, expect, test } from 'vitest';
import { deliveryProof } from '../../src/database/keys.ts';
import { connect, type Queryable } from '../../src/database/queryable.ts';
import { keepTree, startTreeUpkeep } from '../../src/server/tree-upkeep.ts';
import { viewerToken } from '../support/database.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { useCrowds } from './crowds.ts';
import { refusal } from './world.ts';

const PROOF = deliveryProof(TEST_SECRET);

const { tree, ben, a, folder, fill, prepare, settle, settleOnce, scopeOf, unsettled } = useCrowds();
const owner = () => tree().owner;

describe('by whoever serves', () => {
  test('needs the proof', async () => {
    const session = await connect(tree().database.apiUrl);
    try {
      await expect(session.query(`select rowplane.keep_tree('nonsense')`)).rejects.toMatchObject({ code: 'RPFOR' });
      await expect(session.query('select rowplane.settle_some(1, 1)')).rejects.toMatchObject({ code: '42501' });
      await expect(session.query(`select rowplane.prepare_scopes(1, '{}')`)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await session.end();
    }
    for (const call of [`rowplane.keep_tree('${PROOF}')`, `rowplane.crowded_folders(1, 1)`])
      expect(await refusal(tree().as(ben(), (sql) => sql.query(`select ${call}`))), call).toBe('42501');
  });

  test('finds what was written, does all of it, and then nothing', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 5);
    const session = await connect(tree().database.apiUrl);
    try {
      // What was written is counted by Postgres a moment later.
      await expect
        .poll(async () => (await keepTree(session, PROOF)).prepared, { timeout: 20_000, interval: 300 })
        .toBeGreaterThan(0);
      expect(await scopeOf(below)).toMatchObject([{ prepared: true }]);
      expect(await unsettled()).toBe(0);
      expect(await tree().misplaced()).toEqual([]);
      await expect
        .poll(async () => keepTree(session, PROOF), { timeout: 20_000, interval: 300 })
        .toEqual({ prepared: 0, settled: 0, longest: 0 });
    } finally {
      await session.end();
    }
  });

  test('goes on after a failure, tells what it did, and ends with the process', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 5);
    await owner().query('update rowplane.crowd_looks set writes = -1000');
    const session = await connect(tree().database.apiUrl);
    const lines: [string, unknown, string][] = [];
    const note = (level: string) => (about: unknown, line: string) => void lines.push([level, about, line]);
    let isFirst = true;
    const database: Queryable = {
      query: <R>(text: string, values?: unknown[]) => {
        if (!isFirst) return session.query<R>(text, values);
        isFirst = false;
        return Promise.reject(new Error('the server is away'));
      },
    };
    const upkeep = startTreeUpkeep({
      ...{ database, proof: PROOF, every: 10 },
      log: { info: note('info'), debug: note('debug'), warn: note('warn') } as never,
    });
    try {
      await expect.poll(() => lines.map(([level]) => level), { timeout: 20_000 }).toEqual(['warn', 'info']);
      expect(lines[1]![1]).toMatchObject({ prepared: 1 });
      expect(await scopeOf(below)).toMatchObject([{ prepared: true }]);
    } finally {
      await upkeep.stop();
      await session.end();
    }
    expect(lines).toHaveLength(2);
  });

  test('V5: gives way to who is writing, and leaves all as it was', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 5);
    await owner().query('update rowplane.crowd_looks set writes = -1000');
    const [session, writer] = [await connect(tree().database.apiUrl), await connect(tree().database.apiUrl)];
    try {
      await writer.query('begin');
      await writer.query('set local role rowplane_viewer');
      await writer.query('select rowplane.begin_write($1)', [viewerToken(ben())]);
      await expect(keepTree(session, PROOF)).rejects.toMatchObject({ code: '55P03' });
      expect(await scopeOf(below)).toEqual([]);
      await writer.query('rollback');
      expect((await keepTree(session, PROOF)).prepared).toBeGreaterThan(0);
    } finally {
      await Promise.all([session.end(), writer.end()]);
    }
  });

  test('V5: writers go on while records move', async () => {
    const below = await folder(a(), 'below');
    await fill(below, 5);
    await prepare();
    await settleOnce(1);
    const [session, mover] = [await connect(tree().database.apiUrl), await connect(tree().database.ownerUrl)];
    try {
      await mover.query('begin');
      await mover.query('select rowplane.settle_some($1, 2)', [tree().workspace]);
      await session.query('begin');
      await session.query('set local role rowplane_viewer');
      await session.query('select rowplane.begin_write($1)', [viewerToken(ben())]);
      await session.query('select rowplane.prepare_realm($1, $2, null)', [tree().archive, below]);
      await session.query('commit');
      // Two processes don't do the same.
      const other = await connect(tree().database.apiUrl);
      await expect(other.query('select rowplane.keep_tree($1)', [PROOF])).rejects.toMatchObject({ code: '55P03' });
      await other.end();
      await mover.query('commit');
    } finally {
      await Promise.all([session.end(), mover.end()]);
    }
    await settle();
    expect(await tree().misplaced()).toEqual([]);
  });
});
