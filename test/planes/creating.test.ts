import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { ANONYMOUS, createReview, enable, only, type Review } from './review.ts';

let review: Review;
let emil: string;
let plane: number;

beforeAll(async () => {
  review = await createReview();
  emil = await review.user('emil');
  plane = await review.plane(
    'creating',
    {
      document: enable({ layouts: ['first'], abilities: ['CREATE'], restriction: only('relevancy', 'isSet') }),
      matter: enable({ views: ['list'] }),
    },
    [emil],
  );
});
afterAll(() => review?.end());

/** Creates one record in the review's archive, the way the writer does. */
function create(viewer: string, values: Record<string, string>, through = plane): Promise<string> {
  return review.as(viewer, async (sql) => {
    await sql.query('select from rowplane.prepare_realm($1, null, null)', [review.archive]);
    const [made] = await sql.query<{ id: string }>('select uuidv7() as id');
    await insert(sql, { id: made!.id, archive_id: review.archive, ...values }, through);
    return made!.id;
  });
}

function insert(sql: Queryable, values: Record<string, string>, through = plane): Promise<unknown> {
  const columns = Object.keys(values);
  return sql.query(
    `insert into plane_${through}_new.document (${columns.join(', ')})
     values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(values),
  );
}

describe('W3: creating through a plane', () => {
  test('with its EDIT fields, as a record that it exposes; the rest is the database’s', async () => {
    const id = await create(emil, { relevancy: 'RELEVANT' });
    expect(await review.stored('document', id)).toMatchObject({
      relevancy: 'RELEVANT',
      owner_id: emil,
      version: 1,
      archive_id: review.archive,
      folder_id: review.archive,
      client_id: null,
      deleted_at: null,
    });
    expect(
      await review.as(emil, (sql) => sql.query(`select id from plane_${plane}.document where id = $1`, [id])),
    ).toEqual([{ id }]);
  });

  test('not with a field that is READ or HIDDEN there', async () => {
    await expect(create(emil, { relevancy: 'RELEVANT', title: 'x' })).rejects.toMatchObject({ code: '42703' });
    await expect(create(emil, { relevancy: 'RELEVANT', notes: 'x' })).rejects.toMatchObject({ code: '42703' });
  });

  test('not as a record that it does not expose', async () => {
    await expect(create(emil, {})).rejects.toMatchObject({ code: '42501' });
  });

  test('not by those who are not in it, guests, anonymous and nobody', async () => {
    const other = await review.user('other');
    await expect(create(other, { relevancy: 'RELEVANT' })).rejects.toMatchObject({ code: '42501' });
    await expect(create(ANONYMOUS, { relevancy: 'RELEVANT' })).rejects.toMatchObject({ code: 'RPNFD' });
    const guest = await review.user('guest', 'GUEST');
    await review.join(plane, [guest]);
    await expect(create(guest, { relevancy: 'RELEVANT' })).rejects.toMatchObject({ code: 'RPNFD' });
    await expect(
      review.as(emil, async (sql) => {
        await sql.query(`select set_config('rowplane.viewer', '', true)`);
        await insert(sql, { archive_id: review.archive, relevancy: 'RELEVANT' });
      }),
    ).rejects.toMatchObject({ code: 'RPNFD' });
  });

  test('A4: only where CREATE is granted on an active definition', async () => {
    const views = await review.owner.query(
      `select c.relname from pg_class c where c.relnamespace = to_regnamespace($1) and c.relkind = 'v'`,
      [`plane_${plane}_new`],
    );
    expect(views).toEqual([{ relname: 'document' }]);
  });

  test('the insert-only view shows nothing, not even what was just inserted', async () => {
    for (const statement of [
      `select id from plane_${plane}_new.document`,
      `insert into plane_${plane}_new.document (archive_id, relevancy) values ('${review.archive}', 'RELEVANT') returning id`,
      `insert into plane_${plane}_new.document (archive_id, relevancy) values ('${review.archive}', 'RELEVANT')
       on conflict (id) do update set relevancy = 'RELEVANT'`,
      `delete from plane_${plane}_new.document`,
      `update plane_${plane}_new.document set relevancy = null`,
    ])
      await expect(review.as(emil, (sql) => sql.query(statement))).rejects.toMatchObject({ code: '42501' });
  });

  test('nobody claims another realm, owner or version', async () => {
    for (const column of ['realm_id', 'owner_id', 'version', 'created_at', 'deleted_at'])
      await expect(create(emil, { relevancy: 'RELEVANT', [column]: '1' })).rejects.toMatchObject({ code: '42703' });
  });

  test('V2: an id that is taken by a hidden record tells nothing: only ids made now are accepted', async () => {
    const hidden = await review.record('document');
    const attempt = (id: string): Promise<unknown> =>
      create(emil, { id, relevancy: 'RELEVANT' }).catch(({ code, message }: { code: string; message: string }) => ({
        code,
        message,
      }));
    const refused = await attempt(hidden);
    expect(refused).toMatchObject({ code: 'RPVAL' });
    expect(await attempt('01900000-0000-7000-8000-000000000000')).toEqual(refused);
    expect(await attempt('f47ac10b-58cc-4372-a567-0e02b2c3d479')).toEqual(refused);
    expect(await attempt('ffffffff-ffff-7fff-bfff-ffffffffffff')).toEqual(refused);
  });

  test('W8: references are judged when a record is created, too', async () => {
    const whole = await review.user('whole');
    const all = await review.plane('all', { document: enable({ layouts: ['edit'], abilities: ['CREATE'] }) }, [whole]);
    const matter = await review.record('matter', { name: 'unseen' });
    const hidden = await review.record('document', { deleted_at: new Date() });
    const missing = '01900000-0000-7000-8000-000000000000';
    const attempt = (values: Record<string, string>): Promise<unknown> =>
      create(whole, { title: 'a', ...values }, all).catch(
        (error: { code: string; message: string; detail: string }) => ({
          code: error.code,
          message: error.message,
          detail: error.detail,
        }),
      );
    for (const [column, field, target] of [
      ['matter_id', 'matter', matter],
      ['related_id', 'related', hidden],
      ['reviewer_id', 'reviewer', missing],
    ] as const) {
      const refused = await attempt({ [column]: target });
      expect(refused).toMatchObject({ code: 'RPVAL', message: `There is no such record for the field "${field}".` });
      expect(await attempt({ [column]: missing })).toEqual(refused);
    }
    await review.plane('all matters', { matter: enable({ views: ['list'] }) }, [whole]);
    const related = await review.record('document');
    expect(await create(whole, { title: 'a', matter_id: matter, related_id: related }, all)).toBeTruthy();
  });

  test('a place that nobody has prepared is refused with what to do', async () => {
    const [empty] = await review.owner.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name) values ($1, 'empty') returning id`,
      [review.workspace],
    );
    await expect(
      review.as(emil, (sql) => insert(sql, { archive_id: empty!.id, relevancy: 'RELEVANT' })),
    ).rejects.toThrow('prepare_realm');
  });

  test('another workspace’s archive, or a folder of another archive, is like a missing one', async () => {
    const [other] = await review.owner.query<{ id: string }>(
      `with w as (insert into rowplane.workspaces (company_id, name) select id, 'Elsewhere' from rowplane.companies limit 1 returning id)
       insert into rowplane.archives (workspace_id, name) select id, 'there' from w returning id`,
    );
    const answers = [];
    for (const archive_id of [other!.id, '01900000-0000-7000-8000-000000000000'])
      answers.push(
        await review
          .as(emil, (sql) => insert(sql, { archive_id, relevancy: 'RELEVANT' }))
          .catch(({ code, message }: { code: string; message: string }) => ({ code, message })),
      );
    expect(answers[0]).toEqual({ code: 'RPNFD', message: 'There is no such folder.' });
    expect(answers[1]).toEqual(answers[0]);
  });
});
