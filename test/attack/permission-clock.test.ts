import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import { connect } from '../../src/database/queryable.ts';
import { createDatabase, viewerToken } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test('V5: viewers who never stop writing cannot keep a permission change waiting', async () => {
  let stop = false;
  let writes = 0;
  const first = await connect(database.apiUrl);
  const second = await connect(database.apiUrl);
  // Two writers hand over to each other: at every moment one of them is in the middle of a write.
  async function hold(session: typeof first) {
    await session.query('set role rowplane_viewer');
    while (!stop) {
      await session.query('begin');
      await session.query('select rowplane.begin_write($1)', [viewerToken(ANONYMOUS)]);
      await session.query('select pg_sleep(0.05)');
      await session.query('commit');
      writes++;
    }
  }
  const writers = [hold(first), new Promise((r) => setTimeout(r, 25)).then(() => hold(second))];
  await new Promise((r) => setTimeout(r, 200));
  const before = writes;
  let during = 0;
  const changed = database.owner.query(`insert into rowplane.groups (name) values ('late')`).then(() => {
    during = writes - before;
    return 'changed';
  });
  const outcome = await Promise.race([changed, new Promise((r) => setTimeout(() => r('starved'), 3000))]);
  stop = true;
  await Promise.all(writers);
  await changed;
  await first.end();
  await second.end();
  expect({ outcome, during: during < 6 }).toEqual({ outcome: 'changed', during: true });
});
