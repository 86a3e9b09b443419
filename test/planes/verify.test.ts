import { afterAll, beforeAll, expect, test } from 'vitest';
import { diffCompiled } from '../../src/administration/policy-diff.ts';
import { verifyCompiled } from '../../src/administration/verify.ts';
import { connect, transaction } from '../../src/database/queryable.ts';
import { withOwner } from '../support/database.ts';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
let plane: number;
let tag: string;

beforeAll(async () => {
  review = await createReview();
  const content = {
    document: enable({ layouts: ['edit'], abilities: ['CREATE', 'DELETE'], restriction: only('relevancy', 'isSet') }),
  };
  plane = await review.plane('verified', content, [await review.user('emil')]);
  const [row] = await review.owner.query<{ tag: string }>('select tag from rowplane.deployment');
  tag = row!.tag;
});
afterAll(() => review?.end());

/** What verifying finds after this SQL, which is then undone. Roles are the superuser's to change. */
async function driftAfter(sql: string): Promise<string[]> {
  const session = await connect(review.database.superuserUrl);
  try {
    await session.query('begin');
    await session.query(sql);
    const drift = await verifyCompiled(session);
    await session.query('rollback');
    return drift.map(({ kind, object }) => `${kind} ${object}`);
  } finally {
    await session.end();
  }
}

test('a database as it was compiled shows no drift', async () => {
  expect(await withOwner(review.database, verifyCompiled)).toEqual([]);
});

const table = (): string => `ws_${review.workspace}.document`;
const view = (): string => `plane_${plane}.document`;
const role = (): string => `acp_${tag}_${plane}`;

const CHANGES: [what: string, sql: () => string, found: () => string[]][] = [
  [
    'a setting that the API’s login gave itself, as every role may',
    () => `set local role rowplane_api;
      do $$ begin execute format('alter role rowplane_api in database %I set work_mem = %L', current_database(), '64kB'); end $$;
      reset role`,
    () => ['unexpected setting work_mem of role rowplane_api'],
  ],
  [
    'a policy dropped',
    () => `drop policy acp_${plane}_read on ${table()}`,
    () => [`missing policy acp_${plane}_read on ${table()}`],
  ],
  [
    'a policy widened',
    () => `alter policy realm_view on ${table()} using (true)`,
    () => [`changed policy realm_view on ${table()}`],
  ],
  [
    'a restrictive policy made permissive',
    () => `drop policy realm_view on ${table()};
      create policy realm_view on ${table()} for select using ((select rowplane.viewer_flags(${review.workspace}, 'VIEW'))[realm_id] or current_user = 'rowplane_owner')`,
    () => [`changed policy realm_view on ${table()}`],
  ],
  [
    'a policy for another role',
    () => `alter policy acp_${plane}_read on ${table()} to public`,
    () => [`changed policy acp_${plane}_read on ${table()}`],
  ],
  [
    'a policy of somebody’s own',
    () => `create policy mine on ${table()} using (true)`,
    () => [`unexpected policy mine on ${table()}`],
  ],
  ['row security off', () => `alter table ${table()} disable row level security`, () => [`changed table ${table()}`]],
  [
    'row security not forced',
    () => `alter table ${table()} no force row level security`,
    () => [`changed table ${table()}`],
  ],
  [
    'a trigger disabled',
    () => `alter table ${table()} disable trigger guard_3_notes`,
    () => [`changed trigger guard_3_notes on ${table()}`],
  ],
  [
    'a trigger dropped',
    () => `drop trigger guard_6_changed on ${table()}`,
    () => [`missing trigger guard_6_changed on ${table()}`],
  ],
  [
    'a function replaced',
    () =>
      `create or replace function ws_${review.workspace}_edit.document_able(ability text, item ${table()}, mine integer[]) returns boolean language sql as 'select true'`,
    () => [`changed function ws_${review.workspace}_edit.document_able(text, ${table()}, integer[])`],
  ],
  [
    'a column granted',
    () => `grant select (notes) on ${table()} to rowplane_viewer`,
    () => [`unexpected grant rowplane_viewer on ${table()}`],
  ],
  [
    'more granted to a plane',
    () => `grant update on ${table()} to ${role()}`,
    () => [`changed grant ${role()} on ${table()}`],
  ],
  ['a view granted', () => `grant select on ${view()} to public`, () => [`changed view ${view()}`]],
  ['a view’s owner changed', () => `alter view ${view()} owner to rowplane_owner`, () => [`changed view ${view()}`]],
  [
    'a view that runs as its caller',
    () => `alter view ${view()} set (security_invoker)`,
    () => [`changed view ${view()}`],
  ],
  ['a rule dropped', () => `drop rule plain on ${view()}`, () => [`changed view ${view()}`]],
  ['a plane’s role that can sign in', () => `alter role ${role()} login`, () => [`changed role ${role()}`]],
  ['a plane’s role given away', () => `grant ${role()} to rowplane_viewer`, () => [`changed role ${role()}`]],
  [
    'a schema opened',
    () => `grant create on schema plane_${plane} to rowplane_viewer`,
    () => [`changed schema plane_${plane}`],
  ],
  [
    'a table of somebody’s own',
    () => `create table ws_${review.workspace}.mine (id int)`,
    () => [`unexpected table ws_${review.workspace}.mine`],
  ],
  [
    'a constraint dropped',
    () => `alter table ${table()} drop constraint document__relevancy__check`,
    () => [`changed table ${table()}`],
  ],
  [
    'a restriction’s index dropped',
    () =>
      `do $$ begin execute 'drop index ' || (select indexrelid::regclass from pg_index where indrelid = '${table()}'::regclass and indpred is not null and pg_get_expr(indpred, indrelid) like '%relevancy%'); end $$`,
    () => [expect.stringMatching(/^missing index ws_\d+\.document__where__[0-9a-f]{8}$/) as string],
  ],
  [
    'content stored past the compiler',
    () => `update rowplane.planes set content = '{}' where id = ${plane}`,
    () =>
      expect.arrayContaining([
        `outdated policy acp_${plane}_read on ${table()}`,
        `outdated policy planes on ${table()}`,
      ]) as string[],
  ],
];

for (const [what, sql, found] of CHANGES)
  test(`verify finds ${what}`, async () => {
    expect(await driftAfter(sql())).toEqual(found());
  });

test('verify leaves other databases’ roles alone', async () => {
  expect(await driftAfter('create role acp_ffffff_1 login')).toEqual([]);
});

test('diff tells what other content would alter, and alters nothing', async () => {
  const content = { document: enable({ views: ['titles'] }) };
  const session = await connect(review.database.ownerUrl);
  const changes = await transaction(session, (owner) =>
    diffCompiled(owner, review.workspace, { plane: { id: plane, content } }),
  );
  await session.end();
  expect(changes.map(({ change, object }) => `${change} ${object}`)).toEqual(
    expect.arrayContaining([
      `replace view ${view()}`,
      `replace policy acp_${plane}_read on ${table()}`,
      `drop policy acp_${plane}_create on ${table()}`,
      `drop schema plane_${plane}_new`,
    ]),
  );
  expect(changes.find(({ object }) => object === `view ${view()}`)?.sql).toContain('null::text collate "C" as notes');
  expect(await withOwner(review.database, verifyCompiled)).toEqual([]);
});
