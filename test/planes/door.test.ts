import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
let viewer: string;
let plane: number;
let door: string;
let target: string;
let hidden: string;

beforeAll(async () => {
  review = await createReview();
  door = `ws_${review.workspace}_edit.document`;
  viewer = await review.user('viewer');
  const restriction = only('relevancy', 'isSet');
  plane = await review.plane(
    'all rights',
    {
      document: enable({
        layouts: ['edit'],
        abilities: ['CREATE', 'DELETE', 'MASS_UPDATE', 'MASS_DELETE'],
        restriction,
      }),
    },
    [viewer],
  );
  target = await review.record('document', { title: 'a', relevancy: 'RELEVANT' });
  hidden = await review.record('document', { title: 'h' });
});
afterAll(() => review?.end());

const run = (statement: string): Promise<unknown[]> =>
  review.as(viewer, async (sql) => {
    await sql.query('select rowplane.set_targets($1)', [[target, hidden]]);
    return sql.query(statement);
  });

describe('the edit door is blind', () => {
  const DENIED: [string, () => string][] = [
    ['select', () => `select title from ${door}`],
    ['select of nothing', () => `select from ${door}`],
    ['update with a condition on it', () => `update ${door} set title = 'x' where title = 'a'`],
    ['update from its own values', () => `update ${door} set title = title || 'x'`],
    ['update of a whole row', () => `update ${door} d set title = 'x' where d is not null`],
    ['update … returning', () => `update ${door} set title = 'x' returning title`],
    ['update … returning old', () => `update ${door} set title = 'x' returning old.title`],
    ['update … from itself', () => `update ${door} set title = d.title from ${door} d`],
    ['insert', () => `insert into ${door} (title) values ('x')`],
    ['delete', () => `delete from ${door}`],
    ['copy', () => `copy (select * from ${door}) to stdout`],
    ['lock', () => `select from ${door} for update`],
    ['the table itself', () => `update ws_${review.workspace}.document set title = 'x'`],
  ];
  for (const [what, statement] of DENIED)
    test(what, async () => {
      await expect(run(statement())).rejects.toMatchObject({ code: '42501' });
    });

  test('merge, which would tell a hidden record from a missing one', async () => {
    for (const into of [
      door,
      `plane_${plane}.document`,
      `plane_${plane}_new.document`,
      `ws_${review.workspace}_trash.document`,
    ])
      await expect(
        run(`merge into ${into} t using (values (1)) v(n) on true when matched then do nothing`),
      ).rejects.toThrow(/permission denied|cannot execute MERGE|cannot merge/);
    await expect(
      run(`merge into ${door} t using (values (1)) v(n) on true when matched then update set title = 'x'`),
    ).rejects.toThrow(/permission denied|cannot execute MERGE|cannot merge/);
  });

  test('what it changes is exactly the visible targets', async () => {
    await run(`update ${door} set title = v.t from (values ('from')) v(t)`);
    expect(await review.stored('document', target)).toMatchObject({ title: 'from' });
    expect(await review.stored('document', hidden)).toMatchObject({ title: 'h', version: 1 });
  });
});

describe('V2: the words of an error tell nothing', () => {
  test('a check that a value breaks shows no row', async () => {
    const error = await run(`update ${door} set relevancy = 'NONSENSE'`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: '23514' });
    expect((error as { detail?: string }).detail).toBeUndefined();
  });

  test('a unique value that is taken shows no row, and that of a hidden archive or client is not taken', async () => {
    const [elsewhere] = await review.owner.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, 'elsewhere', true) returning id`,
      [review.workspace],
    );
    await review.plane('matters', { matter: enable({ layouts: ['edit'] }) }, [viewer]);
    await review.record('matter', { name: 'hidden' }, { archive: elsewhere!.id });
    await review.record('matter', { name: 'taken' });
    const own = await review.record('matter', { name: 'own' });
    expect(await review.edit(viewer, 'matter', [own], `name = 'hidden'`)).toEqual([own]);
    const error = await review.edit(viewer, 'matter', [own], `name = 'taken'`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: '23505' });
    expect((error as { detail?: string }).detail).toBeUndefined();
    // Empty values don't meet, and neither does the trash.
    await review.record('matter', { name: 'trashed', deleted_at: new Date() });
    expect(await review.edit(viewer, 'matter', [own], `name = 'trashed'`)).toEqual([own]);
    await review.record('matter');
    expect(await review.edit(viewer, 'matter', [own], `name = null`)).toEqual([own]);
  });
});

describe('guards', () => {
  test('are not switched off by the viewer', async () => {
    for (const statement of [
      `set session_replication_role = replica`,
      `set role rowplane_owner`,
      `alter table ws_${review.workspace}.document disable trigger all`,
    ])
      await expect(run(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('look names up where their maker did', async () => {
    const misled = review.as(viewer, async (sql) => {
      await sql.query(`set local search_path = pg_temp, public`);
      await sql.query('select rowplane.set_targets($1)', [[target]]);
      await sql.query(`update ${door} set seal = 'x'`);
    });
    await expect(misled).rejects.toMatchObject({ code: 'RPFOR' });
    const functions = await review.owner.query<{ name: string; config: string[] | null }>(
      `select p.oid::regprocedure::text as name, p.proconfig as config from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname ~ '^ws_'`,
    );
    expect(functions.length).toBeGreaterThan(0);
    for (const { config } of functions) expect(config).toEqual(['search_path=pg_catalog, pg_temp']);
  });

  test('leave the owner alone', async () => {
    await review.owner.query(`update ws_${review.workspace}.document set seal = 'by the owner' where id = $1`, [
      target,
    ]);
    expect(await review.stored('document', target)).toMatchObject({ seal: 'by the owner' });
  });

  test('judge what a concurrent change left, not what the statement first saw', async () => {
    const id = await review.record('document', { relevancy: 'RELEVANT' });
    let late: Promise<string[]> | undefined;
    await review.as(viewer, async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[id]]);
      await sql.query(`update ${door} set relevancy = null`);
      late = review.edit(viewer, 'document', [id], `title = 'late'`);
      await untilWaiting();
    });
    expect(await late).toEqual([]);
    expect(await review.stored('document', id)).toMatchObject({ title: null, relevancy: null, version: 2 });
  });

  /** Until some session of this database waits for a lock. */
  async function untilWaiting(): Promise<void> {
    for (;;) {
      const waiting = await review.owner.query(
        `select from pg_locks l join pg_stat_activity a on a.pid = l.pid where not l.granted and a.datname = current_database()`,
      );
      if (waiting.length > 0) return;
    }
  }
});
