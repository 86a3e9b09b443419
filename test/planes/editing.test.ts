import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
let emil: string;
let first: number;

beforeAll(async () => {
  review = await createReview();
  emil = await review.user('emil');
  first = await review.plane('first', { document: enable({ layouts: ['first'] }) }, [emil]);
});
afterAll(() => review?.end());

describe('W1: fields', () => {
  test('an EDIT field of a visible record is changed, without any ability', async () => {
    const id = await review.record('document', { title: 'a' });
    expect(await review.edit(emil, 'document', [id], `relevancy = 'RELEVANT'`)).toEqual([id]);
    expect(await review.stored('document', id)).toMatchObject({ relevancy: 'RELEVANT', version: 2 });
  });

  test('a READ field is refused by its name', async () => {
    const id = await review.record('document', { title: 'a' });
    await expect(review.edit(emil, 'document', [id], `title = 'b'`)).rejects.toMatchObject({
      code: 'RPFOR',
      detail: `{"id": "${id}", "field": "title"}`,
    });
  });

  test('a hidden field is refused in the same words, also when its value would not change', async () => {
    const id = await review.record('document', { title: 'a', notes: 'secret' });
    await expect(review.edit(emil, 'document', [id], `notes = 'secret'`)).rejects.toMatchObject({ code: 'RPFOR' });
    await expect(review.edit(emil, 'document', [id], `notes = 'other'`)).rejects.toMatchObject({ code: 'RPFOR' });
    await expect(review.edit(emil, 'document', [id], `relevancy = 'RELEVANT', notes = notes`)).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('a read-only field is never changed, even through the full plane', async () => {
    const id = await review.record('document');
    const whole = await review.user('whole');
    await review.join(review.full, [whole]);
    await expect(review.edit(whole, 'document', [id], `seal = 'x'`)).rejects.toMatchObject({ code: 'RPFOR' });
    expect(await review.edit(whole, 'document', [id], `title = 'x', notes = 'y', pages = 3`)).toEqual([id]);
  });

  test('fields that are EDIT through different planes are judged on the record as it was, and applied together', async () => {
    const gus = await review.user('gus', 'EXTERNAL');
    await review.join(first, [gus]);
    const second = { document: enable({ layouts: ['second'], restriction: only('relevancy', 'isNotSet') }) };
    await review.plane('second of W1', second, [gus]);
    const id = await review.record('document', { title: 'a' });
    expect(await review.edit(gus, 'document', [id], `relevancy = 'RELEVANT', notes = 'n'`)).toEqual([id]);
    expect(await review.stored('document', id)).toMatchObject({ relevancy: 'RELEVANT', notes: 'n' });
    // Now the second plane doesn't expose the record any more.
    await expect(review.edit(gus, 'document', [id], `relevancy = null, notes = 'm'`)).rejects.toMatchObject({
      code: 'RPFOR',
    });
  });

  test('several fields at once, by a row', async () => {
    const id = await review.record('document', { title: 'a' });
    await expect(
      review.edit(emil, 'document', [id], `(relevancy, notes) = (select 'RELEVANT', 'x')`),
    ).rejects.toMatchObject({ code: 'RPFOR' });
  });
});

test('W4: a change may move a record out of the planes of who makes it', async () => {
  const only1 = await review.user('only unset');
  const content = { document: enable({ layouts: ['first'], restriction: only('relevancy', 'isNotSet') }) };
  const plane = await review.plane('unset', content, [only1]);
  const id = await review.record('document', { title: 'a' });
  expect(await review.edit(only1, 'document', [id], `relevancy = 'PRIVILEGED'`)).toEqual([id]);
  expect(
    await review.as(only1, (sql) => sql.query(`select id from plane_${plane}.document where id = $1`, [id])),
  ).toEqual([]);
  expect(await review.edit(only1, 'document', [id], `relevancy = null`)).toEqual([]);
});

describe('W5, V2: what is not the viewer’s is merely not changed', () => {
  test('hidden, trashed and missing records alike', async () => {
    const outsider = await review.user('outsider');
    await review.plane(
      'relevant',
      { document: enable({ layouts: ['first'], abilities: ['MASS_UPDATE'], restriction: only('relevancy', 'isSet') }) },
      [outsider],
    );
    const seen = await review.record('document', { relevancy: 'RELEVANT' });
    const hidden = await review.record('document');
    const trashed = await review.record('document', { relevancy: 'RELEVANT', deleted_at: new Date() });
    const missing = '01900000-0000-7000-8000-000000000000';
    const targets = [seen, hidden, trashed, missing];
    expect(await review.edit(outsider, 'document', targets, `relevancy = 'PRIVILEGED'`)).toEqual([seen]);
    expect(await review.edit(outsider, 'document', [hidden, trashed, missing], `notes = 'x'`)).toEqual([]);
    expect((await review.stored('document', trashed)).relevancy).toBe('RELEVANT');
  });

  test('nobody without a plane changes anything, nor does no viewer', async () => {
    const nobody = await review.user('nobody');
    const id = await review.record('document');
    expect(await review.edit(nobody, 'document', [id], `relevancy = 'RELEVANT'`)).toEqual([]);
    await review.as(emil, async (sql) => {
      await sql.query(`select set_config('rowplane.viewer', '', true), rowplane.set_targets($1)`, [[id]]);
      await sql.query(`update ws_${review.workspace}_edit.document set relevancy = 'RELEVANT'`);
    });
    expect((await review.stored('document', id)).relevancy).toBeNull();
  });
});

describe('several at once', () => {
  test('W1: need MASS_UPDATE on each', async () => {
    const ids = [await review.record('document'), await review.record('document', { relevancy: 'RELEVANT' })];
    await expect(review.edit(emil, 'document', ids, `relevancy = 'PRIVILEGED'`)).rejects.toMatchObject({
      code: 'RPFOR',
      detail: expect.stringContaining('MASS_UPDATE') as string,
    });
    const mass = await review.user('mass');
    const content = { document: enable({ layouts: ['first'], abilities: ['MASS_UPDATE'] }) };
    await review.plane('mass', content, [mass]);
    expect(await review.edit(mass, 'document', ids, `relevancy = 'PRIVILEGED'`)).toEqual(expect.arrayContaining(ids));
  });

  test('W1: the ability must be on every one, whatever the targets claim to be meanwhile', async () => {
    const some = await review.user('some');
    await review.join(first, [some]);
    const content = {
      document: enable({ views: ['titles'], abilities: ['MASS_UPDATE'], restriction: only('title', 'equals', 'a') }),
    };
    await review.plane('mass on a', content, [some]);
    const ids = [await review.record('document', { title: 'a' }), await review.record('document', { title: 'b' })];
    await expect(review.edit(some, 'document', ids, `relevancy = 'RELEVANT'`)).rejects.toMatchObject({ code: 'RPFOR' });
    await expect(
      review.edit(
        some,
        'document',
        ids,
        `relevancy = case when set_config('rowplane.targets', '{${ids[1]}}', true) is null then 'PRIVILEGED' else 'RELEVANT' end`,
      ),
    ).rejects.toMatchObject({ code: 'RPFOR' });
  });
});

describe('W6: versions', () => {
  test('each change makes one, and another than the expected one is refused', async () => {
    const id = await review.record('document');
    await review.edit(emil, 'document', [id], `relevancy = 'RELEVANT'`, [1]);
    await expect(review.edit(emil, 'document', [id], `relevancy = null`, [1])).rejects.toMatchObject({
      code: 'RPSTA',
      detail: `{"id": "${id}", "version": 2, "expected": 1}`,
    });
    expect(await review.edit(emil, 'document', [id], `relevancy = null`, [2])).toEqual([id]);
  });

  test('nobody sets version, times, archive or realm', async () => {
    const id = await review.record('document');
    for (const column of ['version', 'created_at', 'updated_at', 'archive_id', 'realm_id', 'id'])
      await expect(review.edit(emil, 'document', [id], `${column} = default`)).rejects.toMatchObject({ code: '42703' });
  });

  test('D1: nor the owner', async () => {
    const id = await review.record('document');
    await expect(review.edit(emil, 'document', [id], `owner_id = '${emil}'`)).rejects.toMatchObject({ code: 'RPFOR' });
  });
});

describe('W8: references', () => {
  test('to hidden, trashed and missing records are refused alike', async () => {
    const whole = await review.user('of W8');
    await review.plane(
      'W8',
      {
        document: enable({ layouts: ['edit'] }),
        matter: enable({ views: ['list'], restriction: only('state', 'equals', 'open') }),
      },
      [whole],
    );
    const id = await review.record('document');
    const seen = await review.record('matter', { state: 'open' });
    const hidden = await review.record('matter', { state: 'closed' });
    const trashed = await review.record('matter', { state: 'open', deleted_at: new Date() });
    const errors = [];
    for (const target of [hidden, trashed, '01900000-0000-7000-8000-000000000000'])
      errors.push(
        await review.edit(whole, 'document', [id], `matter_id = '${target}'`).catch((error: unknown) => {
          const { code, message, detail } = error as Record<string, string>;
          return { code, message, detail };
        }),
      );
    expect(errors[0]).toMatchObject({ code: 'RPVAL', message: 'There is no such record for the field "matter".' });
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[2]).toEqual(errors[0]);
    expect(await review.edit(whole, 'document', [id], `matter_id = '${seen}', related_id = '${id}'`)).toEqual([id]);
    expect(await review.edit(whole, 'document', [id], `matter_id = null`)).toEqual([id]);
  });

  test('U3: to users whom the writer does not see are refused like missing ones', async () => {
    const external = await review.user('external', 'EXTERNAL');
    await review.plane('users', { document: enable({ layouts: ['edit'] }) }, [external]);
    const id = await review.record('document');
    await expect(review.edit(external, 'document', [id], `reviewer_id = '${emil}'`)).rejects.toMatchObject({
      code: 'RPVAL',
    });
    expect(await review.edit(external, 'document', [id], `reviewer_id = '${external}'`)).toEqual([id]);
  });
});

test('A2: more restrictions than policies write out are judged alike', async () => {
  const many = await review.user('many');
  for (let pages = 0; pages < 7; pages++)
    await review.plane(
      `pages ${pages}`,
      {
        document: enable({ layouts: ['edit'], restriction: only('pages', 'equals', pages) }),
        matter: enable({ views: ['list'], restriction: only('name', 'equals', `${pages}`) }),
      },
      [many],
    );
  const [policy] = await review.owner.query<{ definition: string }>(
    `select definition from rowplane.catalog_objects() where kind = 'policy' and name ~ '^planes on .*document$'`,
  );
  expect(policy!.definition).toContain('document_exposed(document.*');
  const [seen, hidden] = [await review.record('document', { pages: 6 }), await review.record('document', { pages: 7 })];
  const sight = await review.as(many, (sql) =>
    sql.query(`select id from ws_${review.workspace}_sight.document where id = any ($1)`, [[seen, hidden]]),
  );
  expect(sight).toEqual([{ id: seen }]);
  const [matter, other] = [await review.record('matter', { name: '3' }), await review.record('matter', { name: '8' })];
  expect(await review.edit(many, 'document', [seen], `matter_id = '${matter}'`)).toEqual([seen]);
  expect(await review.edit(many, 'document', [hidden], `matter_id = '${matter}'`)).toEqual([]);
  await expect(review.edit(many, 'document', [seen], `matter_id = '${other}'`)).rejects.toMatchObject({
    code: 'RPVAL',
  });
});
