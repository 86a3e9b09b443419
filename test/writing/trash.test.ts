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

const safe = (
  client: 'alpha' | 'beta',
  code: string,
  rest: { status?: 'OPEN' | 'CLOSED'; trashed?: boolean } = {},
) => ({
  archive: vault.archives.safe,
  client: vault.clients[client],
  code,
  ...rest,
});

async function codes(): Promise<unknown[]> {
  return (await vault.papers()).map(({ code }) => code);
}

test('W2: deleting moves to the trash, and the same viewer restores', async () => {
  const [id] = await vault.lay(safe('alpha', 'T1'));
  const outsider = writerOf(vault, 'outsider');
  await outsider.trash([{ id: id!, version: 1 }]);
  expect((await vault.papers())[0]).toMatchObject({ deleted_at: expect.any(Date) as Date, version: 2 });
  expect(await refusal(outsider.update([id!], { title: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refusal(outsider.trash([id!]))).toMatchObject({ code: 'NOT_FOUND' });
  await outsider.restore([{ id: id!, version: 2 }]);
  expect((await vault.papers())[0]).toMatchObject({ deleted_at: null, version: 3 });
  expect(await refusal(outsider.restore([id!]))).toEqual({ code: 'NOT_FOUND', ids: [id] });
});

test('W2: deleting one needs DELETE, several MASS_DELETE', async () => {
  const [one, two] = await vault.lay(safe('alpha', 'T1', { status: 'OPEN' }), safe('alpha', 'T2', { status: 'OPEN' }));
  expect(await refusal(writerOf(vault, 'mixer').trash([one!]))).toMatchObject({ code: 'FORBIDDEN', ability: 'DELETE' });
  expect(await refusal(writerOf(vault, 'outsider').trash([one!, two!]))).toMatchObject({
    code: 'FORBIDDEN',
    ability: 'MASS_DELETE',
  });
  await writerOf(vault, 'opener').trash([one!, two!]);
  await writerOf(vault, 'opener').restore([one!, two!]);
  expect(await vault.papers()).toMatchObject([{ deleted_at: null }, { deleted_at: null }]);
});

test('W5: hidden and missing records are refused alike, in the trash and out of it', async () => {
  const [mine, hidden, gone] = await vault.lay(
    safe('alpha', 'T1', { status: 'OPEN' }),
    safe('beta', 'T2', { status: 'OPEN' }),
    safe('beta', 'T3', { status: 'OPEN', trashed: true }),
  );
  const opener = writerOf(vault, 'opener');
  expect(await refusal(opener.trash([mine!, hidden!, gone!, MISSING]))).toEqual({
    code: 'NOT_FOUND',
    ids: [hidden, gone, MISSING],
  });
  expect(await refusal(opener.restore([mine!, gone!, MISSING]))).toEqual({
    code: 'NOT_FOUND',
    ids: [mine, gone, MISSING],
  });
});

test('W2: emptying the trash takes only what the viewer would see and may delete', async () => {
  await vault.lay(
    safe('alpha', 'open, gone', { status: 'OPEN', trashed: true }),
    safe('alpha', 'closed, gone', { status: 'CLOSED', trashed: true }),
    safe('beta', 'beta, gone', { status: 'OPEN', trashed: true }),
    safe('alpha', 'there', { status: 'OPEN' }),
    { archive: vault.archives.cabinet, code: 'cabinet, gone', status: 'OPEN', trashed: true },
  );
  expect(await writerOf(vault, 'mixer').emptyTrash()).toEqual({ erased: 0, kept: 0 });
  expect(await writerOf(vault, 'opener').emptyTrash(vault.archives.safe)).toEqual({ erased: 1, kept: 0 });
  expect(await codes()).toEqual(['beta, gone', 'cabinet, gone', 'closed, gone', 'there']);
  expect(await writerOf(vault, 'opener').emptyTrash()).toEqual({ erased: 1, kept: 0 });
  expect(await writerOf(vault, 'keeper').emptyTrash()).toEqual({ erased: 2, kept: 0 });
  expect(await codes()).toEqual(['there']);
});

test('W2: erasing a record empties the references to it, also those between records that go together', async () => {
  const [parent] = await vault.lay(safe('alpha', 'parent', { trashed: true }));
  await vault.lay({ ...safe('beta', 'hidden child'), parent: parent! });
  await vault.lay({ ...safe('alpha', 'child', { trashed: true }), parent: parent! });
  await vault.owner.query(
    `update ws_${vault.workspace}.paper set parent_id = (select id from ws_${vault.workspace}.paper where code = 'child') where code = 'parent'`,
  );
  expect(await writerOf(vault, 'outsider').emptyTrash()).toEqual({ erased: 2, kept: 0 });
  expect(await vault.papers()).toMatchObject([{ code: 'hidden child', parent_id: null }]);
});

test('W2: what other records must refer to stays in the trash until they are gone', async () => {
  const { owner, workspace, archives, clients } = vault;
  const [id] = await vault.lay(safe('alpha', 'needed', { trashed: true }));
  await owner.query(
    `insert into ws_${workspace}.note (realm_id, archive_id, folder_id, client_id, text, paper_id)
     values (rowplane.realm_for($1, $2, $1), $1, $1, $2, 'needs it', $3)`,
    [archives.safe, clients.alpha, id],
  );
  expect(await writerOf(vault, 'outsider').emptyTrash()).toEqual({ erased: 0, kept: 1 });
  await owner.query(`update ws_${workspace}.note set deleted_at = now()`);
  expect(await writerOf(vault, 'outsider').emptyTrash()).toEqual({ erased: 2, kept: 0 });
});

test('P6, P10: guests and the viewer without an account have no function, so they erase nothing', async () => {
  const { owner, groups, archives } = vault;
  await vault.lay({ archive: archives.cabinet, code: 'gone', trashed: true });
  const [guest] = await owner.query<{ id: string }>(
    `insert into rowplane.users (name, role) values ('gil', 'GUEST') returning id`,
  );
  await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [
    groups.keeper,
    guest!.id,
  ]);
  for (const permission of ['VIEW', 'EDIT', 'DELETE'])
    await owner.query(
      `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, $3, 'ALLOW')`,
      [archives.cabinet, guest!.id, permission],
    );
  const asGuest = { ...vault, people: { ...vault.people, keeper: { id: guest!.id } } };
  expect(await refusal(writerOf(asGuest, 'keeper').emptyTrash())).toEqual({
    code: 'FORBIDDEN',
    function: 'EMPTY_TRASH',
  });
  expect(await codes()).toEqual(['gone']);
});
