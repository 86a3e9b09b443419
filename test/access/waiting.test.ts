import { expect, test } from 'vitest';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { ANONYMOUS, openViewers } from '../../src/access/viewers.ts';
import { createDatabase } from '../support/database.ts';

const viewer = { id: ANONYMOUS };
const who = { text: 'select rowplane.viewer() as viewer', values: [] };

test('a read that takes long keeps no brief one waiting', async () => {
  const database = await createDatabase();
  const viewers = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), readers: 2 });
  const brief = () => viewers.read(viewer, [], () => [who]);
  const long = () => viewers.read(viewer, [], () => [{ text: 'select pg_sleep(1)::text', values: [] }]);
  for (let times = 0; times < 10; times++) await brief();
  const order: string[] = [];
  const all = [
    ...Array.from({ length: 3 }, () => long().then(() => order.push('long'))),
    ...Array.from({ length: 30 }, () => brief().then(() => order.push('brief'))),
  ];
  await Promise.all(all);
  expect(order).toEqual([...Array<string>(30).fill('brief'), ...Array<string>(3).fill('long')]);
  await viewers.end();
  await database.drop();
});
