import { afterAll, beforeAll, expect, test } from 'vitest';
import { withOwner } from '../support/database.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let workspace: OfficeWorkspace;
let archive: string;
let papers: string;

beforeAll(async () => {
  office = await openOffice();
  workspace = await office.workspace('Office');
  archive = await workspace.archive('Permits');
  papers = `ws_${workspace.id}.paper`;
});
afterAll(() => office.end());

/** What is noted, and forgotten by that. */
const taken = () =>
  office.owner.query<{ definition: string; realm_id: number | null; exposing: number[] | null; ids: string[] }>(
    'with taken as (delete from rowplane.record_changes returning *) select definition, realm_id, exposing, ids from taken order by realm_id, exposing, ids',
  );

test('M5: changes are noted once per statement, with how the records stood before', async () => {
  const [one, two] = (await workspace.records(
    'paper',
    [
      { title: 'a', state: 'NEW' },
      { title: 'b', state: 'OPEN' },
    ],
    { archive },
  )) as [string, string];
  const open = await workspace.plane('Open', {
    paper: { views: ['titles'], restriction: { state: { equals: 'OPEN' } } },
  });
  await workspace.plane('Mine', { paper: { views: ['titles'], restriction: { reader: { equals: 'ME' } } } });
  expect((await taken()).map(({ ids, realm_id }) => [ids, realm_id])).toEqual([
    [[one], null],
    [[two], null],
  ]);

  await office.owner.query(`update ${papers} set title = 'c' where id = any ($1)`, [[one, two]]);
  const stood = (id: string, exposing: number[] | null, realm_id: number | null) => ({
    definition: 'paper',
    realm_id,
    exposing,
    ids: [id],
  });
  expect(await taken()).toEqual([stood(one, [workspace.full], 1), stood(two, [workspace.full, open], 1)]);

  await office.owner.query(`update ${papers} set deleted_at = now() where id = $1`, [one]);
  await office.owner.query(`update ${papers} set deleted_at = null where id = $1`, [one]);
  expect(await taken()).toEqual([stood(one, [workspace.full], 1), stood(one, null, null)]);

  await office.owner.query(`delete from ${papers} where id = $1`, [one]);
  await office.owner.query(`delete from ${papers} where id = $1`, [one]);
  expect(await taken()).toEqual([stood(one, [workspace.full], 1)]);
});

test('M5: what is rolled back is not noted', async () => {
  const undo = new Error('undo');
  const work = withOwner(office.database, async (session) => {
    await session.query(`insert into ${papers} (title, realm_id, archive_id, folder_id) values ('x', 1, $1, $1)`, [
      archive,
    ]);
    throw undo;
  });
  await expect(work).rejects.toBe(undo);
  expect(await taken()).toEqual([]);
});

test('M5: upkeep that moves records is noted like any change', async () => {
  const folder = await workspace.folder(archive, 'Inner');
  const ids = await workspace.records('paper', [{ title: 'in' }, { title: 'in' }], { archive, folder });
  await taken();
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, archive_id, group_id, permission, decision) values ($1, $2, '00000000-0000-0000-0000-0000000000e1', 'VIEW', 'ALLOW')`,
    [folder, archive],
  );
  expect(await taken()).toEqual([{ definition: 'paper', realm_id: 1, exposing: [workspace.full], ids }]);
});
