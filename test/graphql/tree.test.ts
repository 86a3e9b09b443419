import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeId, encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

const ANONYMOUS = '00000000-0000-0000-0000-000000000000';

let office: Office;
let here: OfficeWorkspace;
let permits: string;
let contracts: string;
const users: Record<string, string> = {};
const clients: Record<string, string> = {};
const folders: Record<string, string> = {};

beforeAll(async () => {
  office = await openOffice();
  for (const name of ['ben', 'cleo', 'dara']) users[name] = await office.user(name);
  users.gus = await office.user('gus', 'EXTERNAL');
  here = await office.workspace('Office');
  permits = await here.archive('Permits', true);
  contracts = await here.archive('Contracts');
  for (const name of ['General', 'Experts']) clients[name] = await here.client(name);
  await here.assign(clients.General!, permits, users.ben!);
  for (const client of Object.values(clients)) await here.assign(client, permits, users.cleo!);
  await here.join(here.full, [users.ben!, users.cleo!, users.dara!, users.gus]);
  folders.year = await here.folder(contracts, '2026');
  folders.month = await here.folder(folders.year, 'January');
  for (let index = 1; index <= 5; index++) await here.folder(folders.year, `Week ${index}`);
  await here.records('paper', [{ title: 'general' }], {
    archive: permits,
    client: clients.General!,
    owner: users.ben!,
  });
  await here.records('paper', [{ title: 'experts' }], {
    archive: permits,
    client: clients.Experts!,
    owner: users.cleo!,
  });
  await here.records('paper', [{ title: 'contract' }], { archive: contracts, folder: folders.month });
});
afterAll(() => office.end());

const ARCHIVES =
  '{ archives(first: 50) { totalCount nodes { name clientsEnabled selectableClients { name } prefilledClient { name } workspace { name company } } } }';

test('C6, C7, C8: archives exist for those who work for one of their clients, who choose among their own clients', async () => {
  const workspace = { name: 'Office', company: 'A-GmbH' };
  const contractsNode = {
    name: 'Contracts',
    clientsEnabled: false,
    selectableClients: [],
    prefilledClient: null,
    workspace,
  };
  const [general, experts] = [{ name: 'General' }, { name: 'Experts' }];
  expect(await office.data(users.ben!, ARCHIVES)).toEqual({
    archives: {
      totalCount: 2,
      nodes: [
        contractsNode,
        { name: 'Permits', clientsEnabled: true, selectableClients: [general], prefilledClient: general, workspace },
      ],
    },
  });
  expect(await office.data(users.cleo!, ARCHIVES)).toMatchObject({
    archives: {
      nodes: [contractsNode, { name: 'Permits', selectableClients: [experts, general], prefilledClient: null }],
    },
  });
  expect(await office.data(users.dara!, ARCHIVES)).toEqual({ archives: { totalCount: 1, nodes: [contractsNode] } });
  expect(await office.data(ANONYMOUS, ARCHIVES)).toEqual({ archives: { totalCount: 0, nodes: [] } });
});

test('V2: an invisible archive is like one that doesn’t exist: by id, as node, as the place of a list', async () => {
  const source =
    'query ($id: ID!) { archive(id: $id) { name } node(id: $id) { id } papers(archive: $id) { totalCount nodes { title } } }';
  const nothing = { archive: null, node: null, papers: { totalCount: 0, nodes: [] } };
  const missing = '01a20086-25cd-7233-a817-3e0c11074c6f';
  expect(await office.data(users.dara!, source, { id: encodeId('Archive', permits) })).toEqual(nothing);
  expect(await office.data(users.dara!, source, { id: encodeId('Archive', missing) })).toEqual(nothing);
  expect(await office.data(users.dara!, source, { id: 'nonsense' })).toEqual(nothing);
  expect(await office.data(users.dara!, source, { id: encodeId('Folder', permits) })).toMatchObject({
    archive: null,
    papers: { totalCount: 0 },
  });
  expect(await office.data(users.ben!, source, { id: encodeId('Archive', permits) })).toMatchObject({
    archive: { name: 'Permits' },
    papers: { nodes: [{ title: 'general' }] },
  });
});

test('lists of a folder have the records directly in it', async () => {
  const source = 'query ($folder: ID!) { papers(folder: $folder) { nodes { title folder { path } } } }';
  const inFolder = (folder: string) => office.data(users.ben!, source, { folder: encodeId('Folder', folder) });
  expect(await inFolder(folders.month!)).toEqual({
    papers: { nodes: [{ title: 'contract', folder: { path: 'Contracts/2026/January' } }] },
  });
  expect(await inFolder(folders.year!)).toEqual({ papers: { nodes: [] } });
  expect(await inFolder(permits)).toMatchObject({
    papers: { nodes: [{ title: 'general', folder: { path: 'Permits' } }] },
  });
});

test('P14: folders know their path, their parent and their children, page by page', async () => {
  const source = `query ($after: String) { archives { nodes { name rootFolder { path parent { id } folders { nodes { name path
    folders(first: 2, after: $after) { totalCount nodes { name path parent { path archive { name } } } pageInfo { hasNextPage endCursor } } } } } } } }`;
  interface Page {
    archives: { nodes: { rootFolder: { folders: { nodes: { folders: { pageInfo: { endCursor: string } } }[] } } }[] };
  }
  const first = await office.data<Page>(users.ben!, source);
  const parent = { path: 'Contracts/2026', archive: { name: 'Contracts' } };
  const inYear = first.archives.nodes[0]!.rootFolder.folders.nodes[0]!.folders;
  expect(inYear).toMatchObject({
    totalCount: 6,
    nodes: [
      { name: 'January', path: 'Contracts/2026/January', parent },
      { name: 'Week 1', path: 'Contracts/2026/Week 1', parent },
    ],
    pageInfo: { hasNextPage: true },
  });
  expect(first).toMatchObject({
    archives: {
      nodes: [
        { rootFolder: { path: 'Contracts', parent: null } },
        { rootFolder: { path: 'Permits', folders: { nodes: [] } } },
      ],
    },
  });
  const next = await office.data<Page>(users.ben!, source, { after: inYear.pageInfo.endCursor });
  expect(next.archives.nodes[0]!.rootFolder.folders.nodes[0]!.folders).toMatchObject({
    nodes: [{ name: 'Week 2' }, { name: 'Week 3' }],
  });
});

