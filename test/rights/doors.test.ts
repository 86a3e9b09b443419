import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { importFile } from '../../src/importer/import-file.ts';
import { refusalOf } from '../administration/account.ts';
import { withFolder } from '../support/folder.ts';
import { DEFINITIONS } from './definitions.ts';
import { encodeId, useWorld } from './world.ts';

let ben: string;
let display: string;
let edit: string;

const world = useWorld(async (made) => {
  ben = await made.user('ben');
  display = await made.profile('Display', { documentWorklist: 'DISPLAY' });
  edit = await made.profile('Edit', { documentWorklist: 'EDIT' });
});

beforeEach(async () => {
  const { owner, here, withdraw } = world();
  await owner.query(`delete from ws_${here.workspace}.note; delete from ws_${here.workspace}.item`);
  await withdraw(ben);
});

const count = async (definition: string) =>
  (await world().owner.query(`select from ws_${world().here.workspace}.${definition}`)).length;

test('R7: an import needs the right, by name', async () => {
  const { database, viewers, here, assign, withdraw } = world();
  const bring = () =>
    withFolder({ 'items.csv': 'title\none\ntwo\n' }, (folder) =>
      importFile(
        {
          file: join(folder, 'items.csv'),
          user: 'ben',
          workspace: 'A-GmbH office',
          archive: 'Desk',
          definition: 'item',
        },
        { ownerUrl: database.ownerUrl, viewers, definitions: DEFINITIONS },
      ),
    );
  for (const profile of [null, display]) {
    if (profile !== null) await assign(ben, profile, here);
    const refusal = await refusalOf(bring());
    expect(refusal).toMatchObject({ code: 'FORBIDDEN', details: { right: 'documentWorklist', level: 'EDIT' } });
  }
  expect(await count('item')).toBe(0);
  await withdraw(ben);
  await assign(ben, edit, here);
  expect(await bring()).toMatchObject({ imported: 2, rejected: 0 });
});

test('R7, W2: through GraphQL, the trash shows, restores and erases what the viewer has at EDIT', async () => {
  const { data, graphql, owner, here, record, assign, withdraw, idOf } = world();
  const item = await record('item', 'trashed');
  await record('note', 'trashed');
  await owner.query(
    `update ws_${here.workspace}.item set deleted_at = now(); update ws_${here.workspace}.note set deleted_at = now()`,
  );
  const LIST = '{ trashedItems { nodes { id } } trashedNotes { nodes { title } } }';
  const RESTORE = 'mutation ($ids: [ID!]!) { restoreItems(input: { ids: $ids }) { items { id } } }';
  const EMPTY = 'mutation ($workspace: ID) { emptyTrash(input: { workspace: $workspace }) { erased kept } }';
  const ids = [idOf('item', item)];
  const workspace = encodeId('Workspace', here.workspace);

  expect(await data(ben, LIST)).toMatchObject({ trashedItems: { nodes: [] }, trashedNotes: { nodes: [{}] } });
  expect((await graphql(ben, RESTORE, { ids })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  await assign(ben, display, here);
  expect(await data(ben, LIST)).toMatchObject({ trashedItems: { nodes: [] } });
  expect((await graphql(ben, RESTORE, { ids })).errors).toMatchObject([
    { code: 'FORBIDDEN', right: 'documentWorklist', level: 'EDIT' },
  ]);
  expect(await data(ben, EMPTY, { workspace })).toEqual({ emptyTrash: { erased: 1, kept: 0 } });
  expect([await count('item'), await count('note')]).toEqual([1, 0]);
  await withdraw(ben);
  await assign(ben, edit, here);
  expect(await data(ben, LIST)).toMatchObject({ trashedItems: { nodes: [{}] } });
  expect(await data(ben, RESTORE, { ids })).toEqual({ restoreItems: { items: [{ id: ids[0] }] } });
  await owner.query(`update ws_${here.workspace}.item set deleted_at = now()`);
  expect(await data(ben, EMPTY, { workspace })).toEqual({ emptyTrash: { erased: 1, kept: 0 } });
});

test('R7: several at once, and a move, are refused by the right’s name as a whole', async () => {
  const { graphql, here, record, assign, idOf } = world();
  const ids = [idOf('item', await record('item', 'one')), idOf('item', await record('item', 'two'))];
  await assign(ben, display, here);
  for (const source of [
    'mutation ($ids: [ID!]!) { updateItems(input: { ids: $ids, title: "mine" }) { items { id } } }',
    'mutation ($ids: [ID!]!) { deleteItems(input: { ids: $ids }) { ids } }',
  ])
    expect((await graphql(ben, source, { ids })).errors).toMatchObject([
      { code: 'FORBIDDEN', right: 'documentWorklist', level: 'EDIT' },
    ]);
});

test('V5: a record is created by the rights of this moment, whatever the server remembers of them', async () => {
  const { graphql, here, assign, withdraw } = world();
  const create = async () => {
    const { errors } = await graphql(
      ben,
      'mutation ($input: CreateItemInput!) { createItem(input: $input) { item { title } } }',
      { input: { archive: encodeId('Archive', here.archive), title: 'new' } },
    );
    return errors[0]?.code ?? 'done';
  };
  await assign(ben, edit, here);
  expect(await create()).toBe('done');
  await withdraw(ben);
  expect(await create()).toBe('FORBIDDEN');
  await assign(ben, edit, here);
  expect(await create()).toBe('done');
});
