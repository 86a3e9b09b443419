import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createArchive } from '../../src/administration/archives.ts';
import { openAdministrators } from '../../src/access/administrators.ts';
import { enableClients } from '../../src/administration/archive-clients.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { importFile, type ImportRequest } from '../../src/importer/import-file.ts';
import { createImporting, type Importing } from './importing.ts';

const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const PRESENT = existsSync(`${DATA}/permits.csv`);

/** The permits of a Dutch municipality and their steps, as its own systems recorded them. */
describe.skipIf(!PRESENT)('real permits (skipped where ../shared/data is not there)', () => {
  let importing: Importing;

  beforeAll(async () => {
    importing = await createImporting();
    const { adminUrl, secret, owner } = importing.database;
    const clients = await owner.query<{ id: string }>('select id from rowplane.clients');
    const administrators = openAdministrators({ url: adminUrl, key: viewerTokenKey(secret), connections: 1 });
    await administrators.change({ id: importing.people.ada ?? '' }, async (a) => {
      const { id } = await createArchive(a, { workspaceId: 1, name: 'Building' });
      const users = [importing.people.cleo ?? ''];
      await enableClients(a, id, { assignments: clients.map((client) => ({ client: client.id, users })) });
    });
    await administrators.end();
    for (const name of ['permits.csv', 'permit-steps.csv']) await copyFile(`${DATA}/${name}`, importing.file(name));
    await writeFile(importing.file('steps.json'), JSON.stringify({ columns: { permit: 'process' } }));
  });
  afterAll(() => importing.drop());

  function bring(request: Pick<ImportRequest, 'file' | 'definition'> & Partial<ImportRequest>) {
    const { database, viewers, definitions } = importing;
    const place = { user: 'cleo', workspace: 'Office', archive: 'Building' };
    return importFile({ ...place, ...request }, { ownerUrl: database.ownerUrl, viewers, definitions });
  }
  const count = async (what: string, where = 'true', from = 'ws_1.process r') => {
    const [row] = await importing.database.owner.query<{ found: number }>(
      `select count(${what})::int as found from ${from} join rowplane.archives a on a.id = r.archive_id and a.name = 'Building'
       left join rowplane.clients c on c.id = r.client_id where ${where}`,
    );
    return row?.found;
  };

  test('each application becomes a process of the client that its department is', async () => {
    const summary = await bring({
      file: importing.file('permits.csv'),
      definition: 'process',
      clientFrom: 'department',
    });
    expect(summary).toMatchObject({ rows: 1434, imported: 1434, rejected: 0, rejectedFile: null });
    expect(await count('*', `c.name = 'General'`)).toBe(1390);
    expect(await count('*', `c.name = 'Customer contact'`)).toBe(29);
    expect(await count('*', `c.name = 'Experts'`)).toBe(15);
    for (const [channel, found] of Object.entries({ INTERNET: 1250, DESK: 109, POST: 53, EMAIL: 21, INTERN: 1 }))
      expect(await count('*', `r.channel = '${channel}'`)).toBe(found);
    expect(await count('r.ended_at')).toBe(1329);
    expect(await count('*', 'r."group" is null')).toBe(825);
    expect(await count('distinct r.responsible')).toBe(39);
  });

  test('C8: each step goes to the client of the permit that it refers to', async () => {
    const steps = {
      file: importing.file('permit-steps.csv'),
      definition: 'step',
      mapping: importing.file('steps.json'),
    };
    await expect(bring(steps)).rejects.toMatchObject({ code: 'CLIENT_REQUIRED' });
    const summary = await bring({ ...steps, clientFrom: 'permit' });
    expect(summary).toMatchObject({ rows: 8577, imported: 8577, rejected: 0 });
    const astray = await importing.database.owner.query(
      'select from ws_1.step s join ws_1.process p on p.id = s.process_id where s.client_id is distinct from p.client_id',
    );
    expect(astray).toEqual([]);
    await importing.database.owner.query('delete from ws_1.step');
  });

  test('each step refers to its permit', async () => {
    const steps = {
      file: importing.file('permit-steps.csv'),
      definition: 'step',
      mapping: importing.file('steps.json'),
    };
    const summary = await bring({ ...steps, archive: 'Contracts' });
    expect(summary).toMatchObject({ rows: 8577, imported: 8577, rejected: 0 });
    const [row] = await importing.database.owner.query(
      `select count(*) filter (where s.name = 'Confirmation of receipt')::int as confirmed, count(distinct s.process_id)::int as permits,
         count(*) filter (where s.performed_at is not null)::int as performed from ws_1.step s`,
    );
    expect(row).toEqual({ confirmed: 1434, permits: 1434, performed: 8577 });
  });

  test('a second time, every row is taken already', async () => {
    const summary = await bring({
      file: importing.file('permits.csv'),
      definition: 'process',
      clientFrom: 'department',
    });
    expect(summary).toMatchObject({ rows: 1434, imported: 0, rejected: 1434 });
    expect(await count('*')).toBe(1434);
  });
});
