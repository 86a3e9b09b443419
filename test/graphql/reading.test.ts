import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let archive: string;
let ben: string;
let papers: string[];

beforeAll(async () => {
  office = await openOffice();
  ben = await office.user('ben');
  here = await office.workspace('Office');
  archive = await here.archive('Permits');
  await here.join(here.full, [ben]);
  const [parent] = await here.records('matter', [{ name: 'Parent' }], { archive });
  const [matter] = await here.records('matter', [{ name: 'Matter 1', parent_id: parent }], { archive });
  papers = await here.records(
    'paper',
    [
      { title: 'a', pages: 1, due_at: '2026-01-31T09:30:00Z', amount: 1250, matter_id: matter },
      { title: 'b', pages: 2, state: 'OPEN', urgent: true, day: '2026-02-01', reader_id: ben },
      { title: 'c', pages: 3, state: 'DONE', notes: 'Ä😀"\\' },
    ],
    { archive },
  );
  await office.owner.query(`update ws_${here.id}.paper set related_id = $1`, [papers[0]]);
});
afterAll(() => office.end());

test('a record has its cells, levels, abilities, and where it is', async () => {
  const { paper } = await office.data<{ paper: Record<string, unknown> }>(
    ben,
    `query ($id: ID!) { paper(id: $id) {
      id title state dueAt day pages amount urgent notes version createdAt
      archive { name clientsEnabled } folder { name path } client { name } owner { name } reader { name } matter { name }
      fieldAccess { field level } title: fieldLevel(field: TITLE) abilities
    } }`.replace('title: fieldLevel', 'level: fieldLevel'),
    { id: office.idOf('paper', here, papers[0]!) },
  );
  expect(paper).toMatchObject({
    title: 'a',
    state: null,
    dueAt: '2026-01-31T09:30:00Z',
    amount: '12.50',
    matter: { name: 'Matter 1' },
    level: 'EDIT',
  });
  expect(paper).toMatchObject({
    archive: { name: 'Permits', clientsEnabled: false },
    folder: { name: 'Permits', path: 'Permits' },
    client: null,
    owner: null,
  });
  expect(paper.abilities).toEqual(['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE', 'PRINT']);
});

test('a list has the newest first, pages, and a total only when asked for', async () => {
  const first = await office.data<{
    papers: { nodes: { title: string }[]; totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string } };
  }>(ben, '{ papers(first: 2) { totalCount nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor } } }');
  expect(first.papers).toMatchObject({
    totalCount: 3,
    nodes: [{ title: 'c' }, { title: 'b' }],
    pageInfo: { hasNextPage: true },
  });
  const next = await office.data<{ papers: { nodes: unknown[] } }>(
    ben,
    'query ($after: String) { papers(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage } } }',
    {
      after: first.papers.pageInfo.endCursor,
    },
  );
  expect(next.papers).toEqual({ nodes: [{ title: 'a' }], pageInfo: { hasNextPage: false } });
});

/** Which definitions are read, by round trip and statement. */
function definitionsRead(): (string | undefined)[][] {
  return office.roundTrips.map((statements) => statements.map((text) => /plane_\d+\.(\w+)/.exec(text)?.[1]));
}

test('records and what they refer to, level after level, are one statement', async () => {
  const source = '{ papers { nodes { title matter { name parent { name } } related { title } } } }';
  await office.data(ben, source);
  office.roundTrips.length = 0;
  const { papers: read } = await office.data<{ papers: { nodes: unknown[] } }>(ben, source);
  expect(read.nodes.length).toBe(3);
  expect(definitionsRead()).toEqual([['paper']]);
});

test('with too many references for one statement, a level is one round trip with one statement per definition', async () => {
  const levels = (depth: number): string =>
    depth === 0 ? '' : `matter { name } related { title ${levels(depth - 1)} }`;
  const source = `{ papers { nodes { title ${levels(5)} } } }`;
  await office.data(ben, source);
  office.roundTrips.length = 0;
  const { papers: read } = await office.data<{ papers: { nodes: unknown[] } }>(ben, source);
  expect(read.nodes.length).toBe(3);
  expect(definitionsRead().slice(0, 2)).toEqual([['paper'], ['matter', 'paper']]);
});

test('a list without relations is one round trip, and so is an operation of several', async () => {
  await office.data(ben, '{ papers { totalCount } }');
  office.roundTrips.length = 0;
  await office.data(
    ben,
    '{ a: papers { nodes { title } } b: papers(last: 1) { totalCount nodes { id } } matters { nodes { name } } }',
  );
  expect(office.roundTrips.map((statements) => statements.length)).toEqual([4]);
});
