import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dropPlane,
  dropWorkspace,
  recompileWorkspace,
  savePlane,
  withCompileRetries,
} from '../../src/administration/compile.ts';
import { missingIndexesOf } from '../../src/administration/restriction-indexes.ts';
import { verifyCompiled } from '../../src/administration/verify.ts';
import type { PlaneContent } from '../../src/compiler/levels.ts';
import { withOwner, withViewer } from '../support/database.ts';
import { createReview, DEFINITIONS, enable, only, type Review } from './review.ts';

let review: Review;
let emil: string;

beforeAll(async () => {
  review = await createReview();
  emil = await review.user('emil');
});
afterAll(() => review?.end());

const TITLES: PlaneContent = { document: enable({ views: ['titles'] }) };
const CODED: PlaneContent = {
  document: enable({ layouts: ['edit'], abilities: ['CREATE', 'DELETE'], restriction: only('relevancy', 'isSet') }),
};

/** Everything of the catalog that workspaces and planes are compiled into. */
const catalog = (): Promise<unknown[]> =>
  review.owner.query('select kind, name, definition from rowplane.catalog_objects() order by kind, name');

describe('a plane', () => {
  test('that is saved again with the same content changes nothing', async () => {
    const id = await review.plane('same', CODED, [emil]);
    const before = await catalog();
    const clock = await review.owner.query(
      `select ctid from rowplane.plane_fields where plane_id = $1 union all select xmin::text::tid from rowplane.planes where false`,
      [id],
    );
    await review.plane('same', CODED, [emil], id);
    expect(await catalog()).toEqual(before);
    expect(await review.owner.query('select ctid from rowplane.plane_fields where plane_id = $1', [id])).toEqual(clock);
  });

  test('with other content becomes what a new one would be', async () => {
    const id = await review.plane('changing', TITLES, [emil]);
    await review.plane('changing', CODED, [emil], id);
    const other = await review.plane('other', CODED, [emil]);
    const shape = async (plane: number) =>
      JSON.parse(
        JSON.stringify(
          await review.owner.query(
            `select kind, name, definition from rowplane.catalog_objects() where name ~ $1 order by name`,
            [`(plane|acp|acp_[0-9a-f]{6})_${plane}\\M`],
          ),
        ).replaceAll(new RegExp(`(?<=plane_|acp_|acp_[0-9a-f]{6}_|plane\\()${plane}\\b`, 'g'), 'N'),
      ) as unknown[];
    expect(await shape(id)).toEqual(await shape(other));
    await review.plane('changing', TITLES, [emil], id);
    expect(await verify()).toEqual([]);
    const fields = await review.owner.query('select field, level from rowplane.plane_fields where plane_id = $1', [id]);
    expect(fields).toEqual([{ field: 'title', level: 'READ' }]);
  });

  test('A10: that is deleted leaves nothing of what it was compiled into', async () => {
    const before = await catalog();
    const id = await review.plane('gone', CODED, [emil]);
    expect(await catalog()).not.toEqual(before);
    await withOwner(review.database, (owner) => dropPlane(owner, id));
    expect(await catalog()).toEqual(before);
    const left = await review.owner.query(
      `select kind from rowplane.compiled_objects where plane_id = $1
       union all select field from rowplane.plane_fields where plane_id = $1
       union all select rolname from pg_roles where rolname ~ ('^acp_' || (select tag from rowplane.deployment) || '_' || $1 || '$')`,
      [id],
    );
    expect(left).toEqual([]);
  });

  test('that fails to be saved leaves everything as it was', async () => {
    const id = await review.plane('failing', TITLES, [emil]);
    const before = await catalog();
    const saving = withOwner(review.database, async (owner) => {
      await savePlane(owner, DEFINITIONS, { id, workspaceId: review.workspace, name: 'failing', content: CODED });
      throw new Error('in the last moment');
    });
    await expect(saving).rejects.toThrow('in the last moment');
    expect(await catalog()).toEqual(before);
    expect(await verify()).toEqual([]);
  });

  test('is refused where the definitions know no such names, or its restriction can’t be read', async () => {
    const content = {
      document: enable({ views: ['gone'], abilities: ['FLY'], restriction: { colour: { equals: 'red' } } }),
      unknown: enable({}),
    };
    const saving = withOwner(review.database, (owner) =>
      savePlane(owner, DEFINITIONS, { workspaceId: review.workspace, name: 'wrong', content }),
    );
    await expect(saving).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: {
        problems: [
          { path: 'content.document.views.gone' },
          { path: 'content.document.abilities.FLY' },
          { path: 'content.document.restriction.colour' },
          { path: 'content.unknown' },
        ],
      },
    });
  });

  test('with any text in its restriction is compiled as text', async () => {
    const nasty = `$$; drop schema rowplane; -- ' \\ " $body1$ {}`;
    const content = { document: enable({ layouts: ['edit'], restriction: only('title', 'equals', nasty) }) };
    const viewer = await review.user('nasty');
    const id = await review.plane('nasty', content, [viewer]);
    const record = await review.record('document', { title: nasty });
    await review.record('document', { title: 'other' });
    expect(await review.as(viewer, (sql) => sql.query(`select id from plane_${id}.document`))).toEqual([
      { id: record },
    ]);
    expect(await review.edit(viewer, 'document', [record], `notes = 'x'`)).toEqual([record]);
    await withOwner(review.database, (owner) => dropPlane(owner, id));
  });
});

