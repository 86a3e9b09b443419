import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { type Office, openOffice } from '../support/office.ts';
import { type Asking, type Data, openAsking } from './asking.ts';

let office: Office;
let ada: string;
let ben: string;
let asking: Asking;

beforeAll(async () => {
  office = await openOffice();
  ada = await office.user('ada', 'ADMINISTRATOR');
  ben = await office.user('ben');
  asking = openAsking(office);
});
afterAll(async () => {
  await asking.end();
  await office.end();
});

const run: Asking['run'] = (...asked) => asking.run(...asked);
const data: Asking['data'] = (...asked) => asking.data(...asked);

it('from nothing to a client’s records: companies, workspaces, archives, clients, groups and planes by GraphQL', async () => {
  const { createCompany } = await data(
    ada,
    'mutation { createCompany(input: { name: "C-GmbH" }) { company { id name } } }',
  );
  const { createWorkspace } = await data(
    ada,
    `mutation ($company: ID!) { createWorkspace(input: { company: $company, name: "Permits office" }) {
      workspace { id name company { name } } } }`,
    { company: createCompany.company.id },
  );
  expect(createWorkspace.workspace).toMatchObject({ name: 'Permits office', company: { name: 'C-GmbH' } });
  const workspace = createWorkspace.workspace.id;
  const made = await data(
    ada,
    `mutation ($workspace: ID!) {
      archive: createArchive(input: { workspace: $workspace, name: "Permits" }) { archive { id clientsEnabled workspace { id } } }
      client: createClient(input: { workspace: $workspace, name: "General" }) { client { id name } }
      group: createGroup(input: { name: "Counter", colour: "#00FF00" }) { group { id colour members { nodes { name } } } }
      user: createUser(input: { name: "cleo", role: INTERNAL, workflowAccess: true }) { user { id role blocked } }
    }`,
    { workspace },
  );
  expect(made).toMatchObject({
    archive: { archive: { clientsEnabled: false, workspace: { id: workspace } } },
    group: { group: { colour: '#00ff00', members: { nodes: [] } } },
    user: { user: { role: 'INTERNAL', blocked: false } },
  });
  const [archive, client, group, user] = [
    made.archive.archive.id,
    made.client.client.id,
    made.group.group.id,
    made.user.user.id,
  ];
  const on = await data(
    ada,
    `mutation ($archive: ID!, $client: ID!, $group: ID!, $user: ID!) {
      addGroupMembers(input: { group: $group, users: [$user] }) { group { members { totalCount nodes { name groups { name } } } } }
      enableClients(input: { archive: $archive, client: $client, assignments: [{ client: $client, groups: [$group] }] }) {
        records archive { clientsEnabled } }
    }`,
    { archive, client, group, user },
  );
  expect(on).toEqual({
    addGroupMembers: {
      group: { members: { totalCount: 1, nodes: [{ name: 'cleo', groups: [{ name: 'Counter' }] }] } },
    },
    enableClients: { records: 0, archive: { clientsEnabled: true } },
  });
  const cleo = Buffer.from(user, 'base64url').toString().split(':')[1]!;
  const seen = await data(
    cleo,
    '{ archives { nodes { name clientsEnabled selectableClients { name } prefilledClient { name } } } }',
  );
  expect(seen.archives.nodes).toEqual([
    {
      name: 'Permits',
      clientsEnabled: true,
      selectableClients: [{ name: 'General' }],
      prefilledClient: { name: 'General' },
    },
  ]);
  const assigned = await data(
    ada,
    `query ($client: ID!, $archive: ID!) { administration { client(id: $client) {
      assigned(archive: $archive) { totalCount nodes { kind name } }
      assignable(archive: $archive, search: "cle") { nodes { id kind name } } } } }`,
    { client, archive },
  );
  expect(assigned.administration.client).toEqual({
    assigned: { totalCount: 1, nodes: [{ kind: 'GROUP', name: 'Counter' }] },
    assignable: { nodes: [{ id: user, kind: 'USER', name: 'cleo' }] },
  });
  const off = await data(
    ada,
    `mutation ($client: ID!, $archive: ID!, $group: ID!) {
      unassignClients(input: { assignments: [{ client: $client, archive: $archive, groups: [$group] }] }) { warnings { code } clients { name } }
      disableClients(input: { archive: $archive }) { archive { clientsEnabled } }
    }`,
    { client, archive, group },
  );
  expect(off).toEqual({
    unassignClients: { warnings: [{ code: 'LAST_ASSIGNMENT' }], clients: [{ name: 'General' }] },
    disableClients: { archive: { clientsEnabled: false } },
  });
});

