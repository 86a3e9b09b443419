import { afterAll, beforeAll, expect, test } from 'vitest';
import { withViewer } from '../support/database.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());

test('C5: a realm that goes with its archive does not hand its place to another one', async () => {
  const { owner, workspace, archives, clients, people, planes, database } = vault;
  const [doomed] = await owner.query<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'Doomed') returning id`,
    [workspace],
  );
  await owner.query('select rowplane.realm_for($1, null, $1)', [doomed!.id]);
  await vault.lay(
    { archive: archives.safe, client: clients.beta, code: 'hidden' },
    { archive: archives.safe, client: clients.alpha, code: 'seen' },
  );
  const seen = () =>
    withViewer(database, people.outsider.id, (session) =>
      session.query(`select code from plane_${planes.outside}.paper`),
    );
  expect(await seen()).toEqual([{ code: 'seen' }]);
  await owner.query('delete from rowplane.archives where id = $1', [doomed!.id]);
  expect(await seen()).toEqual([{ code: 'seen' }]);
});
