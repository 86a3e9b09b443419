import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import { graphqlOf, type Ask } from '../writing/graphql-client.ts';
import { MISSING } from '../writing/support.ts';
import { openVault, type Person, type Vault } from './vault.ts';

let vault: Vault;
let api: ReturnType<typeof graphqlOf>;
let seen: string, closed: string, beta: string, gone: string;
beforeAll(async () => {
  vault = await openVault();
  api = graphqlOf(vault);
  const { archives, clients } = vault;
  const alpha = { archive: archives.safe, client: clients.alpha };
  [seen, closed, beta, gone] = (await vault.lay(
    { ...alpha, code: 'seen', title: 'mm', pages: 5, secret: 'mmm', worth: 500, status: 'OPEN' },
    { ...alpha, code: 'closed', title: 'aa', pages: 1, secret: 'aaa', worth: 100, status: 'CLOSED' },
    {
      archive: archives.safe,
      client: clients.beta,
      code: 'beta',
      title: 'zz',
      pages: 9,
      secret: 'zzz',
      worth: 900,
      status: 'OPEN',
    },
    { ...alpha, code: 'gone', title: 'bb', pages: 2, secret: 'bbb', worth: 200, status: 'OPEN', trashed: true },
  )) as [string, string, string, string];
});
afterAll(() => vault.close());

