import { afterAll, beforeAll, expect, test } from 'vitest';
import { recompileWorkspace } from '../../src/administration/compile.ts';
import { verifyCompiled } from '../../src/administration/verify.ts';
import { withOwner } from '../support/database.ts';
import { createReview, enable, type Review } from './review.ts';

let review: Review;
let emil: string;
let plane: number;

beforeAll(async () => {
  review = await createReview();
  emil = await review.user('emil');
  plane = await review.plane('shown', { document: enable({ layouts: ['edit'], abilities: ['CREATE'] }) }, [emil]);
  await review.record('document', { title: 'kept' });
});
afterAll(() => review?.end());

/** Recompiles as if an older compiler had made these objects from other SQL. */
async function upgrade(which: string): Promise<string[]> {
  return withOwner(review.database, async (owner) => {
    await owner.query(
      `update rowplane.compiled_objects set fingerprint = 'older.' || fingerprint
       where workspace_id = $1 and fingerprint not like 'base.%' and name ~ $2`,
      [review.workspace, which],
    );
    return recompileWorkspace(owner, review.workspace);
  });
}

test.each([
  ['everything', '.'],
  ['the views that others read', '_sight\\.'],
  ['the views of planes', '^plane_'],
  ['the guards', '_edit\\.'],
])('a newer compiler replaces %s that an older one made', async (_, which) => {
  const touched = await upgrade(which);
  expect(touched.length).toBeGreaterThan(0);
  expect(await verifyCompiled(review.owner)).toEqual([]);
  expect(await review.as(emil, (sql) => sql.query(`select title from plane_${plane}.document`))).toEqual([
    { title: 'kept' },
  ]);
  expect(await upgrade('^nothing$')).toEqual([]);
});

test('a function that an older compiler made goes, with the policies that asked it', async () => {
  const table = `ws_${review.workspace}.document`;
  await review.owner.query(`
    create function ws_${review.workspace}_edit.document_older(item ${table}) returns boolean language sql return true;
    alter policy trash_read on ${table} using (ws_${review.workspace}_edit.document_older(document.*));
    insert into rowplane.compiled_objects (workspace_id, kind, name, fingerprint)
      values (${review.workspace}, 'function', 'ws_${review.workspace}_edit.document_older(${table})', 'older.')`);
  await upgrade('^trash_read');
  expect(await verifyCompiled(review.owner)).toEqual([]);
});
