import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import type { Change, Content, Delivery, Follower, RecordKind } from '../../src/delivery/delivery.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { stringifyResult } from '../../src/graphql/executor/stringify.ts';
import { createSubscriber, type Subscriber } from '../../src/graphql/subscriptions/subscriber.ts';
import { DECLARED, paper, RECORD_FRAGMENTS, variablesFor, type Ids } from '../graphql/operations.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let ids: Ids;
let viewers: string[];
let papers: string[];
let subscribe: Subscriber;

beforeAll(async () => {
  office = await openOffice();
  const execute = createExecutor(office.schema);
  subscribe = createSubscriber(office.schema, execute);
  const all = await office.user('all');
  const some = await office.user('some', 'EXTERNAL');
  here = await office.workspace('Office');
  const archive = await here.archive('Permits', true);
  const general = await here.client('General');
  const experts = await here.client('Experts');
  const folder = await here.folder(archive, 'Letters');
  for (const user of [all, some]) await here.assign(general, archive, user);
  await here.assign(experts, archive, all);
  await here.join(here.full, [all]);
  await here.plane('States', { paper: { views: ['states'], layouts: ['notes'], abilities: ['PRINT'] } }, [some]);
  await here.plane(
    'Open',
    { paper: { layouts: ['all'], restriction: { state: { equals: 'OPEN' } }, abilities: ['DELETE'] } },
    [some],
  );
  const [matter] = await here.records('matter', [{ name: 'Matter' }], { archive, client: general });
  const [hidden] = await here.records('paper', [{ title: 'hidden', related_id: null }], { archive, client: experts });
  papers = await here.records(
    'paper',
    ['NEW', 'OPEN', null].map((state, index) => ({
      title: `paper ${index}`,
      state,
      notes: 'Ä😀"\\\n',
      reader_id: all,
      matter_id: matter,
      related_id: hidden,
      due_at: '2026-01-31T09:30:00Z',
      amount: index - 2,
    })),
    { archive, client: general, folder, owner: some },
  );
  papers.push(hidden!);
  viewers = [all, some, ANONYMOUS];
  ids = {
    paper: office.idOf('paper', here, papers[0]!),
    hidden: office.idOf('paper', here, hidden!),
    matter: office.idOf('matter', here, matter!),
    archive: encodeId('Archive', archive),
  };
});
afterAll(() => office.end());

/** A delivery that tells nothing by itself: what it was asked to read, and changes as a test makes them. */
function byHand() {
  const queue: Change<RecordKind>[] = [];
  const asked: Content[] = [];
  const follower: Follower<Change<RecordKind>> = {
    next() {
      const value = queue.shift();
      return Promise.resolve(value === undefined ? { done: true, value } : { done: false, value });
    },
    return: () => Promise.resolve({ done: true, value: undefined }),
    handTo: () => undefined,
    [Symbol.asyncIterator]: () => follower,
  };
  const delivery: Delivery = {
    followRecords(_viewer, _list, content) {
      asked.push(content);
      return Promise.resolve(follower);
    },
    followMailbox: () => Promise.reject(new Error('not here')),
    followAccess: () => Promise.reject(new Error('not here')),
    onEnded: () => () => undefined,
    wake: () => undefined,
    end: () => Promise.resolve(),
  };
  return { queue, asked, delivery };
}

async function begin(viewer: string, query: string, variables: Record<string, unknown> = {}) {
  const hand = byHand();
  const results = await subscribe({ query, variables }, { ...office.context(viewer), delivery: hand.delivery });
  if (results === null || !('next' in results)) throw new Error(JSON.stringify(results));
  const [content] = hand.asked as [Content];
  return { ...hand, results, content };
}

