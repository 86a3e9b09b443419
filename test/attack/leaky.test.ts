import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { ATTACKERS } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
let ids: string[];
beforeAll(async () => {
  vault = await openVault();
  const { archives, clients } = vault;
  // Whatever is evaluated on a hidden record fails: its title is no number, and it has no pages to divide by.
  ids = await vault.lay(
    {
      archive: archives.safe,
      client: clients.alpha,
      code: 'seen',
      title: '1',
      pages: 1,
      status: 'OPEN',
      secret: 'boom: secret',
    },
    {
      archive: archives.safe,
      client: clients.alpha,
      code: 'closed',
      title: 'boom: closed',
      pages: 0,
      status: 'CLOSED',
    },
    { archive: archives.safe, client: clients.beta, code: 'beta', title: 'boom: beta', pages: 0, status: 'OPEN' },
    {
      archive: archives.safe,
      client: clients.alpha,
      code: 'gone',
      title: 'boom: gone',
      pages: 0,
      status: 'OPEN',
      trashed: true,
    },
    {
      archive: archives.safe,
      client: clients.beta,
      code: 'beta, gone',
      title: 'boom',
      pages: 0,
      status: 'OPEN',
      trashed: true,
    },
  );
  // Statistics and many rows, so that the planner has something to choose from.
  await vault.owner.query(
    `insert into ws_${vault.workspace}.paper (realm_id, archive_id, folder_id, client_id, code, title, pages, status)
     select rowplane.realm_for($1, $2, $1), $1, $1, $2, 'beta ' || n, 'boom', 0, 'OPEN' from generate_series(1, 3000) n`,
    [archives.safe, clients.beta],
  );
  await vault.owner.query(`analyze ws_${vault.workspace}.paper`);
});
afterAll(() => vault.close());

/** Settings that make the planner choose other ways through the same query. */
const PLANNERS = [
  {},
  { enable_seqscan: 'off' },
  { enable_indexscan: 'off', enable_indexonlyscan: 'off', enable_bitmapscan: 'off' },
  { enable_nestloop: 'off', enable_mergejoin: 'off' },
  { enable_nestloop: 'off', enable_hashjoin: 'off' },
  { plan_cache_mode: 'force_generic_plan', jit: 'on', jit_above_cost: '0' },
  { debug_parallel_query: 'on', parallel_setup_cost: '0', parallel_tuple_cost: '0', min_parallel_table_scan_size: '0' },
];

async function underEveryPlanner(sql: Queryable, attack: () => Promise<void>): Promise<void> {
  for (const settings of PLANNERS) {
    await sql.query('savepoint planner');
    for (const [name, value] of Object.entries(settings)) await sql.query(`set local ${name} = '${value}'`);
    await attack();
    await sql.query('rollback to savepoint planner');
  }
}

/** Conditions that tell, by an error, every record on which they are evaluated. */
const LEAKS = [
  'title::int = 1',
  '1 / pages = 1',
  `(title || '')::int = 1`,
  `case when title = '1' then true else (title)::int > 0 end`,
  `to_date(title, 'J') is not null and title::int = 1`,
  `not (title::int <> 1)`,
  `coalesce(nullif(title, '1')::int, 1) = 1`,
  `(select title::int) = 1`,
  `exists (select from generate_series(1, title::int))`,
  `title::int in (select 1)`,
  `(paper).title::int = 1`,
  `to_jsonb(paper) ->> 'title' = '1' and (to_jsonb(paper) ->> 'title')::int = 1`,
  `title ~ '^1$' and title::int = 1`,
  `array[title::int] = array[1]`,
];

