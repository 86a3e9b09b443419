import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, transaction } from '../../src/database/queryable.ts';
import { ANONYMOUS, createReview, enable, only, type Review } from './review.ts';

let review: Review;
beforeAll(async () => {
  review = await createReview();
});
afterAll(() => review?.end());

describe('a plane view', () => {
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

  test('A2: is there for active definitions alone', async () => {
    const content = { document: enable({ documentViewers: ['image'] }), matter: enable({ abilities: ['CREATE'] }) };
    const id = await review.plane('active', content, []);
    expect(
      await review.owner.query(
        `select relname from pg_class where relnamespace in (to_regnamespace($1), to_regnamespace($2)) and relkind = 'v'`,
        [`plane_${id}`, `plane_${id}_new`],
      ),
    ).toEqual([{ relname: 'document' }]);
  });

  test('has the same columns, types and collations in every plane', async () => {
    const one = await review.plane('columns of titles', { document: enable({ views: ['titles'] }) }, []);
    const columns = (plane: number): Promise<unknown[]> =>
      review.owner.query(
        `select attnum, attname, atttypid::regtype, attcollation from pg_attribute
         where attrelid = $1::regclass and attnum > 0 order by attnum`,
        [`plane_${plane}.document`],
      );
    expect(await columns(one)).toEqual(await columns(review.full));
  });

  test('A3: its role has the columns that it shows, and no others', async () => {
    const id = await review.plane('granted', { document: enable({ layouts: ['first'], abilities: ['CREATE'] }) }, []);
    const [row] = await review.owner.query<{ definition: string }>(
      `select definition from rowplane.catalog_objects() where kind = 'grant' and name ~ $1`,
      [`^acp_[0-9a-f]{6}_${id} on`],
    );
    expect(row!.definition.split(' ').filter((each) => !/_(id|at)\)|\((id|version)\)/.test(each))).toEqual([
      'INSERT(relevancy)',
      'SELECT(relevancy)',
      'SELECT(title)',
    ]);
  });

  test('A6: shows nothing to those who are not in the plane, and to no viewer', async () => {
    const inside = await review.user('inside');
    const id = await review.plane('members', { document: enable({ views: ['titles'] }) }, [inside]);
    await review.record('document', { title: 'a' });
    const read = (viewer: string, first = 'select 1'): Promise<unknown[]> =>
      review.as(viewer, async (sql) => {
        await sql.query(first);
        return sql.query(`select id from plane_${id}.document`);
      });
    expect((await read(inside)).length).toBeGreaterThan(0);
    expect(await read(await review.user('outside'))).toEqual([]);
    expect(await read(await review.user('chief', 'ADMINISTRATOR'))).toEqual([]);
    expect(await read(ANONYMOUS)).toEqual([]);
    expect(await read(inside, `select set_config('rowplane.viewer', '', true)`)).toEqual([]);
    expect(await read(inside, `select rowplane.enter('nonsense')`)).toEqual([]);
  });

  test('V1: leaves out the trash and what the realm hides', async () => {
    const viewer = await review.user('V1');
    const id = await review.plane('V1', { document: enable({ views: ['titles'] }) }, [viewer]);
    const [closed] = await review.owner.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, 'closed', true) returning id`,
      [review.workspace],
    );
    const trashed = await review.record('document', { deleted_at: new Date() });
    const hidden = await review.record('document', {}, { archive: closed!.id });
    const seen = await review.record('document');
    const rows = await review.as(viewer, (sql) =>
      sql.query(`select id from plane_${id}.document where id = any ($1)`, [[trashed, hidden, seen]]),
    );
    expect(rows).toEqual([{ id: seen }]);
  });

  test('A9: a full plane grows and shows everything', async () => {
    const viewer = await review.user('full');
    await review.join(review.full, [viewer]);
    const id = await review.record('document', { title: 'a', notes: 'n', pages: 7, seal: 's', reviewer_id: viewer });
    const [row] = await review.as(viewer, (sql) =>
      sql.query(`select title, notes, pages, seal, reviewer_id from plane_${review.full}.document where id = $1`, [id]),
    );
    expect(row).toEqual({ title: 'a', notes: 'n', pages: 7, seal: 's', reviewer_id: viewer });
  });

  test('A5: a restriction may ask who the viewer is', async () => {
    const [one, two] = [await review.user('one'), await review.user('two')];
    const content = { document: enable({ layouts: ['edit'], restriction: only('reviewer', 'equals', 'ME') }) };
    const id = await review.plane('mine', content, [one, two]);
    const [mine, theirs] = [
      await review.record('document', { reviewer_id: one }),
      await review.record('document', { reviewer_id: two }),
    ];
    expect(await review.as(one, (sql) => sql.query(`select id from plane_${id}.document`))).toEqual([{ id: mine }]);
    expect(await review.edit(one, 'document', [mine], `title = 'x'`)).toEqual([mine]);
    expect(await review.edit(one, 'document', [theirs], `title = 'x'`)).toEqual([]);
  });

  test('a field that a restriction asks for stays hidden', async () => {
    const viewer = await review.user('asked');
    const content = { document: enable({ views: ['titles'], restriction: only('notes', 'equals', 'hidden') }) };
    const id = await review.plane('asked', content, [viewer]);
    await review.record('document', { title: 'a', notes: 'hidden' });
    expect(await review.as(viewer, (sql) => sql.query(`select title, notes from plane_${id}.document`))).toEqual([
      { title: 'a', notes: null },
    ]);
  });
});

describe('a reference', () => {
  let viewer: string;
  let plane: number;
  let shown: string;
  let hidden: string;
  beforeAll(async () => {
    viewer = await review.user('follows');
    plane = await review.plane(
      'references',
      {
        document: enable({ views: ['matters'], restriction: only('title', 'equals', 'referring') }),
        matter: enable({ views: ['list'], restriction: only('state', 'equals', 'open') }),
      },
      [viewer],
    );
    [shown, hidden] = [
      await review.record('matter', { state: 'open' }),
      await review.record('matter', { state: 'closed' }),
    ];
    for (const matter of [shown, hidden, null])
      await review.record('document', { title: 'referring', matter_id: matter });
  });
  const ids = (where: string): Promise<unknown[]> =>
    review.as(viewer, (sql) => sql.query(`select matter_id from plane_${plane}.document where ${where} order by id`));

  test('to a record that the viewer does not see reads as empty', async () => {
    expect(await ids('true')).toEqual([{ matter_id: shown }, { matter_id: null }, { matter_id: null }]);
  });

  test('is empty for conditions too', async () => {
    expect(await ids('matter_id is null')).toHaveLength(2);
    expect(await ids('matter_id is not null')).toEqual([{ matter_id: shown }]);
    expect(await ids(`matter_id = '${hidden}'`)).toEqual([]);
    expect(await ids(`matter_id is distinct from '${shown}'`)).toHaveLength(2);
  });

  test('follows through other planes of the viewer', async () => {
    await review.plane('closed matters', { matter: enable({ views: ['list'] }) }, [viewer]);
    expect(await ids('matter_id is null')).toHaveLength(1);
  });

  test('that is not asked for costs nothing, and one that is asked for is found by its index', async () => {
    const plan = (query: string): Promise<string> =>
      review.as(viewer, async (sql) => {
        await sql.query('set local enable_seqscan = off');
        const lines = await sql.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${query}`);
        return lines.map((line) => line['QUERY PLAN']).join('\n');
      });
    const all = await review.plane('all references', { document: enable({ views: ['matters'] }) }, [viewer]);
    expect(await plan(`select id, title from plane_${all}.document order by id desc limit 51`)).not.toMatch(/matter/);
    expect(await plan(`select id from plane_${all}.document where matter_id = '${shown}'`)).toMatch(
      /Index Cond: .*matter_id = /,
    );
  });
});

