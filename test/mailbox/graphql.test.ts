import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { DEFINITIONS, openMailroom, showing, type Mailroom } from './mailroom.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer is as deep as what was asked
type Data = Record<string, any>;

let room: Mailroom;
let viewers: Viewers;
const people: Record<string, string> = {};
const letters: string[] = [];
let ask: (viewer: string, source: string, variables?: Data) => Promise<{ data: Data; errors: Data[] }>;

const user = (name: string) => encodeId('User', people[name]!);

beforeAll(async () => {
  room = await openMailroom();
  for (const name of ['ida', 'ivo', 'iris']) people[name] = await room.user(name);
  people.ada = await room.user('ada', 'ADMINISTRATOR');
  people.extern = await room.user('extern', 'EXTERNAL');
  people.nobox = await room.user('nobox', 'INTERNAL', false);
  const group = await room.group(['ida', 'ivo', 'iris'].map((name) => people[name]!));
  await room.plane('all', { letter: showing(), memo: showing({ abilities: [] }) }, [group]);
  await room.plane('extern', { letter: showing() }, [await room.group([people.extern])]);
  for (let index = 0; index < 5; index++) {
    const id = await room.record('letter', { title: `letter ${index}`, clerk_id: people.iris });
    letters.push(recordId('Letter', room.workspace, id));
  }
  const key = viewerTokenKey(room.database.secret);
  viewers = openViewers({ url: room.database.apiUrl, key });
  const schema = createSchema(DEFINITIONS);
  const execute = createExecutor(schema);
  const contextOf = contextFactory({
    viewers,
    administrators: null,
    definitions: DEFINITIONS,
    secret: room.database.secret,
  });
  ask = async (viewer, source, variables = {}) => {
    const document = parse(source);
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
    const context = contextOf({ id: people[viewer]! }, 'test');
    const { data, errors = [] } = await execute({ document, variables, context });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as Data,
      errors: errors.map(({ message, extensions }) => ({ message, ...extensions })),
    };
  };
});
afterAll(async () => {
  await viewers?.end();
  await room?.end();
});

const PLACE = `mutation ($input: PlaceInMailboxInput!) { placeInMailbox(input: $input) { placed } }`;
const MAILBOX = `query ($first: Int, $after: String) { viewer { mailbox(first: $first, after: $after) { totalCount
  pageInfo { hasNextPage endCursor }
  nodes { id note dueDate readAt completedAt returnedAt sender { name } recipient { name } history { kind actor { name } }
    record { id ... on Letter { title clerk { name } } } } } } }`;

async function data(viewer: string, source: string, variables?: Data): Promise<Data> {
  const { data, errors } = await ask(viewer, source, variables);
  expect(errors).toEqual([]);
  return data;
}

it('M2: candidates by name, searched and page by page', async () => {
  const query = `query ($records: [ID!]!, $search: String, $first: Int, $after: String) {
    mailboxCandidates(records: $records, search: $search, first: $first, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }`;
  const names = (page: Data) => page.mailboxCandidates.nodes.map(({ name }: Data) => name);
  const first = await data('ida', query, { records: letters, first: 2 });
  expect([names(first), first.mailboxCandidates.totalCount]).toEqual([['extern', 'ida'], 4]);
  const after = first.mailboxCandidates.pageInfo.endCursor;
  expect(names(await data('ida', query, { records: letters, first: 2, after }))).toEqual(['iris', 'ivo']);
  expect(names(await data('ida', query, { records: letters, search: 'IV' }))).toEqual(['ivo']);
});

it('M1, M3: placing, and the mailbox with its records as their viewer sees them', async () => {
  const input = { records: letters, recipients: [user('ivo')], note: 'Please', dueDate: '2026-12-24' };
  expect(await data('ida', PLACE, { input })).toEqual({ placeInMailbox: { placed: 5 } });
  const { viewer } = await data('ivo', MAILBOX, { first: 3 });
  expect(viewer.mailbox.totalCount).toBe(5);
  expect(viewer.mailbox.nodes).toHaveLength(3);
  expect(viewer.mailbox.nodes[0]).toMatchObject({
    note: 'Please',
    dueDate: '2026-12-24',
    readAt: null,
    sender: { name: 'ida' },
    recipient: { name: 'ivo' },
    record: { clerk: { name: 'iris' } },
    history: [{ kind: 'PLACED', actor: { name: 'ida' } }],
  });
  const rest = await data('ivo', MAILBOX, { after: viewer.mailbox.pageInfo.endCursor });
  const titles = [...viewer.mailbox.nodes, ...rest.viewer.mailbox.nodes].map(({ record }: Data) => record.title);
  expect(titles.sort()).toEqual([0, 1, 2, 3, 4].map((index) => `letter ${index}`));
});

it.each(['foo', '2026-02-30', 'today-7d', '', 'infinity', '01/02/2026'])(
  'M1: a due date is a date: %j is none, and nothing is sent',
  async (dueDate) => {
    const refused = [
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        problems: [{ path: 'dueDate', message: expect.any(String) as string }],
      }),
    ];
    const sending = 'mutation ($input: SendProcessInput!) { sendProcess(input: $input) { __typename } }';
    const placing = { records: letters, recipients: [user('ivo')], dueDate };
    expect((await ask('ida', PLACE, { input: placing })).errors).toEqual(refused);
    expect((await ask('ida', sending, { input: { records: letters, to: user('ivo'), dueDate } })).errors).toEqual(
      refused,
    );
    expect((await data('ivo', MAILBOX)).viewer.mailbox.totalCount).toBe(5);
  },
);

