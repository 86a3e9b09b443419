import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReview, enable, type Review } from '../planes/review.ts';
import { INVOICES } from './invoices.ts';

let review: Review;
let ben: string;
let rita: string;

beforeAll(async () => {
  review = await createReview(INVOICES);
  [ben, rita] = [await review.user('ben', 'ADMINISTRATOR'), await review.user('rita')];
  await review.join(review.full, [ben]);
  await review.plane('reading', { invoice: enable({ views: ['numbers'] }) }, [rita]);
});
afterAll(() => review?.end());

/** The named refusal of a frozen record, with its detail read. */
async function refusal(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = (await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )) as { code: string; detail: string; message: string } | null;
  return { code: error?.code, message: error?.message, ...(JSON.parse(error?.detail ?? '{}') as object) };
}

describe('W7: some fields', () => {
  test('are refused by name whatever the rights, and the others are changed', async () => {
    const id = await review.record('invoice', { state: 'POSTED', amount: 5 });
    expect(await refusal(review.edit(ben, 'invoice', [id], 'amount = 6'))).toEqual({
      code: 'RPFOR',
      message: `This record is frozen: its field "amount" can't be changed any more.`,
      frozen: true,
      field: 'amount',
      id,
    });
    expect(await refusal(review.edit(ben, 'invoice', [id], 'amount = 5'))).toMatchObject({ frozen: true });
    expect(await review.edit(ben, 'invoice', [id], `remark = 'called'`)).toEqual([id]);
    expect(await review.stored('invoice', id)).toMatchObject({ amount: 5, remark: 'called' });
  });

  test('leave deleting and moving alone, and thaw with the condition', async () => {
    const id = await review.record('invoice', { state: 'POSTED', amount: 5 });
    expect(await review.edit(ben, 'invoice', [id], 'deleted_at = now()')).toEqual([id]);
    expect(await review.edit(ben, 'invoice', [id], 'deleted_at = null')).toEqual([id]);
    expect(await review.edit(ben, 'invoice', [id], `state = 'DRAFT'`)).toEqual([id]);
    expect(await review.edit(ben, 'invoice', [id], 'amount = 6')).toEqual([id]);
  });

  test('W1: are judged on the record as it was: what posts an invoice may set its amount, too', async () => {
    const id = await review.record('invoice', { state: 'DRAFT', amount: 5 });
    expect(await review.edit(ben, 'invoice', [id], `state = 'POSTED', amount = 6`)).toEqual([id]);
    expect(await refusal(review.edit(ben, 'invoice', [id], `state = 'DRAFT', amount = 7`))).toMatchObject({
      frozen: true,
      field: 'amount',
    });
  });
});

describe('W7: the whole record', () => {
  test('no field is changed', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    for (const set of [`remark = 'x'`, `state = 'DRAFT'`, 'amount = null'])
      expect(await refusal(review.edit(ben, 'invoice', [id], set)), set).toMatchObject({ code: 'RPFOR', frozen: true });
    expect(await review.stored('invoice', id)).toMatchObject({ version: 1 });
  });

  test('it is neither deleted, nor moved, nor given another client', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    const [folder] = await review.owner.query<{ id: string }>(
      `insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, 'Moving') returning id`,
      [review.archive],
    );
    expect(await refusal(review.edit(ben, 'invoice', [id], 'deleted_at = now()'))).toMatchObject({ frozen: true, id });
    expect(await refusal(review.edit(ben, 'invoice', [id], `folder_id = '${folder!.id}'`))).toMatchObject({
      message: `This record is frozen: it can't be moved or given another client any more.`,
      frozen: true,
    });
    expect(await review.stored('invoice', id)).toMatchObject({ deleted_at: null, folder_id: review.archive });
  });

  test('one frozen record among several refuses the whole call (W5)', async () => {
    const ids = [
      await review.record('invoice', { state: 'DRAFT' }),
      await review.record('invoice', { state: 'PAID' }),
      await review.record('invoice', {}),
    ];
    expect(await refusal(review.edit(ben, 'invoice', ids, `remark = 'x'`))).toMatchObject({ frozen: true, id: ids[1] });
    expect(await refusal(review.edit(ben, 'invoice', ids, 'deleted_at = now()'))).toMatchObject({ id: ids[1] });
    expect(await review.stored('invoice', ids[0]!)).toMatchObject({ remark: null, deleted_at: null });
  });

  test('a condition on the time holds by itself', async () => {
    const id = await review.record('invoice', { state: 'DRAFT', due_on: '2001-01-01' });
    expect(await refusal(review.edit(ben, 'invoice', [id], `remark = 'x'`))).toMatchObject({ frozen: true });
  });

  test('V2: who may not change it anyway hears nothing of it', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    expect(await refusal(review.edit(rita, 'invoice', [id], `remark = 'x'`))).toEqual({
      code: 'RPFOR',
      message: 'You may not change the field "remark" of this record.',
      field: 'remark',
      id,
    });
    expect(await refusal(review.edit(rita, 'invoice', [id], 'deleted_at = now()'))).toMatchObject({
      ability: 'DELETE',
    });
    const stranger = await review.user('stranger');
    expect(await review.edit(stranger, 'invoice', [id], `remark = 'x'`)).toEqual([]);
  });

  test('it may be created so', async () => {
    await review.as(ben, (sql) =>
      sql.query(
        `with place as materialized (select * from rowplane.prepare_realm($1, $1, null))
         select from place`,
        [review.archive],
      ),
    );
    await review.as(ben, (sql) =>
      sql.query(`insert into plane_${review.full}_new.invoice (archive_id, state, number) values ($1, 'PAID', 'P-1')`, [
        review.archive,
      ]),
    );
    const [made] = await review.owner.query<{ id: string }>(
      `select id from ws_${review.workspace}.invoice where number = 'P-1'`,
    );
    expect(await refusal(review.edit(ben, 'invoice', [made!.id], `number = 'P-2'`))).toMatchObject({ frozen: true });
  });

  test('the owner’s upkeep thaws it', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    await review.owner.query(`update ws_${review.workspace}.invoice set state = 'DRAFT' where id = $1`, [id]);
    expect(await review.edit(ben, 'invoice', [id], `remark = 'x'`)).toEqual([id]);
  });
});