describe.each(ATTACKERS)('%s', (_name, as) => {
  test('a condition is evaluated on visible records alone, however the planner turns it', async () => {
    await as(vault, 'opener', async (sql) => {
      const view = `plane_${vault.planes.open}.paper`;
      await underEveryPlanner(sql, async () => {
        for (const leak of LEAKS)
          expect([leak, await sql.query(`select code from ${view} paper where ${leak}`)]).toEqual([
            leak,
            [{ code: 'seen' }],
          ]);
      });
    });
  });

  test('so is what is selected, joined, grouped, ordered or aggregated', async () => {
    await as(vault, 'opener', async (sql) => {
      const view = `plane_${vault.planes.open}.paper`;
      await underEveryPlanner(sql, async () => {
        for (const query of [
          `select title::int as one from ${view}`,
          `select sum(1 / pages)::int as one from ${view}`,
          `select count(*)::int as one from ${view} group by title::int`,
          `select pages as one from ${view} order by title::int`,
          `select a.pages as one from ${view} a join ${view} b on a.title::int = b.title::int`,
          `select v.pages as one from generate_series(1, 1) n left join ${view} v on v.title::int = n`,
          `select v.n as one from ${view} p cross join lateral (select p.title::int as n) v`,
          `select max(title::int) over () as one from ${view}`,
          `with recursive r as (select title::int as one from ${view} union select one from r) select * from r`,
          `select distinct on (title::int) pages as one from ${view}`,
        ])
          expect([query, await sql.query(query)]).toEqual([query, [{ one: 1 }]]);
      });
    });
  });

  test('a hidden field is empty for every condition, in every plane of one’s own', async () => {
    await as(vault, 'opener', async (sql) => {
      const view = `plane_${vault.planes.open}.paper`;
      for (const leak of ['secret::int = 1', 'secret is not null', `secret > ''`, 'worth > 0', `secret like '%boom%'`])
        expect([leak, await sql.query(`select code from ${view} where ${leak}`)]).toEqual([leak, []]);
      expect(await sql.query(`select secret, worth, to_jsonb(v) ->> 'secret' as json from ${view} v`)).toEqual([
        { secret: null, worth: null, json: null },
      ]);
    });
  });

  test('functions with side effects see no hidden record either', async () => {
    await as(vault, 'opener', async (sql) => {
      const view = `plane_${vault.planes.open}.paper`;
      await underEveryPlanner(sql, async () => {
        await sql.query(
          `select count(*) from ${view}
           where set_config('attack.seen', coalesce(current_setting('attack.seen', true), '') || code || ';', true) is not null
             and pg_try_advisory_xact_lock(hashtext(code)) is not null`,
        );
        expect(await sql.query(`select current_setting('attack.seen') as seen`)).toEqual([{ seen: 'seen;' }]);
        expect(
          await sql.query(
            `select count(*)::int as locks from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`,
          ),
        ).toEqual([{ locks: 1 }]);
      });
    });
  });

  test('the trash, the sight of references and the edit door tell nothing of hidden records', async () => {
    await as(vault, 'opener', async (sql) => {
      const trash = `ws_${vault.workspace}_trash.paper`;
      const sight = `ws_${vault.workspace}_sight.paper`;
      const door = `ws_${vault.workspace}_edit.paper`;
      await underEveryPlanner(sql, async () => {
        expect(await sql.query(`select code, title, secret from ${trash}`)).toEqual([
          { code: 'gone', title: 'boom: gone', secret: null },
        ]);
        expect(
          await sql.query(`select code from ${trash} where 1 / (pages + 1) = 1 and length(title) = 10`),
        ).toHaveLength(1);
        const collected = `set_config('attack.ids', coalesce(current_setting('attack.ids', true), '') || id || ';', true)`;
        await sql.query(`select count(*) from ${sight} where ${collected} is not null`);
        expect(await sql.query(`select current_setting('attack.ids') as ids`)).toEqual([{ ids: `${ids[0]};` }]);
        // The door reads nothing that a caller could look at: what is joined to it meets no column of it.
        await sql.query('select rowplane.set_targets($1)', [ids]);
        await sql.query(
          `update ${door} set title = 'mine' from (select set_config('attack.n', (coalesce(nullif(current_setting('attack.n', true), ''), '0')::int + 1)::text, true) as n) s where s.n is not null`,
        );
        expect(await sql.query(`select rowplane.changed_targets() as ids`)).toEqual([{ ids: [ids[0]] }]);
      });
    });
  });

  test('references to hidden records tell nothing: neither by their ids nor by joining', async () => {
    await vault.owner.query(`update ws_${vault.workspace}.paper set parent_id = $1 where id = $2`, [ids[2], ids[0]]);
    await as(vault, 'opener', async (sql) => {
      const view = `plane_${vault.planes.open}.paper`;
      await underEveryPlanner(sql, async () => {
        expect(await sql.query(`select parent_id from ${view}`)).toEqual([{ parent_id: null }]);
        for (const leak of [
          `parent_id = '${ids[2]}'`,
          `parent_id is not null`,
          `parent_id::text ~ 'a'`,
          `(1 / (case when parent_id is null then 1 else 0 end)) = 2`,
        ])
          expect([leak, await sql.query(`select code from ${view} where ${leak}`)]).toEqual([leak, []]);
      });
    });
    await vault.owner.query(`update ws_${vault.workspace}.paper set parent_id = null`);
  });
});
