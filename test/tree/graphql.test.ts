import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let contracts: string;
let [ben, cleo, gus, hana]: string[] = [];
let [year, month, secret]: string[] = [];
let paper: string;

beforeAll(async () => {
  office = await openOffice();
  [ben, cleo] = [await office.user('ben'), await office.user('cleo')];
  [gus, hana] = [await office.user('gus', 'EXTERNAL'), await office.user('hana', 'GUEST')];
  here = await office.workspace('Office');
  await here.join(here.full, [ben, cleo, gus, hana]);
});
afterAll(() => office?.end());
beforeEach(async () => {
  const { owner } = office;
  await owner.query(`delete from ws_${here.id}.paper; delete from rowplane.archives`);
  contracts = await here.archive('Contracts');
  year = await here.folder(contracts, '2026');
  month = await here.folder(year, 'January');
  secret = await here.folder(contracts, 'Secret');
  [paper] = (await here.records('paper', [{ title: 'lease' }], { archive: contracts, folder: month })) as [string];
  await owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'EDIT_PERMISSIONS', 'ALLOW')`,
    [contracts, ben],
  );
});

const folderId = (id: string) => encodeId('Folder', id);
const SET = `mutation ($changes: [PermissionChangeInput!]!, $confirm: Boolean) { setPermissions(input: { changes: $changes, confirm: $confirm }) {
  objects { object hasOwnEntries inherits } warnings { code message } } }`;
const change = (object: string, principal: string, permission: string, decision: string | null) => ({
  object,
  principal,
  permission,
  decision,
});
const codes = async (viewer: string, source: string, variables: Record<string, unknown>) =>
  (await office.graphql(viewer, source, variables)).errors?.map(({ extensions }) => extensions.code);

test('P2, P5: a holder sets entries on several objects at once, and sees them with where they come from', async () => {
  const lease = office.idOf('paper', here, paper);
  const data = await office.data<{ setPermissions: { warnings: { message: string }[] } }>(ben!, SET, {
    changes: [
      change(folderId(secret!), encodeId('User', cleo!), 'VIEW', 'DENY'),
      change(folderId(secret!), encodeId('User', hana!), 'VIEW', 'ALLOW'),
      change(lease, encodeId('User', hana!), 'VIEW', 'ALLOW'),
    ],
  });
  expect(data.setPermissions).toMatchObject({
    objects: [
      { object: folderId(secret!), hasOwnEntries: true, inherits: true },
      { object: lease, hasOwnEntries: true, inherits: true },
    ],
    warnings: [{ code: 'DENY_REACHES' }],
  });
  expect(data.setPermissions.warnings[0]!.message).toContain('cleo');
  const { permissions } = await office.data<{
    permissions: { entries: { principal: { name: string }; inheritedFrom: { name: string } | null }[] };
  }>(
    ben!,
    'query ($object: ID!) { permissions(object: $object) { hasOwnEntries inherits mayEdit entries { principal { kind name } permission decision inherited inheritedFrom { name } copied } } }',
    { object: lease },
  );
  expect(permissions).toMatchObject({ hasOwnEntries: true, inherits: true, mayEdit: true });
  expect(
    permissions.entries.map(({ principal, inheritedFrom }) => [principal.name, inheritedFrom?.name ?? null]),
  ).toEqual([
    ['hana', null],
    ['ben', 'Contracts'],
    ...(['Administrators', 'Everyone', 'Everyone', 'Everyone', 'Everyone'] as const).map((name) => [name, 'Contracts']),
  ]);
  expect(
    await office.data(
      cleo!,
      '{ archives { nodes { folders { nodes { name } } } } papers { nodes { title folder { path } } } }',
    ),
  ).toEqual({
    archives: { nodes: [{ folders: { nodes: [{ name: '2026' }] } }] },
    papers: { nodes: [{ title: 'lease', folder: { path: 'Contracts/2026/January' } }] },
  });
  // P14: the shared folder is the guest's topmost one, and the record's own folder is hidden.
  expect(
    await office.data(
      hana!,
      '{ archives { nodes { name rootFolder { id } folders { totalCount nodes { name path parent { id } } } } } papers { nodes { title folder { path } } } }',
    ),
  ).toEqual({
    archives: {
      nodes: [
        {
          name: 'Contracts',
          rootFolder: null,
          folders: { totalCount: 1, nodes: [{ name: 'Secret', path: 'Secret', parent: null }] },
        },
      ],
    },
    papers: { nodes: [{ title: 'lease', folder: null }] },
  });
});

test('P14: a folder below a hidden one stands at the top, with its path from itself', async () => {
  await office.owner.query('insert into rowplane.inheritance_breaks (object_id) values ($1)', [month]);
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'DENY')`,
    [year, cleo],
  );
  expect(
    await office.data(
      cleo!,
      '{ archives { nodes { folders { totalCount nodes { name path parent { name } } } } } papers { nodes { folder { path } } } }',
    ),
  ).toEqual({
    archives: {
      nodes: [
        {
          folders: {
            totalCount: 2,
            nodes: [
              { name: 'January', path: 'January', parent: null },
              { name: 'Secret', path: 'Contracts/Secret', parent: { name: 'Contracts' } },
            ],
          },
        },
      ],
    },
    papers: { nodes: [{ folder: { path: 'January' } }] },
  });
});

