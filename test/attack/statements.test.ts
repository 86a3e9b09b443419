import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ATTACKERS, DENIED, expectAllDenied, failure } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
let seen: string, beta: string;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());
beforeEach(async () => {
  const { archives, clients, owner, workspace } = vault;
  await owner.query(`truncate ws_${workspace}.paper, ws_${workspace}.note`);
  [seen, , beta] = (await vault.lay(
    { archive: archives.safe, client: clients.alpha, code: 'seen', title: 't', secret: 's', status: 'OPEN' },
    { archive: archives.safe, client: clients.alpha, code: 'closed', title: 't', status: 'CLOSED' },
    { archive: archives.safe, client: clients.beta, code: 'beta', title: 't', status: 'OPEN' },
  )) as [string, string, string];
});

const view = () => `plane_${vault.planes.open}.paper`;
const fresh = () => `plane_${vault.planes.open}_new.paper`;
const door = () => `ws_${vault.workspace}_edit.paper`;
const sight = () => `ws_${vault.workspace}_sight.paper`;
const trash = () => `ws_${vault.workspace}_trash.paper`;
const table = () => `ws_${vault.workspace}.paper`;

describe.each(ATTACKERS)('%s', (_name, as) => {
  test('the tables themselves are out of reach', async () => {
    await as(vault, 'keeper', (sql) =>
      expectAllDenied(sql, [
        `select from ${table()}`,
        `select id from ${table()}`,
        `insert into ${table()} (code) values ('x')`,
        `update ${table()} set title = 'x'`,
        `delete from ${table()}`,
        `truncate ${table()}`,
        `lock table ${table()}`,
        `copy ${table()} to stdout`,
        `select * from ${table()} tablesample system (100)`,
        `alter table ${table()} disable row level security`,
        `create policy mine on ${table()} using (true)`,
        `drop policy realm_view on ${table()}`,
        `create trigger mine before update on ${table()} execute function suppress_redundant_updates_trigger()`,
        `create index on ${table()} (secret)`,
        `create statistics mine on code, secret from ${table()}`,
        `comment on table ${table()} is 'x'`,
        `select from rowplane.realms`,
        `select from rowplane.users`,
        `select from rowplane.planes`,
        `select from rowplane.object_entries`,
        `select from rowplane.client_assignments`,
        `insert into rowplane.group_members values ('${vault.groups.keeper}', '${vault.people.outsider.id}')`,
        `create table rowplane.mine (a int)`,
        `create table ws_${vault.workspace}.mine (a int)`,
        `create table public.mine (a int)`,
        `create function public.mine() returns int language sql as 'select 1'`,
        `create temp table mine (a int)`,
        `create domain pg_temp.mine as text check (value is not null)`,
        `create extension pgcrypto`,
        `select lo_import('/etc/passwd')`,
        `select pg_read_file('postgresql.conf')`,
        `copy (select 1) to program 'true'`,
        `copy (select 1) to '/tmp/x'`,
      ]),
    );
  });

  test('planes are read and never written', async () => {
    await as(vault, 'opener', async (sql) => {
      await expectAllDenied(sql, [
        `insert into ${view()} (code) values ('x')`,
        `update ${view()} set title = 'x'`,
        `delete from ${view()}`,
        `merge into ${view()} v using (values ('${beta}'::uuid)) s(id) on v.id = s.id when matched then update set title = 'x' when not matched then do nothing`,
        `merge into ${view()} v using (values (1)) s(n) on false when not matched by source then delete`,
        `truncate ${view()}`,
        `select from ${view()} for update`,
        `select from ${view()} for no key update`,
        `select from ${view()} for share`,
        `select from ${view()} for key share`,
        `select * from ${view()} tablesample bernoulli (100)`,
        `select ctid from ${view()}`,
        `select tableoid from ${view()}`,
        `select xmin from ${view()}`,
        `select deleted_at from ${view()}`,
        `copy ${view()} to stdout`,
        `copy ${view()} from stdin`,
        `lock table ${view()} in row exclusive mode`,
        `lock table ${view()} in access exclusive mode`,
      ]);
    });
  });

  test('what is created is never read back, compared or replaced on the way', async () => {
    const { archives, clients } = vault;
    await as(vault, 'opener', async (sql) => {
      const values = `(archive_id, client_id, code, status) values ('${archives.safe}', '${clients.alpha}', 'new', 'OPEN')`;
      await expectAllDenied(sql, [
        `select from ${fresh()}`,
        `insert into ${fresh()} ${values} returning id`,
        `insert into ${fresh()} ${values} on conflict do nothing returning id`,
        `insert into ${fresh()} ${values} on conflict (id) do update set code = 'x'`,
        `update ${fresh()} set code = 'x'`,
        `delete from ${fresh()}`,
        `merge into ${fresh()} v using (values ('${beta}'::uuid)) s(id) on v.id = s.id when not matched then insert (id, code) values (s.id, 'x')`,
        `insert into ${fresh()} (archive_id, code, status, secret) values ('${archives.cabinet}', 'new', 'OPEN', 's')`,
        `insert into ${fresh()} (archive_id, code, status, realm_id) values ('${archives.cabinet}', 'new', 'OPEN', 1)`,
        `insert into ${fresh()} (archive_id, code, status, owner_id) values ('${archives.cabinet}', 'new', 'OPEN', '${vault.people.keeper.id}')`,
        `insert into ${fresh()} (archive_id, code, status, version) values ('${archives.cabinet}', 'new', 'OPEN', 9)`,
        `insert into ${fresh()} (archive_id, code, status, deleted_at) values ('${archives.cabinet}', 'new', 'OPEN', now())`,
        `copy ${fresh()} to stdout`,
      ]);
      // Only a record that the plane would expose (W3), in a place and for a client of the viewer's (C7).
      for (const [attempt, state] of [
        [`insert into ${fresh()} (archive_id, code, status) values ('${archives.safe}', 'new', 'CLOSED')`, DENIED],
        [`insert into ${fresh()} (archive_id, code) values ('${archives.safe}', 'new')`, DENIED],
        [
          `insert into ${fresh()} (archive_id, client_id, code, status) values ('${archives.safe}', '${clients.beta}', 'new', 'OPEN')`,
          'RPNFD',
        ],
        [
          `insert into ${fresh()} (archive_id, client_id, code, status) values ('${archives.safe}', '${seen}', 'new', 'OPEN')`,
          'RPNFD',
        ],
        [
          `insert into ${fresh()} (archive_id, client_id, code, status) values ('${archives.cabinet}', '${clients.alpha}', 'new', 'OPEN')`,
          'RPVAL',
        ],
        [
          `insert into ${fresh()} (archive_id, folder_id, code, status) values ('${archives.safe}', '${vault.drawer}', 'new', 'OPEN')`,
          'RPNFD',
        ],
        // V2: an id that is another record's isn't told from one that isn't.
        [
          `insert into ${fresh()} (id, archive_id, code, status) values ('${beta}', '${archives.safe}', 'new', 'OPEN')`,
          'RPVAL',
        ],
        [
          `insert into ${fresh()} (id, archive_id, code, status) values ('01900000-0000-7000-8000-000000000000', '${archives.safe}', 'new', 'OPEN')`,
          'RPVAL',
        ],
        // Not null, or foreign keys: what fails after the guard says nothing of others.
        [`insert into ${fresh()} (archive_id, status) values ('${archives.safe}', 'OPEN')`, '23502'],
      ] as const)
        expect([attempt, await failure(sql, attempt)]).toEqual([attempt, state]);
    });
  });

  test('the trash is emptied of one’s own, and of nothing else', async () => {
    await vault.owner.query(`update ${table()} set deleted_at = now() where code <> 'seen'`);
    await as(vault, 'opener', async (sql) => {
      await sql.query(`delete from ${trash()}`);
      await expectAllDenied(sql, [
        `update ${trash()} set title = 'x'`,
        `update ${trash()} set deleted_at = null`,
        `insert into ${trash()} (code) values ('x')`,
        `truncate ${trash()}`,
        `merge into ${trash()} t using (values (1)) s(n) on false when not matched by source then delete`,
        `select from ${trash()} for update`,
        `select ctid from ${trash()}`,
      ]);
    });
    expect(await vault.papers()).toMatchObject([{ code: 'beta' }, { code: 'closed' }, { code: 'seen' }]);
    await vault.owner.query(`update ${table()} set deleted_at = now() where code = 'seen'`);
    await as(vault, 'opener', (sql) =>
      sql.query(`delete from ${trash()} where code = 'seen' returning code, secret`),
    ).then((rows) => expect(rows).toEqual([{ code: 'seen', secret: null }]));
  });

  test('MERGE, which would tell hidden from missing, is refused for what it is', async () => {
    await as(vault, 'opener', async (sql) => {
      for (const target of [view(), fresh(), door(), trash(), sight()])
        for (const action of [
          'when matched then do nothing',
          'when not matched then do nothing',
          'when matched then delete',
        ])
          expect([
            target,
            await failure(sql, `merge into ${target} t using (values ('${beta}'::uuid)) s(id) on true ${action}`),
          ]).toEqual([target, '0A000']);
    });
  });

  test('which records are seen is read and never written', async () => {
    await as(vault, 'opener', async (sql) => {
      expect(await sql.query(`select id from ${sight()}`)).toEqual([{ id: seen }]);
      await expectAllDenied(sql, [
        `insert into ${sight()} values ('${beta}')`,
        `update ${sight()} set id = '${beta}'`,
        `delete from ${sight()}`,
        `merge into ${sight()} v using (values ('${beta}'::uuid)) s(id) on v.id = s.id when matched then delete`,
        `select from ${sight()} for key share`,
      ]);
    });
  });

  test('a cursor that outlives its transaction holds what was seen when it was opened, and nothing more', async () => {
    await as(vault, 'opener', async (sql) => {
      await sql.query(`declare kept cursor with hold for select code from ${view()}`);
      expect(await sql.query('fetch all from kept')).toEqual([{ code: 'seen' }]);
      await sql.query('close kept');
    });
  });

  test('EXPLAIN runs as the viewer, and shows no row', async () => {
    await as(vault, 'opener', async (sql) => {
      const plan = await sql.query(`explain (analyze, verbose, format json) select * from ${view()}`);
      expect(JSON.stringify(plan)).not.toContain(vault.clients.beta);
      expect(JSON.stringify(plan)).not.toContain('beta');
    });
  });
});