it('A1, A9, A11: planes by GraphQL', async () => {
  const { id } = await office.workspace('Planes');
  const workspace = encodeId('Workspace', id);
  const { createPlane } = await data(
    ada,
    `mutation ($workspace: ID!, $restriction: JSON) {
      createPlane(input: { workspace: $workspace, name: "Second level", content: [
        { definition: "paper", views: ["titles"], layouts: ["state"], abilities: ["CREATE"], restriction: $restriction }] }) {
        plane { id name isFull activeDefinitions groupCount workspace { name }
          content { definition views layouts documentViewers abilities restriction }
          computedFields(definition: "paper") { field level sources { kind name level } } } } }`,
    { workspace, restriction: { state: { isSet: true } } },
  );
  expect(createPlane.plane).toMatchObject({
    isFull: false,
    activeDefinitions: ['paper'],
    groupCount: 0,
    workspace: { name: 'Planes' },
    content: [
      {
        definition: 'paper',
        views: ['titles'],
        layouts: ['state'],
        documentViewers: [],
        abilities: ['CREATE'],
        restriction: { state: { isSet: true } },
      },
    ],
  });
  expect(createPlane.plane.computedFields.slice(0, 2)).toEqual([
    { field: 'title', level: 'READ', sources: [{ kind: 'VIEW', name: 'titles', level: 'READ' }] },
    { field: 'state', level: 'EDIT', sources: [{ kind: 'LAYOUT', name: 'state', level: 'EDIT' }] },
  ]);
  const plane = createPlane.plane.id;
  const everyone = encodeId('Group', '00000000-0000-0000-0000-0000000000e1');
  const linked = await data(
    ada,
    `mutation ($plane: ID!, $everyone: ID!, $full: ID!) {
      wide: assignPlane(input: { plane: $full, groups: [$everyone] }) { escapes { count } }
      narrow: assignPlane(input: { plane: $plane, groups: [$everyone] }) {
        plane { groupCount groups { name builtin } } escapes { count members { user planes } } }
      free: unassignPlane(input: { plane: $full, groups: [$everyone] }) { plane { groupCount } }
    }`,
    { plane, everyone, full: (await planeIds(workspace))['Full access'] },
  );
  expect(linked.narrow.plane).toEqual({ groupCount: 1, groups: [{ name: 'Everyone', builtin: 'EVERYONE' }] });
  expect(linked.narrow.escapes.members).toEqual(
    expect.arrayContaining([
      { user: 'ada', planes: ['Full access'] },
      { user: 'ben', planes: ['Full access'] },
    ]),
  );
  const last = await run(
    ada,
    'mutation ($plane: ID!, $groups: [ID!]!) { unassignPlane(input: { plane: $plane, groups: $groups }) { plane { id } } }',
    { plane, groups: [everyone] },
  );
  expect(last.errors).toMatchObject([{ code: 'VALIDATION_FAILED', problems: [{ path: 'confirm' }] }]);
  const wrong = await run(
    ada,
    'mutation ($plane: ID!) { updatePlane(input: { id: $plane, content: [{ definition: "paper", views: ["none"] }] }) { plane { id } } }',
    { plane },
  );
  expect(wrong.errors).toMatchObject([{ code: 'VALIDATION_FAILED', problems: [{ path: 'content.paper.views.none' }] }]);
  const { duplicatePlane, deletePlane } = await data(
    ada,
    `mutation ($plane: ID!) {
      duplicatePlane(input: { id: $plane, name: "Copy" }) { plane { name groupCount } }
      deletePlane(input: { id: $plane, confirm: true }) { deletedId } }`,
    { plane },
  );
  expect(duplicatePlane.plane).toEqual({ name: 'Copy', groupCount: 0 });
  expect(deletePlane.deletedId).toBe(plane);
  expect(Object.keys(await planeIds(workspace))).toEqual(['Copy', 'Full access']);
});

async function planeIds(workspace: string): Promise<Record<string, string>> {
  const { administration } = await data(
    ada,
    'query ($workspace: ID!) { administration { planes(workspace: $workspace) { nodes { id name } } } }',
    { workspace },
  );
  return Object.fromEntries(administration.planes.nodes.map((plane: Data) => [plane.name, plane.id]));
}