test('records say whose client they are for, where clients are on', async () => {
  const { papers } = await office.data<{ papers: unknown }>(
    users.cleo!,
    '{ papers { nodes { title client { name } archive { name } } } }',
  );
  expect(papers).toEqual({
    nodes: [
      { title: 'contract', client: null, archive: { name: 'Contracts' } },
      { title: 'experts', client: { name: 'Experts' }, archive: { name: 'Permits' } },
      { title: 'general', client: { name: 'General' }, archive: { name: 'Permits' } },
    ],
  });
});

test('U3: a user whom the viewer may not see reads as null', async () => {
  await here.assign(clients.General!, permits, users.gus!);
  const source =
    '{ papers(where: { client: { isSet: true } }) { nodes { title owner { name } } } viewer { isAnonymous user { name role } } }';
  expect(await office.data(users.ben!, source)).toMatchObject({ papers: { nodes: [{ owner: { name: 'ben' } }] } });
  expect(await office.data(users.gus!, source)).toEqual({
    papers: { nodes: [{ title: 'general', owner: null }] },
    viewer: { isAnonymous: false, user: { name: 'gus', role: 'EXTERNAL' } },
  });
});

test('anonymous is a viewer without an account', async () => {
  expect(
    await office.data(
      ANONYMOUS,
      '{ viewer { isAnonymous user { name } } papers { totalCount } workspaces { nodes { name } } }',
    ),
  ).toEqual({
    viewer: { isAnonymous: true, user: null },
    papers: { totalCount: 0 },
    workspaces: { nodes: [] },
  });
});

test('U7: a blocked user sees nothing, not even themselves', async () => {
  const blocked = await office.user('blocked');
  await here.join(here.full, [blocked]);
  const source = '{ viewer { user { name } } archives { totalCount } papers { totalCount } }';
  expect(await office.data(blocked, source)).toMatchObject({
    viewer: { user: { name: 'blocked' } },
    papers: { totalCount: 1 },
  });
  await office.owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [blocked]);
  expect(await office.data(blocked, source)).toEqual({
    viewer: { user: null },
    archives: { totalCount: 0 },
    papers: { totalCount: 0 },
  });
});

test('node and nodes give anything that the viewer sees by its id, null for everything else', async () => {
  const { papers } = await office.data<{ papers: { nodes: { id: string }[] } }>(
    users.cleo!,
    '{ papers { nodes { id } } }',
  );
  const ids = [
    ...papers.nodes.map(({ id }) => id),
    encodeId('Archive', permits),
    encodeId('Folder', folders.month!),
    encodeId('User', users.ben!),
    encodeId('Workspace', here.id),
    encodeId('Workspace', 999),
    encodeId('Nothing', 1),
    encodeId('Paper', 999, permits),
    'nonsense',
  ];
  const source =
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Paper { title } ... on Archive { name } ... on Folder { path } ... on User { name } ... on Workspace { name } } }';
  const { nodes } = await office.data<{ nodes: ({ id: string; __typename: string } | null)[] }>(users.cleo!, source, {
    ids,
  });
  expect(nodes.map((node) => node?.__typename ?? null)).toEqual([
    'Paper',
    'Paper',
    'Paper',
    'Archive',
    'Folder',
    'User',
    'Workspace',
    null,
    null,
    null,
    null,
  ]);
  nodes.forEach((node, index) => expect(node === null || node.id === ids[index]).toBe(true));
  expect(nodes[4]).toMatchObject({ path: 'Contracts/2026/January' });
  const asDara = await office.data<{ nodes: unknown[] }>(users.dara!, source, { ids: ids.slice(0, 4) });
  expect(asDara.nodes).toEqual([{ id: ids[0], __typename: 'Paper', title: 'contract' }, null, null, null]);
  expect(decodeId(ids[0]!)).toMatchObject({ type: 'Paper' });
});

test('W2: the trash lists what the viewer would see and may delete', async () => {
  const source =
    '{ trashedPapers { totalCount nodes { id title deletedAt client { name } } pageInfo { hasNextPage } } papers { totalCount } }';
  await office.owner.query(
    `update ws_${here.id}.paper set deleted_at = '2026-01-31T00:00:00Z' where title in ('general', 'experts')`,
  );
  const nodeOf = (name: string) => ({ title: name.toLowerCase(), deletedAt: '2026-01-31T00:00:00Z', client: { name } });
  expect(await office.data(users.cleo!, source)).toMatchObject({
    trashedPapers: { totalCount: 2, nodes: [nodeOf('Experts'), nodeOf('General')] },
    papers: { totalCount: 1 },
  });
  expect(await office.data(users.ben!, source)).toMatchObject({
    trashedPapers: { totalCount: 1, nodes: [nodeOf('General')] },
  });
  expect(await office.data(users.dara!, source)).toMatchObject({ trashedPapers: { totalCount: 0, nodes: [] } });
  expect(await office.data(ANONYMOUS, source)).toMatchObject({ trashedPapers: { totalCount: 0, nodes: [] } });
  await office.owner.query(`update ws_${here.id}.paper set deleted_at = null`);
});
