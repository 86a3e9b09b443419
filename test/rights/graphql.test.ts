import { beforeAll, expect, test } from 'vitest';
import { type Data, encodeId, useWorld } from './world.ts';

let [ben, cleo]: string[] = [];
const world = useWorld();
beforeAll(async () => {
  [ben, cleo] = [await world().user('ben'), await world().user('cleo')];
});

const asAda = (source: string, variables?: Data) => world().data(world().ada, source, variables);
const refused = async (source: string, variables?: Data) =>
  (await world().graphql(world().ada, source, variables)).errors;

async function createProfile(name: string, levels: [string, string][] = [], application = 'finance'): Promise<string> {
  const { createProfile: made } = await asAda(
    'mutation ($input: CreateProfileInput!) { createProfile(input: $input) { profile { id } } }',
    { input: { name, application } },
  );
  const rights = levels.map(([right, level]) => ({ right, level }));
  await asAda('mutation ($input: SetProfileRightsInput!) { setProfileRights(input: $input) { profile { id } } }', {
    input: { profile: made.profile.id, rights },
  });
  return made.profile.id as string;
}

test('R1, R2, R8: applications, and a profile from its making to its end', async () => {
  const { administration } = await asAda('{ administration { applications { name title rights { name title } } } }');
  expect(administration.applications).toMatchObject([
    { name: 'finance', title: 'Finance', rights: [{ title: 'Document worklist' }, {}, {}] },
    { name: 'procurement', rights: [{ name: 'orders', title: 'Orders' }, { name: 'vendors' }] },
  ]);
  const id = await createProfile('Finance - reader', [['invoices', 'DISPLAY']]);
  const { setAllProfileRights } = await asAda(
    'mutation ($input: SetAllProfileRightsInput!) { setAllProfileRights(input: $input) { profile { rights { name level } } } }',
    { input: { profile: id, level: 'DISPLAY' } },
  );
  expect(setAllProfileRights.profile.rights).toEqual(
    ['documentWorklist', 'invoices', 'vendors'].map((name) => ({ name, level: 'DISPLAY' })),
  );
  const { duplicateProfile } = await asAda(
    'mutation ($input: DuplicateProfileInput!) { duplicateProfile(input: $input) { profile { id name application { name } assignmentCount rights { level } } } }',
    { input: { id, name: 'Finance - reader 2' } },
  );
  expect(duplicateProfile.profile).toMatchObject({ application: { name: 'finance' }, assignmentCount: null });
  const { updateProfile } = await asAda(
    'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { profile { name } } }',
    { input: { id: duplicateProfile.profile.id, name: 'Spare' } },
  );
  expect(updateProfile.profile).toEqual({ name: 'Spare' });
  const REMOVE = 'mutation ($id: ID!) { deleteProfile(input: { id: $id }) { deletedId } }';
  await asAda(REMOVE, { id: duplicateProfile.profile.id });
  expect(await refused(REMOVE, { id: duplicateProfile.profile.id })).toMatchObject([{ code: 'NOT_FOUND' }]);
});

