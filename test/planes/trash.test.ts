import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
let dora: string;
let emil: string;
let trash: string;

beforeAll(async () => {
  review = await createReview();
  trash = `ws_${review.workspace}_trash.document`;
  [dora, emil] = [await review.user('dora'), await review.user('emil')];
  await review.plane('deleting', { document: enable({ views: ['titles'], abilities: ['DELETE'] }) }, [dora]);
  await review.plane('reading', { document: enable({ layouts: ['edit'] }) }, [emil]);
});
afterAll(() => review?.end());

const listed = (viewer: string): Promise<string[]> =>
  review.as(viewer, async (sql) => (await sql.query<{ id: string }>(`select id from ${trash}`)).map(({ id }) => id));

describe('W2: deleting', () => {
  test('moves to the trash, and needs DELETE in a plane that exposes the record', async () => {
    const id = await review.record('document', { title: 'a' });
    await expect(review.edit(emil, 'document', [id], 'deleted_at = now()')).rejects.toMatchObject({
      code: 'RPFOR',
      detail: `{"id": "${id}", "ability": "DELETE"}`,
    });
    expect(await review.edit(dora, 'document', [id], `deleted_at = '2000-01-01'`)).toEqual([id]);
    const { deleted_at: deleted, version } = await review.stored('document', id);
    expect((deleted as Date).getFullYear()).toBeGreaterThan(2020);
    expect(version).toBe(2);
  });

  test('several need MASS_DELETE on each', async () => {
    const ids = [await review.record('document'), await review.record('document')];
    await expect(review.edit(dora, 'document', ids, 'deleted_at = now()')).rejects.toMatchObject({ code: 'RPFOR' });
    const mass = await review.user('mass');
    await review.plane('mass', { document: enable({ views: ['titles'], abilities: ['MASS_DELETE'] }) }, [mass]);
    await expect(review.edit(mass, 'document', ids.slice(1), 'deleted_at = now()')).rejects.toMatchObject({
      code: 'RPFOR',
    });
    expect((await review.edit(mass, 'document', ids, 'deleted_at = now()')).sort()).toEqual([...ids].sort());
    expect((await review.edit(mass, 'document', ids, 'deleted_at = null')).sort()).toEqual([...ids].sort());
  });

  test('P8: needs DELETE where the record is', async () => {
    const id = await review.record('document');
    await review.owner.query(
      `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision)
       values ($1, $1, $2, 'DELETE', 'DENY')`,
      [review.archive, dora],
    );
    await expect(review.edit(dora, 'document', [id], 'deleted_at = now()')).rejects.toMatchObject({
      code: 'RPFOR',
      detail: `{"id": "${id}", "permission": "DELETE"}`,
    });
    await review.owner.query('delete from rowplane.object_entries where user_id = $1', [dora]);
  });
});

describe('W2: the trash', () => {
  test('lists what the viewer would see and may delete', async () => {
    const narrow = await review.user('narrow');
    await review.plane(
      'narrow',
      { document: enable({ views: ['titles'], abilities: ['DELETE'], restriction: only('relevancy', 'isSet') }) },
      [narrow],
    );
    const set = await review.record('document', { relevancy: 'RELEVANT', deleted_at: new Date() });
    const unset = await review.record('document', { deleted_at: new Date() });
    const alive = await review.record('document', { relevancy: 'RELEVANT' });
    expect(await listed(narrow)).toEqual([set]);
    expect(await listed(dora)).toEqual(expect.arrayContaining([set, unset]));
    expect(await listed(dora)).not.toContain(alive);
    expect(await listed(emil)).toEqual([]);
  });

  test('A7: shows cells only where a plane of the viewer shows them', async () => {
    const mixed = await review.user('mixed');
    await review.plane('may delete', { document: enable({ views: ['titles'], abilities: ['DELETE'] }) }, [mixed]);
    const restriction = only('relevancy', 'isSet');
    await review.plane('sees notes', { document: enable({ views: ['notes', 'matters'], restriction }) }, [mixed]);
    const matter = await review.record('matter');
    const values = { title: 'a', notes: 'n', pages: 1, matter_id: matter, deleted_at: new Date() };
    const [plain, coded] = [
      await review.record('document', values),
      await review.record('document', { ...values, relevancy: 'RELEVANT' }),
    ];
    const rows = await review.as(mixed, (sql) =>
      sql.query(`select id, title, notes, pages, matter_id from ${trash} where id = any ($1) order by id`, [
        [plain, coded],
      ]),
    );
    expect(rows).toEqual([
      { id: plain, title: 'a', notes: null, pages: null, matter_id: null },
      { id: coded, title: 'a', notes: 'n', pages: null, matter_id: null },
    ]);
  });

  test('the same viewers restore, alone and nothing else with it', async () => {
    const id = await review.record('document', { title: 'a', deleted_at: new Date() });
    expect(await review.edit(emil, 'document', [id], 'deleted_at = null')).toEqual([]);
    expect(await review.edit(emil, 'document', [id], `title = 'b'`)).toEqual([]);
    expect(await review.edit(dora, 'document', [id], `deleted_at = now()`)).toEqual([]);
    expect(await review.edit(dora, 'document', [id], 'deleted_at = null')).toEqual([id]);
    expect(await review.stored('document', id)).toMatchObject({ deleted_at: null, version: 2, title: 'a' });
    // What isn't in the trash can't be restored from it.
    expect(await review.edit(dora, 'document', [id], 'deleted_at = null')).toEqual([]);
  });

  test('a record of the trash is not changed while it is restored', async () => {
    const both = await review.user('both');
    await review.plane('both', { document: enable({ layouts: ['edit'], abilities: ['DELETE'] }) }, [both]);
    const id = await review.record('document', { title: 'a', deleted_at: new Date() });
    await expect(review.edit(both, 'document', [id], `deleted_at = null, title = 'b'`)).rejects.toMatchObject({
      code: 'RPVAL',
    });
  });

  test('emptying takes what the viewer may delete, and empties references to it, in hidden records too', async () => {
    const gone = await review.record('document', { deleted_at: new Date() });
    const alive = await review.record('document');
    const pointing = await review.record('document', { related_id: gone });
    const erased = (viewer: string): Promise<unknown[]> =>
      review.as(viewer, (sql) => sql.query(`delete from ${trash} where id = any ($1) returning id`, [[gone, alive]]));
    expect(await erased(emil)).toEqual([]);
    expect(await erased(dora)).toEqual([{ id: gone }]);
    expect(await review.stored('document', pointing)).toMatchObject({ related_id: null, version: 1 });
    expect(await review.stored('document', gone)).toBeUndefined();
    expect(await review.stored('document', alive)).toBeDefined();
  });
});
