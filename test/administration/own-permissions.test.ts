import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { runNode, type Ended } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { openAsking, type Asking } from './asking.ts';

const ADMINISTRATORS = '00000000-0000-0000-0000-0000000000e2';

let office: Office;
let here: OfficeWorkspace;
let asking: Asking;
let [ada, bo]: string[] = [];
let [managers, seniors, denied]: string[] = [];
let [archive, client]: string[] = [];

beforeAll(async () => {
  office = await openOffice();
  asking = openAsking(office);
  [ada, bo] = [await office.user('ada', 'ADMINISTRATOR'), await office.user('bo', 'ADMINISTRATOR')];
  here = await office.workspace('Office');
});
afterAll(async () => {
  await asking.end();
  await office.end();
});
beforeEach(async () => {
  const { owner } = office;
  await owner.query(
    'delete from rowplane.archives; delete from rowplane.clients; delete from rowplane.groups where builtin is null',
  );
  await owner.query(`update rowplane.users set role = 'ADMINISTRATOR'`);
  archive = await here.archive('Contracts');
  await owner.query(`delete from rowplane.object_entries where permission = 'EDIT_PERMISSIONS'`);
  await entry({ user: bo!, decision: 'ALLOW' });
  [managers, seniors, denied] = [await group('Managers'), await group('Seniors'), await group('Denied')];
});

async function group(name: string, ...members: string[]): Promise<string> {
  const [row] = await office.owner.query<{ id: string }>(
    'insert into rowplane.groups (name) values ($1) returning id',
    [name],
  );
  for (const member of members) await join(row!.id, member);
  return row!.id;
}

async function join(id: string, member: string): Promise<void> {
  await office.owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [id, member]);
}

async function nest(parent: string, child: string): Promise<void> {
  await office.owner.query('insert into rowplane.group_nesting (parent_id, child_id) values ($1, $2)', [parent, child]);
}

async function entry(given: { on?: string; user?: string; group?: string; decision: string }): Promise<void> {
  await office.owner.query(
    `insert into rowplane.object_entries (object_id, user_id, group_id, permission, decision) values ($1, $2, $3, 'EDIT_PERMISSIONS', $4)`,
    [given.on ?? archive, given.user, given.group, given.decision],
  );
}

/** Turns clients on, and gives ada and bo a client each. */
async function enableClients(): Promise<void> {
  const { owner } = office;
  client = await here.client('North');
  await here.assign(client, archive!, ada!);
  await here.assign(await here.client('South'), archive!, bo!);
  await owner.query('select rowplane.enable_clients($1, $2)', [archive, client]);
}

async function manages(person: string): Promise<boolean> {
  const { archive: seen } = await office.data<{ archive: { mayEditPermissions: boolean } | null }>(
    person,
    'query ($id: ID!) { archive: folder(id: $id) { mayEditPermissions } }',
    { id: encodeId('Folder', archive!) },
  );
  return seen?.mayEditPermissions ?? false;
}