test('R3, R4, R8: assigned, counted, drilled down into, withdrawn and copied', async () => {
  const { here, there } = world();
  const [a, b] = [encodeId('Company', here.company), encodeId('Company', there.company)];
  const [finance, orders] = [
    await createProfile('G finance', [['documentWorklist', 'EDIT']]),
    await createProfile('G orders', [['orders', 'DISPLAY']], 'procurement'),
  ];
  const { createRightsRole } = await asAda(
    'mutation ($input: CreateRightsRoleInput!) { createRightsRole(input: $input) { rightsRole { id profiles { name } assignmentCount } } }',
    { input: { name: 'G clerk', profiles: [finance] } },
  );
  const role = createRightsRole.rightsRole.id as string;
  const { addRightsRoleProfiles } = await asAda(
    'mutation ($input: AddRightsRoleProfilesInput!) { addRightsRoleProfiles(input: $input) { rightsRole { profiles { name } } } }',
    { input: { rightsRole: role, profiles: [orders] } },
  );
  expect(addRightsRoleProfiles.rightsRole.profiles).toEqual([{ name: 'G finance' }, { name: 'G orders' }]);

  const ASSIGN =
    'mutation ($assignments: [RightsAssignmentInput!]!) { assignRights(input: { assignments: $assignments }) { added } }';
  const [benId, cleoId] = [encodeId('User', ben!), encodeId('User', cleo!)];
  const { assignRights } = await asAda(ASSIGN, {
    assignments: [
      { users: [benId, cleoId], company: a, rightsRole: role },
      { users: [benId], company: b, profile: finance },
    ],
  });
  expect(assignRights).toEqual({ added: 3 });

  const { administration } = await asAda(
    `query ($profile: ID!) { administration {
      profiles(application: "finance", search: "G ") { totalCount nodes { name assignmentCount rightsRoles { name } assignments { totalCount nodes { id user { name } company { name } profile { name } rightsRole { name } } } } }
      rightsRoles(search: "G ") { nodes { name assignmentCount assignments { nodes { user { name } } } } }
      rightsAssignments(profile: $profile, first: 2) { totalCount pageInfo { hasNextPage } nodes { user { name } } }
      users(search: "ben") { nodes { applications { name company { name } rights { name level } } } }
    } }`,
    { profile: finance },
  );
  const [listed] = administration.profiles.nodes as Data[];
  expect(listed).toMatchObject({ name: 'G finance', assignmentCount: 3, rightsRoles: [{ name: 'G clerk' }] });
  expect(listed!.assignments.totalCount).toBe(3);
  const given = (listed!.assignments.nodes as Data[]).map(({ user, company, profile, rightsRole }) =>
    [user, company, profile, rightsRole].map((each: { name: string } | null) => each?.name ?? null),
  );
  expect(given.sort()).toEqual([
    ['ben', 'A-GmbH', null, 'G clerk'],
    ['ben', 'B-GmbH', 'G finance', null],
    ['cleo', 'A-GmbH', null, 'G clerk'],
  ]);
  expect(administration.rightsRoles.nodes).toMatchObject([{ name: 'G clerk', assignmentCount: 2 }]);
  expect(administration.rightsAssignments).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  expect(administration.users.nodes[0].applications).toMatchObject([
    { name: 'finance', company: { name: 'A-GmbH' }, rights: [{ name: 'documentWorklist', level: 'EDIT' }, {}, {}] },
    { name: 'procurement', company: { name: 'A-GmbH' } },
    { name: 'finance', company: { name: 'B-GmbH' } },
  ]);

  const inUse = await refused('mutation ($id: ID!) { deleteProfile(input: { id: $id }) { deletedId } }', {
    id: finance,
  });
  expect(inUse).toMatchObject([{ code: 'IN_USE', assignmentCount: 1, rightsRoles: ['G clerk'] }]);

  const ids = (listed!.assignments.nodes as Data[])
    .filter(({ user }) => user.name === 'ben')
    .map(({ id }) => id as string);
  const { withdrawRights } = await asAda(
    'mutation ($ids: [ID!]!) { withdrawRights(input: { ids: $ids }) { withdrawnIds } }',
    { ids },
  );
  expect(withdrawRights.withdrawnIds).toEqual(ids);
  const { copyRights } = await asAda(
    'mutation ($input: CopyRightsInput!) { copyRights(input: $input) { added withdrawn } }',
    {
      input: { from: cleoId, to: [benId], mode: 'REPLACE', company: a },
    },
  );
  expect(copyRights).toEqual({ added: 1, withdrawn: 0 });
  const { viewer } = await world().data(ben!, '{ viewer { applications { name company { name } } } }');
  expect(viewer.applications).toEqual([
    { name: 'finance', company: { name: 'A-GmbH' } },
    { name: 'procurement', company: { name: 'A-GmbH' } },
  ]);
});