test('V1: what a subscription tells of records is what the query by id gives, for any selection', async () => {
  let personal = 0;
  await fc.assert(
    fc.asyncProperty(paper, fc.constantFrom(...viewers), async (selection, viewer) => {
      const query = operation('subscription', `papersChanged { record ${selection} }`);
      const byId = operation('query', `paper(id: $id) ${selection}`);
      fc.pre(validate(office.schema, parse(query)).length === 0);
      const variables = variablesFor(ids);
      const { content, queue, results } = await begin(viewer, query, variables);
      if (content.personal) personal++;
      const read = await content.read({ id: viewer }, here.id, papers);
      for (const id of papers) {
        const expected = await office.execute({
          document: parse(byId),
          variables: { ...variables, id: office.idOf('paper', here, id) },
          context: office.context(viewer),
        });
        expect(expected.errors).toBeUndefined();
        const told = read.get(id);
        expect(told !== undefined).toBe(expected.data!.paper !== null);
        if (told === undefined) continue;
        queue.push({ kind: 'CHANGED', id, workspace: here.id, content: told, news: {}, cursor: 'here' });
        const { value } = await results.next();
        expect(stringifyResult(value!)).toBe(
          JSON.stringify({ data: { papersChanged: { record: expected.data!.paper } } }),
        );
      }
    }),
    // What doesn't describe itself may depend on who looks: one such, whatever the others are.
    { numRuns: 150, examples: [['{ archive { folders(first: 2) { nodes { id name } } } }', viewers[0]!]] },
  );
  expect(personal).toBeGreaterThan(0);
});

test('M5: a change that would tell very much is refused before anything is followed', async () => {
  const following = (times: number) => {
    const pages = Array.from(
      { length: times },
      (_, at) => `a${at}: archive { folders(first: 500) { nodes { id name mayEdit } } }`,
    );
    const query = `subscription { papersChanged { record { ${pages.join(' ')} } } }`;
    return subscribe({ query, variables: {} }, { ...office.context(viewers[0]!), delivery: byHand().delivery });
  };
  expect(await following(2)).toHaveProperty('next');
  expect(await following(4)).toMatchObject([{ extensions: { code: 'TOO_COMPLEX' } }]);
});

/** An operation with the variables and fragments that it uses: clients may declare no others. */
function operation(kind: string, body: string): string {
  const fragments = RECORD_FRAGMENTS.split('\n').filter((fragment) => body.includes(`...${fragment.split(' ')[1]}`));
  const whole = [body, ...fragments].join(' ');
  const variables = DECLARED.split(', ').filter((one) => new RegExp(`\\${one.split(':')[0]}\\b`).test(whole));
  const declared = variables.length === 0 ? '' : `(${variables.join(', ')})`;
  return `${kind} Generated${declared} { ${body} } ${fragments.join(' ')}`;
}

test('a change is told in the order and by the names that were asked for, without what is gone', async () => {
  const [all] = viewers as [string];
  const { content, queue, results } = await begin(
    all,
    `subscription { which: papersChanged { __typename what: kind ...Rest a: record { id } cursor b: record { title } } }
     fragment Rest on PaperChange { id }`,
  );
  const [id] = papers as [string];
  const read = await content.read({ id: all }, here.id, [id]);
  queue.push({ kind: 'APPEARED', id, workspace: here.id, content: read.get(id), news: {}, cursor: 'first' });
  queue.push({ kind: 'DISAPPEARED', id, workspace: here.id, content: null, news: {}, cursor: 'second' });
  const global = office.idOf('paper', here, id);
  const told = [(await results.next()).value, (await results.next()).value].map((each) => stringifyResult(each!));
  expect(told).toEqual([
    JSON.stringify({
      data: {
        which: {
          __typename: 'PaperChange',
          what: 'APPEARED',
          id: global,
          a: { id: global },
          cursor: 'first',
          b: { title: 'paper 0' },
        },
      },
    }),
    JSON.stringify({
      data: {
        which: { __typename: 'PaperChange', what: 'DISAPPEARED', id: global, a: null, cursor: 'second', b: null },
      },
    }),
  ]);
});

test('equal selections with equal variables share what is read, whatever else differs', async () => {
  const [all, some] = viewers as [string, string];
  const keyOf = async (viewer: string, query: string, variables = {}) =>
    (await begin(viewer, query, variables)).content.key;
  const plain = await keyOf(all, 'subscription { papersChanged { record { title } } }');
  expect(await keyOf(some, 'subscription X { papersChanged(archive: "x") { cursor kind record { title } } }')).toBe(
    plain,
  );
  expect(await keyOf(all, 'subscription { papersChanged { record { title notes } } }')).not.toBe(plain);
  const leveled =
    'subscription ($f: PaperField!, $a: ID) { papersChanged(archive: $a) { record { fieldLevel(field: $f) } } }';
  const title = await keyOf(all, leveled, { f: 'TITLE' });
  expect(await keyOf(all, leveled, { f: 'TITLE', a: ids.archive })).toBe(title);
  expect(await keyOf(all, leveled, { f: 'NOTES' })).not.toBe(title);
});

