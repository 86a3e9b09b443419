import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAdministrators, type Administrators } from '../../src/access/administrators.ts';
import { unassignClient } from '../../src/administration/client-assignments.ts';
import { createGroup } from '../../src/administration/groups.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { importFile } from '../../src/importer/import-file.ts';
import { createImporting, type Importing } from './importing.ts';

const ROWS = 4000;
let importing: Importing;
let administrators: Administrators;

beforeAll(async () => {
  importing = await createImporting();
  const { adminUrl, secret } = importing.database;
  administrators = openAdministrators({ url: adminUrl, key: viewerTokenKey(secret), connections: 1 });
});
afterAll(async () => {
  await administrators.end();
  await importing.drop();
});

interface Where {
  folder?: string;
  /** From which row on the other client comes. */
  other?: number;
}

/** Imports as cleo, half of the rows for each of two clients, and calls `meanwhile` once some are done. */
async function importWhile(prefix: string, meanwhile: () => Promise<unknown>, { folder, other = 0 }: Where = {}) {
  const clientOf = (row: number) => (row < other || row % 2 === 1 ? 'Experts' : 'General');
  const lines = Array.from({ length: ROWS }, (_, row) => `${prefix}-${row},${clientOf(row)}`);
  await writeFile(importing.file('long.csv'), `reference,client\n${lines.join('\n')}\n`);
  let change: Promise<unknown> | undefined;
  let doneAtChange = 0;
  let line = 0;
  const summary = await importFile(
    {
      file: importing.file('long.csv'),
      ...{ user: 'cleo', workspace: 'Office', archive: 'Permits', definition: 'process', clientFrom: 'client', folder },
    },
    {
      ownerUrl: importing.database.ownerUrl,
      viewers: importing.viewers,
      definitions: importing.definitions,
      onProgress: (step, done) => {
        if (step !== 'importing') return;
        line = done;
        change ??= meanwhile().then(() => (doneAtChange = line));
      },
    },
  );
  await change;
  return { summary, doneAtChange };
}

const countOf = async (prefix: string, client: string) => {
  const [row] = await importing.database.owner.query<{ found: number }>(
    `select count(*)::int as found from ws_1.process p join rowplane.clients c on c.id = p.client_id
     where p.reference like $1 and c.name = $2`,
    [`${prefix}-%`, client],
  );
  return row?.found;
};

describe('changes of permissions during an import', () => {
  test('do not wait for its end', async () => {
    const change = () =>
      administrators.change({ id: importing.people.ada ?? '' }, (a) => createGroup(a, { name: 'Meanwhile' }));
    const { summary, doneAtChange } = await importWhile('Q', change);
    expect(summary).toMatchObject({ imported: ROWS, rejected: 0 });
    expect(doneAtChange).toBeLessThan(ROWS);
  });

  const rules = {
    'an entry': `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision)
      select f.archive_id, f.id, u.id, 'VIEW', 'DENY' from rowplane.folders f, rowplane.users u where f.id = $1 and u.name = 'gus'`,
    'a scope beforehand': 'select rowplane.prepare_scopes(1, array[$1::uuid])',
  };
  test.each(Object.keys(rules) as (keyof typeof rules)[])(
    'P3: lose no row where its folder gets %s: the places of all clients are made ready again',
    async (rule) => {
      const { owner } = importing.database;
      const [folder] = await owner.query<{ id: string }>(
        `insert into rowplane.folders (archive_id, parent_id, name) select a.id, a.id, $1 from rowplane.archives a where a.name = 'Permits' returning id`,
        [rule],
      );
      // Clients that have no record there yet when it happens.
      const { summary, doneAtChange } = await importWhile(rule, () => owner.query(rules[rule], [folder!.id]), {
        folder: rule,
        other: ROWS / 2,
      });
      expect(doneAtChange).toBeLessThan(ROWS / 2);
      expect(summary).toMatchObject({ imported: ROWS, rejected: 0 });
    },
  );

  test('V5: are in force for all rows that come after', async () => {
    const { owner } = importing.database;
    const ids = await owner.query<{ client: string; archive: string }>(
      `select c.id as client, a.id as archive from rowplane.clients c, rowplane.archives a where c.name = 'Experts' and a.name = 'Permits'`,
    );
    let before: number | undefined;
    const change = async () => {
      const users = [importing.people.cleo ?? ''];
      await administrators.change({ id: importing.people.ada ?? '' }, async (a) => {
        for (const { client, archive } of ids) await unassignClient(a, { client, archive, users });
      });
      before = await countOf('R', 'Experts');
    };
    const { summary } = await importWhile('R', change);
    expect(await countOf('R', 'General')).toBe(ROWS / 2);
    expect(await countOf('R', 'Experts')).toBe(before);
    expect(summary.rejected).toBe(ROWS / 2 - (before ?? 0));
    expect(summary.rejected).toBeGreaterThan(0);
    // Said by the look-up before a batch, or by the database, where the change came in between.
    expect(summary.reasons[0]).toMatch(/has a client that cleo does not work for|There is no such client for you/);
  });
});
