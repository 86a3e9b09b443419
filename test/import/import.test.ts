import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withViewer } from '../support/database.ts';
import { createImporting, type Importing } from './importing.ts';

let importing: Importing;
beforeAll(async () => {
  importing = await createImporting();
});
afterAll(() => importing.drop());

/** Imported records, by reference; the demo's own are called P-2025-…. */
function records(fields = 'reference', where = `reference not like 'P-2025-%'`) {
  return importing.database.owner.query(
    `select ${fields} from ws_1.process p left join rowplane.clients c on c.id = p.client_id
     left join rowplane.users u on u.id = p.owner_id where ${where} order by p.reference`,
  );
}
beforeEach(async () => {
  await importing.database.owner.query(`delete from ws_1.process where reference not like 'P-2025-%'`);
});

test('an import that is interrupted writes down what it did not reach', async () => {
  const interrupt = new AbortController();
  const rows = Array.from({ length: 700 }, (_, index) => `L-${index}`);
  await expect(
    importing.importCsv(`reference\n${rows.join('\n')}\n`, {
      user: 'dara',
      interrupted: interrupt.signal,
      onProgress: (step, done) => {
        if (step === 'importing' && done > 0) interrupt.abort(new Error('it was interrupted.'));
      },
    }),
  ).rejects.toThrow(/stopped after row 200: it was interrupted/);
  expect(await records()).toHaveLength(200);
  const rest = await importing.rejected();
  expect(rest).toHaveLength(501);
  expect(rest[1]).toBe('L-200,"not reached: the import stopped before it (it was interrupted.)"');
});

describe('rows become records', () => {
  test('of the user, with the client that the column names (C7) and columns matched by name', async () => {
    const summary = await importing.importCsv(
      'Reference,Channel,client,started_at,Due\n' +
        'A-1,Desk,General,2026-01-05 09:30:00+01:00,2026-02-01T12:00:00Z\n' +
        'A-2,e-mail,Experts,2026-01-05 09:30:00.123456+0200,\n',
      { clientFrom: 'client', map: { columns: { Due: 'dueAt' } } },
    );
    expect(summary).toMatchObject({ rows: 2, imported: 2, rejected: 0, rejectedFile: null });
    expect(
      await records(`reference, channel, c.name as client, u.name as owner, version, folder_id = archive_id as "inRoot",
        started_at at time zone 'UTC' as started, due_at at time zone 'UTC' as due`),
    ).toMatchObject([
      { reference: 'A-1', channel: 'DESK', client: 'General', owner: 'cleo', version: 1, inRoot: true },
      { reference: 'A-2', channel: 'EMAIL', client: 'Experts', owner: 'cleo', version: 1, inRoot: true },
    ]);
    const [{ text }] = (await records(`started_at::text as text`, `reference = 'A-2'`)) as [{ text: string }];
    expect(text).toBe('2026-01-05 07:30:00.123456+00');
  });

  test("C8: without a client column they get the user's only client", async () => {
    await importing.importCsv('reference\nB-1\n', { user: 'dara' });
    expect(await records('reference, c.name as client, u.name as owner')).toEqual([
      { reference: 'B-1', client: 'Experts', owner: 'dara' },
    ]);
  });

  test('C8: with several clients and no column, nothing is imported and the clients are listed', async () => {
    await expect(importing.importCsv('reference\nB-1\n')).rejects.toMatchObject({
      code: 'CLIENT_REQUIRED',
      message: expect.stringContaining('Customer contact, Experts, General') as string,
    });
  });

  test('C8: a reference names the client: that of the record that it leads to, if it is the user’s', async () => {
    await importing.importCsv('reference,client\nS-1,General\nS-2,Experts\n', { clientFrom: 'client' });
    await importing.importCsv('reference\nS-3\n', { archive: 'Contracts' });
    const steps = { definition: 'step', clientFrom: 'process' };
    const summary = await importing.importCsv('process,name\nS-1,a\nS-2,b\nS-3,c\nS-4,d\n', steps);
    expect(summary).toMatchObject({ rows: 4, imported: 2, rejected: 2 });
    expect((await importing.rejected()).slice(1)).toEqual([
      'S-3,c,"needs a client, and process leads to none"',
      expect.stringContaining('there is no process'),
    ]);
    const made = await importing.database.owner.query(
      'select s.name, c.name as client from ws_1.step s join rowplane.clients c on c.id = s.client_id order by 1',
    );
    expect(made).toEqual([
      { name: 'a', client: 'General' },
      { name: 'b', client: 'Experts' },
    ]);
    await importing.database.owner.query('delete from ws_1.step');
  });

  test('into a folder below the root, in an archive without clients', async () => {
    const request = { archive: 'Contracts', definition: 'document', folder: 'Leases/2024/Signed' };
    await importing.importCsv('title,amount\nLease of a garage,120.5\n', request);
    const found = await importing.database.owner.query(
      `select d.amount::text, f.name, client_id from ws_1.document d join rowplane.folders f on f.id = d.folder_id where title = 'Lease of a garage'`,
    );
    expect(found).toEqual([{ amount: '12050', name: 'Signed', client_id: null }]);
  });
});

