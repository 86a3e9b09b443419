import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImporting, type Importing } from '../import/importing.ts';

let importing: Importing;

beforeAll(async () => {
  importing = await createImporting();
});
afterAll(() => importing?.drop());

const records = () =>
  importing.database.owner.query(`select reference from ws_1.process where reference not like 'P-2025-%'`);

test('P10: who lacks IMPORT imports nothing, and hears so before anything is read in', async () => {
  const { owner } = importing.database;
  await owner.query(
    `insert into rowplane.function_entries (workspace_id, function, user_id, decision) values (1, 'IMPORT', $1, 'DENY')`,
    [importing.people.cleo],
  );
  await expect(
    importing.importCsv('reference\nI-1\n', { user: 'cleo', clientFrom: 'reference' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN', details: { function: 'IMPORT' } });
  expect(await records()).toEqual([]);
  await owner.query('delete from rowplane.function_entries where user_id = $1', [importing.people.cleo]);
});

test('P11: an import into a locked workspace stops at once, with all that is left in the rejected file', async () => {
  const { owner } = importing.database;
  await owner.query(`insert into rowplane.workspace_locks (workspace_id, holder_id, reason) values (1, $1, 'Audit')`, [
    importing.people.ada,
  ]);
  await expect(importing.importCsv('reference\nI-1\nI-2\n', { user: 'dara' })).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('stopped after row 0') as string,
  });
  expect(await importing.rejected()).toHaveLength(3);
  expect(await records()).toEqual([]);
  await owner.query('delete from rowplane.workspace_locks');
});

test('W7: rows may be imported frozen', async () => {
  await importing.importCsv('reference,endedAt\nI-9,2026-01-31T12:00:00Z\n', { user: 'dara' });
  expect(await records()).toEqual([{ reference: 'I-9' }]);
});