const LIST = `query ($where: PaperWhere, $orderBy: [PaperOrderBy!], $first: Int, $after: String, $last: Int, $before: String, $view: String) {
  papers(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before, view: $view) {
    totalCount
    nodes { code }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function list(person: Person, variables: Record<string, unknown> = {}) {
  const { data, errors } = await api.as(person)(LIST, variables);
  expect(errors).toEqual([]);
  return data!.papers as unknown as {
    totalCount: number;
    nodes: { code: string }[];
    edges: { cursor: string }[];
    pageInfo: { endCursor: string; startCursor: string };
  };
}

async function found(person: Person, where: Record<string, unknown>): Promise<string[]> {
  const { nodes, totalCount } = await list(person, { where });
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ code }) => code).sort();
}

describe('V2: what is hidden is like what does not exist', () => {
  test('by id, whichever way it is asked for', async () => {
    const ask = (person: Person, id: string) =>
      api.as(person)(`query ($id: ID!) { paper(id: $id) { code } node(id: $id) { id } nodes(ids: [$id]) { id } }`, {
        id,
      });
    const missing = await ask('opener', api.paper(MISSING));
    expect(missing).toEqual({ data: { paper: null, node: null, nodes: [null] }, errors: [], messages: [] });
    for (const id of [closed, beta, gone].map(api.paper)) expect(await ask('opener', id)).toEqual(missing);
    for (const id of [recordId('Paper', 999, seen), recordId('Note', vault.workspace, seen), api.archive('safe')])
      expect((await ask('opener', id)).data?.paper).toBeNull();
  });

  test('in lists, counts, filters and orders', async () => {
    expect(await found('opener', {})).toEqual(['seen']);
    expect(await found('outsider', {})).toEqual(['closed', 'seen']);
    expect(await found('nobody', {})).toEqual([]);
    for (const id of [closed, beta, gone, MISSING])
      expect(await found('opener', { id: { equals: api.paper(id) } })).toEqual([]);
    for (const where of [
      { code: { in: ['closed', 'beta', 'gone'] } },
      { title: { equals: 'zz' } },
      { not: { code: { equals: 'seen' } } },
      { pages: { notEquals: 5 } },
    ])
      expect([where, await found('opener', where)]).toEqual([where, []]);
  });

  test('archives and folders by id, and as the place of a list', async () => {
    const ask = (id: string) =>
      api.as('nobody')(
        `query ($id: ID!) { archive(id: $id) { name } papers(archive: $id) { totalCount nodes { code } } node(id: $id) { id } }`,
        { id },
      );
    expect(await ask(api.archive('safe'))).toEqual(await ask(encodeId('Archive', MISSING)));
    expect((await api.as('nobody')(`{ archives { nodes { name } totalCount } }`)).data).toEqual({
      archives: { nodes: [{ name: 'Cabinet' }], totalCount: 1 },
    });
  });

  test('in the errors of writes', async () => {
    const write = async (id: string) => {
      const answers = [];
      for (const mutation of [
        'updatePaper(input: { id: $id, title: "x" }) { paper { code } }',
        'updatePaper(input: { id: $id, version: 5, secret: "x" }) { paper { code } }',
        'deletePaper(input: { id: $id }) { id }',
        'restorePapers(input: { ids: [$id] }) { papers { code } }',
        `changePaperClient(input: { id: $id, client: "${api.client('alpha')}" }) { paper { code } }`,
        `movePapers(input: { ids: [$id], archive: "${api.archive('cabinet')}" }) { papers { code } }`,
      ]) {
        const { errors, messages } = await api.as('opener')(`mutation ($id: ID!) { ${mutation} }`, { id });
        answers.push({ codes: errors.map(({ code }) => code), messages });
      }
      return answers;
    };
    const missing = await write(api.paper(MISSING));
    expect(missing.map(({ codes }) => codes)).toEqual(Array(6).fill(['NOT_FOUND']));
    expect(await write(api.paper(beta))).toEqual(missing);
    expect(await write(api.paper(closed))).toEqual(missing);
  });

  test('a value that is taken is the declared exception, and takes hold where the viewer could see it alone', async () => {
    const create = async (code: string, client: 'alpha' | 'beta' | null) => {
      const { errors } = await api.as('outsider')(
        `mutation ($input: CreatePaperInput!) { createPaper(input: $input) { paper { code } } }`,
        {
          input: { archive: api.archive('safe'), code, ...(client && { client: api.client(client) }) },
        },
      );
      return errors;
    };
    expect(await create('closed', 'alpha')).toEqual([
      {
        code: 'VALIDATION_FAILED',
        problems: [{ path: 'code', message: 'is taken: another record has this Code there' }],
      },
    ]);
    // Whether Beta has a record of this code isn't told: neither by a conflict nor by a client that could be chosen.
    expect(await create('beta', 'beta')).toEqual([{ code: 'NOT_FOUND', path: 'client' }]);
    expect(await create('nothing like it', 'beta')).toEqual([{ code: 'NOT_FOUND', path: 'client' }]);
    expect(await create('beta', null)).toEqual([]);
    await vault.owner.query(`delete from ws_${vault.workspace}.paper where code = 'beta' and client_id = $1`, [
      vault.clients.alpha,
    ]);
  });
});

describe('V3: a hidden field tells nothing by any comparison', () => {
  const COMPARISONS = [
    { isSet: true },
    { isNotSet: true },
    { equals: 'mmm' },
    { notEquals: 'x' },
    { in: ['mmm', 'aaa'] },
    { notIn: ['x'] },
    { lessThan: 'zzzz' },
    { atMost: 'zzzz' },
    { greaterThan: '' },
    { atLeast: '' },
    { between: { from: '', to: 'zzzz' } },
    { contains: 'm' },
    { startsWith: 'm' },
  ];

  test.each(COMPARISONS)('%j and its negation', async (comparison) => {
    expect(await found('outsider', { secret: comparison })).toEqual([]);
    expect(await found('outsider', { not: { secret: comparison } })).toEqual([]);
    expect(await found('outsider', { not: { not: { secret: comparison } } })).toEqual([]);
    expect(await found('outsider', { not: { or: [{ secret: comparison }, { code: { equals: 'nothing' } }] } })).toEqual(
      [],
    );
    // The other half of an alternative decides alone.
    expect(await found('outsider', { or: [{ secret: comparison }, { code: { equals: 'seen' } }] })).toEqual(['seen']);
    expect(await found('outsider', { or: [{ not: { secret: comparison } }, { code: { equals: 'seen' } }] })).toEqual([
      'seen',
    ]);
  });

  test('nor by the order', async () => {
    const plain = (await list('outsider')).nodes;
    for (const field of ['SECRET', 'WORTH'])
      for (const direction of ['ASC', 'DESC'])
        expect((await list('outsider', { orderBy: [{ field, direction }] })).nodes).toEqual(plain);
  });

  test('nor by a cursor: not by what it holds, nor by one that is made up, nor by one of another viewer or list', async () => {
    const orderBy = [{ field: 'SECRET', direction: 'ASC' }];
    const keepers = await list('keeper', { orderBy, first: 1 });
    const cursor = keepers.pageInfo.endCursor;
    for (const part of ['aaa', 'closed', closed, vault.clients.alpha])
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain(part);
    const mine = (await list('outsider', { orderBy, first: 1 })).pageInfo.endCursor;
    const spoilt = `${mine.slice(0, -2)}${mine.at(-2) === 'A' ? 'B' : 'A'}${mine.at(-1)}`;
    const wrong: [Person, Record<string, unknown>][] = [
      ['outsider', { orderBy, after: cursor }],
      ['outsider', { orderBy: [{ field: 'SECRET', direction: 'DESC' }], after: mine }],
      ['outsider', { after: mine }],
      ['outsider', { orderBy, after: spoilt }],
      ['outsider', { orderBy, after: '' }],
      ['outsider', { orderBy, after: 'bm90aGluZw' }],
      ['outsider', { orderBy, before: Buffer.from(JSON.stringify(['aaa', closed])).toString('base64url'), last: 1 }],
    ];
    for (const [person, variables] of wrong) {
      const { errors } = await api.as(person)(LIST, variables);
      expect(errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
    }
    // A cursor of one's own goes on where the page ended, hidden values or not.
    const rest = await list('outsider', { orderBy, after: mine });
    expect(rest.nodes).toHaveLength(1);
    // The same row has the same cursor, whatever its hidden fields come to hold.
    await vault.owner.query(`update ws_${vault.workspace}.paper set secret = secret || secret`);
    expect((await list('outsider', { orderBy, first: 1 })).pageInfo.endCursor).toBe(mine);
    await vault.owner.query(`update ws_${vault.workspace}.paper set secret = left(secret, (length(secret) / 2)::int)`);
  });

  test('A7: nor by two planes together, of which each shows a part', async () => {
    // The mixer sees titles of OPEN papers and secrets of CLOSED ones.
    const { data } = await api.as('mixer')(`{ papers { nodes { title secret status fieldAccess { field level } } } }`);
    const nodes = (data!.papers as unknown as { nodes: Record<string, unknown>[] }).nodes;
    expect(nodes.map(({ title, secret, status }) => ({ title, secret, status }))).toEqual([
      { title: null, secret: 'aaa', status: null },
      { title: 'mm', secret: null, status: 'OPEN' },
    ]);
    expect(await found('mixer', { title: { equals: 'aa' } })).toEqual([]);
    expect(await found('mixer', { secret: { equals: 'mmm' } })).toEqual([]);
    expect(await found('mixer', { not: { title: { equals: 'x' } } })).toHaveLength(1);
    expect(await found('mixer', { and: [{ title: { isSet: true } }, { secret: { isSet: true } }] })).toEqual([]);
    expect(await found('mixer', { and: [{ title: { isNotSet: true } }, { secret: { isSet: true } }] })).toEqual([]);
    expect(await found('mixer', { status: { equals: 'CLOSED' } })).toEqual([]);
    expect(await found('mixer', { not: { status: { equals: 'OPEN' } } })).toEqual([]);
  });
});

describe('values are values', () => {
  const INJECTIONS = [
    `' or true --`,
    `'; drop table ws_1.paper; --`,
    `\\'; select 1; --`,
    `$1`,
    `%s`,
    `$$`,
    `{"equals":1}`,
    `\u2028`,
    `😀'`,
    `]])`,
  ];

  test.each(INJECTIONS)('%j is found as what it is, and only there', async (text) => {
    expect(await found('keeper', { title: { equals: text } })).toEqual([]);
    expect(await found('keeper', { title: { contains: text } })).toEqual([]);
    expect(await found('keeper', { title: { startsWith: text } })).toEqual([]);
    expect(await found('keeper', { title: { in: [text] } })).toEqual([]);
    await api.as('keeper')(
      `mutation ($id: ID!, $title: String) { updatePaper(input: { id: $id, title: $title }) { paper { title } } }`,
      {
        id: api.paper(seen),
        title: text,
      },
    );
    expect(await found('keeper', { title: { equals: text } })).toEqual(['seen']);
    expect(await vault.papers()).toHaveLength(4);
  });

  test('ids, views and cursors are looked up, never spliced', async () => {
    for (const id of [
      ...INJECTIONS,
      recordId('Paper', vault.workspace, `' or true --`),
      encodeId('Paper', `1; drop table x`, seen),
    ]) {
      const { data, errors } = await api.as('keeper')(
        `query ($id: ID!) { paper(id: $id) { code } node(id: $id) { id } papers(archive: $id) { nodes { code } } }`,
        { id },
      );
      expect([id, data, errors]).toEqual([id, { paper: null, node: null, papers: { nodes: [] } }, []]);
      const view = await api.as('keeper')(LIST, { view: id });
      expect(view.errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
    }
  });
});

