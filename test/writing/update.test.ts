import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { updateRecords } from '../../src/writer/update.ts';
import { openVault, type Vault } from '../attack/vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());

test('W1: fields that are EDIT are changed', async () => {
  const { archives, clients, people, viewers, workspace, definitions } = vault;
  const [id] = await vault.lay({ archive: archives.safe, client: clients.alpha, code: 'A1', title: 'before' });
  const shelf = { workspace, definition: definitions.get('paper')! };
  await updateRecords({ viewers, viewer: people.outsider }, shelf, [{ id: id! }], { title: 'after' });
  expect(await vault.papers()).toMatchObject([{ code: 'A1', title: 'after', version: 2 }]);
});