test('P8: nothing is changed by whoever may not, or doesn’t see; a batch is all or nothing', async () => {
  const good = change(folderId(year!), encodeId('User', cleo!), 'VIEW', 'DENY');
  expect(await codes(cleo!, SET, { changes: [good] })).toEqual(['FORBIDDEN']);
  expect(await codes(hana!, SET, { changes: [good] })).toEqual(['NOT_FOUND']);
  expect(
    await codes(ben!, SET, { changes: [good, { ...good, object: folderId('01900000-0000-7000-8000-000000000000') }] }),
  ).toEqual(['NOT_FOUND']);
  expect(await codes(ben!, SET, { changes: [good, { ...good, object: 'nonsense' }] })).toEqual(['VALIDATION_FAILED']);
  const { errors } = await office.graphql(ben!, SET, {
    changes: [good, { ...good, principal: encodeId('User', '01900000-0000-7000-8000-000000000000') }],
  });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', path: 'changes[1].principal' });
  expect(await office.owner.query('select from rowplane.object_entries where object_id = $1', [year])).toEqual([]);
  expect(office.unexpected).toEqual([]);
});

test('P2, P5, P8: what is refused of one of several objects says of which', async () => {
  const other = await here.archive('Ledgers');
  const own = encodeId('User', ben!);
  const good = change(folderId(year!), encodeId('User', cleo!), 'EDIT', 'ALLOW');
  const refused = async (source: string, variables: Record<string, unknown>) =>
    (await office.graphql(ben!, source, variables)).errors?.map(({ extensions: { code, path } }) => [code, path]);
  const nowhere = folderId('01900000-0000-7000-8000-000000000000');
  for (const [object, code] of [
    [encodeId('Archive', other), 'FORBIDDEN'],
    [nowhere, 'NOT_FOUND'],
  ] as const) {
    expect(await refused(SET, { changes: [good, good, change(object, own, 'VIEW', 'ALLOW')] })).toEqual([
      [code, 'changes[2].object'],
    ]);
    for (const mutation of ['breakInheritance', 'restoreInheritance']) {
      const source = `mutation ($ids: [ID!]!) { ${mutation}(input: { objects: $ids }) { objects { object } } }`;
      expect(await refused(source, { ids: [folderId(year!), object] })).toEqual([[code, 'objects[1]']]);
    }
  }
  await office.data(
    ben!,
    'mutation ($id: ID!) { breakInheritance(input: { objects: [$id] }) { objects { inherits } } }',
    { id: folderId(year!) },
  );
  const losing = [
    change(folderId(secret!), own, 'EDIT', 'ALLOW'),
    change(folderId(year!), own, 'EDIT_PERMISSIONS', null),
  ];
  expect(await refused(SET, { changes: losing })).toEqual([['LOCKED_OUT', 'changes[1].object']]);
  expect(office.unexpected).toEqual([]);
});

describe('P5, P7', () => {
  const BREAK =
    'mutation ($id: ID!) { breakInheritance(input: { objects: [$id] }) { objects { inherits hasOwnEntries entries { copied } } } }';
  const RESTORE =
    'mutation ($id: ID!, $confirm: Boolean) { restoreInheritance(input: { objects: [$id], confirm: $confirm }) { objects { inherits } } }';

  test('inheritance is broken and restored', async () => {
    const broken = await office.data<{ breakInheritance: { objects: { entries: unknown[] }[] } }>(ben!, BREAK, {
      id: folderId(year!),
    });
    expect(broken.breakInheritance.objects[0]).toMatchObject({ inherits: false, hasOwnEntries: false });
    expect(broken.breakInheritance.objects[0]!.entries).toEqual(Array(6).fill({ copied: true }));
    expect(
      await office.data(
        ben!,
        'query ($id: ID!) { folder(id: $id) { hasOwnPermissions inheritsPermissions mayEdit mayCreate mayDelete mayEditPermissions } }',
        { id: folderId(year!) },
      ),
    ).toEqual({
      folder: {
        hasOwnPermissions: false,
        inheritsPermissions: false,
        mayEdit: true,
        mayCreate: true,
        mayDelete: true,
        mayEditPermissions: true,
      },
    });
    expect(await office.data(ben!, RESTORE, { id: folderId(year!) })).toEqual({
      restoreInheritance: { objects: [{ inherits: true }] },
    });
    expect(await codes(ben!, BREAK, { id: encodeId('Archive', contracts) })).toEqual(['VALIDATION_FAILED']);
  });

  test('P7: taking one’s own right needs a confirmation', async () => {
    await office.data(ben!, BREAK, { id: folderId(year!) });
    const own = [change(folderId(year!), encodeId('User', ben!), 'EDIT_PERMISSIONS', null)];
    const { errors } = await office.graphql(ben!, SET, { changes: own });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LOCKED_OUT', confirm: 'OWN_EDIT_PERMISSIONS' });
    expect(errors?.[0]?.message).toContain('set "confirm" (on the command line: --confirm)');
    await office.data(ben!, SET, { changes: own, confirm: true });
    expect(await codes(ben!, RESTORE, { id: folderId(year!) })).toEqual(['FORBIDDEN']);
  });

  test('P7: nobody locks an archive for everybody', async () => {
    const own = [change(encodeId('Archive', contracts), encodeId('User', ben!), 'EDIT_PERMISSIONS', 'UNSPECIFIED')];
    expect(await codes(ben!, SET, { changes: own, confirm: true })).toEqual(['LOCKED_OUT']);
  });
});