describe('W7: the trash', () => {
  const erase = (ids: string[]) =>
    review.as(ben, async (sql) => {
      const gone = await sql.query<{ id: string }>(
        `delete from ws_${review.workspace}_trash.invoice where id = any ($1) returning id`,
        [ids],
      );
      return gone.map(({ id }) => id);
    });

  test('a frozen record that is in it isn’t erased, and can be restored', async () => {
    const [kept, goes] = [await review.record('invoice', {}), await review.record('invoice', {})];
    await review.edit(ben, 'invoice', [kept, goes], 'deleted_at = now()');
    await review.owner.query(`update ws_${review.workspace}.invoice set state = 'PAID' where id = $1`, [kept]);
    expect(await erase([kept, goes])).toEqual([goes]);
    expect(await review.edit(ben, 'invoice', [kept], 'deleted_at = null')).toEqual([kept]);
    expect(await refusal(review.edit(ben, 'invoice', [kept], 'deleted_at = now()'))).toMatchObject({ frozen: true });
  });

  test('a record that a frozen cell refers to is kept, since erasing it would empty the cell', async () => {
    const [used, free] = [await review.record('customer'), await review.record('customer')];
    const posted = await review.record('invoice', { state: 'POSTED', customer_id: used });
    const draft = await review.record('invoice', { state: 'DRAFT', customer_id: free });
    await review.edit(ben, 'customer', [used, free], 'deleted_at = now()');
    await review.as(ben, (sql) => sql.query(`delete from ws_${review.workspace}_trash.customer`));
    expect(await review.stored('invoice', posted)).toMatchObject({ customer_id: used });
    expect(await review.stored('invoice', draft)).toMatchObject({ customer_id: null });
  });
});

describe('V2: what a plane’s view tells', () => {
  test('is null where a freeze takes nothing from the plane’s members', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    const amounts = await review.plane('amounts', { invoice: enable({ layouts: ['amounts'] }) }, [rita]);
    const remarks = await review.plane('remarks', { invoice: enable({ layouts: ['remarks'] }) }, [rita]);
    const tell = (plane: number) =>
      review.as(rita, async (sql) => {
        const [row] = await sql.query(`select frozen_1, frozen_2 from plane_${plane}.invoice where id = $1`, [id]);
        return row;
      });
    expect(await tell(amounts)).toEqual({ frozen_1: true, frozen_2: true });
    expect(await tell(remarks)).toEqual({ frozen_1: null, frozen_2: true });
  });

  test('is false for those whom the realm lets change nothing', async () => {
    const id = await review.record('invoice', { state: 'PAID' });
    await review.owner.query(
      `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, 'EDIT', 'DENY')`,
      [review.archive, ben],
    );
    const [row] = await review.as(ben, (sql) =>
      sql.query(`select frozen_1, frozen_2 from plane_${review.full}.invoice where id = $1`, [id]),
    );
    expect(row).toEqual({ frozen_1: false, frozen_2: false });
    await review.owner.query('delete from rowplane.object_entries where user_id = $1', [ben]);
  });

  test('a column that isn’t asked for isn’t computed', async () => {
    const planOf = (columns: string) =>
      review.as(ben, (sql) => sql.query(`explain (verbose) select ${columns} from plane_${review.full}.invoice`));
    // It begins with whether the viewer may edit the record.
    expect(JSON.stringify(await planOf('id, frozen_1'))).toMatch(/'EDIT'/);
    expect(JSON.stringify(await planOf('id, number'))).not.toMatch(/'EDIT'/);
  });
});