test('what else than the record decides what is told', async () => {
  const [all] = viewers as [string];
  const traits = async (selection: string) => {
    const { personal, tellsAccess, tellsOthers } = (
      await begin(all, `subscription { papersChanged { record { ${selection} } } }`)
    ).content;
    return { personal, tellsAccess, tellsOthers };
  };
  const nothing = { personal: false, tellsAccess: false, tellsOthers: false };
  expect(await traits('id title dueAt')).toEqual(nothing);
  expect(await traits('abilities')).toEqual({ ...nothing, tellsAccess: true });
  expect(await traits('related { fieldAccess { level } }')).toEqual({
    ...nothing,
    tellsAccess: true,
    tellsOthers: true,
  });
  expect(await traits('owner { name }')).toEqual({ ...nothing, tellsOthers: true });
  expect(await traits('archive { selectableClients { name } }')).toEqual({
    personal: true,
    tellsAccess: true,
    tellsOthers: true,
  });
});

test('thousands of records are read in parts, one statement each', async () => {
  const [all] = viewers as [string];
  const { content } = await begin(all, 'subscription { papersChanged { record { title matter { name } } } }');
  await content.read({ id: all }, here.id, papers);
  office.roundTrips.length = 0;
  const many = [
    ...Array.from({ length: 1200 }, (_, index) => `01990000-0000-7000-8000-${String(index).padStart(12, '0')}`),
    ...papers,
  ];
  const read = await content.read({ id: all }, here.id, many);
  expect([...read.keys()]).toEqual(papers);
  expect(office.roundTrips.map((statements) => statements.length)).toEqual([1, 1, 1]);
});

test('limits hold for subscriptions, and what is wrong with one is told as for queries', async () => {
  const [all] = viewers as [string];
  const deep = 'related { '.repeat(25) + 'id' + ' }'.repeat(25);
  const refused = async (query: string, variables: Record<string, unknown> = {}, delivery = byHand().delivery) => {
    const errors = await subscribe({ query, variables }, { ...office.context(all), delivery });
    return (errors as { message: string; extensions: Record<string, unknown> }[]).map(({ message, extensions }) => [
      extensions.code,
      message,
    ]);
  };
  expect(await refused(`subscription { papersChanged { record { ${deep} } } }`)).toEqual([
    ['TOO_COMPLEX', expect.stringContaining('levels deep')],
  ]);
  expect(await refused('subscription { papersChanged { nothing } }')).toEqual([
    ['VALIDATION_FAILED', expect.stringContaining('nothing')],
  ]);
  expect(await refused('subscription { a: papersChanged { id } b: papersChanged { id } }')).toEqual([
    ['VALIDATION_FAILED', expect.stringContaining('one')],
  ]);
  expect(
    await refused('subscription ($no: Boolean!) { papersChanged @include(if: $no) { id } }', { no: false }),
  ).toEqual([['VALIDATION_FAILED', expect.stringContaining('$no')]]);
  expect(await refused('subscription ($w: PaperWhere) { papersChanged(where: $w) { id } }', { w: { nix: 1 } })).toEqual(
    [['VALIDATION_FAILED', expect.stringContaining('nix')]],
  );
  expect(await refused('subscription { papersChanged(where: { title: { equals: null } }) { id } }')).toEqual([
    ['VALIDATION_FAILED', expect.stringContaining('where.title')],
  ]);
  const without = await subscribe(
    { query: 'subscription { accessChanged { workspaces } }' },
    { ...office.context(all), delivery: null },
  );
  expect(without).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('a subscription that comes as an ordinary request is told where to go', async () => {
  const { errors } = await office.execute({
    document: parse('subscription { accessChanged { workspaces } }'),
    context: office.context(viewers[0]!),
  });
  expect(errors![0]!.extensions.code).toBe('VALIDATION_FAILED');
  expect(errors![0]!.message).toMatch(/graphql-transport-ws.*text\/event-stream/);
});
