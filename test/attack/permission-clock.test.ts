import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { createDatabase, viewerToken, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test('U2: who is no administrator is refused before anything is locked, so that asking keeps nobody waiting', async () => {
  const { adminUrl, secret } = database;
  const administrators = openAdministrators({ url: adminUrl, key: viewerTokenKey(secret) });
  const writer = await connect(database.apiUrl);
  try {
    await writer.query('set role rowplane_viewer');
    await writer.query('begin');
    await writer.query('select rowplane.begin_write($1)', [viewerToken(ANONYMOUS)]);
    const change = administrators.change({ id: ANONYMOUS }, async () => expect.fail('an anonymous administrator'));
    await expect(change).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await writer.query('commit');
  } finally {
    await Promise.all([writer.end(), administrators.end()]);
  }
});

test('V5: viewers who never stop writing cannot keep a permission change waiting', async () => {
  const [first, second] = await Promise.all([connect(database.apiUrl), connect(database.apiUrl)]);
  let changed = false;
  let writes = 0;
  // At every moment one of the two is in the middle of a write: each ends only when the other has begun.
  const write = async (session: Connection): Promise<void> => {
    await session.query('set role rowplane_viewer');
    while (!changed && writes < 100) {
      await session.query('begin');
      await session.query('select rowplane.begin_write($1)', [viewerToken(ANONYMOUS)]);
      await sleep(30);
      await session.query('commit');
      writes++;
    }
  };
  const writers = [write(first), sleep(15).then(() => write(second))];
  await sleep(100);
  await database.owner.query(`insert into rowplane.groups (name) values ('late')`);
  changed = true;
  await Promise.all(writers);
  await Promise.all([first.end(), second.end()]);
  expect(writes).toBeLessThan(50);
});
