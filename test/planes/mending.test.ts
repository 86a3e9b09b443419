import { afterAll, beforeAll, expect, test } from 'vitest';
import { recompileWorkspace } from '../../src/administration/compile.ts';
import { verifyCompiled } from '../../src/administration/verify.ts';
import { connect } from '../../src/database/queryable.ts';
import { withOwner } from '../support/database.ts';
import { createReview, enable, type Review } from './review.ts';

let review: Review;
let table: string;

beforeAll(async () => {
  review = await createReview();
  table = `ws_${review.workspace}.document`;
});
afterAll(() => review?.end());

/** What a migration that changes nothing does to a workspace. */
const migrate = (): Promise<string[]> =>
  withOwner(review.database, (owner) => recompileWorkspace(owner, review.workspace));

async function drift(): Promise<string[]> {
  return (await withOwner(review.database, verifyCompiled)).map(({ kind, object }) => `${kind} ${object}`);
}

test('V1: a migration puts back the row security that every record table has', async () => {
  await review.owner.query(`
    alter policy realm_view on ${table} using (true);
    drop policy realm_edit on ${table};
    alter table ${table} no force row level security`);
  expect(await drift()).toHaveLength(3);
  expect((await migrate()).sort()).toEqual([`realm_edit on ${table}`, `realm_view on ${table}`, table]);
  expect(await drift()).toEqual([]);
  expect(await migrate()).toEqual([]);
});

test('a migration takes no other change of a table by hand for right', async () => {
  await review.owner.query(`alter table ${table} drop constraint document__relevancy__check`);
  await migrate();
  expect(await drift()).toEqual([`changed table ${table}`]);
});

test('a migration does not take for right what a role of planes was given by hand', async () => {
  const plane = await review.plane('given away', { document: enable({ layouts: ['edit'] }) }, [
    await review.user('emil'),
  ]);
  const before = await drift();
  const [role] = await review.owner.query<{ name: string }>(`select rowplane.role_name('acp', $1) as name`, [plane]);
  const session = await connect(review.database.superuserUrl);
  try {
    await session.query(`alter role ${role!.name} login; grant create on schema plane_${plane} to rowplane_viewer`);
  } finally {
    await session.end();
  }
  const given = [`changed role ${role!.name}`, ...before, `changed schema plane_${plane}`];
  expect((await drift()).sort()).toEqual(given.sort());
  await migrate();
  expect((await drift()).sort()).toEqual(given.sort());
});
