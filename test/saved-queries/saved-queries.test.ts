import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { withViewer } from '../support/database.ts';
import { openOffice, type Office } from '../support/office.ts';

let office: Office;
const people: Record<string, string> = {};
let team: string;
let hidden: string;

beforeAll(async () => {
  office = await openOffice();
  for (const name of ['ida', 'ivo', 'narrow']) people[name] = await office.user(name);
  people.gus = await office.user('gus', 'EXTERNAL');
  people.gast = await office.user('gast', 'GUEST');
  people.ada = await office.user('ada', 'ADMINISTRATOR');
  const here = await office.workspace('Office');
  const archive = await here.archive('Plain');
  await here.join(here.full, [people.ida!, people.ivo!, people.gus, people.gast]);
  await here.plane('titles', { paper: { views: ['titles'] } }, [people.narrow!]);
  await office.owner.query(
    `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, 'VIEW', 'ALLOW')`,
    [archive, people.gast],
  );
  await here.records(
    'paper',
    [
      { title: 'a', state: 'OPEN', pages: 1 },
      { title: 'b', state: 'OPEN', pages: 3 },
      { title: 'c', state: 'DONE', pages: 2 },
    ],
    { archive, owner: people.ida! },
  );
  const [made, other] = await office.owner.query<{ id: string }>(
    `insert into rowplane.groups (name) values ('Team'), ('Others') returning id`,
  );
  [team, hidden] = [made!.id, other!.id];
  for (const name of ['ivo', 'gus', 'gast', 'narrow'])
    await office.owner.query('insert into rowplane.group_members values ($1, $2)', [team, people[name]]);
});
afterAll(() => office?.end());

interface Saved {
  id: string;
  name: string;
  isOwn: boolean;
  problem: string | null;
  owner: { name: string } | null;
  sharedWith: { name: string }[];
}
const FIELDS = 'id name isOwn problem owner { name } sharedWith { name }';

async function save(viewer: string, name: string, input: Record<string, unknown> = {}): Promise<Saved> {
  const { createSavedQuery } = await office.data<{ createSavedQuery: { savedQuery: Saved } }>(
    people[viewer]!,
    `mutation ($input: CreateSavedQueryInput!) { createSavedQuery(input: $input) { savedQuery { ${FIELDS} } } }`,
    { input: { definition: 'paper', name, ...input } },
  );
  return createSavedQuery.savedQuery;
}

async function mutate(viewer: string, name: string, input: Record<string, unknown>) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const result = name.startsWith('delete') ? 'deletedId' : `savedQuery { ${FIELDS} }`;
  return office.graphql(people[viewer]!, `mutation ($input: ${type}!) { ${name}(input: $input) { ${result} } }`, {
    input,
  });
}

async function run(viewer: string, savedQuery: string, more = '') {
  const { data, errors = [] } = await office.graphql(
    people[viewer]!,
    `query ($q: ID!) { papers(savedQuery: $q${more}) { totalCount nodes { title } pageInfo { endCursor } } }`,
    { q: savedQuery },
  );
  const papers = data?.papers as { totalCount: number; nodes: { title: string }[]; pageInfo: { endCursor: string } };
  return {
    titles: papers?.nodes.map(({ title }) => title),
    papers,
    errors: errors.map(({ extensions }) => extensions),
  };
}

async function seen(viewer: string): Promise<string[]> {
  const { savedQueries } = await office.data<{ savedQueries: Saved[] }>(
    people[viewer]!,
    '{ savedQueries(definition: "paper") { name } }',
  );
  return savedQueries.map(({ name }) => name);
}

const share = (viewer: string, id: string, group = team) =>
  mutate(viewer, 'shareSavedQuery', { id, groups: [encodeId('Group', group)] });
const OPEN = { where: { state: { equals: 'OPEN' } }, orderBy: [{ field: 'PAGES', direction: 'DESC' }] };

