import { beforeAll, expect, test } from 'vitest';
import { encodeId, type Place, useWorld } from './world.ts';

const ALL = 'Finance - all rights';
const ACCOUNTANT = 'Finance - Accounts payable accountant';

let ben: string;
let far: string;
const world = useWorld();
beforeAll(async () => {
  const { user, profile, assign, record, here, there } = world();
  ben = await user('ben');
  // "Document worklist" is off in the first, whatever else it gives.
  const all = await profile(ALL, { documentWorklist: 'NONE', invoices: 'EDIT', vendors: 'EDIT' });
  const accountant = await profile(ACCOUNTANT, { documentWorklist: 'EDIT', invoices: 'DISPLAY' });
  await assign(ben, all, here);
  await assign(ben, accountant, here);
  await assign(ben, all, there);
  await record('item', 'A invoice');
  far = await record('item', 'B invoice', there);
});

test('R6: in SQL, the user edits the worklist in A-GmbH and cannot open it in B-GmbH', async () => {
  const { here, there, as, titles } = world();
  const change = (place: Place) =>
    as(ben, async (sql) => {
      await sql.query(`select rowplane.set_targets(array(select id from plane_${place.plane}.item))`);
      await sql.query(`update ws_${place.workspace}_edit.item set title = 'edited'`);
      return sql.query<{ changed: number }>('select cardinality(rowplane.changed_targets()) as changed');
    });
  expect(await titles(ben, here)).toEqual(['A invoice']);
  expect(await change(here)).toEqual([{ changed: 1 }]);
  expect(await titles(ben, here)).toEqual(['edited']);
  expect(await titles(ben, there)).toEqual([]);
  expect(await change(there)).toEqual([{ changed: 0 }]);
});

test('R6: through GraphQL, the same', async () => {
  const { here, there, data, graphql, idOf } = world();
  const { items } = await data(ben, '{ items { nodes { id title fieldAccess { field level } abilities } } }');
  expect(items.nodes).toMatchObject([
    {
      fieldAccess: [
        { field: 'TITLE', level: 'EDIT' },
        { field: 'BATCH', level: 'EDIT' },
      ],
      abilities: ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE', 'PRINT'],
    },
  ]);
  const [{ id }] = items.nodes as [{ id: string }];
  const UPDATE = 'mutation ($id: ID!) { updateItem(input: { id: $id, title: "by GraphQL" }) { item { title } } }';
  expect(await data(ben, UPDATE, { id })).toEqual({ updateItem: { item: { title: 'by GraphQL' } } });

  const farId = idOf('item', far, there);
  expect(await data(ben, 'query ($id: ID!) { item(id: $id) { title } }', { id: farId })).toEqual({ item: null });
  expect((await graphql(ben, UPDATE, { id: farId })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  const CREATE =
    'mutation ($archive: ID!) { createItem(input: { archive: $archive, title: "new" }) { item { title } } }';
  expect((await graphql(ben, CREATE, { archive: encodeId('Archive', there.archive) })).errors).toMatchObject([
    { code: 'FORBIDDEN', right: 'documentWorklist', level: 'EDIT' },
  ]);
  expect(await data(ben, CREATE, { archive: encodeId('Archive', here.archive) })).toMatchObject({
    createItem: { item: { title: 'new' } },
  });
});

test('R5, R6: the viewer’s own rights say so, by company', async () => {
  const { data, here } = world();
  const APPLICATIONS =
    'query ($company: ID) { viewer { applications(company: $company) { name title company { name } rights { name title level } } } }';
  const levels = (worklist: string) => [
    { name: 'documentWorklist', title: 'Document worklist', level: worklist },
    { name: 'invoices', title: 'Invoices', level: 'EDIT' },
    { name: 'vendors', title: 'Vendors', level: 'EDIT' },
  ];
  const { viewer } = await data(ben, APPLICATIONS);
  expect(viewer.applications.filter(({ name }: { name: string }) => name === 'finance')).toEqual([
    { name: 'finance', title: 'Finance', company: { name: 'A-GmbH' }, rights: levels('EDIT') },
    { name: 'finance', title: 'Finance', company: { name: 'B-GmbH' }, rights: levels('NONE') },
  ]);
  const one = await data(ben, APPLICATIONS, { company: encodeId('Company', here.company) });
  expect(one.viewer.applications.map(({ company }: { company: { name: string } }) => company.name)).toEqual([
    'A-GmbH',
    'A-GmbH',
  ]);
});
