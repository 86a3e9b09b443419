import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { withViewer } from '../support/database.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let mia: string;
let ben: string;
let paper: string;
let workspace: string;

beforeAll(async () => {
  office = await openOffice();
  [mia, ben] = [await office.user('mia'), await office.user('ben')];
  here = await office.workspace('Office');
  const archive = await here.archive('Permits');
  await here.join(here.full, [mia, ben]);
  const [made] = await here.records('paper', [{ title: 'a' }], { archive });
  paper = office.idOf('paper', here, made!);
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'EDIT_PERMISSIONS', 'ALLOW')`,
    [archive, mia],
  );
  const { workspaces } = await office.data<{ workspaces: { nodes: { id: string }[] } }>(
    ben,
    '{ workspaces { nodes { id } } }',
  );
  workspace = workspaces.nodes[0]!.id;
});
afterEach(() => office.owner.query('delete from rowplane.workspace_locks'));
afterAll(() => office?.end());

const LOCK = `mutation ($input: LockWorkspaceInput!) {
  lockWorkspace(input: $input) { workspace { name lock { reason since holder { name } } } }
}`;
const lockBy = (person: string, reason = 'Moving house') =>
  office.graphql(person, LOCK, { input: { workspace, reason } });

async function told(viewer: string) {
  const { papers } = await office.data<{ papers: { nodes: unknown[] } }>(
    viewer,
    '{ papers { nodes { abilities level: fieldLevel(field: TITLE) } } }',
  );
  return papers.nodes;
}

/** What somebody is told that they may do in the archive's root, by GraphQL and by SQL (V6). */
async function toldOfFolder(viewer: string) {
  const { archives } = await office.data<{ archives: { nodes: { rootFolder: Record<string, boolean> }[] } }>(
    viewer,
    '{ archives { nodes { rootFolder { mayEdit mayCreate mayDelete mayEditPermissions } } } }',
  );
  const rows = await withViewer(office.database, viewer, (sql) =>
    sql.query<{ may: boolean[] }>(`select array[may_edit, may_create, may_delete] as may from rowplane.visible_folders
      union all select array[may_edit, may_create, may_delete] from rowplane.visible_archives`),
  );
  return { api: Object.values(archives.nodes[0]!.rootFolder), sql: rows.map(({ may }) => may) };
}

describe('V4: a locked workspace says so', () => {
  test('folders and archives too; permissions can be seen, and access taken away', async () => {
    const [all, none] = [
      [true, true, true],
      [false, false, false],
    ];
    expect(await toldOfFolder(ben)).toEqual({ api: [...all, false], sql: [all, all] });
    await lockBy(mia);
    expect(await toldOfFolder(ben)).toEqual({ api: [...none, false], sql: [none, none] });
    expect(await toldOfFolder(mia)).toEqual({ api: [...all, true], sql: [all, all] });
  });

  test('to all but the holder: nothing is EDIT, no ability of writing is left', async () => {
    const before = [{ level: 'EDIT', abilities: ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE', 'PRINT'] }];
    expect(await told(ben)).toEqual(before);
    expect((await lockBy(mia)).errors).toBeUndefined();
    expect(await told(ben), 'at once').toEqual([{ level: 'READ', abilities: ['PRINT'] }]);
    expect(await told(mia)).toEqual(before);
    await office.data(
      mia,
      'mutation ($w: ID!) { unlockWorkspace(input: { workspace: $w }) { workspace { lock { reason } } } }',
      {
        w: workspace,
      },
    );
    expect(await told(ben)).toEqual(before);
  });
});

describe('P11 by GraphQL', () => {
  test('who has locked a workspace, why and since when', async () => {
    const { data } = await lockBy(mia);
    const lock = {
      reason: 'Moving house',
      since: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      holder: { name: 'mia' },
    };
    expect(JSON.parse(JSON.stringify(data))).toEqual({ lockWorkspace: { workspace: { name: 'Office', lock } } });
    const source = '{ workspaces { nodes { lock { reason holder { name } } } } }';
    expect(await office.data(ben, source)).toEqual({
      workspaces: { nodes: [{ lock: { reason: 'Moving house', holder: { name: 'mia' } } }] },
    });
    const external = await office.user('ext', 'EXTERNAL');
    expect(await office.data(external, source), 'U3').toEqual({
      workspaces: { nodes: [{ lock: { reason: 'Moving house', holder: null } }] },
    });
  });

  test('refusals have codes and say what to know', async () => {
    expect((await lockBy(ben)).errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      permission: 'EDIT_PERMISSIONS',
    });
    expect((await lockBy(mia, ' ')).errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED' });
    await lockBy(mia);
    const update = 'mutation ($input: UpdatePaperInput!) { updatePaper(input: $input) { paper { id } } }';
    const { errors } = await office.graphql(ben, update, { input: { id: paper, title: 'b' } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'LOCKED',
      reason: 'Moving house',
      holder: { id: mia, name: 'mia' },
    });
    const create = 'mutation ($input: CreatePaperInput!) { createPaper(input: $input) { paper { id } } }';
    const { archives } = await office.data<{ archives: { nodes: { id: string }[] } }>(
      ben,
      '{ archives { nodes { id } } }',
    );
    const refused = await office.graphql(ben, create, { input: { archive: archives.nodes[0]!.id, title: 'c' } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'LOCKED', workspace });
    expect((await office.graphql(mia, update, { input: { id: paper, title: 'b' } })).errors).toBeUndefined();
  });
});
