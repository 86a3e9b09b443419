import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openVault, type Vault } from '../attack/vault.ts';
import { MISSING, refusal, writerOf } from './support.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());
beforeEach(async () => {
  await vault.owner.query(`truncate ws_${vault.workspace}.paper, ws_${vault.workspace}.note`);
});

const safe = (client: 'alpha' | 'beta', code: string) => ({
  archive: vault.archives.safe,
  client: vault.clients[client],
  code,
});

test('C7: the client of a record changes by an operation of its own, among the viewer’s clients', async () => {
  const { clients } = vault;
  const [one, two] = await vault.lay(safe('alpha', 'P1'), safe('alpha', 'P2'));
  await writerOf(vault, 'keeper').changeClient([one!, two!], clients.beta);
  expect(await vault.papers()).toMatchObject([
    { client_id: clients.beta, version: 2 },
    { client_id: clients.beta, version: 2 },
  ]);
  // Now they are gone for whoever works for Alpha alone.
  expect(await refusal(writerOf(vault, 'outsider').update([one!], { title: 'x' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('C7, W4: a record can not go to a client that is not the viewer’s, in the words for a missing one', async () => {
  const [one] = await vault.lay(safe('alpha', 'P1'), safe('beta', 'P2'));
  const outsider = writerOf(vault, 'outsider');
  const answers = [
    await refusal(outsider.changeClient([one!], vault.clients.beta)),
    await refusal(outsider.changeClient([one!], MISSING)),
  ];
  expect(answers[0]).toEqual({ code: 'NOT_FOUND', path: 'client' });
  expect(answers[1]).toEqual(answers[0]);
  expect((await vault.papers())[0]).toMatchObject({ client_id: vault.clients.alpha, version: 1 });
});

test('C7: where clients are off there is none to change', async () => {
  const [one] = await vault.lay({ archive: vault.archives.cabinet, code: 'P1' });
  expect(await refusal(writerOf(vault, 'keeper').changeClient([one!], vault.clients.alpha))).toMatchObject({
    code: 'VALIDATION_FAILED',
    problems: [{ path: 'client' }],
  });
});

test('W5: hidden and missing records are refused alike when the client changes, and nothing is changed', async () => {
  const [mine, hidden] = await vault.lay(safe('alpha', 'P1'), safe('beta', 'P2'));
  expect(
    await refusal(writerOf(vault, 'opener').changeClient([mine!, hidden!, MISSING], vault.clients.alpha)),
  ).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refusal(writerOf(vault, 'outsider').changeClient([hidden!, MISSING], vault.clients.alpha))).toEqual({
    code: 'NOT_FOUND',
    ids: [hidden, MISSING],
  });
});

test('P8: a record moves to another folder and keeps its client', async () => {
  const [one] = await vault.lay({ archive: vault.archives.cabinet, code: 'P1' });
  const outsider = writerOf(vault, 'outsider');
  await outsider.move([one!], 'cabinet', vault.drawer);
  expect(await vault.papers()).toMatchObject([{ folder_id: vault.drawer, client_id: null, version: 2 }]);
  await outsider.move([one!], 'cabinet');
  expect(await vault.papers()).toMatchObject([{ folder_id: vault.archives.cabinet, version: 3 }]);
});

test('C2: a record that kept its client when clients were turned off keeps it when it moves', async () => {
  const { owner, archives, clients } = vault;
  const folder = await owner.query<{ id: string }>(
    `insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, 'Shelf') returning id`,
    [archives.safe],
  );
  const [one] = await vault.lay(safe('alpha', 'P1'));
  await owner.query('update rowplane.archives set clients_enabled = false where id = $1', [archives.safe]);
  await writerOf(vault, 'outsider').move([one!], 'safe', folder[0]!.id);
  expect(await vault.papers()).toMatchObject([{ folder_id: folder[0]!.id, client_id: clients.alpha }]);
  await owner.query('update rowplane.archives set clients_enabled = true where id = $1', [archives.safe]);
});

test('C8: in another archive the client is the viewer’s only one, or must be said', async () => {
  const { archives, clients } = vault;
  const [one, two] = await vault.lay(
    { archive: archives.cabinet, code: 'P1' },
    { archive: archives.cabinet, code: 'P2' },
  );
  await writerOf(vault, 'outsider').move([one!], 'safe');
  expect((await vault.papers())[0]).toMatchObject({ archive_id: archives.safe, client_id: clients.alpha });
  expect(await refusal(writerOf(vault, 'keeper').move([two!], 'safe'))).toMatchObject({ code: 'CLIENT_REQUIRED' });
  await writerOf(vault, 'keeper').move([two!], 'safe', archives.safe, clients.beta);
  expect((await vault.papers())[1]).toMatchObject({ archive_id: archives.safe, client_id: clients.beta });
  await writerOf(vault, 'keeper').move([two!], 'cabinet');
  expect((await vault.papers())[1]).toMatchObject({ archive_id: archives.cabinet, client_id: null });
});

test('P8, V2: a folder that the viewer does not see is refused like a missing one', async () => {
  const { owner, workspace, archives } = vault;
  const [hidden] = await owner.query<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, 'Hidden', true) returning id`,
    [workspace],
  );
  const [one] = await vault.lay({ archive: archives.cabinet, code: 'P1' });
  const outsider = writerOf({ ...vault, archives: { ...archives, safe: hidden!.id } }, 'outsider');
  const answers = [
    await refusal(outsider.move([one!], 'safe', hidden!.id)),
    await refusal(outsider.move([one!], 'cabinet', MISSING)),
  ];
  for (const answer of answers) expect(answer).toMatchObject({ code: 'NOT_FOUND' });
});

test('V2: a unique value that is taken where the record goes is told on its field', async () => {
  const [, two] = await vault.lay(safe('alpha', 'same'), safe('beta', 'same'));
  expect(await refusal(writerOf(vault, 'keeper').changeClient([two!], vault.clients.alpha))).toMatchObject({
    code: 'VALIDATION_FAILED',
    problems: [{ path: 'code' }],
  });
});

test('W1: moving several needs MASS_UPDATE', async () => {
  const [one, two] = await vault.lay(
    { archive: vault.archives.cabinet, code: 'P1', status: 'OPEN' },
    { archive: vault.archives.cabinet, code: 'P2', status: 'OPEN' },
  );
  expect(await refusal(writerOf(vault, 'outsider').move([one!, two!], 'cabinet', vault.drawer))).toMatchObject({
    code: 'FORBIDDEN',
    ability: 'MASS_UPDATE',
  });
  await writerOf(vault, 'opener').move([one!, two!], 'cabinet', vault.drawer);
  expect(await vault.papers()).toMatchObject([{ folder_id: vault.drawer }, { folder_id: vault.drawer }]);
});
