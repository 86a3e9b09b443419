import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { refusal, useTree } from './world.ts';

let [ada, ben, cleo]: string[] = [];
let [a, z]: string[] = [];
let plane: string;
let tag: string;
const tree = useTree(async (here) => {
  ada = await here.user('ada', 'ADMINISTRATOR');
  [ben, cleo] = [await here.user('ben'), await here.user('cleo')];
  await here.admit(ada, ben, cleo);
});
beforeEach(async () => {
  tag = ` ${Math.random()}`;
  a = await tree().folder(tree().archive, `a${tag}`);
  z = await tree().folder(tree().archive, `z${tag}`);
  const [row] = await tree().as(ben!, (sql) =>
    sql.query<{ id: number }>('select (rowplane.viewer_planes($1))[1] as id', [tree().workspace]),
  );
  plane = `plane_${row!.id}`;
});

/** Runs `work` with transactions of these viewers, each entered and open; `writes` says whether they hold permissions. */
async function withOpen(
  viewers: string[],
  writes: boolean,
  work: (...sessions: Connection[]) => Promise<void>,
): Promise<void> {
  const sessions = await Promise.all(viewers.map(() => connect(tree().database.apiUrl)));
  try {
    for (const [index, session] of sessions.entries()) {
      await session.query('begin');
      await session.query('set local role rowplane_viewer');
      await session.query(`select rowplane.${writes ? 'begin_write' : 'enter'}($1)`, [viewerToken(viewers[index]!)]);
    }
    await work(...sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
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

async function insert(session: Connection, folder: string): Promise<void> {
  await session.query('select rowplane.prepare_realm($1, $2, null)', [tree().archive, folder]);
  await session.query(`insert into ${plane}_new.document (archive_id, folder_id, title) values ($1, $2, $3)`, [
    tree().archive,
    folder,
    `new${tag}`,
  ]);
}

const deny = (session: Connection, object: string, person: string) =>
  session.query(`select rowplane.set_entry($1, $2, 'VIEW', 'DENY')`, [object, person]);

test('V5: a record that is being created when its folder gets an entry comes under it', async () => {
  await withOpen([ben!], true, async (writer) => {
    await insert(writer, a!);
    await withOpen([ada!], false, async (holder) => {
      const denied = deny(holder, a!, cleo!);
      expect(await isWaiting(denied)).toBe(true);
      await writer.query('commit');
      await denied;
      await holder.query('commit');
    });
  });
  expect(await tree().misplaced()).toEqual([]);
  expect(await tree().titles(cleo!)).not.toContain(`new${tag}`);
});

test('V5: a record that waits for an entry to be committed comes under it', async () => {
  await withOpen([ada!], false, async (holder) => {
    await deny(holder, a!, cleo!);
    const session = await connect(tree().database.apiUrl);
    try {
      await session.query('begin');
      await session.query('set local role rowplane_viewer');
      const began = session.query('select rowplane.begin_write($1)', [viewerToken(ben!)]);
      expect(await isWaiting(began)).toBe(true);
      await holder.query('commit');
      await began;
      await insert(session, a!);
      await session.query('commit');
    } finally {
      await session.end();
    }
  });
  expect(await tree().misplaced()).toEqual([]);
  expect(await tree().titles(cleo!)).not.toContain(`new${tag}`);
});

test('V5: a write that held nothing and waited for an entry is refused, and tried again', async () => {
  await tree().as(ben!, (sql) => sql.query('select rowplane.prepare_realm($1, $2, null)', [tree().archive, a]));
  await withOpen([ada!, ben!], false, async (holder, writer) => {
    await deny(holder, a!, cleo!);
    const inserted = refusal(
      writer.query(`insert into ${plane}_new.document (archive_id, folder_id, title) values ($1, $2, 'late')`, [
        tree().archive,
        a,
      ]),
    );
    expect(await isWaiting(inserted)).toBe(true);
    await holder.query('commit');
    expect(await inserted).toBe('40001');
  });
});

test('V5: who lost EDIT_PERMISSIONS while waiting changes nothing', async () => {
  await tree().entry(a!, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
  await withOpen([ada!, ben!], false, async (holder, other) => {
    await holder.query(`select rowplane.set_entry($1, $2, 'EDIT_PERMISSIONS', null)`, [a, ben]);
    const late = refusal(deny(other, a!, cleo!));
    expect(await isWaiting(late)).toBe(true);
    await holder.query('commit');
    expect(await late).toBe('RPFOR');
  });
});

test('a folder that is made while the one above gets an entry is ruled by it', async () => {
  await withOpen([ada!], false, async (holder) => {
    await deny(holder, a!, cleo!);
    const made = tree().as(ben!, (sql) => sql.query('select rowplane.create_folder($1, $2)', [a, `made${tag}`]));
    expect(await isWaiting(made)).toBe(true);
    await holder.query('commit');
    await made;
  });
  expect((await tree().folders(cleo!)).filter((name) => name.endsWith(tag))).toEqual([`z${tag}`]);
  expect((await tree().folders(ben!)).filter((name) => name.endsWith(tag))).toEqual([
    `a${tag}`,
    `made${tag}`,
    `z${tag}`,
  ]);
});

test('two folders can’t be moved into each other at the same time', async () => {
  await withOpen([ben!, cleo!], false, async (first, second) => {
    await first.query('select rowplane.move_folder($1, $2)', [a, z]);
    const other = refusal(second.query('select rowplane.move_folder($1, $2)', [z, a]));
    expect(await isWaiting(other)).toBe(true);
    await first.query('commit');
    expect(await other).toBe('RPVAL');
  });
});

test('nothing slips into a folder that is being deleted', async () => {
  await withOpen([cleo!], false, async (deleting) => {
    await deleting.query('select rowplane.delete_folder($1)', [a]);
    const session = await connect(tree().database.apiUrl);
    try {
      await session.query('begin');
      await session.query('set local role rowplane_viewer');
      const began = session.query('select rowplane.begin_write($1)', [viewerToken(ben!)]);
      expect(await isWaiting(began)).toBe(true);
      await deleting.query('commit');
      await began;
      expect(await refusal(insert(session, a!))).toBe('RPNFD');
    } finally {
      await session.end();
    }
  });
});

test('V5: an entry is in force for whatever begins after it, at both isolation levels', async () => {
  await tree().document(a!, `seen${tag}`);
  const reading = await connect(tree().database.apiUrl);
  try {
    for (const level of ['read committed', 'repeatable read']) {
      await reading.query(`begin isolation level ${level}`);
      await reading.query('set local role rowplane_viewer');
      await reading.query('select rowplane.enter($1, $2)', [viewerToken(cleo!), [tree().workspace]]);
      await reading.query('select rowplane.refresh_access($1)', [tree().workspace]);
      await tree().entry(a!, cleo!, 'VIEW', 'DENY');
      const rows = await reading.query(`select title from ${plane}.document where title = $1`, [`seen${tag}`]);
      expect(rows.length, level).toBe(level === 'repeatable read' ? 1 : 0);
      await reading.query('rollback');
      expect(await tree().titles(cleo!)).not.toContain(`seen${tag}`);
      await tree().withdraw(a!, cleo!, 'VIEW');
    }
  } finally {
    await reading.end();
  }
});
