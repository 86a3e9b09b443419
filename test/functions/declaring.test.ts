import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyFunctions } from '../../src/administration/apply-functions.ts';
import { defineFunctions, loadFunctions, OWN_FUNCTIONS } from '../../src/compiler/functions.ts';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { createReview, type Review } from '../planes/review.ts';

const OWN = Object.fromEntries(OWN_FUNCTIONS.map((name) => [name, name.toLowerCase()]));
let review: Review;
let session: Connection;

beforeAll(async () => {
  review = await createReview();
  session = await connect(review.database.ownerUrl);
});
afterAll(async () => {
  await session?.end();
  await review?.end();
});

const stored = async () =>
  (await review.owner.query<{ name: string }>('select name from rowplane.functions order by 1')).map(
    ({ name }) => name,
  );

describe('P10: schema/functions.ts', () => {
  test('declares those of the rule, and what the server performs can’t be left out', async () => {
    expect(Object.keys((await loadFunctions('schema'))!)).toHaveLength(14);
    const { IMPORT: _import, ...rest } = OWN;
    expect(() => defineFunctions(rest)).toThrow(/IMPORT must be there/);
    expect(() => defineFunctions({ ...OWN, fly: 'Fly' })).toThrow(/"fly" must be in capitals/);
    expect(() => defineFunctions({ ...OWN, FLY: ' ' })).toThrow(/FLY needs a title/);
    expect(await loadFunctions('docs')).toBeNull();
  });

  test('is what migrating stores; those of one’s own come and go, with decisions only if that is said', async () => {
    expect(await applyFunctions(session, { ...OWN, STAMP: 'Stamp', FLY: 'Fly' })).toEqual(
      expect.arrayContaining(['function STAMP added', 'function FLY added', 'function IMPORT renamed']),
    );
    expect(await applyFunctions(session, { ...OWN, STAMP: 'Stamp', FLY: 'Fly' })).toEqual([]);
    expect(await applyFunctions(session, { ...OWN, STAMP: 'Stamp' })).toEqual(['function FLY removed']);
    await review.owner.query(
      `insert into rowplane.function_entries (workspace_id, function, group_id, decision)
       select $1, 'STAMP', id, 'DENY' from rowplane.groups where builtin = 'GUESTS'`,
      [review.workspace],
    );
    await expect(applyFunctions(session, OWN)).rejects.toThrow(/STAMP, with 1 decisions/);
    expect(await stored()).toContain('STAMP');
    expect(await applyFunctions(session, OWN, { allowDestructive: true })).toEqual(['function STAMP removed']);
    expect(await stored()).toEqual([...OWN_FUNCTIONS].sort());
  });
});