describe('rows that can not be imported', () => {
  test('go to a file with the reason, as they stand in the source, and take no other row with them', async () => {
    const summary = await importing.importCsv(
      'reference,channel,started_at,client\n' +
        'C-1,Desk,2026-01-05T09:30:00Z,General\n' +
        'C-2,Pigeon,2026-13-05,General\n' +
        ',Desk,,General\n' +
        'C-4,"Desk","",Nobody\n' +
        'C-5,Desk\n' +
        'C-6,Desk,,Experts\n',
      { clientFrom: 'client' },
    );
    expect(summary).toMatchObject({ rows: 6, imported: 2, rejected: 4 });
    expect(await records()).toEqual([{ reference: 'C-1' }, { reference: 'C-6' }]);
    const [header, ...lines] = await importing.rejected();
    expect(header).toBe('reference,channel,started_at,client,rejected_because');
    expect(lines[0]).toMatch(
      /^C-2,Pigeon,2026-13-05,General,"channel must be one of INTERNET, .*; started_at must be a moment/,
    );
    expect(lines[1]).toBe(',Desk,,General,"reference is required"');
    expect(lines[2]).toMatch(/^C-4,"Desk","",Nobody,"has the client ""Nobody"", which is not one of the user's/);
    expect(lines[3]).toBe('C-5,Desk,"has 2 cells where the header has 4"');
  });

  test('can be mended in that file and imported again', async () => {
    await importing.importCsv('reference,channel\nD-1,Pigeon\n', { user: 'dara' });
    const again = (await importing.rejected()).join('\n').replace('Pigeon', 'Post');
    expect(await importing.importCsv(`${again}\n`, { user: 'dara' })).toMatchObject({ imported: 1, rejected: 0 });
    expect(existsSync(importing.file('rows.csv.rejected.csv'))).toBe(false);
  });

  test('C7: a client of another user is none of yours', async () => {
    const summary = await importing.importCsv('reference,client\nE-1,General\nE-2,Experts\n', {
      user: 'dara',
      clientFrom: 'client',
    });
    expect(summary).toMatchObject({ imported: 1, rejected: 1 });
    expect(await records('reference, c.name as client')).toEqual([{ reference: 'E-2', client: 'Experts' }]);
  });

  test('V2: a unique value is taken in the file, by a visible record, and by a hidden one', async () => {
    await importing.importCsv('reference,client\nF-1,General\n', { clientFrom: 'client' });
    const summary = await importing.importCsv(
      'reference,client\nF-1,General\nF-1,Experts\nF-2,General\nF-2,General\nF-2,Experts\n',
      { clientFrom: 'client' },
    );
    expect(summary).toMatchObject({ imported: 3, rejected: 2 });
    expect(summary.reasons).toEqual([
      'row 1: reference is taken: another record has this Reference there',
      'row 4: reference is the same as in row 3',
    ]);
  });

  test('a row that only the database refuses is found among thousands', async () => {
    // In the trash of nobody's sight, but taken all the same: only the index knows.
    await importing.database.owner.query(
      `create unique index only_one on ws_1.process (responsible) where responsible = 'The one'`,
    );
    const rows = Array.from({ length: 3000 }, (_, i) => `G-${i},${i === 1234 || i === 2345 ? 'The one' : 'Anybody'}`);
    const summary = await importing.importCsv(`reference,responsible\n${rows.join('\n')}\n`, { user: 'dara' });
    await importing.database.owner.query('drop index ws_1.only_one');
    expect(summary).toMatchObject({ rows: 3000, imported: 2999, rejected: 1 });
    expect((await importing.rejected())[1]).toMatch(/^G-2345,The one,/);
  });
});

describe('rules of the user', () => {
  test('W3: a viewer without CREATE imports nothing, and everything is kept for another try', async () => {
    const request = { user: 'emil', workspace: 'Review', archive: 'Matter 1', definition: 'document' };
    const failure = await importing.importCsv('title\nNew one\n', request).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('no plane of theirs grants CREATE') as string,
    });
    expect((await importing.rejected())[1]).toMatch(/^New one,"not reached/);
  });

  test('W3: rows go through a plane whose restriction they meet, with fields that it has as EDIT', async () => {
    const request = { user: 'fay', workspace: 'Review', archive: 'Matter 1', definition: 'document' };
    const summary = await importing.importCsv('title,relevancy\nx,RELEVANT\n', request);
    // The second level sees titles and doesn't edit them.
    expect(summary).toMatchObject({ imported: 0, rejected: 1 });
    expect(summary.reasons[0]).toContain("no plane of fay's that grants CREATE has all of these fields as EDIT");
  });

  test('C6: an archive that the user does not see does not exist', async () => {
    await expect(importing.importCsv('reference\nH-1\n', { user: 'emil' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('W8: references are found among what the user sees', async () => {
    await importing.importCsv('reference,client\nI-1,General\nI-2,Experts\n', { clientFrom: 'client' });
    const request = { archive: 'Contracts', definition: 'step', map: { columns: { permit: 'process' } } };
    const csv = 'permit,name\nI-1,first\nI-2,second\nI-3,third\n';
    expect(await importing.importCsv(csv, request)).toMatchObject({ imported: 2, rejected: 1 });
    const asDara = await importing.importCsv(csv, { ...request, user: 'dara' });
    expect(asDara).toMatchObject({ imported: 1, rejected: 2 });
    expect(asDara.reasons).toEqual([
      `row 1: permit: there is no process with the reference 'I-1' that dara sees`,
      `row 3: permit: there is no process with the reference 'I-3' that dara sees`,
    ]);
    await importing.database.owner.query('delete from ws_1.step');
  });

  test("staged rows are the importing user's alone, and what a killed importer left goes with the next one", async () => {
    const { owner } = importing.database;
    const person = importing.people.dara ?? '';
    await owner.query(`select rowplane.create_import('run_left', $1, 1, array['f_name'], array['text'], '{}')`, [
      person,
    ]);
    await owner.query(`insert into rowplane_import.run_left (line, raw, f_name) values (1, 'x', 'x')`);
    const seenBy = async (name: string) =>
      (
        await withViewer(importing.database, importing.people[name] ?? '', (viewer) =>
          viewer.query('select from rowplane_import.run_left'),
        )
      ).length;
    expect(await seenBy('dara')).toBe(1);
    expect(await seenBy('ada')).toBe(0);
    const asDara = (sql: string) => withViewer(importing.database, person, (viewer) => viewer.query(sql));
    await expect(asDara(`update rowplane_import.run_left set f_name = 'y'`)).rejects.toMatchObject({ code: '42501' });
    await expect(asDara(`insert into rowplane_import.run_left (line, raw) values (2, 'y')`)).rejects.toMatchObject({
      code: '42501',
    });

    await importing.importCsv('reference,channel\nJ-1,Post\n', { user: 'dara' });
    const left = await owner.query(
      `select relname from pg_class where relnamespace = 'rowplane_import'::regnamespace and relkind = 'r'`,
    );
    expect(left).toEqual([]);
  });
});

describe('the file', () => {
  test('a column without a meaning is refused before anything is imported', async () => {
    await expect(importing.importCsv('reference,colour\nK-1,red\n', { user: 'dara' })).rejects.toThrow(
      'column "colour" is like no field of process',
    );
    const map = { columns: { colour: null } };
    expect(await importing.importCsv('reference,colour\nK-1,red\n', { user: 'dara', map })).toMatchObject({
      imported: 1,
    });
  });

  test('must be in the encoding that it is said to be in', async () => {
    const file = importing.file('latin.csv');
    await writeFile(file, Buffer.from('reference;responsible\nL-1;Müller\n', 'latin1'));
    await expect(importing.importCsv('', { user: 'dara', file })).rejects.toThrow(/is not in utf-8/);
    const map = { encoding: 'windows-1252' };
    expect(await importing.importCsv('', { user: 'dara', file, map })).toMatchObject({ imported: 1 });
    expect(await records('responsible', `reference = 'L-1'`)).toEqual([{ responsible: 'Müller' }]);
  });

  test('that is not well-formed is refused as a whole', async () => {
    await expect(importing.importCsv('reference,group\nM-1,"open\nM-2,x\n', { user: 'dara' })).rejects.toThrow(
      /not well-formed CSV/,
    );
    await expect(importing.importCsv('', { user: 'dara' })).rejects.toThrow(/is empty/);
    expect(await records()).toEqual([]);
  });

  test('may hold quotes, line ends, tabs, backslashes and any script', async () => {
    const odd = 'a "quoted"\tword\nnext \\N line, Ü 漢字 😀';
    await importing.importCsv(`reference,group\nN-1,"${odd.replaceAll('"', '""')}"\n`, { user: 'dara' });
    expect(await records('"group"', `reference = 'N-1'`)).toEqual([{ group: odd }]);
  });
});
