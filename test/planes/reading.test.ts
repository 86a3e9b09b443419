import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
beforeAll(async () => {
  review = await createReview();
});
afterAll(() => review?.end());

test('A7: cells never mix planes', async () => {
  const gus = await review.user('gus', 'EXTERNAL');
  const first = await review.plane('first', { document: enable({ layouts: ['first'] }) }, [gus]);
  const second = await review.plane(
    'second',
    { document: enable({ views: ['notes'], restriction: only('relevancy', 'isSet') }) },
    [gus],
  );
  const coded = await review.record('document', { title: 'coded', relevancy: 'RELEVANT', notes: 'a' });
  const fresh = await review.record('document', { title: 'fresh', notes: 'b' });
  await review.as(gus, async (sql) => {
    const columns = 'id, title, relevancy, notes';
    expect(await sql.query(`select ${columns} from plane_${first}.document order by id desc`)).toEqual([
      { id: fresh, title: 'fresh', relevancy: null, notes: null },
      { id: coded, title: 'coded', relevancy: 'RELEVANT', notes: null },
    ]);
    expect(await sql.query(`select ${columns} from plane_${second}.document`)).toEqual([
      { id: coded, title: 'coded', relevancy: null, notes: 'a' },
    ]);
  });
});
