import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { listLog, logCursorOf, type LogRequest } from '../../src/administration/log.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { type Ended, runNode } from '../support/process.ts';
import { type Office, openOffice } from '../support/office.ts';
import { TEST_SECRET } from '../support/secret.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer is as deep as what was asked
type Data = Record<string, any>;

let office: Office;
let ada: string;
let ben: string;
let close: () => Promise<void>;
let run: (viewer: string, source: string, variables?: Data) => Promise<Data>;
let list: (request: LogRequest) => ReturnType<typeof listLog>;

beforeAll(async () => {
  office = await openOffice();
  ada = await office.user('ada', 'ADMINISTRATOR');
  ben = await office.user('ben');
  const { database, viewers, definitions, schema, execute } = office;
  const administrators = openAdministrators({ url: database.adminUrl, key: viewerTokenKey(database.secret) });
  const contextOf = contextFactory({ viewers, administrators, definitions, secret: database.secret });
  close = () => administrators.end();
  run = async (viewer, source, variables = {}) => {
    const document = parse(source);
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
    const answer = await execute({ document, variables, context: contextOf({ id: viewer }, 'test') });
    return JSON.parse(JSON.stringify(answer)) as Data;
  };
  list = (request) => administrators.read({ id: ada }, (a) => listLog(a, request));
  await run(ada, 'mutation { createGroup(input: { name: "Counter" }) { group { id } } }');
});
afterAll(async () => {
  await close();
  await office.end();
});

