import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { openViewers } from '../../src/access/viewers.ts';
import { createArchive } from '../../src/administration/archives.ts';
import { createCompany } from '../../src/administration/companies.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { createWorkspace } from '../../src/administration/workspaces.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { openDeployment } from '../../src/database/deployment.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { migrate, withUser } from '../../src/database/migrate.ts';
import { connect, transaction } from '../../src/database/queryable.ts';
import { readSettings } from '../../src/database/settings.ts';
import { onDatabase, viewerToken } from '../support/database.ts';
import { withServer } from '../support/server.ts';
import { TEST_SECRET } from '../support/secret.ts';

/** What a DBA does before Rowplane comes: a login that is no superuser, but may create roles, and its databases. */
async function prepareServer(superuser: string, databases: string[]): Promise<string> {
  const session = await connect(superuser);
  await session.query(`create role operator login createrole password 'operator'`);
  for (const name of databases) await session.query(`create database ${name} owner operator`);
  await session.end();
  return withUser(superuser, 'operator', 'operator');
}

test('an own server needs no superuser: its viewers read, and administration waits for ROWPLANE_ADMIN_URL', async () => {
  await withServer(async (server) => {
    const databaseUrl = onDatabase(await prepareServer(server.url, ['office']), 'office');
    const adminUrl = withUser(databaseUrl, 'rowplane_admin', 'chosen by the operator');
    const environment = { DATABASE_URL: databaseUrl, ROWPLANE_SECRET: TEST_SECRET };

    const withoutAdmin = await openDeployment(readSettings(environment, '/'));
    const warnings: string[] = [];
    const { applied } = await withoutAdmin.migrate({ warn: (message) => warnings.push(message) });
    expect(applied.length).toBeGreaterThan(0);
    expect(withoutAdmin.adminUrl).toBe(null);
    expect(warnings).toEqual([expect.stringMatching(/PostgreSQL 18\.4 lacks security fixes.*18\.6/)]);
    await expect(connect(adminUrl)).rejects.toThrow('password authentication failed');

    const owner = await connect(databaseUrl);
    await owner.query('set role rowplane_owner');
    const [user] = await owner.query<{ id: string }>(
      `insert into rowplane.users (name, display_name, role) values ('ben', 'Ben', 'INTERNAL') returning id`,
    );
    await owner.end();

    const api = await connect(withoutAdmin.apiUrl);
    const seen = await transaction(api, async (viewer) => {
      await viewer.query('set local role rowplane_viewer');
      await viewer.query('select rowplane.enter($1, $2)', [viewerToken(user?.id ?? ''), []]);
      return viewer.query('select name from rowplane.visible_users');
    });
    expect(seen).toEqual([{ name: 'ben' }]);
    expect(await api.query('select current_user as name')).toEqual([{ name: 'rowplane_api' }]);
    await expect(api.query('select name from rowplane.visible_users')).rejects.toThrow('permission denied');
    await expect(api.query('set role rowplane_owner')).rejects.toThrow('permission denied to set role');
    await api.end();

    const withAdmin = await openDeployment(readSettings({ ...environment, ROWPLANE_ADMIN_URL: adminUrl }, '/'));
    expect(await withAdmin.migrate({ warn: () => undefined })).toEqual({ applied: [] });
    await (await connect(withAdmin.adminUrl ?? '')).end();
  });
});