describe('V7: a query under a name', () => {
  test('gives what the same condition and order would, by page too', async () => {
    const { id } = await save('ida', 'open papers', OPEN);
    expect(await run('ida', id)).toMatchObject({ titles: ['b', 'a'], papers: { totalCount: 2 }, errors: [] });
    const first = await run('ida', id, ', first: 1');
    expect(first.titles).toEqual(['b']);
    const { endCursor } = first.papers.pageInfo;
    expect((await run('ida', id, `, first: 1, after: "${endCursor}"`)).titles).toEqual(['a']);
  });

  test('is combined with a condition, and gives way to an order', async () => {
    const { id } = await save('ida', 'combined', OPEN);
    expect((await run('ida', id, ', where: { pages: { atMost: 1 } }')).titles).toEqual(['a']);
    expect((await run('ida', id, ', orderBy: [{ field: PAGES }]')).titles).toEqual(['a', 'b']);
  });

  test('may name a view', async () => {
    const { id } = await save('ida', 'by view', { view: 'open' });
    expect((await run('ida', id)).titles).toEqual(['a', 'b']);
  });

  test('means ME as whoever runs it', async () => {
    const { id } = await save('ida', 'mine', { where: { owner: { equals: 'ME' } } });
    await share('ida', id);
    expect((await run('ida', id)).titles).toHaveLength(3);
    expect((await run('ivo', id)).titles).toEqual([]);
  });

  test('V3: conditions on what is hidden to whoever runs it don’t hold', async () => {
    const { id } = await save('ida', 'hidden state', OPEN);
    await share('ida', id);
    expect(await run('narrow', id)).toMatchObject({ titles: [], errors: [] });
  });
});

describe('V7: own, or shared with groups', () => {
  test('others see it when it is shared with a group of theirs, and not after', async () => {
    const { id } = await save('ida', 'shared', OPEN);
    for (const viewer of ['ivo', 'gus', 'gast']) {
      expect(await seen(viewer)).not.toContain('shared');
      expect((await run(viewer, id)).errors).toMatchObject([{ code: 'NOT_FOUND', path: 'savedQuery' }]);
    }
    expect((await share('ida', id)).data).toMatchObject({
      shareSavedQuery: { savedQuery: { sharedWith: [{ name: 'Team' }] } },
    });
    for (const viewer of ['ivo', 'gus', 'gast']) {
      expect(await seen(viewer), viewer).toContain('shared');
      expect((await run(viewer, id)).titles, viewer).toEqual(['b', 'a']);
    }
    expect(await seen('ada'), 'U2: administration is no sight').not.toContain('shared');
    await mutate('ida', 'unshareSavedQuery', { id, groups: [encodeId('Group', team)] });
    expect(await seen('ivo')).not.toContain('shared');
  });

  test('only its owner changes, shares and deletes it, and learns with whom it is shared', async () => {
    const { id } = await save('ida', 'ida’s', OPEN);
    await share('ida', id);
    for (const [name, input] of [
      ['updateSavedQuery', { id, name: 'ivo’s' }],
      ['deleteSavedQuery', { id }],
      ['shareSavedQuery', { id, groups: [encodeId('Group', team)] }],
    ] as const)
      expect((await mutate('ivo', name, input)).errors?.[0]?.extensions.code, name).toBe('FORBIDDEN');
    const { savedQueries } = await office.data<{ savedQueries: Saved[] }>(
      people.gus!,
      `{ savedQueries(definition: "paper") { ${FIELDS} } }`,
    );
    expect(savedQueries.find((query) => query.id === id)).toMatchObject({ isOwn: false, sharedWith: [], owner: null });
    expect((await mutate('ida', 'updateSavedQuery', { id, name: 'renamed', where: null })).data).toMatchObject({
      updateSavedQuery: { savedQuery: { name: 'renamed' } },
    });
    expect((await run('ida', id)).titles).toEqual(['b', 'c', 'a']);
    expect((await mutate('ida', 'deleteSavedQuery', { id })).errors).toBeUndefined();
    expect((await run('ivo', id)).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('U3: one shares with groups that one may see', async () => {
    const { id } = await save('gus', 'of gus', OPEN);
    expect((await share('gus', id)).errors).toBeUndefined();
    expect((await share('gus', id, hidden)).errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
      path: 'groups[0]',
    });
  });

  test('U4: guests save none', async () => {
    const answer = await mutate('gast', 'createSavedQuery', { definition: 'paper', name: 'mine' });
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a name is the owner’s once', async () => {
    await save('ida', 'twice');
    const answer = await mutate('ida', 'createSavedQuery', { definition: 'paper', name: 'twice' });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path: 'name' }] });
    await save('ivo', 'twice');
  });
});

