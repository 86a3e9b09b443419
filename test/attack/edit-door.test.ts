import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ATTACKERS, expectAllDenied, failure } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
let seen: string, closed: string, beta: string;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());
beforeEach(async () => {
  const { archives, clients, owner, workspace } = vault;
  await owner.query(`truncate ws_${workspace}.paper, ws_${workspace}.note`);
  [seen, closed, beta] = (await vault.lay(
    { archive: archives.safe, client: clients.alpha, code: 'seen', title: 't', secret: 's', status: 'OPEN' },
    { archive: archives.safe, client: clients.alpha, code: 'closed', title: 't', status: 'CLOSED' },
    { archive: archives.safe, client: clients.beta, code: 'beta', title: 't', status: 'OPEN' },
  )) as [string, string, string];
});

const view = () => `plane_${vault.planes.open}.paper`;
const door = () => `ws_${vault.workspace}_edit.paper`;

describe.each(ATTACKERS)('%s', (_name, as) => {
  test('the edit door is blind: nothing is asked of it, nothing comes back', async () => {
    await as(vault, 'opener', async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[seen, closed, beta]]);
      await expectAllDenied(sql, [
        `select from ${door()}`,
        `select title from ${door()}`,
        `update ${door()} set title = 'x' returning title`,
        `update ${door()} set title = 'x' returning old.title`,
        `update ${door()} set title = 'x' where title = 't'`,
        `update ${door()} set title = 'x' where id = '${seen}'`,
        `update ${door()} set title = title || 'x'`,
        `update ${door()} set title = secret`,
        `update ${door()} d set title = d::text`,
        `update ${door()} d set title = 'x' from ${view()} v where v.code = d.code`,
        `update ${door()} d set title = (select d.secret)`,
        `update ${door()} set realm_id = 1`,
        `update ${door()} set version = 1`,
        `update ${door()} set archive_id = null`,
        `update ${door()} set id = uuidv7()`,
        `update ${door()} set created_at = now()`,
        `insert into ${door()} (title) values ('x')`,
        `delete from ${door()}`,
        `merge into ${door()} d using (values (1)) s(n) on true when matched then update set title = 'x'`,
        `merge into ${door()} d using (values (1)) s(n) on false when not matched by source then delete`,
        `declare c cursor for select title from ${door()}`,
        `select from ${door()} for update`,
        `copy ${door()} to stdout`,
        `copy ${door()} (title) from stdin`,
        `truncate ${door()}`,
        `lock table ${door()} in access exclusive mode`,
        `lock table ${door()} in share mode`,
        `lock table ${door()} in row exclusive mode`,
      ]);
      expect(await failure(sql, `update ${door()} set title = 'x'`)).toBe(null);
      expect(await sql.query('select rowplane.changed_targets() as ids')).toEqual([{ ids: [seen] }]);
    });
    expect(await vault.papers()).toMatchObject([
      { code: 'beta', title: 't' },
      { code: 'closed', title: 't' },
      { title: 'x', version: 2 },
    ]);
  });

  test('all ways of spelling an update meet the guard', async () => {
    await as(vault, 'opener', async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[seen]]);
      for (const [attempt, state] of [
        [`update ${door()} set secret = 's'`, 'RPFOR'],
        [`update ${door()} set (title, secret) = (select 'x', 's')`, 'RPFOR'],
        [`update ${door()} set secret = default`, 'RPFOR'],
        [`update ${door()} set title = 'x', secret = null`, 'RPFOR'],
        [`with w as (select 's' as s) update ${door()} set secret = (select s from w)`, 'RPFOR'],
        [`update ${door()} d set secret = v.code from ${view()} v`, 'RPFOR'],
        [`update ${door()} set owner_id = '${vault.people.opener.id}'`, 'RPFOR'],
        [`update ${door()} set client_id = '${vault.clients.beta}'`, 'RPNFD'],
        [`update ${door()} set client_id = null`, null],
        [`update ${door()} set folder_id = '${vault.archives.cabinet}', client_id = '${vault.clients.beta}'`, 'RPVAL'],
        [`update ${door()} set folder_id = '${beta}'`, 'RPNFD'],
        [`update ${door()} set folder_id = null`, 'RPNFD'],
        [`update ${door()} set parent_id = '${beta}'`, 'RPVAL'],
        [`update ${door()} set parent_id = '${closed}'`, 'RPVAL'],
        [`update ${door()} set parent_id = '01900000-0000-7000-8000-000000000000'`, 'RPVAL'],
        [`update ${door()} set deleted_at = 'infinity', title = 'x'`, null],
        [`update ${door()} set title = 'y'`, null],
      ] as const)
        expect([attempt, await failure(sql, attempt)]).toEqual([attempt, state]);
    });
    const [, , paper] = await vault.papers();
    // What is in the trash was put there now, whatever date was given, and isn't changed any more.
    expect(paper).toMatchObject({ code: 'seen', title: 'x', client_id: vault.clients.alpha });
    expect((paper!.deleted_at as Date).getTime()).toBeLessThanOrEqual(Date.now());
  });

  test('W1: targets that change their number while the statement runs do not get around MASS_UPDATE', async () => {
    const { archives, clients } = vault;
    const [one, two] = await vault.lay(
      { archive: archives.safe, client: clients.alpha, code: 'one' },
      { archive: archives.safe, client: clients.alpha, code: 'two' },
    );
    await as(vault, 'outsider', async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[one, two]]);
      expect(await failure(sql, `update ${door()} set title = set_config('rowplane.targets', '{${one}}', true)`)).toBe(
        'RPFOR',
      );
      await sql.query('select rowplane.set_targets($1)', [[one]]);
      expect(
        await failure(sql, `update ${door()} set title = set_config('rowplane.targets', '{${one},${two}}', true)`),
      ).toBe(null);
    });
    const changed = (await vault.papers()).filter(({ version }) => version === 2);
    expect(changed).toMatchObject([{ code: 'one' }]);
  });

  test('settings of the engine that a statement makes up change nothing that is not the viewer’s', async () => {
    await as(vault, 'opener', async (sql) => {
      for (const targets of ['', '{}', `{${beta},${closed}}`, 'nonsense', '{{}}', 'null']) {
        await sql.query(`select set_config('rowplane.targets', $1, true)`, [targets]);
        const state = await failure(sql, `update ${door()} set title = 'x'`);
        expect([null, '22P02']).toContain(state);
      }
      await sql.query(`select set_config('rowplane.changed', '{${beta}}', true)`);
    });
    expect(await vault.papers()).toMatchObject([{ version: 1 }, { version: 1 }, { version: 1 }]);
  });

  test('errors show no part of a record', async () => {
    await as(vault, 'opener', async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[seen]]);
      await vault.lay({
        archive: vault.archives.safe,
        client: vault.clients.alpha,
        code: 'taken',
        secret: 'hush',
        status: 'CLOSED',
      });
      for (const attempt of [
        `update ${door()} set code = 'taken'`,
        `update ${door()} set code = null`,
        `update ${door()} set status = 'LOST'`,
        `update ${door()} set title = repeat('x', 501)`,
      ]) {
        await sql.query('savepoint attack');
        const error = await sql.query(attempt).then(
          () => null,
          (thrown: unknown) => thrown as Record<string, unknown>,
        );
        await sql.query('rollback to savepoint attack');
        expect(error?.code).toMatch(/^23/);
        expect([attempt, error?.detail]).toEqual([attempt, undefined]);
      }
    });
  });
});