/** A change as ada that takes her own EDIT_PERMISSIONS: refused, and nothing is done; with a confirmation, done. */
async function expectGuarded(mutation: string, input: Record<string, unknown>): Promise<void> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const source = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`;
  const { errors } = await asking.run(ada!, source, { input });
  expect(errors).toMatchObject([{ code: 'LOCKED_OUT', confirm: 'OWN_EDIT_PERMISSIONS' }]);
  expect(await manages(ada!)).toBe(true);
  await asking.data(ada!, source, { input: { ...input, confirm: true } });
  expect(await manages(ada!)).toBe(false);
}

const userId = (id: string) => encodeId('User', id);
const groupId = (id: string) => encodeId('Group', id);

describe('P7: taking one’s own EDIT_PERMISSIONS needs a confirmation', () => {
  test('by leaving a group', async () => {
    await entry({ group: managers!, decision: 'ALLOW' });
    await join(managers!, ada!);
    await expectGuarded('removeGroupMembers', { group: groupId(managers!), users: [userId(ada!)] });
  });

  test('by joining a group that is denied it', async () => {
    await entry({ user: ada!, decision: 'ALLOW' });
    await entry({ group: denied!, decision: 'DENY' });
    await expectGuarded('addGroupMembers', { group: groupId(denied!), users: [userId(ada!)] });
  });

  test('by taking a group out of a group', async () => {
    await entry({ group: seniors!, decision: 'ALLOW' });
    await nest(seniors!, managers!);
    await join(managers!, ada!);
    await expectGuarded('removeSubgroups', { group: groupId(seniors!), subgroups: [groupId(managers!)] });
  });

  test('by putting a group into one that is denied it', async () => {
    await entry({ user: ada!, decision: 'ALLOW' });
    await entry({ group: denied!, decision: 'DENY' });
    await join(managers!, ada!);
    await nest(seniors!, managers!);
    await expectGuarded('addSubgroups', { group: groupId(denied!), subgroups: [groupId(seniors!)] });
  });

  test('by another role', async () => {
    await entry({ group: ADMINISTRATORS, decision: 'ALLOW' });
    await expectGuarded('updateUser', { id: userId(ada!), role: 'INTERNAL' });
  });

  test('C6: by the last assignment to a client, or with the client', async () => {
    await entry({ user: ada!, decision: 'ALLOW' });
    await enableClients();
    const [global, assignments] = [encodeId('Client', client!), 'select from rowplane.client_assignments'];
    await expectGuarded('unassignClients', {
      assignments: [{ client: global, archive: encodeId('Archive', archive!), users: [userId(ada!)] }],
    });
    await here.assign(client!, archive!, ada!);
    expect(await office.owner.query(assignments)).toHaveLength(2);
    await expectGuarded('deleteClient', { id: global });
    expect(await office.owner.query(assignments)).toHaveLength(1);
  });

  test('also on a folder alone', async () => {
    const folder = await here.folder(archive!, 'Leases');
    await entry({ on: folder, group: managers!, decision: 'ALLOW' });
    await join(managers!, ada!);
    const source = `mutation ($group: ID!, $users: [ID!]!, $confirm: Boolean) {
      removeGroupMembers(input: { group: $group, users: $users, confirm: $confirm }) { group { id } } }`;
    const input = { group: groupId(managers!), users: [userId(ada!)] };
    expect((await asking.run(ada!, source, input)).errors).toMatchObject([{ code: 'LOCKED_OUT' }]);
    await asking.data(ada!, source, { ...input, confirm: true });
  });

  test('what others lose, and what one keeps by another way, needs none', async () => {
    await entry({ group: managers!, decision: 'ALLOW' });
    await entry({ group: seniors!, decision: 'ALLOW' });
    for (const member of [ada!, bo!]) await join(managers!, member);
    await join(seniors!, ada!);
    const source = `mutation ($group: ID!, $users: [ID!]!) { removeGroupMembers(input: { group: $group, users: $users }) { group { id } } }`;
    await asking.data(ada!, source, { group: groupId(managers!), users: [userId(ada!), userId(bo!)] });
    expect(await manages(ada!)).toBe(true);
  });
});

describe('P7: on the command line --confirm does it', () => {
  function rowplane(...args: string[]): Promise<Ended> {
    const { database } = office;
    const env = {
      DATABASE_URL: database.superuserUrl,
      ROWPLANE_SECRET: TEST_SECRET,
      ROWPLANE_ADMIN_URL: database.adminUrl,
    };
    return runNode('src/cli/main.ts', [...args, '--as', 'ada'], { cwd: '/', env });
  }

  async function expectConfirmed(...args: string[]): Promise<void> {
    const refused = await rowplane(...args);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--confirm') });
    expect(await manages(ada!)).toBe(true);
    expect(await rowplane(...args, '--confirm')).toMatchObject({ code: 0 });
    expect(await manages(ada!)).toBe(false);
  }

  test('joining and leaving a group', async () => {
    await entry({ group: managers!, decision: 'ALLOW' });
    await entry({ group: denied!, decision: 'DENY' });
    await join(managers!, ada!);
    await expectConfirmed('groups', 'add', 'Denied', '--user', 'ada');
    expect(await rowplane('groups', 'remove', 'Denied', '--user', 'ada')).toMatchObject({ code: 0 });
    await expectConfirmed('groups', 'remove', 'Managers', '--user', 'ada');
  });

  test('an assignment to a client, a client, and a role', async () => {
    await entry({ group: ADMINISTRATORS, decision: 'ALLOW' });
    await enableClients();
    await expectConfirmed('clients', 'unassign', 'North', '--archive', 'Contracts', '--user', 'ada');
    await here.assign(client!, archive!, ada!);
    await expectConfirmed('clients', 'delete', 'North');
    await office.owner.query('update rowplane.archives set clients_enabled = false');
    await expectConfirmed('users', 'update', 'ada', '--role', 'INTERNAL');
  });
});
