import { afterAll, beforeAll, expect, test } from 'vitest';
import { choice, define, text } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import { createReview, enable, type Review } from '../planes/review.ts';

let review: Review;
let plane: number;
let [reader, editor]: string[] = [];

beforeAll(async () => {
  review = await createReview(
    definitionsOf([
      define({
        name: 'bill',
        plural: 'bills',
        title: 'Bill',
        right: 'bills',
        fields: { title: text({ title: 'Title' }), state: choice({ title: 'State', choices: { PAID: 'Paid' } }) },
        layouts: { title: { title: 'Title', edits: ['title'] } },
        freeze: [{ title: 'Paid', when: { state: { equals: 'PAID' } } }],
      }),
    ]),
  );
  [reader, editor] = [await review.user('reader'), await review.user('editor')];
  plane = await review.plane('titles', { bill: enable({ layouts: ['title'] }) }, [reader, editor]);
  const { owner } = review;
  await owner.query(`insert into rowplane.rights values ('bills', 'Bills')`);
  await owner.query(`insert into rowplane.applications values ('finance', 'Finance')`);
  await owner.query(`insert into rowplane.application_rights values ('finance', 'bills')`);
  for (const [user, level] of [
    [reader, 'DISPLAY'],
    [editor, 'EDIT'],
  ])
    await owner.query(
      `with made as (insert into rowplane.profiles (name, application) values ($1, 'finance') returning id),
         levelled as (insert into rowplane.profile_rights (profile_id, application, right_name, level) select id, 'finance', 'bills', $1 from made)
       insert into rowplane.rights_assignments (user_id, company_id, profile_id) select $2, w.company_id, made.id from made, rowplane.workspaces w`,
      [level, user],
    );
  await review.record('bill', { title: 'a', state: 'PAID' });
});
afterAll(() => review?.end());

test('V2, W7: who may only display learns nothing of a hidden field from what is frozen', async () => {
  const frozen = (viewer: string) =>
    review.as(viewer, (sql) => sql.query(`select title, frozen_1 as frozen from plane_${plane}.bill`));
  expect(await frozen(editor!)).toEqual([{ title: 'a', frozen: true }]);
  expect(await frozen(reader!)).toEqual([{ title: 'a', frozen: false }]);
});
