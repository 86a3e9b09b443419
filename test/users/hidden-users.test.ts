import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { createReview, enable, type Review } from '../planes/review.ts';

let review: Review;
const people: Record<string, string> = {};
const documents: Record<string, string> = {};
let table: string;
let view: string;

beforeAll(async () => {
  review = await createReview();
  for (const name of ['ida', 'ivo']) people[name] = await review.user(name);
  for (const name of ['gus', 'gwen', 'stranger']) people[name] = await review.user(name, 'EXTERNAL');
  people.ada = await review.user('ada', 'ADMINISTRATOR');
  people.gast = await review.user('gast', 'GUEST');
  const members = Object.values(people);
  const plane = await review.plane('all', { document: enable({ layouts: ['edit'], abilities: ['DELETE'] }) }, []);
  // Not as one group, in which externals would see each other.
  for (const member of members) await review.join(plane, [member]);
  await review.owner.query(
    `with made as (insert into rowplane.groups (name) values ('Team') returning id)
     insert into rowplane.group_members select made.id, unnest($1::uuid[]) from made`,
    [[people.gus, people.gwen, people.ivo]],
  );
  await review.owner.query(
    `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision)
     select $1, $1, $2, p, 'ALLOW' from unnest(array['VIEW', 'EDIT', 'DELETE']) p`,
    [review.archive, people.gast],
  );
  table = `ws_${review.workspace}.document`;
  view = `plane_${plane}.document`;
  for (const owner of [...Object.keys(people), 'gone'])
    documents[owner] = await review.record('document', {
      title: owner,
      owner_id: people[owner] ?? '00000000-0000-7000-8000-00000000dead',
      reviewer_id: people[owner] ?? null,
    });
});
afterAll(() => review?.end());

/** The titles of the documents that meet a condition, for one viewer. */
function titles(viewer: string, condition: string, values: unknown[] = []): Promise<string[]> {
  return review.as(people[viewer]!, async (sql) => {
    const rows = await sql.query<{ title: string }>(`select title from ${view} where ${condition} order by 1`, values);
    return rows.map(({ title }) => title);
  });
}

const EVERYBODY = ['ada', 'gast', 'gus', 'gwen', 'ida', 'ivo', 'stranger'];
const SEEN: Record<string, string[]> = {
  ada: EVERYBODY,
  ida: EVERYBODY,
  gus: ['gus', 'gwen', 'ivo'],
  stranger: ['stranger'],
  gast: ['gast'],
};

describe.each(Object.entries(SEEN))('U3: in the eyes of %s', (viewer, seen) => {
  const hidden = [...EVERYBODY, 'gone'].filter((name) => !seen.includes(name)).sort();

  test.each(['owner_id', 'reviewer_id'])('%s is empty for users who may not be seen', async (column) => {
    expect(await titles(viewer, `${column} is not null`)).toEqual(seen);
    expect(await titles(viewer, `${column} is null`)).toEqual(hidden);
  });

  test('a condition finds nobody who may not be seen', async () => {
    for (const name of EVERYBODY)
      expect(await titles(viewer, 'owner_id = $1', [people[name]])).toEqual(seen.includes(name) ? [name] : []);
    expect(await titles(viewer, 'owner_id = any ($1)', [Object.values(people)])).toEqual(seen);
    expect(await titles(viewer, `owner_id >= '00000000-0000-0000-0000-000000000000'`)).toEqual(seen);
  });

  test('ME is found', async () => {
    expect(await titles(viewer, 'owner_id = (select rowplane.viewer())')).toEqual([viewer]);
  });
});

test('U3: a leaky condition meets nobody who may not be seen', async () => {
  await review.as(people.gus!, async (sql) => {
    for (const settings of [
      {},
      { enable_nestloop: 'off' },
      { enable_hashjoin: 'off', enable_mergejoin: 'off' },
      { enable_indexscan: 'off', enable_indexonlyscan: 'off', enable_bitmapscan: 'off' },
    ]) {
      await sql.query('savepoint planner');
      for (const [name, value] of Object.entries(settings)) await sql.query(`set local ${name} = '${value}'`);
      // Evaluated on a user who may not be seen, the cast fails and names the user.
      for (const name of EVERYBODY.filter((each) => !SEEN.gus!.includes(each)))
        await sql.query(
          `select from ${view} where case when owner_id::text = $1 then (owner_id::text)::int > 0 else true end`,
          [people[name]],
        );
      await sql.query('rollback to savepoint planner');
    }
  });
});

test('U3: the trash hides the same users', async () => {
  await review.edit(people.ada!, 'document', [documents.ida!], 'deleted_at = now()');
  const inTrash = (sql: Queryable) =>
    sql.query(`select owner_id, reviewer_id from ws_${review.workspace}_trash.document`);
  expect(await review.as(people.gus!, inTrash)).toEqual([{ owner_id: null, reviewer_id: null }]);
  expect(await review.as(people.ivo!, inTrash)).toEqual([{ owner_id: people.ida, reviewer_id: people.ida }]);
  await review.edit(people.ada!, 'document', [documents.ida!], 'deleted_at = null');
});

test('U3: nobody else reads through the sight of users', async () => {
  await review.as('00000000-0000-0000-0000-000000000000', async (sql) => {
    expect(await sql.query('select id from rowplane.seen_users')).toEqual([]);
  });
  await review.as('00000000-0000-7000-8000-00000000beef', async (sql) => {
    expect(await sql.query('select id from rowplane.seen_users')).toEqual([]);
  });
});

describe('what it costs', () => {
  const planOf = (viewer: string, query: string) =>
    review.as(people[viewer]!, async (sql) => {
      await sql.query('set local enable_seqscan = off');
      const rows = await sql.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${query}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });

  test.each(['ida', 'gus'])('where no user is asked for, none is looked for (%s)', async (viewer) => {
    expect(await planOf(viewer, `select id, title from ${view} order by id desc limit 51`)).not.toMatch(/users/);
  });

  test.each(['owner_id', 'reviewer_id'])('an equality on %s uses its index', async (column) => {
    await review.owner.query(`analyze ${table}`);
    const plan = await planOf('gus', `select id from ${view} where ${column} = '${people.gwen}'`);
    expect(plan).toContain(`document__${column}`);
  });
});