test('an administrator makes workspaces on an own server without any superuser, and viewers read records there', async () => {
  await withServer(async (server) => {
    const databaseUrl = onDatabase(await prepareServer(server.url, ['office']), 'office');
    const deployment = await openDeployment(
      readSettings(
        {
          DATABASE_URL: databaseUrl,
          ROWPLANE_ADMIN_URL: withUser(databaseUrl, 'rowplane_admin', 'chosen by the operator'),
          ROWPLANE_SECRET: TEST_SECRET,
        },
        '/',
      ),
    );
    const definitions = await loadDefinitions(fileURLToPath(new URL('../../schema', import.meta.url)));
    await deployment.migrate({
      warn: () => undefined,
      afterMigrations: async (owner) => void (await applyDefinitions(owner, definitions)),
    });
    const operator = await connect(databaseUrl);
    await operator.query('set role rowplane_owner');
    const [ada] = await operator.query<{ id: string }>(
      `insert into rowplane.users (name, display_name, role) values ('ada', 'Ada', 'ADMINISTRATOR') returning id`,
    );
    const id = ada?.id ?? '';

    const administrators = openAdministrators({ url: deployment.adminUrl ?? '', key: viewerTokenKey(TEST_SECRET) });
    const archive = await administrators.change({ id }, async (a) => {
      const company = await createCompany(a, { name: 'A-GmbH' });
      const workspace = await createWorkspace(a, definitions, { companyId: company.id, name: 'Office' });
      return createArchive(a, { workspaceId: workspace.id, name: 'Contracts' });
    });
    await administrators.end();
    await operator.query(
      `insert into ws_1.document (realm_id, archive_id, folder_id, title)
       values (rowplane.realm_for($1, null, $1), $1, $1, 'A contract')`,
      [archive.id],
    );
    await operator.end();

    const viewers = openViewers({ url: deployment.apiUrl, key: viewerTokenKey(TEST_SECRET) });
    const read = () => [{ text: 'select title from plane_1.document', values: [] }];
    expect(await viewers.read({ id }, [1], read)).toEqual([[{ title: 'A contract' }]]);
    expect(await viewers.read({ id: randomUUID() }, [1], read)).toEqual([[]]);
    await viewers.end();
  });
});

test('a process that is given ROWPLANE_API_URL alone gets in as rowplane_api, and refuses to migrate', async () => {
  await withServer(async (server) => {
    const databaseUrl = onDatabase(await prepareServer(server.url, ['office']), 'office');
    const apiUrl = withUser(databaseUrl, 'rowplane_api', 'another password');
    const secret = { ROWPLANE_SECRET: TEST_SECRET };
    const migrating = await openDeployment(
      readSettings({ ...secret, DATABASE_URL: databaseUrl, ROWPLANE_API_URL: apiUrl }, '/'),
    );
    await migrating.migrate({ warn: () => undefined });
    const facingPublic = await openDeployment(readSettings({ ...secret, ROWPLANE_API_URL: apiUrl }, '/'));
    await (await connect(facingPublic.apiUrl)).end();
    expect(facingPublic).toMatchObject({ adminUrl: null, ownerUrl: null });
    await expect(facingPublic.migrate()).rejects.toThrow('DATABASE_URL must be set to migrate');
    await facingPublic.check();
    const mistyped = { ...secret, ROWPLANE_API_URL: withUser(apiUrl, 'rowplane_api', 'mistyped') };
    const lockedOut = await openDeployment(readSettings(mistyped, '/'));
    await expect(lockedOut.check()).rejects.toThrow(/^ROWPLANE_API_URL: .* password authentication failed/);
  });
});

test('twenty databases that are migrated at once make the roles they share together', async () => {
  await withServer(async (server) => {
    const databases = Array.from({ length: 20 }, (_, i) => `office_${i}`);
    const url = await prepareServer(server.url, databases);
    const results = await Promise.all(
      databases.map((name) => migrate(onDatabase(url, name), { secret: TEST_SECRET, adminPassword: 'secret' })),
    );
    expect(new Set(results.map(({ applied }) => applied.join())).size).toBe(1);
    expect(results[0]?.applied.length).toBeGreaterThan(0);
  });
});

test('whoever may not create roles, or does not own the database, or may not become the owner, is told what to run', async () => {
  await withServer(async (server) => {
    const superuser = await connect(server.url);
    for (const name of ['weak', 'stranger', 'late']) {
      await superuser.query(`create role ${name} login password '${name}' ${name === 'weak' ? '' : 'createrole'}`);
    }
    for (const [name, owner] of [
      ['a', 'weak'],
      ['b', 'postgres'],
      ['c', 'late'],
    ]) {
      await superuser.query(`create database ${name} owner ${owner}`);
    }
    await superuser.end();
    const migrating = (user: string, database: string) =>
      migrate(withUser(onDatabase(server.url, database), user, user), { secret: TEST_SECRET });
    await expect(migrating('weak', 'a')).rejects.toThrow('alter role <the user of DATABASE_URL> createrole');
    await expect(migrating('stranger', 'b')).rejects.toThrow('alter database "b" owner to');
    await expect(migrating('late', 'c')).rejects.toThrow('grant rowplane_owner to "late" with');
  });
});
