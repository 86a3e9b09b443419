import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { verifyLog } from '../../src/administration/log-verify.ts';
import { migrate } from '../../src/database/migrate.ts';
import { connect, transaction } from '../../src/database/queryable.ts';
import { withUser } from '../../src/database/migrate.ts';
import { createDatabase, onDatabase, withOwner } from '../support/database.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { withServer } from '../support/server.ts';

it('L2: whoever migrates without being a superuser gives the log its keeper, and can’t be it afterwards', async () => {
  await withServer(async (server) => {
    const superuser = await connect(server.url);
    await superuser.query(`create role operator login createrole password 'operator'`);
    for (const name of ['one', 'two']) await superuser.query(`create database ${name} owner operator`);
    const urls = ['one', 'two'].map((name) => onDatabase(withUser(server.url, 'operator', 'operator'), name));
    const options = { secret: TEST_SECRET, warn: () => undefined };
    await Promise.all(urls.map((url) => migrate(url, options)));
    expect(await migrate(urls[0]!, options), 'again').toEqual({ applied: [] });
    expect(
      await superuser.query(
        `select from pg_auth_members where roleid = 'rowplane_log'::regrole and (set_option or inherit_option)`,
      ),
    ).toEqual([]);
    await superuser.end();

    for (const url of urls) {
      const session = await connect(url);
      await expect(session.query('set role rowplane_log')).rejects.toThrow('permission denied to set role');
      await expect(session.query('delete from rowplane_log.entries')).rejects.toThrow('permission denied');
      await expect(session.query('drop schema rowplane_log cascade')).rejects.toThrow('must be owner');
      await session.query('set role rowplane_owner');
      expect(await transaction(session, verifyLog)).toMatchObject({ entries: 6, problems: [] });
      await session.end();
    }
  });
});

it('L1: the log begins with how things were; what stood there before it, it knows as BASELINE', async () => {
  const database = await createDatabase();
  try {
    const policies = await readFile('policies/log.sql', 'utf8');
    const entries = () =>
      database.owner.query(
        `select operation, table_name, after ->> 'name' as name from rowplane.log where id > 6 order by id`,
      );
    expect(
      await database.owner.query(`select distinct operation, table_name from rowplane.log`),
      'the built-in groups',
    ).toEqual([{ operation: 'BASELINE', table_name: 'groups' }]);
    await database.owner.query(policies);
    expect(await entries(), 'nothing to do').toEqual([]);

    await database.owner.query(`
      drop trigger a_log on rowplane.companies;
      drop trigger a_log_truncate on rowplane.companies;
      insert into rowplane.companies (name) values ('A-GmbH');
      alter table rowplane.clients disable trigger a_log`);
    expect((await withOwner(database, verifyLog)).problems.map(({ kind }) => kind)).toEqual(['UNGUARDED', 'UNGUARDED']);
    await database.owner.query(policies);
    await database.owner.query(`insert into rowplane.companies (name) values ('B-GmbH')`);
    expect(await entries()).toEqual([
      { operation: 'BASELINE', table_name: 'companies', name: 'A-GmbH' },
      { operation: 'INSERT', table_name: 'companies', name: 'B-GmbH' },
    ]);
    expect(await withOwner(database, verifyLog)).toMatchObject({ problems: [] });
  } finally {
    await database.drop();
  }
});
