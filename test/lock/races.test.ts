import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { refusal } from '../tree/world.ts';
import { createLockedTree, type LockedTree } from './locked-tree.ts';

let tree: LockedTree;
let paper: string;

beforeAll(async () => {
  tree = await createLockedTree();
  paper = await tree.document(tree.archive, 'paper');
});
afterEach(() => tree.unlockAll());
afterAll(() => tree?.end());

/** A transaction of a viewer, entered and open. A write begins like the server's; what else comes takes no precautions. */
async function withOpen(
  viewer: string,
  how: 'write' | 'read committed' | 'repeatable read',
  work: (session: Connection) => Promise<void>,
): Promise<void> {
  const session = await connect(tree.database.apiUrl);
  try {
    await session.query(`begin isolation level ${how === 'write' ? 'read committed' : how}`);
    await session.query('set local role rowplane_viewer');
    await session.query(`select rowplane.${how === 'write' ? 'begin_write' : 'enter'}($1)`, [viewerToken(viewer)]);
    await work(session);
  } finally {
    await session.end();
  }
}

const isWaiting = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    sleep(250).then(() => true),
  ]);

async function write(session: Connection): Promise<void> {
  await session.query('select rowplane.set_targets($1)', [[paper]]);
  await session.query(`update ws_${tree.workspace}_edit.document set notes = 'written'`);
}

const lock = (session: Connection) =>
  session.query(`select rowplane.lock_workspace($1, 'Moving house')`, [tree.workspace]);

test.each(['write', 'read committed', 'repeatable read'] as const)(
  'P11: a lock waits for a writer who has written before (%s)',
  async (how) => {
    await withOpen(tree.people.ben, how, async (writer) => {
      await write(writer);
      await withOpen(tree.people.mia, 'read committed', async (holder) => {
        const locked = lock(holder);
        expect(await isWaiting(locked)).toBe(true);
        await writer.query('commit');
        await locked;
        await holder.query('commit');
      });
    });
    expect(await tree.holder()).toBe(tree.people.mia);
    expect(await refusal(tree.edit(tree.people.ben, 'document', [paper], `notes = 'x'`))).toBe('RPLOC');
  },
);

test('V5: a write that begins while a lock is being taken waits for it, and is refused', async () => {
  await withOpen(tree.people.mia, 'read committed', async (holder) => {
    await lock(holder);
    const written = refusal(withOpen(tree.people.ben, 'write', write));
    expect(await isWaiting(written)).toBe(true);
    await holder.query('commit');
    expect(await written).toBe('RPLOC');
  });
});

test.each([
  ['read committed', ['RPLOC', '40001']],
  ['repeatable read', ['40001']],
] as const)('V5: so is a statement that had begun before, in a transaction of one’s own (%s)', async (how, ends) => {
  await withOpen(tree.people.ben, how, async (writer) => {
    await writer.query('select count(*) from rowplane.visible_folders');
    await withOpen(tree.people.mia, 'read committed', async (holder) => {
      await lock(holder);
      const written = refusal(write(writer));
      expect(await isWaiting(written)).toBe(true);
      await holder.query('commit');
      expect(ends).toContain(await written);
    });
  });
});

test('V5: a transaction that read before the lock and writes after it is refused, whatever snapshot it has', async () => {
  await withOpen(tree.people.ben, 'repeatable read', async (writer) => {
    await writer.query('select count(*) from rowplane.visible_folders');
    await tree.lock(tree.people.mia);
    expect(await refusal(write(writer))).toBe('40001');
  });
  await tree.unlockAll();
  await withOpen(tree.people.ben, 'read committed', async (writer) => {
    await writer.query('select count(*) from rowplane.visible_folders');
    await tree.lock(tree.people.mia);
    expect(await refusal(write(writer))).toBe('RPLOC');
  });
});

test('P11: an unlock that isn’t committed doesn’t count', async () => {
  await tree.lock(tree.people.mia);
  await withOpen(tree.people.mia, 'read committed', async (holder) => {
    await holder.query('select rowplane.unlock_workspace($1)', [tree.workspace]);
    const written = refusal(tree.edit(tree.people.ben, 'document', [paper], `notes = 'x'`));
    expect(await isWaiting(written)).toBe(true);
    await holder.query('rollback');
    expect(await written).toBe('RPLOC');
  });
});

test('P11: of two who lock at once, one is refused', async () => {
  await withOpen(tree.people.ada, 'read committed', async (first) => {
    await lock(first);
    const second = refusal(tree.lock(tree.people.mia));
    expect(await isWaiting(second)).toBe(true);
    await first.query('commit');
    expect(await second).toBe('RPLOC');
  });
  expect(await tree.holder()).toBe(tree.people.ada);
});

test('P11: an entry that is being given when the workspace is locked comes first or not at all', async () => {
  const give = (session: Connection) =>
    session.query(`select rowplane.set_entry($1, $2, 'EDIT_PERMISSIONS', 'ALLOW')`, [tree.archive, tree.people.cleo]);
  await withOpen(tree.people.ada, 'read committed', async (giver) => {
    await withOpen(tree.people.mia, 'read committed', async (holder) => {
      await lock(holder);
      const given = refusal(give(giver));
      expect(await isWaiting(given)).toBe(true);
      await holder.query('commit');
      expect(await given).toBe('RPLOC');
    });
  });
});