test('bad input is refused by its place', async () => {
  const id = await createProfile('Bad input');
  const problems = async (source: string, variables: Data) =>
    ((await refused(source, variables)) as { problems: { path: string }[] }[]).flatMap((error) =>
      (error.problems ?? []).map(({ path }) => path),
    );
  expect(
    await problems('mutation ($input: CreateProfileInput!) { createProfile(input: $input) { profile { id } } }', {
      input: { name: 'X', application: 'nonsense' },
    }),
  ).toEqual(['application']);
  expect(
    await problems('mutation ($input: SetProfileRightsInput!) { setProfileRights(input: $input) { profile { id } } }', {
      input: { profile: id, rights: [{ right: 'orders', level: 'EDIT' }] },
    }),
  ).toEqual(['rights[0].right']);
  const ASSIGN =
    'mutation ($assignments: [RightsAssignmentInput!]!) { assignRights(input: { assignments: $assignments }) { added } }';
  const nobody = encodeId('User', '01900000-0000-7000-8000-000000000000');
  const company = encodeId('Company', '01900000-0000-7000-8000-000000000000');
  expect(await problems(ASSIGN, { assignments: [{ users: [nobody], company, profile: id }] })).toEqual([
    'assignments[0].users[0]',
    'assignments[0].company',
  ]);
  expect(await problems(ASSIGN, { assignments: [{ users: [company], company, profile: id }] })).toEqual([
    'assignments[0].users[0]',
  ]);
  expect(await problems('mutation { withdrawRights(input: { ids: ["nonsense"] }) { withdrawnIds } }', {})).toEqual([
    'ids[0]',
  ]);
});

test('U2: nobody but administrators sees or changes profiles; viewers see their own rights', async () => {
  for (const source of [
    '{ administration { profiles { nodes { id } } } }',
    '{ administration { rightsAssignments { nodes { id } } } }',
    'mutation { createProfile(input: { name: "mine", application: "finance" }) { profile { id } } }',
    'mutation { assignRights(input: { assignments: [] }) { added } }',
  ])
    expect((await world().graphql(cleo!, source)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  const anonymous = '00000000-0000-0000-0000-000000000000';
  expect(await world().data(anonymous, '{ viewer { applications { name } } }')).toEqual({
    viewer: { applications: [] },
  });
});

test('R7, V4: with DISPLAY, levels are READ and writing abilities gone; without it, nothing is there', async () => {
  const { here, profile, assign, withdraw, record, user, data, graphql, idOf } = world();
  const dara = await user('dara');
  const display = await profile('V4 display', { documentWorklist: 'DISPLAY' });
  const item = await record('item', 'V4');
  const ASK = `query ($id: ID!, $name: String = "item") {
    item(id: $id) { title fieldAccess { field level } access: fieldLevel(field: TITLE) abilities }
    items(where: { title: { equals: "V4" } }) { totalCount nodes { title } }
    node(id: $id) { id }
    definition(name: $name) { right fields { name level } abilities { name allowed } } }`;
  const id = idOf('item', item);
  const hidden = { item: null, items: { totalCount: 0, nodes: [] }, node: null };
  expect(await data(dara, ASK, { id })).toMatchObject({
    ...hidden,
    definition: { right: 'documentWorklist', fields: [{ level: 'HIDDEN' }, { level: 'HIDDEN' }] },
  });
  await assign(dara, display, here);
  expect(await data(dara, ASK, { id })).toMatchObject({
    item: {
      title: 'V4',
      access: 'READ',
      fieldAccess: [
        { field: 'TITLE', level: 'READ' },
        { field: 'BATCH', level: 'READ' },
      ],
      abilities: ['PRINT'],
    },
    items: { totalCount: 1 },
    node: { id },
    definition: { fields: [{ level: 'READ' }, { level: 'READ' }] },
  });
  const archive = encodeId('Archive', here.archive);
  for (const source of [
    `mutation { updateItem(input: { id: "${id}", title: "mine" }) { item { id } } }`,
    `mutation { deleteItem(input: { id: "${id}" }) { __typename } }`,
    `mutation { createItem(input: { archive: "${archive}", title: "mine" }) { item { id } } }`,
  ])
    expect((await graphql(dara, source)).errors).toMatchObject([
      { code: 'FORBIDDEN', right: 'documentWorklist', level: 'EDIT' },
    ]);
  await withdraw(dara);
  expect(await data(dara, ASK, { id }), 'V5: withdrawn, and gone for the next operation').toMatchObject(hidden);
  const { definition } = await data(dara, ASK, { id, name: 'note' });
  expect(definition.right).toBe(null);
});