function rowplane(...args: string[]): Promise<Ended> {
  const env = { DATABASE_URL: office.database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  return runNode('src/cli/main.ts', args, { cwd: '/', env });
}

it('L1: administrators read the log by GraphQL, newest first, page by page', async () => {
  const source = `query ($after: String) { administration { log(first: 2, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { number at actor actorName login door table operation changed before after transaction hash } } } }`;
  const { log } = (await run(ada, source)).data.administration;
  expect(log.nodes[0]).toEqual({
    number: log.totalCount,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    actor: encodeId('User', ada),
    actorName: 'ada',
    login: 'rowplane_admin',
    door: 'API',
    table: 'groups',
    operation: 'INSERT',
    changed: null,
    before: null,
    after: expect.objectContaining({ name: 'Counter' }),
    transaction: expect.stringMatching(/^\d+$/),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(log.pageInfo.hasNextPage).toBe(true);
  const next = (await run(ada, source, { after: log.pageInfo.endCursor })).data.administration.log;
  expect(next.nodes.map((node: Data) => node.number)).toEqual([log.totalCount - 2, log.totalCount - 3]);
});

it('U2: nobody else reads it', async () => {
  const answer = await run(ben, '{ administration { log { nodes { number } } } }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

it('L1: filters by who, what, where and when', async () => {
  const source = `query ($actor: ID, $object: ID, $since: DateTime, $until: DateTime) { administration {
    log(actor: $actor, object: $object, since: $since, until: $until, table: "groups", operation: INSERT, door: API) { nodes { table operation actorName } } } }`;
  const only = [{ table: 'groups', operation: 'INSERT', actorName: 'ada' }];
  const asked = async (variables: Data) => (await run(ada, source, variables)).data.administration.log.nodes;
  expect(await asked({ actor: encodeId('User', ada) })).toEqual(only);
  expect(await asked({ actor: encodeId('User', ben) })).toEqual([]);
  expect(await asked({ since: '2000-01-01T00:00:00Z', until: '2999-01-01' })).toEqual(only);
  expect(await asked({ since: '2999-01-01' })).toEqual([]);
  expect(await asked({ until: '2000-01-01' })).toEqual([]);
  const { items } = await list({ table: 'groups', operation: 'INSERT', door: 'API' });
  expect(await asked({ object: encodeId('Group', items[0]!.after!.id as string) })).toEqual(only);
});

it('L1: what names an object is found also where the object is a number, or is gone', async () => {
  const { owner } = office.database;
  const [plane] = await owner.query<{ id: number }>(
    `with office as (insert into rowplane.companies (name) values ('Passing') returning id),
       home as (insert into rowplane.workspaces (company_id, name) select id, 'Passing' from office returning id)
     insert into rowplane.planes (workspace_id, name) select id, 'Short-lived' from home returning id`,
  );
  const [group] = await owner.query<{ id: string }>(`insert into rowplane.groups (name) values ('Gone') returning id`);
  await owner.query('insert into rowplane.plane_groups values ($1, $2)', [plane!.id, group!.id]);
  await owner.query('delete from rowplane.planes where id = $1', [plane!.id]);
  await owner.query('delete from rowplane.groups where id = $1', [group!.id]);
  const source =
    'query ($object: ID!) { administration { log(object: $object) { nodes { table operation door actor } } } }';
  const found = async (object: string) => (await run(ada, source, { object })).data.administration.log.nodes;
  const byHand = { door: 'SQL', actor: null };
  const assigned = [
    { ...byHand, table: 'plane_groups', operation: 'DELETE' },
    { ...byHand, table: 'plane_groups', operation: 'INSERT' },
  ];
  expect(await found(encodeId('Plane', plane!.id))).toEqual([
    ...assigned.slice(0, 1),
    { ...byHand, table: 'planes', operation: 'DELETE' },
    ...assigned.slice(1),
    { ...byHand, table: 'planes', operation: 'INSERT' },
  ]);
  expect(await found(encodeId('Group', group!.id))).toEqual([
    { ...byHand, table: 'groups', operation: 'DELETE' },
    ...assigned,
    { ...byHand, table: 'groups', operation: 'INSERT' },
  ]);
});

it('L1: what can’t be understood is refused, each filter by its name', async () => {
  const bad = { first: 0, door: 'BACK', operation: 'LOOK', since: 'yesterday', until: '2026-99-99' };
  await expect(list(bad)).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    details: {
      problems: ['first', 'door', 'operation', 'since', 'until'].map((path) => ({ path, message: expect.any(String) })),
    },
  });
  await expect(list({ after: 'nonsense' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  expect((await list({ after: logCursorOf({ id: 1 }) })).items).toEqual([]);
  const answer = await run(ada, '{ administration { log(object: "nonsense") { nodes { number } } } }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
});

it('L1: the command line shows the log, and stands in it as CLI', async () => {
  expect(await rowplane('groups', 'create', 'Phone', '--as', 'ada')).toMatchObject({ code: 0 });
  const shown = await rowplane('log', 'show', '--as', 'ada', '--who', 'ada', '--object', 'group:Phone', '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({
    entries: [{ actor: ada, actorName: 'ada', door: 'CLI', table: 'groups', after: { name: 'Phone' } }],
    next: null,
  });
  const lines = await rowplane('log', 'show', '--as', 'ada', '--first', '1');
  expect(lines.stdout).toMatch(
    /^entry +at +who +door +table +operation +what\n.*\n *\d+ .* ada +CLI +groups +INSERT +id: .*name: Phone/,
  );
  expect(lines.stderr).toMatch(/^There is more: --after \S+\n$/);
  expect(await rowplane('log', 'show', '--as', 'ada', '--door', 'BACK')).toMatchObject({ code: 1, stdout: '' });
});

it('L2: the command line verifies, tells the last hash and takes one that was kept', async () => {
  const whole = await rowplane('log', 'verify', '--json');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  const { last, problems } = JSON.parse(whole.stdout) as Data;
  expect(problems).toEqual([]);
  const kept = await rowplane('log', 'verify', '--expect', last.hash);
  expect(kept.stdout).toMatch(
    new RegExp(`^The log is whole: \\d+ entries\\.\\nLast hash, to be kept elsewhere: ${last.hash}\\n$`),
  );
  const other = await rowplane('log', 'verify', '--expect', '0'.repeat(64));
  expect(other.code).toBe(1);
  expect(other.stdout).toMatch(/^CUT +No entry has the expected hash/);
});
