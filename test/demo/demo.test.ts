import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import { contracts, processes, reviewDocuments, batches } from '../../src/demo/records.ts';
import { createDemoDatabase, type DemoDatabase } from './demo-database.ts';

let demo: DemoDatabase;
beforeAll(async () => {
  demo = await createDemoDatabase();
});
afterAll(() => demo.drop());

/** What somebody sees of a definition in a workspace: distinct records over all planes. */
async function visible(name: string, workspace: string, definition: string): Promise<number> {
  const [row] = await demo.database.owner.query<{ id: number }>('select id from rowplane.workspaces where name = $1', [
    workspace,
  ]);
  const id = row?.id ?? 0;
  const viewer = { id: name === 'anonymous' ? ANONYMOUS : (demo.people[name] ?? '') };
  const [rows] = await demo.viewers.read(viewer, [id], (knowledge) => {
    const planes = knowledge.get(id)?.planes.filter(({ definitions }) => definition in definitions) ?? [];
    const all =
      planes.map((plane) => `select id from plane_${plane.id}.${definition}`).join(' union ') || 'select 1 where false';
    return [{ text: `select count(*)::int as seen from (${all}) records`, values: [] }];
  });
  return rows?.[0]?.seen as number;
}

describe('the demo', () => {
  test('is the same each time', () => {
    expect(processes()).toEqual(processes());
    expect(reviewDocuments(batches())).toEqual(reviewDocuments(batches()));
    expect(new Set([...processes(), ...contracts(processes(), 40)].map(({ id }) => id)).size).toBe(2000);
  });

  test('M3: has entries in the mailboxes of ben and cleo, and all of them arrive', async () => {
    const read = async (name: string) => {
      const text = `select e.note, e.read_at is not null as read from rowplane.mailbox_workspaces(false) w(id) cross join lateral rowplane.mailbox(w.id) e`;
      const [rows] = await demo.viewers.read({ id: demo.people[name]! }, [], () => [{ text, values: [] }]);
      return rows!.map((row) => row.read);
    };
    expect(await read('ben')).toEqual([false, true]);
    expect(await read('cleo')).toEqual([false]);
    expect(await read('dara')).toEqual([]);
  });

  test('has the companies, workspaces, archives and folders that documents name', async () => {
    const rows = await demo.database.owner.query(
      `select c.name as company, w.name as workspace, a.name as archive, a.clients_enabled as clients,
         (select count(*)::int from rowplane.folders f where f.archive_id = a.id and f.parent_id is not null) as folders
       from rowplane.archives a join rowplane.workspaces w on w.id = a.workspace_id join rowplane.companies c on c.id = w.company_id
       order by a.name`,
    );
    expect(rows).toEqual([
      { company: 'A-GmbH', workspace: 'Office', archive: 'Contracts', clients: false, folders: 40 },
      { company: 'B-GmbH', workspace: 'Review', archive: 'Matter 1', clients: false, folders: 0 },
      { company: 'A-GmbH', workspace: 'Office', archive: 'Permits', clients: true, folders: 0 },
    ]);
  });

  test.each([
    ['ada', 0],
    ['ben', 1455],
    ['cleo', 1500],
    ['dara', 15],
    ['emil', 0],
    ['hana', 0],
    ['anonymous', 0],
  ])('C5: %s sees %i processes of Permits', async (name, count) => {
    expect(await visible(name, 'Office', 'process')).toBe(count);
  });

  test.each([
    ['emil', 2000],
    ['gus', 2000],
    ['ada', 0],
    ['ben', 0],
    ['hana', 0],
    ['anonymous', 0],
  ])('A6: %s sees %i documents of Matter 1', async (name, count) => {
    expect(await visible(name, 'Review', 'document')).toBe(count);
  });

  test('A5: the second level sees what has a relevancy, about a third', async () => {
    const seen = await visible('fay', 'Review', 'document');
    const expected = reviewDocuments(batches()).filter(({ values }) => values.relevancy !== null).length;
    expect(seen).toBe(expected);
    expect(seen / 2000).toBeGreaterThan(0.28);
    expect(seen / 2000).toBeLessThan(0.4);
  });

  test.each([
    ['ada', 500],
    ['gus', 500],
    ['hana', 25],
    ['anonymous', 1],
  ])('P4, P6: %s sees %i documents of Contracts', async (name, count) => {
    expect(await visible(name, 'Office', 'document')).toBe(count);
  });

  test('P14: the guest finds the folder that is shared with her, and not those that it is in', async () => {
    const [folders, archives] = await demo.viewers.read({ id: demo.people.hana ?? '' }, [], () => [
      { text: 'select name, parent_id from rowplane.visible_folders order by name', values: [] },
      { text: 'select name from rowplane.visible_archives', values: [] },
    ]);
    expect(folders).toMatchObject([{ name: '2024', parent_id: null }, { name: 'Drafts' }, { name: 'Signed' }]);
    expect(archives).toEqual([{ name: 'Contracts' }]);
  });

  test('R6: ben edits the document worklist in A-GmbH, and has no right to it in B-GmbH', async () => {
    const rows = await demo.database.owner.query(
      `select c.name as company, rowplane.rights_of($1, c.id) ->> 'documentWorklist' as level from rowplane.companies c order by 1`,
      [demo.people.ben],
    );
    expect(rows).toEqual([
      { company: 'A-GmbH', level: 'EDIT' },
      { company: 'B-GmbH', level: null },
    ]);
  });

  test('R7: no definition of the demo needs a right', () => {
    expect([...demo.definitions.values()].filter(({ right }) => right !== undefined)).toEqual([]);
  });

  test('is loaded once', async () => {
    expect(await demo.load()).toBe(false);
    expect(await visible('cleo', 'Office', 'process')).toBe(1500);
  });
});
