import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/viewers.ts';
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

test('W3, D1: a record is created with the values given, its owner the viewer, its version 1', async () => {
  const { archives, clients, people } = vault;
  const id = await writerOf(vault, 'outsider').create(
    { archive: archives.safe, client: clients.alpha },
    { code: 'N1', title: 'new', status: 'OPEN' },
  );
  expect(await vault.papers()).toMatchObject([
    {
      id,
      code: 'N1',
      title: 'new',
      status: 'OPEN',
      secret: null,
      archive_id: archives.safe,
      folder_id: archives.safe,
      client_id: clients.alpha,
      owner_id: people.outsider.id,
      version: 1,
      deleted_at: null,
    },
  ]);
});

test('P8: a folder alone says which archive it is in', async () => {
  await writerOf(vault, 'outsider').create({ folder: vault.drawer }, { code: 'N1' });
  expect(await vault.papers()).toMatchObject([{ archive_id: vault.archives.cabinet, folder_id: vault.drawer }]);
  expect(await refusal(writerOf(vault, 'outsider').create({}, { code: 'N2' }))).toMatchObject({
    problems: [{ path: 'archive' }],
  });
  expect(
    await refusal(
      writerOf(vault, 'outsider').create({ archive: vault.archives.safe, folder: vault.drawer }, { code: 'N2' }),
    ),
  ).toEqual({ code: 'NOT_FOUND', path: 'folder' });
});

test('C8: without a client the record gets the viewer’s only one; with several, they are listed', async () => {
  const { archives, clients } = vault;
  await writerOf(vault, 'outsider').create({ archive: archives.safe }, { code: 'N1' });
  expect(await vault.papers()).toMatchObject([{ client_id: clients.alpha }]);
  expect(await refusal(writerOf(vault, 'keeper').create({ archive: archives.safe }, { code: 'N2' }))).toEqual({
    code: 'CLIENT_REQUIRED',
    clients: [
      { id: clients.alpha, name: 'Alpha' },
      { id: clients.beta, name: 'Beta' },
    ],
  });
});

test('C7: a client that is not the viewer’s is refused like one that does not exist', async () => {
  const { archives, clients } = vault;
  const outsider = writerOf(vault, 'outsider');
  const answers = await Promise.all(
    [clients.beta, MISSING].map((client) =>
      refusal(outsider.create({ archive: archives.safe, client }, { code: 'N1' })),
    ),
  );
  expect(answers[0]).toEqual({ code: 'NOT_FOUND', path: 'client' });
  expect(answers[1]).toEqual(answers[0]);
});

test('C6: an archive of which the viewer has no client is refused like one that does not exist', async () => {
  const nobody = writerOf(vault, 'nobody');
  const answers = await Promise.all(
    [vault.archives.safe, MISSING].map((archive) => refusal(nobody.create({ archive }, { code: 'N1' }))),
  );
  expect(answers[0]).toEqual({ code: 'NOT_FOUND', path: 'archive' });
  expect(answers[1]).toEqual(answers[0]);
});

test('C1: where clients are off, none can be given', async () => {
  const { archives, clients } = vault;
  expect(
    await refusal(
      writerOf(vault, 'outsider').create({ archive: archives.cabinet, client: clients.alpha }, { code: 'N1' }),
    ),
  ).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path: 'client' }] });
});

test('W3: without a plane that grants CREATE nothing is created', async () => {
  const { archives } = vault;
  for (const person of ['nobody', 'mixer'] as const)
    expect(await refusal(writerOf(vault, person).create({ archive: archives.cabinet }, { code: 'N1' }))).toEqual({
      code: 'FORBIDDEN',
      ability: 'CREATE',
    });
});

test('W3: a field that is not EDIT in such a plane can not be given, not even empty', async () => {
  const { archives } = vault;
  for (const secret of ['x', null])
    expect(
      await refusal(writerOf(vault, 'outsider').create({ archive: archives.cabinet }, { code: 'N1', secret })),
    ).toEqual({ code: 'FORBIDDEN', fields: ['secret'] });
});