test('P9: access.effectivePermission answers with every entry that contributed', async () => {
  const source = `query ($object: ID!, $principal: ID!) { access { effectivePermission(object: $object, principal: $principal, permission: EDIT) {
    decision allowed entries { principal { name } decision inheritedFrom { name } } } } }`;
  await office.data(ben!, SET, { changes: [change(folderId(year!), encodeId('User', gus!), 'EDIT', 'DENY')] });
  const asked = { object: folderId(month!), principal: encodeId('User', gus!) };
  const answer = {
    access: {
      effectivePermission: {
        decision: 'DENY',
        allowed: false,
        entries: [
          { principal: { name: 'gus' }, decision: 'DENY', inheritedFrom: { name: '2026' } },
          { principal: { name: 'Everyone' }, decision: 'ALLOW', inheritedFrom: { name: 'Contracts' } },
        ],
      },
    },
  };
  expect(await office.data(ben!, source, asked)).toEqual(answer);
  expect(await office.data(gus!, source, asked)).toEqual(answer);
  expect(await codes(cleo!, source, asked)).toEqual(['FORBIDDEN']);
  expect(await codes(hana!, source, asked)).toEqual(['NOT_FOUND']);
});

test('V2: the permissions of what the viewer doesn’t see are null, as of what doesn’t exist', async () => {
  const source = 'query ($object: ID!) { permissions(object: $object) { inherits } }';
  for (const object of [
    folderId(year!),
    office.idOf('paper', here, paper),
    folderId('01900000-0000-7000-8000-000000000000'),
    'nonsense',
    encodeId('User', ben!),
  ])
    expect(await office.data(hana!, source, { object })).toEqual({ permissions: null });
});

test('P8, W2: folders are moved, deleted and restored', async () => {
  const MOVE =
    'mutation ($id: ID!, $parent: ID!) { moveFolder(input: { id: $id, parent: $parent }) { folder { path } } }';
  expect(await office.data(cleo!, MOVE, { id: folderId(month!), parent: folderId(secret!) })).toEqual({
    moveFolder: { folder: { path: 'Contracts/Secret/January' } },
  });
  expect(await office.data(cleo!, MOVE, { id: folderId(month!), parent: encodeId('Archive', contracts) })).toEqual({
    moveFolder: { folder: { path: 'Contracts/January' } },
  });
  const DELETE = 'mutation ($id: ID!) { deleteFolder(input: { id: $id }) { deletedId } }';
  expect(await office.data(cleo!, DELETE, { id: folderId(month!) })).toEqual({
    deleteFolder: { deletedId: folderId(month!) },
  });
  expect(
    await office.data(
      cleo!,
      'query ($id: ID!) { folder(id: $id) { id } papers { totalCount } trashedPapers { nodes { title folder { id } } } }',
      { id: folderId(month!) },
    ),
  ).toEqual({
    folder: null,
    papers: { totalCount: 0 },
    trashedPapers: { nodes: [{ title: 'lease', folder: null }] },
  });
  const RESTORE = 'mutation ($id: ID!) { restoreFolder(input: { id: $id }) { folder { name } } }';
  expect(await office.data(cleo!, RESTORE, { id: folderId(month!) })).toEqual({
    restoreFolder: { folder: { name: 'January' } },
  });
  expect(await office.data(cleo!, '{ papers { totalCount } }')).toEqual({ papers: { totalCount: 1 } });
  await office.data(cleo!, DELETE, { id: folderId(month!) });
  await office.data(cleo!, 'mutation ($id: ID!) { emptyTrash(input: { archive: $id }) { erased kept } }', {
    id: encodeId('Archive', contracts),
  });
  expect(await office.owner.query('select from rowplane.folders where id = $1', [month])).toEqual([]);
  expect(await codes(cleo!, RESTORE, { id: folderId(month!) })).toEqual(['NOT_FOUND']);
});

test('V4: levels and abilities of a record follow its own permissions', async () => {
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'EDIT', 'DENY')`,
    [paper, cleo],
  );
  const source = '{ papers { nodes { fieldLevel(field: TITLE) abilities } } }';
  expect(await office.data(cleo!, source)).toEqual({
    papers: { nodes: [{ fieldLevel: 'READ', abilities: ['PRINT'] }] },
  });
  expect(await office.data(gus!, source)).toMatchObject({
    papers: { nodes: [{ fieldLevel: 'EDIT', abilities: expect.arrayContaining(['DELETE']) }] },
  });
});
