import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdministrators, type Administrators } from '../../src/access/administrators.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

let office: Office;
let here: OfficeWorkspace;
let administrators: Administrators;
let ada: string;
let ben: string;
let workspace: string;

beforeAll(async () => {
  office = await openOffice();
  here = await office.workspace('Office');
  await here.archive('Permits');
  [ada, ben] = [await office.user('ada', 'ADMINISTRATOR'), await office.user('ben')];
  administrators = openAdministrators({ url: office.database.adminUrl, key: viewerTokenKey(office.database.secret) });
  workspace = Buffer.from(`Workspace:${here.id}`).toString('base64url');
});
afterAll(async () => {
  await administrators?.end();
  await office?.end();
});

async function run(viewer: string, source: string, variables: Record<string, unknown> = {}) {
  const context = { ...office.context(viewer), administrators };
  const { data, errors } = await office.execute({
    document: parse(source),
    variables: { workspace, ...variables },
    context,
  });
  return {
    data: JSON.parse(JSON.stringify(data ?? null)) as Record<string, unknown> | null,
    code: errors?.[0]?.extensions.code,
  };
}

const id = (type: string, uuid: string) => Buffer.from(`${type}:${uuid}`).toString('base64url');
const MINE = 'query ($workspace: ID!) { viewer { functions(workspace: $workspace) { name allowed } } }';

test('P10 by GraphQL: administrators set many at once, everybody asks what is theirs', async () => {
  const set = await run(
    ada,
    `mutation ($workspace: ID!, $changes: [FunctionChangeInput!]!) {
      setFunctions(input: { workspace: $workspace, changes: $changes }) { warnings { code } functions { name entries { decision principal { kind name } } } }
    }`,
    {
      changes: [
        { function: 'IMPORT', principal: id('User', ben), decision: 'DENY' },
        { function: 'EXPORT', principal: id('User', ben), decision: 'ALLOW' },
        { function: 'EXPORT', principal: id('Group', '00000000-0000-0000-0000-0000000000e1'), decision: 'UNSPECIFIED' },
      ],
    },
  );
  expect(set.data?.setFunctions).toMatchObject({ warnings: [{ code: 'DENY_REACHES' }] });
  expect((await run(ben, MINE)).data?.viewer).toEqual({
    functions: [
      { name: 'CHANGE_OPTIONS', allowed: true },
      { name: 'CREATE_COLLECTION', allowed: true },
      { name: 'EMPTY_TRASH', allowed: true },
      { name: 'EXPORT', allowed: true },
      { name: 'IMPORT', allowed: false },
    ],
  });
  expect((await run(ada, MINE)).data?.viewer).toMatchObject({
    functions: expect.arrayContaining([{ name: 'EXPORT', allowed: false }]) as unknown,
  });
  const effective = await run(
    ada,
    `query ($workspace: ID!, $who: ID!) { administration {
      effectiveFunction(workspace: $workspace, function: "IMPORT", principal: $who) { decision entries { decision principal { name } } }
    } }`,
    { who: id('User', ben) },
  );
  expect(effective.data?.administration).toEqual({
    effectiveFunction: {
      decision: 'DENY',
      entries: [
        { decision: 'DENY', principal: { name: 'ben' } },
        { decision: 'ALLOW', principal: { name: 'Everyone' } },
      ],
    },
  });
  const listing = 'query ($workspace: ID!) { administration { functions(workspace: $workspace) { name } } }';
  expect((await run(ben, listing)).code).toBe('FORBIDDEN');
});

test('P10 on the command line', async () => {
  const env = { DATABASE_URL: office.database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const rowplane = (...args: string[]) => runNode('src/cli/main.ts', ['functions', ...args], { cwd: '/', env });
  const denied = await rowplane('set', 'Office', '--user', 'ben', '--deny', 'empty_trash', '--clear', 'IMPORT');
  expect(denied).toMatchObject({ code: 0, stderr: expect.stringContaining('It reaches ben.') as string });
  const { stdout } = await rowplane('effective', 'Office', '--user', 'ben', '--function', 'EMPTY_TRASH');
  expect(stdout).toMatch(/^ben +EMPTY_TRASH +false +DENY +DENY for ben; ALLOW for Everyone$/m);
  expect((await rowplane('list', 'Office')).stdout).toMatch(/^IMPORT +Import +ALLOW for Everyone$/m);
  expect(await rowplane('set', 'Office', '--user', 'ben', '--allow', 'FLY')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/There is no function "\w+"\. See rowplane functions list/) as string,
  });
});