describe('V2: functions of the caller', () => {
  test('are given no row that the policies hide', async () => {
    const login = `leaker_${review.database.name}`;
    const session = await connect(review.database.superuserUrl);
    const viewer = await review.user('leaker');
    const content = { document: enable({ layouts: ['edit'], restriction: only('pages', 'equals', 4711) }) };
    const plane = await review.plane('leaking', content, [viewer]);
    await review.record('document', { title: 'for you', pages: 4711 });
    await review.record('document', { title: 'hidden', pages: -1 });
    await review.record('document', { title: 'trashed', pages: 4711, deleted_at: new Date() });
    try {
      // What a login with rights of its own could bring along: the cheapest function there is, which tells what it is given.
      await session.query(`create role ${login}`);
      await session.query(`grant rowplane_viewer to ${login}`);
      await session.query(`create schema leak authorization ${login}`);
      await session.query('grant usage on schema leak to rowplane_viewer');
      await session.query(
        `create function leak.told(value text) returns boolean cost 0.0000001 language plpgsql as $$ begin raise warning '%', value; return true; end $$`,
      );
      const told: string[] = [];
      session.client.on('notice', (notice) => told.push(String(notice.message)));
      await transaction(session, async (sql) => {
        const [token] = await review.as(viewer, (own) =>
          own.query<{ value: string }>(`select current_setting('rowplane.viewer') as value`),
        );
        expect(token).toBeDefined();
        await sql.query(`insert into rowplane.logins (role_name, user_id) values ('${login}', '${viewer}')`);
        await sql.query(`set local session authorization ${login}`);
        for (const query of [
          `select from plane_${plane}.document where leak.told(title)`,
          `select from plane_${plane}.document where leak.told(title) and pages = 4711`,
          `select from plane_${plane}.document d join ws_${review.workspace}_sight.document s on leak.told(d.title)`,
          `select from plane_${plane}.document d, lateral (select leak.told(d.title) offset 0) x`,
          `select from plane_${plane}.document where case when leak.told(title) then true end order by leak.told(notes)`,
        ])
          await sql.query(query);
      });
      expect(new Set(told.filter((text) => text !== 'null' && text !== '<NULL>'))).toEqual(new Set(['for you']));
    } finally {
      await session.query('drop schema if exists leak cascade');
      await session.query(`drop owned by ${login}`);
      await session.query(`drop role ${login}`);
      await session.end();
    }
  });
});