test('C7: a record goes to no client but the viewer’s own, by whatever mutation', async () => {
  const outsider = api.as('outsider');
  const attempts: [string, Record<string, unknown>][] = [
    [
      `mutation ($client: ID!, $id: ID!) { changePaperClient(input: { id: $id, client: $client }) { paper { code } } }`,
      {},
    ],
    [
      `mutation ($client: ID!, $id: ID!) { movePapers(input: { ids: [$id], archive: "${api.archive('safe')}", client: $client }) { papers { code } } }`,
      {},
    ],
    [
      `mutation ($client: ID!) { createPaper(input: { archive: "${api.archive('safe')}", client: $client, code: "new" }) { paper { code } } }`,
      {},
    ],
  ];
  for (const [document] of attempts)
    for (const client of [api.client('beta'), encodeId('Client', MISSING), api.archive('safe'), 'x']) {
      const { errors } = await outsider(document, {
        client,
        ...(document.includes('$id') && { id: api.paper(closed) }),
      });
      expect(errors).toEqual([{ code: 'NOT_FOUND', path: 'client' }]);
    }
});

test('U2: administration is refused to everybody who is no administrator, and nothing is told', async () => {
  for (const document of [
    `mutation { createGroup(input: { name: "mine" }) { group { id } } }`,
    `mutation { createUser(input: { name: "me", role: ADMINISTRATOR }) { user { id } } }`,
    `mutation { assignPlane(input: { plane: "${encodeId('Plane', vault.planes.full)}", groups: ["${encodeId('Group', vault.groups.outsider)}"] }) { plane { id } } }`,
  ]) {
    const answer = await api
      .as('outsider')(document)
      .catch((error: unknown) => ({ errors: [{ code: 'invalid', error }], data: null }));
    expect(answer.errors[0]).toMatchObject({ code: 'FORBIDDEN' });
  }
});

test('what goes wrong inside says nothing but an id that the log has', async () => {
  const broken: Ask = api.askAs('01900000-0000-7000-8000-00000000000x');
  const { data, errors, messages } = await broken(`{ papers { nodes { code } } }`);
  expect(data?.papers ?? null).toBeNull();
  expect(errors).toEqual([{ code: 'INTERNAL', id: expect.any(String) as string }]);
  expect(messages[0]).not.toMatch(/uuid|token|ROWPLANE|select|rowplane\./);
  expect(api.unexpected).toHaveLength(1);
});