it('A7, A11: the fields of a record for a user, with the planes that show them', async () => {
  const place = await office.workspace('Fields');
  const archive = await place.archive('Papers');
  await place.plane('Titles', { paper: { views: ['titles'] } }, [ben]);
  await place.plane('Open ones', { paper: { layouts: ['state'], restriction: { state: { equals: 'OPEN' } } } }, [ben]);
  const [open, done] = await place.records('paper', [{ state: 'OPEN' }, { state: 'DONE' }], { archive });
  const question = `query ($record: ID!, $user: ID!) { administration {
    recordFields(record: $record, user: $user) { field level planes { name level sources { name } } } } }`;
  const ask = async (user: string, record: string) => {
    const variables = { user: encodeId('User', user), record: office.idOf('paper', place, record) };
    const { administration } = await data(ada, question, variables);
    const shown = administration.recordFields.filter(({ level }: Data) => level !== 'HIDDEN');
    return shown.map(({ field, level, planes }: Data) => [field, level, planes.map(({ name }: Data) => name)]);
  };
  expect(await ask(ben, open!)).toEqual([
    ['title', 'READ', ['Titles']],
    ['state', 'EDIT', ['Open ones']],
  ]);
  expect(await ask(ben, done!), 'the second plane doesn’t expose this record').toEqual([['title', 'READ', ['Titles']]]);
  expect(await ask(ada, open!), 'U2: administration is not sight').toEqual([]);
  const others = await run(ben, question, { user: encodeId('User', ben), record: office.idOf('paper', place, open!) });
  expect(others.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
});

it('P8: whoever may add to a folder makes folders; it is no administration', async () => {
  const place = await office.workspace('Folders');
  const archive = await place.archive('Cabinet');
  const { createFolder } = await data(
    ben,
    'mutation ($archive: ID!) { createFolder(input: { parent: $archive, name: "Drawer" }) { folder { id name path } } }',
    { archive: encodeId('Archive', archive) },
  );
  expect(createFolder.folder).toMatchObject({ name: 'Drawer', path: 'Cabinet/Drawer' });
  const { renameFolder } = await data(
    ben,
    'mutation ($id: ID!) { renameFolder(input: { id: $id, name: "Shelf" }) { folder { name } } }',
    { id: createFolder.folder.id },
  );
  expect(renameFolder.folder.name).toBe('Shelf');
  const make =
    'mutation ($parent: ID!, $name: String!) { createFolder(input: { parent: $parent, name: $name }) { folder { id } } }';
  const parent = encodeId('Folder', archive);
  expect((await run(ben, make, { parent, name: 'Shelf' })).errors).toMatchObject([
    { code: 'VALIDATION_FAILED', problems: [{ path: 'name', message: 'is taken in this folder' }] },
  ]);
  expect((await run(ben, make, { parent, name: 'a/b' })).errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
  const guest = await office.user('gus', 'GUEST');
  const [hidden, missing] = [
    await run(guest, make, { parent, name: 'Mine' }),
    await run(guest, make, { parent: encodeId('Folder', '00000000-0000-7000-8000-00000000dead'), name: 'Mine' }),
  ];
  expect(hidden.errors, 'V2: a hidden folder is like a missing one').toEqual(missing.errors);
  expect(hidden.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
});

const WITHOUT_RIGHTS: Record<string, string> = {
  query: '{ administration { groups { nodes { name } } } }',
  mutation: 'mutation { createGroup(input: { name: "mine" }) { group { id } } }',
};

it.each(Object.entries(WITHOUT_RIGHTS))(
  'U2: a %s of administration is FORBIDDEN to everybody else',
  async (_, source) => {
    const blocked = await office.user(`blocked ${_}`, 'ADMINISTRATOR');
    await office.owner.query(`update rowplane.users set blocked_until = 'infinity' where id = $1`, [blocked]);
    for (const viewer of [ben, blocked, '00000000-0000-0000-0000-000000000000']) {
      const { errors } = await run(viewer, source);
      expect(errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    }
  },
);

it.each(Object.values(WITHOUT_RIGHTS))(
  'without a connection for administration it is refused, with the reason: %s',
  async (source) => {
    const { errors } = await office.graphql(ada, source);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('ROWPLANE_ADMIN_URL'), extensions: { code: 'FORBIDDEN' } },
    ]);
  },
);

it('ids of another type are refused with their place', async () => {
  const { errors } = await run(
    ada,
    'mutation ($group: ID!, $users: [ID!]!) { addGroupMembers(input: { group: $group, users: $users }) { group { id } } }',
    { group: encodeId('Group', '00000000-0000-0000-0000-0000000000e1'), users: [encodeId('User', ben), 'nonsense'] },
  );
  expect(errors).toMatchObject([
    { code: 'VALIDATION_FAILED', problems: [{ path: 'users[1]', message: 'is not the id of a User' }] },
  ]);
});

it('connections have edges, cursors and pages', async () => {
  const page =
    'query ($after: String) { administration { groups(first: 4, after: $after) { totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor } } } }';
  const first = (await data(ada, page)).administration.groups;
  expect(first.edges.map(({ node }: Data) => node.name)).toEqual(
    [...first.edges.map(({ node }: Data) => node.name)].sort(),
  );
  expect(first).toMatchObject({ pageInfo: { hasNextPage: true, endCursor: first.edges[3].cursor } });
  const next = (await data(ada, page, { after: first.pageInfo.endCursor })).administration.groups;
  expect(next.edges[0].node.name > first.edges[3].node.name).toBe(true);
  expect(next.totalCount).toBe(first.totalCount);
});