test('W3: the record must meet the restriction of a plane that grants CREATE', async () => {
  const { archives } = vault;
  const opener = writerOf(vault, 'opener');
  expect(await refusal(opener.create({ archive: archives.cabinet }, { code: 'N1', status: 'CLOSED' }))).toEqual({
    code: 'FORBIDDEN',
    ability: 'CREATE',
  });
  await opener.create({ archive: archives.cabinet }, { code: 'N1', status: 'OPEN' });
  expect(await vault.papers()).toHaveLength(1);
});

test('W3: of several planes, any that takes the record will do', async () => {
  const { archives, groups, planes, people, owner } = vault;
  await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [
    groups.opener,
    people.mixer.id,
  ]);
  await owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [
    planes.outside,
    groups.mixer,
  ]);
  const mixer = writerOf(vault, 'mixer');
  await mixer.create({ archive: archives.cabinet }, { code: 'N1', status: 'CLOSED' });
  await mixer.create({ archive: archives.cabinet }, { code: 'N2', status: 'OPEN' });
  expect(await vault.papers()).toHaveLength(2);
  await owner.query('delete from rowplane.group_members where group_id = $1 and user_id = $2', [
    groups.opener,
    people.mixer.id,
  ]);
  await owner.query('delete from rowplane.plane_groups where plane_id = $1 and group_id = $2', [
    planes.outside,
    groups.mixer,
  ]);
});

test('required fields need a value, and every problem is told at once', async () => {
  expect(
    await refusal(writerOf(vault, 'keeper').create({ archive: vault.archives.cabinet }, { pages: 1.5, title: 'x' })),
  ).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path: 'code' }, { path: 'pages' }] });
});

test('V2: a taken value is told on its field; one in the trash is free', async () => {
  const { archives } = vault;
  const [first] = await vault.lay({ archive: archives.cabinet, code: 'N1' });
  const outsider = writerOf(vault, 'outsider');
  expect(await refusal(outsider.create({ archive: archives.cabinet }, { code: 'N1' }))).toMatchObject({
    code: 'VALIDATION_FAILED',
    problems: [{ path: 'code' }],
  });
  await outsider.trash([first!]);
  await outsider.create({ archive: archives.cabinet }, { code: 'N1' });
  expect(await refusal(outsider.restore([first!]))).toMatchObject({ problems: [{ path: 'code' }] });
});

test('W8: a new record can not refer to a hidden one', async () => {
  const { archives, clients } = vault;
  const [hidden] = await vault.lay({ archive: archives.safe, client: clients.beta, code: 'B1' });
  for (const parent of [hidden!, MISSING])
    expect(
      await refusal(writerOf(vault, 'outsider').create({ archive: archives.cabinet }, { code: 'N1', parent })),
    ).toEqual({
      code: 'VALIDATION_FAILED',
      problems: [{ path: 'parent', message: 'there is no such record' }],
    });
});

test('U4: guests and blocked users create nothing; the viewer without an account sees no archive', async () => {
  const { owner, groups, archives, workspace, definitions, viewers } = vault;
  const [guest, blocked] = await Promise.all([
    owner.query<{ id: string }>(`insert into rowplane.users (name, role) values ('gil', 'GUEST') returning id`),
    owner.query<{ id: string }>(
      `insert into rowplane.users (name, role, blocked_until) values ('bea', 'INTERNAL', 'infinity') returning id`,
    ),
  ]);
  for (const [user] of [guest, blocked]) {
    await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [
      groups.keeper,
      user!.id,
    ]);
    for (const permission of ['VIEW', 'EDIT', 'CREATE', 'DELETE'])
      await owner.query(
        `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, $3, 'ALLOW')`,
        [archives.cabinet, user!.id, permission],
      );
  }
  const people = { ...vault.people, keeper: guest[0]!, outsider: blocked[0]!, opener: { id: ANONYMOUS } };
  const as = { ...vault, people, workspace, definitions, viewers };
  expect(await refusal(writerOf(as, 'keeper').create({ archive: archives.cabinet }, { code: 'N1' }))).toMatchObject({
    code: 'FORBIDDEN',
  });
  for (const person of ['outsider', 'opener'] as const)
    expect(await refusal(writerOf(as, person).create({ archive: archives.cabinet }, { code: 'N1' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
});