describe('under load', () => {
  test('readers see each state whole, and none fails, while planes are saved', async () => {
    const reader = await review.user('reader');
    const id = await review.plane('loaded', TITLES, [reader]);
    for (let i = 0; i < 20; i++) await review.record('document', { title: `t${i}`, notes: 'n' });
    const total = await review.owner.query(`select from ws_${review.workspace}.document where deleted_at is null`);
    let saving = true;
    let reads = 0;
    const read = async (): Promise<void> => {
      while (saving) {
        const rows = await review.as(reader, (sql) =>
          sql.query<{ title: string | null; notes: string | null }>(`select title, notes from plane_${id}.document`),
        );
        // Titles alone, or notes as well: never a row too many, too few or half.
        expect(rows.length).toBe(total.length);
        expect(new Set(rows.map(({ notes }) => notes !== null)).size).toBeLessThanOrEqual(2);
        reads++;
      }
    };
    const readers = [read(), read(), read()];
    for (let round = 0; round < 6; round++) {
      const content = round % 2 ? TITLES : { document: enable({ views: ['titles', 'notes'] }) };
      await withCompileRetries(() =>
        withOwner(review.database, (owner) =>
          savePlane(owner, DEFINITIONS, { id, workspaceId: review.workspace, name: 'loaded', content }),
        ),
      );
    }
    saving = false;
    await Promise.all(readers);
    expect(reads).toBeGreaterThan(0);
  });

  test('a reader who does not finish makes the saving wait and try again, not the other readers', async () => {
    const [slow, quick] = [await review.user('slow'), await review.user('quick')];
    const id = await review.plane('waited for', TITLES, [slow, quick]);
    let attempts = 0;
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const holding = withViewer(review.database, slow, async (sql) => {
      await sql.query(`select from plane_${id}.document`);
      await finished;
    });
    const saving = withCompileRetries(() =>
      withOwner(review.database, (owner) => {
        attempts++;
        return savePlane(owner, DEFINITIONS, { id, workspaceId: review.workspace, name: 'waited for', content: CODED });
      }),
    );
    for (let i = 0; attempts < 3 && i < 1000; i++)
      await review.as(quick, (sql) => sql.query(`select from plane_${id}.document`));
    expect(attempts).toBeGreaterThanOrEqual(3);
    finish();
    await Promise.all([holding, saving]);
    expect(await verify()).toEqual([]);
  });

  test('planes saved at the same time all come out right', async () => {
    const saved = await Promise.all(
      [0, 1, 2, 3].map((number) =>
        withCompileRetries(() =>
          withOwner(review.database, (owner) =>
            savePlane(owner, DEFINITIONS, {
              workspaceId: review.workspace,
              name: `at once ${number}`,
              content: number % 2 ? CODED : TITLES,
            }),
          ),
        ),
      ),
    );
    expect(new Set(saved.map(({ id }) => id)).size).toBe(4);
    expect((await verify()).filter(({ kind }) => kind !== 'missing')).toEqual([]);
  });
});

describe('indexes for restrictions', () => {
  test('are built after the commit, shared by planes, and go with the last of them', async () => {
    const restriction = only('pages', 'greaterThan', 1000);
    const content = { document: enable({ layouts: ['edit'], restriction }) };
    const one = await review.plane('index one', content, [emil]);
    const two = await review.plane('index two', content, [emil]);
    const indexes = (): Promise<unknown[]> =>
      review.owner.query(
        `select indexdef from pg_indexes where schemaname = $1 and indexdef like '%(pages > 1000)%' and indexname like '%where%'`,
        [`ws_${review.workspace}`],
      );
    expect(await indexes()).toEqual([
      {
        indexdef: expect.stringMatching(/\(id DESC\) WHERE \(\(deleted_at IS NULL\) AND \(pages > 1000\)\)$/) as string,
      },
    ]);
    await withOwner(review.database, (owner) => dropPlane(owner, one));
    expect(await indexes()).toHaveLength(1);
    await review.plane('index two', { document: enable({ layouts: ['edit'] }) }, [emil], two);
    expect(await indexes()).toEqual([]);
  });

  test('are the way to the few records that meet the restriction', async () => {
    const viewer = await review.user('selective');
    const content = { document: enable({ layouts: ['edit'], restriction: only('notes', 'equals', 'rare') }) };
    const id = await review.plane('rare', content, [viewer]);
    const place = await review.record('document');
    await review.owner.query(
      `insert into ws_${review.workspace}.document (archive_id, folder_id, realm_id, title, notes)
       select archive_id, folder_id, realm_id, 'many', case when n % 2000 = 0 then 'rare' else 'common' end
       from ws_${review.workspace}.document, generate_series(1, 20000) n where id = $1`,
      [place],
    );
    await review.owner.query(`analyze ws_${review.workspace}.document`);
    const plan = await review.as(viewer, (sql) =>
      sql.query<{ 'QUERY PLAN': string }>(
        `explain select id, title from plane_${id}.document order by id desc limit 51`,
      ),
    );
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/document__where__[0-9a-f]{8}/);
  });

  test('are not built where many records meet it, nor for what depends on viewer or time', async () => {
    const content = { document: enable({ layouts: ['edit'], restriction: only('notes', 'notEquals', 'rare') }) };
    const common = await review.plane('common', content, [emil]);
    const mine = { document: enable({ layouts: ['edit'], restriction: only('reviewer', 'equals', 'ME') }) };
    await review.plane('mine', mine, [emil]);
    expect(
      await review.owner.query(
        `select indexname from pg_indexes where schemaname = $1 and indexname like '%where%' and indexdef ~ 'DISTINCT FROM|reviewer_id'`,
        [`ws_${review.workspace}`],
      ),
    ).toEqual([]);
    await withOwner(review.database, (owner) => dropPlane(owner, common));
  });
});

