import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { openOffice, type Office } from '../support/office.ts';
import { openAsking, type Asking } from './asking.ts';

let office: Office;
let asking: Asking;
let ada: string;
let team: string;

beforeAll(async () => {
  office = await openOffice();
  asking = openAsking(office);
  ada = await office.user('ada', 'ADMINISTRATOR');
  const { owner } = office;
  const here = await office.workspace('Office');
  const archive = await here.archive('Letters');
  const [group] = await owner.query<{ id: string }>(`insert into rowplane.groups (name) values ('Team') returning id`);
  team = group!.id;
  await owner.query('insert into rowplane.plane_groups select $1, $2', [here.full, team]);
  const [client] = await owner.query<{ id: string }>(
    `insert into rowplane.clients (workspace_id, name) values ($1, 'North') returning id`,
    [here.id],
  );
  await owner.query('insert into rowplane.client_assignments (client_id, archive_id, group_id) values ($1, $2, $3)', [
    client!.id,
    archive,
    team,
  ]);
  await owner.query(
    `insert into rowplane.object_entries (archive_id, object_id, group_id, permission, decision) values ($1, $1, $2, 'VIEW', 'ALLOW'), ($1, $1, $2, 'DELETE', 'DENY')`,
    [archive, team],
  );
  await owner.query(
    `insert into rowplane.function_entries (workspace_id, function, group_id, decision) values ($1, 'IMPORT', $2, 'DENY')`,
    [here.id, team],
  );
});
afterAll(async () => {
  await asking.end();
  await office.end();
});

const entries = [
  { archive: { name: 'Letters' }, permission: 'DELETE', decision: 'DENY', count: 1 },
  { archive: { name: 'Letters' }, permission: 'VIEW', decision: 'ALLOW', count: 1 },
];

test('A6, C4, P2, P10: a group leads to its planes, clients, entries and functions by GraphQL', async () => {
  const { administration } = await asking.data(
    ada,
    `query ($id: ID!) { administration {
      planes(group: $id) { nodes { name } }
      group(id: $id) {
        planes { totalCount nodes { name workspace { name } } }
        clients { client { name } archive { name } }
        entries { archive { name } permission decision count }
        functions { workspace { name } function decision }
      } } }`,
    { id: encodeId('Group', team) },
  );
  expect(administration.group).toEqual({
    planes: { totalCount: 1, nodes: [{ name: 'Full access', workspace: { name: 'Office' } }] },
    clients: [{ client: { name: 'North' }, archive: { name: 'Letters' } }],
    entries,
    functions: [{ workspace: { name: 'Office' }, function: 'IMPORT', decision: 'DENY' }],
  });
  expect(administration.planes.nodes).toEqual([{ name: 'Full access' }]);
});

test('the same on the command line', async () => {
  const env = { DATABASE_URL: office.database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await runNode('src/cli/main.ts', [...args, '--json'], { cwd: '/', env })).stdout);
  expect(await json('groups', 'show', 'Team')).toMatchObject({
    planes: ['Full access'],
    clients: ['Letters / North'],
    entries: ['Letters: DENY DELETE (1)', 'Letters: ALLOW VIEW (1)'],
    functions: ['Office: DENY IMPORT'],
  });
  expect(await json('planes', 'list', '--group', 'Team')).toMatchObject([{ name: 'Full access' }]);
});

test('U9: what is decided about functions counts among what goes with a group', async () => {
  const { errors } = await asking.run(ada, `mutation ($id: ID!) { deleteGroup(input: { id: $id }) { deletedId } }`, {
    id: encodeId('Group', team),
  });
  expect(errors).toMatchObject([
    { code: 'VALIDATION_FAILED', functions: [{ decision: 'DENY', function: 'IMPORT', workspace: 'Office' }] },
  ]);
});

test('U1, U7, U11: accounts and keys are changed many at once by GraphQL', async () => {
  const { createUsers } = await asking.data(
    ada,
    `mutation ($users: [NewUserInput!]!) { createUsers(input: { users: $users }) { users { id name groups { name } } } }`,
    {
      users: [
        { name: 'one', role: 'INTERNAL', groups: [encodeId('Group', team)] },
        { name: 'robot', role: 'INTERNAL', service: true },
      ],
    },
  );
  expect(createUsers.users).toMatchObject([
    { name: 'one', groups: [{ name: 'Team' }] },
    { name: 'robot', groups: [] },
  ]);
  const ids = createUsers.users.map(({ id }: { id: string }) => id);
  const { blockUsers } = await asking.data(
    ada,
    'mutation ($ids: [ID!]!) { blockUsers(input: { ids: $ids }) { users { blocked } } }',
    { ids },
  );
  expect(blockUsers.users).toEqual([{ blocked: true }, { blocked: true }]);
  await asking.data(ada, 'mutation ($ids: [ID!]!) { unblockUsers(input: { ids: $ids }) { users { blocked } } }', {
    ids,
  });
  const { createApiKey } = await asking.data(
    ada,
    'mutation ($user: ID!) { createApiKey(input: { user: $user, name: "night" }) { apiKey { id } } }',
    { user: ids[1] },
  );
  const listed = '{ administration { apiKeys(active: true) { totalCount nodes { id name user { name } } } } }';
  expect((await asking.data(ada, listed)).administration.apiKeys).toEqual({
    totalCount: 1,
    nodes: [{ id: createApiKey.apiKey.id, name: 'night', user: { name: 'robot' } }],
  });
  await asking.data(ada, 'mutation ($ids: [ID!]!) { revokeApiKeys(input: { ids: $ids }) { apiKeys { revokedAt } } }', {
    ids: [createApiKey.apiKey.id],
  });
  expect((await asking.data(ada, listed)).administration.apiKeys.totalCount).toBe(0);
});