describe('V7: what can’t be asked for', () => {
  test.each([
    [{ where: { nothing: { isSet: true } } }, 'where.nothing'],
    [{ where: [1] }, 'where'],
    [{ view: 'none' }, 'view'],
    [{ orderBy: [{ field: 'NOTHING', direction: 'ASC' }] }, 'orderBy'],
    [{ definition: 'none' }, 'definition'],
  ])('is refused when it is saved: %j', async (input, path) => {
    const answer = await mutate('ida', 'createSavedQuery', { definition: 'paper', name: 'wrong', ...input });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path }] });
  });

  test('is said when it runs, where a field went away meanwhile', async () => {
    const { id, problem } = await save('ida', 'gone', OPEN);
    expect(problem).toBeNull();
    await office.owner.query(
      `update rowplane.saved_queries set condition = '{"former": {"isSet": true}}', orders = '[{"field": "FORMER", "direction": "ASC"}]' where name = 'gone'`,
    );
    expect((await run('ida', id)).errors).toMatchObject([
      {
        code: 'VALIDATION_FAILED',
        problems: [{ path: 'savedQuery.where.former' }, { path: 'savedQuery.orderBy' }],
      },
    ]);
    const { savedQueries } = await office.data<{ savedQueries: Saved[] }>(
      people.ida!,
      '{ savedQueries(definition: "paper") { id problem } }',
    );
    expect(savedQueries.find((query) => query.id === id)!.problem).toContain('no field of that name');
  });

  test('a query of another definition is none of this one', async () => {
    const { id } = await save('ida', 'of matters', { definition: 'matter' });
    expect((await run('ida', id)).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await run('ida', 'nonsense')).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('V7: the database sees to it', () => {
  const as = <T>(viewer: string, sql: string, values: unknown[] = []): Promise<T[]> =>
    withViewer(office.database, people[viewer]!, (session) => session.query<T>(sql, values));
  const INSERT = `insert into rowplane.saved_queries (definition, name) values ('paper', $1) returning name`;

  test('in SQL, too, a query is its owner’s', async () => {
    await as('gus', INSERT, ['by SQL']);
    const owned = `select owner_id, is_own from rowplane.visible_queries where name = 'by SQL'`;
    expect(await as('gus', owned)).toEqual([{ owner_id: people.gus, is_own: true }]);
    expect(await as('ivo', `select from rowplane.saved_queries where name = 'by SQL'`)).toEqual([]);
    const [{ id }] = (await office.owner.query<{ id: string }>(
      `select id from rowplane.saved_queries where name = 'by SQL'`,
    )) as [{ id: string }];
    const remove = 'select rowplane.delete_saved_query($1) as gone';
    expect(await as('ivo', remove, [id])).toEqual([{ gone: false }]);
    expect(await as('ivo', `update rowplane.saved_queries set name = 'x' where name = 'by SQL' returning 1`)).toEqual(
      [],
    );
    await expect(
      as(
        'ivo',
        `insert into rowplane.saved_queries (definition, name, owner_id) values ('paper', 'x', '${people.gus}')`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('U3: who shares a query without being seen stays unseen, also in SQL', async () => {
    const { id } = await save('ida', 'shared unseen');
    await share('ida', id);
    const [query] = await as<{ owner_id: string | null; is_own: boolean }>(
      'gast',
      `select owner_id, is_own from rowplane.visible_queries where name = 'shared unseen'`,
    );
    expect(query).toEqual({ owner_id: null, is_own: false });
    for (const text of ['select owner_id from', 'select * from', 'delete from'])
      await expect(
        as('gast', `${text} rowplane.saved_queries ${text.startsWith('delete') ? 'returning owner_id' : ''}`),
      ).rejects.toMatchObject({ code: '42501' });
    expect(await as('gast', 'select name from rowplane.saved_queries')).not.toEqual([]);
  });

  test('nobody saves without end: what is shared stands in the lists of others', async () => {
    const many = `insert into rowplane.saved_queries (definition, name) select 'paper', 'number ' || n from generate_series(1, 1001) n`;
    await expect(as('narrow', many)).rejects.toMatchObject({ code: 'RPVAL' });
    for (const values of [
      `repeat('x', 201), 'n', null, null`,
      `'paper', 'n', repeat('x', 201), null`,
      `'paper', 'n', null, jsonb_build_array(string_agg(g::text, ' ')) from generate_series(1, 9999) g`,
    ])
      await expect(
        as('narrow', `insert into rowplane.saved_queries (definition, name, view, orders) select ${values}`),
      ).rejects.toMatchObject({ code: '23514' });
  });

  test('nobody saves an order that others couldn’t read', async () => {
    const insert = `insert into rowplane.saved_queries (definition, name, orders) values ('paper', $1, $2::jsonb)`;
    const key = '{"field": "PAGES", "direction": "ASC"}';
    for (const keys of ['null', '1', '[]', `[${key}]`, '{}', '{"field": "PAGES"}', key.replace('"PAGES"', '["PAGES"]')])
      await expect(as('narrow', insert, ['unreadable', `[${key}, ${keys}]`]), keys).rejects.toMatchObject({
        code: '23514',
      });
    await as('narrow', insert, ['readable', `[${key}]`]);
    await as('narrow', insert, ['of no order', '[]']);
  });

  test('U4, V1: neither guests nor anonymous nor blocked users save any', async () => {
    people.anonymous = '00000000-0000-0000-0000-000000000000';
    for (const viewer of ['gast', 'anonymous'])
      await expect(as(viewer, INSERT, ['no']), viewer).rejects.toMatchObject({ code: 'RPFOR' });
    await as('ivo', INSERT, ['before the block']);
    await office.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'ivo'`);
    await expect(as('ivo', INSERT, ['no'])).rejects.toMatchObject({ code: 'RPFOR' });
    expect(await as('ivo', 'select from rowplane.visible_queries')).toEqual([]);
    expect(await as('ivo', 'select id from rowplane.saved_queries')).toEqual([]);
    const [own] = await office.owner.query<{ id: string }>(
      `select id from rowplane.saved_queries where name = 'before the block'`,
    );
    expect(await as('ivo', 'select rowplane.delete_saved_query($1) as gone', [own!.id])).toEqual([{ gone: false }]);
    await office.owner.query(`update rowplane.users set blocked_until = null where name = 'ivo'`);
  });

  test('nobody shares another’s query, or with a group that is hidden', async () => {
    const sharing = 'insert into rowplane.saved_query_groups select id, $1 from rowplane.saved_queries where name = $2';
    const { id } = await save('ida', 'for all');
    await share('ida', id);
    await expect(as('ivo', sharing, [hidden, 'for all'])).rejects.toMatchObject({ code: '42501' });
    await expect(as('gus', sharing, [hidden, 'by SQL'])).rejects.toMatchObject({ code: '42501' });
    expect(await as('ivo', 'select from rowplane.saved_query_groups')).toEqual([]);
  });
});