test('indexes that turn out to be of little use go, and the most selective restrictions have theirs', async () => {
  const other = await createReview();
  try {
    const ids: number[] = [];
    for (let pages = 0; pages < 12; pages++) {
      const restriction = only('pages', pages < 6 ? 'atLeast' : 'equals', pages);
      ids.push(await other.plane(`pages ${pages}`, { document: enable({ layouts: ['edit'], restriction }) }, []));
    }
    const predicates = async (): Promise<string[]> => {
      const rows = await other.owner.query<{ predicate: string }>(
        `select pg_get_expr(indpred, indrelid) as predicate from pg_index where indexrelid::regclass::text like '%where%'`,
      );
      return rows.map(({ predicate }) => /pages (\S+ \d+)/.exec(predicate)![1]!).sort();
    };
    // Nothing is known of an empty table: the first eight restrictions have theirs.
    expect(await predicates()).toEqual(['= 6', '= 7', '>= 0', '>= 1', '>= 2', '>= 3', '>= 4', '>= 5']);
    const place = await other.record('document');
    await other.owner.query(
      `insert into ws_${other.workspace}.document (archive_id, folder_id, realm_id, pages)
       select archive_id, folder_id, realm_id, n % 100 from ws_${other.workspace}.document, generate_series(1, 5000) n where id = $1`,
      [place],
    );
    await other.owner.query(`analyze ws_${other.workspace}.document`);
    const statements = await withOwner(other.database, (owner) => missingIndexesOf(owner, other.workspace));
    for (const statement of statements) await other.owner.query(statement);
    expect(await predicates()).toEqual(['= 10', '= 11', '= 6', '= 7', '= 8', '= 9']);
    expect(await withOwner(other.database, verifyCompiled)).toEqual([]);
  } finally {
    await other.end();
  }
});

test('compiling anew mends what was changed by hand, and touches nothing else', async () => {
  const id = await review.plane('mended', CODED, [emil]);
  const before = await catalog();
  const again = () => withOwner(review.database, (owner) => recompileWorkspace(owner, review.workspace));
  expect(await again()).toEqual([]);
  await review.owner.query(`
    drop policy acp_${id}_read on ws_${review.workspace}.document;
    alter table ws_${review.workspace}.document disable trigger guard_3_notes;
    alter policy planes on ws_${review.workspace}.matter using (true);
    create or replace function ws_${review.workspace}_edit.document_able(ability text, item ws_${review.workspace}.document, mine integer[])
      returns boolean language sql as 'select true';
    grant select on ws_${review.workspace}.document to acp_${(await tag()) + '_' + id}`);
  expect(await again()).toHaveLength(5);
  expect(await catalog()).toEqual(before);
  expect(await again()).toEqual([]);
});

test('a workspace that is dropped leaves nothing behind', async () => {
  const other = await createReview();
  try {
    await other.plane('coded', CODED, [await other.user('x')]);
    await other.owner.query('delete from rowplane.archives');
    await withOwner(other.database, (owner) => dropWorkspace(owner, other.workspace));
    expect(await other.owner.query('select kind, name from rowplane.catalog_objects()')).toEqual([]);
    expect(await other.owner.query('select name from rowplane.compiled_objects')).toEqual([]);
  } finally {
    await other.end();
  }
});

async function tag(): Promise<string> {
  const [row] = await review.owner.query<{ tag: string }>('select tag from rowplane.deployment');
  return row!.tag;
}

function verify(): ReturnType<typeof verifyCompiled> {
  return withOwner(review.database, verifyCompiled);
}