it('U10: there is no mailbox without workflow access', async () => {
  expect(await data('nobox', MAILBOX)).toEqual({ viewer: { mailbox: null } });
});

it('M4, M1: read, sent on, returned, completed', async () => {
  const entryOf = async (viewer: string) => (await data(viewer, MAILBOX, { first: 1 })).viewer.mailbox.nodes[0] as Data;
  const { id } = await entryOf('ivo');
  const read = `mutation ($input: MarkMailboxEntriesReadInput!) { markMailboxEntriesRead(input: $input) { entries { id readAt } } }`;
  const marked = await data('ivo', read, { input: { entries: [id] } });
  expect(marked.markMailboxEntriesRead.entries).toEqual([{ id, readAt: expect.stringMatching(/Z$/) as string }]);
  const send = `mutation ($input: SendProcessInput!) { sendProcess(input: $input) { sent } }`;
  expect(await data('ivo', send, { input: { entries: [id], to: user('iris') } })).toEqual({ sendProcess: { sent: 1 } });
  expect(await entryOf('iris')).toMatchObject({ id, sender: { name: 'ivo' }, readAt: null, dueDate: '2026-12-24' });
  const back = `mutation ($input: ReturnMailboxEntriesInput!) { returnMailboxEntries(input: $input) { returned } }`;
  await data('iris', back, { input: { entries: [id], note: 'No' } });
  expect(await entryOf('ivo')).toMatchObject({ id, note: 'No', returnedAt: expect.any(String) as string });
  const done = `mutation ($input: CompleteMailboxEntriesInput!) { completeMailboxEntries(input: $input) { entries { id } } }`;
  await data('ivo', done, { input: { entries: [id] } });
  expect(await data('ivo', `{ viewer { mailbox(completed: true) { totalCount } } }`)).toMatchObject({
    viewer: { mailbox: { totalCount: 1 } },
  });
  expect((await ask('iris', done, { input: { entries: [id] } })).errors).toMatchObject([
    { code: 'NOT_FOUND', entries: [id] },
  ]);
});

it('M3: what is undelivered is told to sender and administrator, with whom it can go to', async () => {
  await room.owner.query(`update rowplane.users set workflow_access = false where name = 'ivo'`);
  const query = `{ viewer { undelivered { nodes { id note record { id } recipient { name } candidates { nodes { name } } } } } }`;
  const { nodes } = (await data('ada', query)).viewer.undelivered;
  expect(nodes).toHaveLength(4);
  expect(nodes[0]).toMatchObject({ note: null, record: null, recipient: { name: 'ivo' } });
  expect(nodes[0].candidates.nodes.map(({ name }: Data) => name)).toEqual(['extern', 'ida', 'iris']);
  expect((await data('ida', query)).viewer.undelivered.nodes[0]).toMatchObject({
    note: 'Please',
    record: { id: letters[3] },
  });
  const reassign = `mutation ($input: ReassignMailboxEntriesInput!) { reassignMailboxEntries(input: $input) { reassigned } }`;
  await data('ada', reassign, { input: { entries: [nodes[0].id], to: user('iris') } });
  const { mailboxEntry } = await data(
    'iris',
    `query ($id: ID!) { mailboxEntry(id: $id) { history { kind actor { name } } } }`,
    {
      id: nodes[0].id,
    },
  );
  expect(mailboxEntry.history.at(-1)).toEqual({ kind: 'REASSIGNED', actor: { name: 'ada' } });
  await room.owner.query(`update rowplane.users set workflow_access = true where name = 'ivo'`);
});

it('U3: a sender whom the recipient may not see is nobody', async () => {
  await data('ida', PLACE, { input: { records: [letters[0]], recipients: [user('extern')] } });
  const { nodes } = (await data('extern', MAILBOX)).viewer.mailbox;
  expect(nodes[0]).toMatchObject({ sender: null, history: [{ kind: 'PLACED', actor: null }] });
});

it('W5, V2: refusals name what they are about by the ids that were given', async () => {
  const missing = recordId('Letter', room.workspace, '0199a1b2-0000-7000-8000-000000000000');
  const place = (records: string[], recipients: string[]) => ask('ida', PLACE, { input: { records, recipients } });
  expect((await place([letters[0]!, missing], [user('ivo')])).errors).toMatchObject([
    { code: 'NOT_FOUND', ids: [missing] },
  ]);
  expect((await place(['nonsense'], [user('ivo')])).errors).toMatchObject([{ code: 'NOT_FOUND', ids: ['nonsense'] }]);
  expect((await place([recordId('Memo', room.workspace, decoded(letters[0]!))], [user('ivo')])).errors).toMatchObject([
    { code: 'NOT_FOUND' },
  ]);
  expect((await place(letters, [user('ivo'), user('nobox')])).errors).toMatchObject([
    { code: 'VALIDATION_FAILED', recipients: [user('nobox')], problems: [{ path: 'recipients[1]' }] },
  ]);
  const elsewhere = recordId('Letter', room.workspace + 1, decoded(letters[0]!));
  expect((await place([letters[0]!, elsewhere], [user('ivo')])).errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
  expect((await place([elsewhere], [user('ivo')])).errors).toMatchObject([{ code: 'NOT_FOUND', ids: [elsewhere] }]);
});

const decoded = (id: string) => Buffer.from(id, 'base64url').toString().split(':').at(-1)!;
