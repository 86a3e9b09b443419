import { afterAll, beforeAll, expect, it } from 'vitest';
import { createArchive, deleteArchive, listArchives, renameArchive } from '../../src/administration/archives.ts';
import { createClient } from '../../src/administration/clients.ts';
import { createCompany, deleteCompany, listCompanies, renameCompany } from '../../src/administration/companies.ts';
import { listPlaneGroups } from '../../src/administration/plane-groups.ts';
import { listPlanes } from '../../src/administration/planes.ts';
import {
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  listWorkspaces,
  renameWorkspace,
} from '../../src/administration/workspaces.ts';
import { withOwner, withViewer } from '../support/database.ts';
import { codeOf, refusalOf } from './account.ts';
import { DEFINITIONS, type Office, openOffice } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.end());

it('A9: a new workspace has the plane Full access, assigned to Everyone, Guests and Anonymous', async () => {
  await office.read(async (a) => {
    const { items } = await listPlanes(a, DEFINITIONS, { workspaceId: office.workspace });
    expect(items).toMatchObject([
      { name: 'Full access', isFull: true, activeDefinitions: ['document', 'matter'], groupCount: 3 },
    ]);
    const groups = await listPlaneGroups(a, items[0]!.id);
    expect(groups.map(({ name }) => name)).toEqual(['Anonymous', 'Everyone', 'Guests']);
  });
  const { ute } = await office.users('INTERNAL', 'ute');
  await office.matter('first');
  expect(await office.sees(ute)).toBe(1);
});

it('names of workspaces and of companies are unique, and can be changed', async () => {
  const again = { companyId: office.company, name: 'Office' };
  const workspace = await refusalOf(office.change((a) => createWorkspace(a, DEFINITIONS, again)));
  expect(workspace.problems).toEqual(['name: is the name of another workspace']);
  const company = await refusalOf(office.change((a) => createCompany(a, { name: 'A-GmbH' })));
  expect(company.problems).toEqual(['name: is the name of another company']);
  expect((await office.change((a) => renameWorkspace(a, office.workspace, 'Bureau'))).name).toBe('Bureau');
  expect((await office.change((a) => renameCompany(a, office.company, 'A-AG'))).name).toBe('A-AG');
  await office.read(async (a) => {
    expect((await listWorkspaces(a, { search: 'bureau' })).items).toMatchObject([{ companyName: 'A-AG' }]);
    expect((await listCompanies(a, { count: true })).totalCount).toBe(1);
  });
});

it('a workspace is deleted only without archives, and leaves no schema and no role behind', async () => {
  const made = await office.change((a) =>
    createWorkspace(a, DEFINITIONS, { companyId: office.company, name: 'Brief' }),
  );
  const archive = await office.change((a) => createArchive(a, { workspaceId: made.id, name: 'Short' }));
  await office.change((a) => createClient(a, { workspaceId: made.id, name: 'Somebody' }));
  const refusal = await refusalOf(office.change((a) => deleteWorkspace(a, made.id)));
  expect(refusal).toMatchObject({ code: 'IN_USE', details: { archives: ['Short'] } });
  expect(await traces(made.id)).not.toEqual([]);
  await office.change((a) => deleteArchive(a, archive.id));
  await office.change((a) => deleteWorkspace(a, made.id));
  expect(await traces(made.id)).toEqual([]);
  expect(await codeOf(office.read((a) => getWorkspace(a, made.id)))).toBe('NOT_FOUND');
});

it('a workspace that can’t be made leaves nothing behind', async () => {
  const before = await allTraces();
  const broken = office.change(async (a) => {
    await createWorkspace(a, DEFINITIONS, { companyId: office.company, name: 'Broken' });
    throw new Error('in the middle');
  });
  await expect(broken).rejects.toThrow('in the middle');
  expect(await allTraces()).toEqual(before);
});

it('a company is deleted only without workspaces', async () => {
  expect(await codeOf(office.change((a) => deleteCompany(a, office.company)))).toBe('IN_USE');
  const empty = await office.change((a) => createCompany(a, { name: 'Empty' }));
  await office.change((a) => deleteCompany(a, empty.id));
  expect((await office.read((a) => listCompanies(a, { search: 'empty' }))).items).toEqual([]);
});

it('U2: administration is not sight: an administrator lists an archive as a setting, and sees no folder or record by that', async () => {
  const archive = await office.change((a) => createArchive(a, { workspaceId: office.workspace, name: 'Closed' }));
  await withOwner(office.database, (owner) =>
    owner.query('delete from rowplane.object_entries where archive_id = $1', [archive.id]),
  );
  const { items } = await office.read((a) => listArchives(a, { workspaceId: office.workspace, search: 'closed' }));
  expect(items).toMatchObject([{ name: 'Closed', clientsEnabled: false }]);
  const seen = await withViewer(office.database, office.ada, (session) =>
    session.query('select name from rowplane.visible_folders where archive_id = $1', [archive.id]),
  );
  expect(seen).toEqual([]);
});

it('an archive is renamed with its topmost folder, and deleted only when it is empty', async () => {
  const archive = await office.change((a) => createArchive(a, { workspaceId: office.workspace, name: 'Draft' }));
  await office.change((a) => renameArchive(a, archive.id, 'Final'));
  const [root] = await withViewer(office.database, office.ada, (session) =>
    session.query<{ name: string }>('select name from rowplane.visible_folders where id = $1', [archive.id]),
  );
  expect(root?.name).toBe('Final');
  const taken = await refusalOf(office.change((a) => renameArchive(a, archive.id, 'Permits')));
  expect(taken.problems).toEqual(['name: is the name of another archive here']);
  const slash = await refusalOf(office.change((a) => renameArchive(a, archive.id, 'a/b')));
  expect(slash.problems[0]).toMatch(/^name: must not contain/);

  const id = await office.matter('in the trash', { archive: archive.id, trashed: true });
  expect(await codeOf(office.change((a) => deleteArchive(a, archive.id)))).toBe('IN_USE');
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where id = $1`, [id]);
  await withViewer(office.database, office.ada, (session) =>
    session.query('select rowplane.create_folder($1, $2)', [archive.id, 'Inbox']),
  );
  expect(await codeOf(office.change((a) => deleteArchive(a, archive.id)))).toBe('IN_USE');
  await office.database.owner.query('delete from rowplane.folders where archive_id = $1 and parent_id is not null', [
    archive.id,
  ]);
  await office.change((a) => deleteArchive(a, archive.id));
});

/** Schemas and roles of a workspace and its planes. */
async function traces(workspace: number): Promise<unknown[]> {
  return (await allTraces()).filter((name) =>
    new RegExp(`^ws_(${workspace}|[0-9a-f]{6}_${workspace})(_|$)`).test(name),
  );
}

async function allTraces(): Promise<string[]> {
  const rows = await office.database.owner.query<{ name: string }>(
    `select nspname::text as name from pg_namespace where nspname ~ '^(ws|plane)_'
     union all select rolname from pg_roles, rowplane.deployment where rolname like '%\\_' || tag || '\\_%' order by 1`,
  );
  return rows.map(({ name }) => name);
}
