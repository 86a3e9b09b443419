import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOffice, type Office } from '../support/office.ts';

let office: Office;
let ben: string;

beforeAll(async () => {
  office = await openOffice();
  ben = await office.user('ben');
  const here = await office.workspace('Office');
  const archive = await here.archive('Permits');
  await here.join(here.full, [ben]);
  await here.records('paper', [{ title: 'a' }], { archive });
});
afterAll(() => office.end());

async function errors(source: string, variables?: Record<string, unknown>): Promise<unknown> {
  return (await office.graphql(ben, source, variables)).errors?.map((error) => error.toJSON());
}

test('a refusal says what is wrong, and where in the arguments', async () => {
  const found = await office.graphql(
    ben,
    '{ papers(first: 501, where: { dueAt: { atMost: "tomorrow" } }) { totalCount } matters { totalCount } }',
  );
  expect(found.data).toEqual({ papers: null, matters: { totalCount: 0 } });
  expect(found.errors?.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
    {
      path: ['papers'],
      extensions: {
        code: 'VALIDATION_FAILED',
        problems: [
          { path: 'where.dueAt.atMost', message: 'must be a moment with an offset, such as "2026-01-31T12:00:00Z"' },
          { path: 'first', message: 'must be between 0 and 500' },
        ],
      },
    },
  ]);
});

test('a variable of the wrong type is VALIDATION_FAILED', async () => {
  expect(await errors('query ($n: Int!) { papers(first: $n) { totalCount } }', { n: 'x' })).toMatchObject([
    { extensions: { code: 'VALIDATION_FAILED' } },
  ]);
  expect(await errors('query ($n: Int!) { papers(first: $n) { totalCount } }')).toMatchObject([
    { extensions: { code: 'VALIDATION_FAILED' } },
  ]);
});

test('too much is TOO_COMPLEX, before anything is read', async () => {
  const source = `{ ${Array.from({ length: 201 }, (_, index) => `p${index}: papers { totalCount }`).join(' ')} }`;
  expect(await office.graphql(ben, source)).toMatchObject({ errors: [{ extensions: { code: 'TOO_COMPLEX' } }] });
});

test('what goes wrong inside is INTERNAL: an id for the log, no details', async () => {
  await office.owner.query('alter function rowplane.viewer_flags(int, text) rename to viewer_flags_gone');
  office.betweenSteps = () => Promise.reject(new Error('secret detail'));
  try {
    for (const source of ['{ papers { nodes { title owner { name } } } }', '{ viewer { user { name } } }']) {
      const [error] = (await errors(source)) as { message: string; extensions: { code: string; id: string } }[];
      expect(error!.extensions.code).toBe('INTERNAL');
      expect(error!.message).toContain(error!.extensions.id);
      expect(JSON.stringify(error)).not.toContain('secret');
    }
    expect(String(office.unexpected.at(-1))).toContain('secret detail');
  } finally {
    office.betweenSteps = null;
    await office.owner.query('alter function rowplane.viewer_flags_gone(int, text) rename to viewer_flags');
  }
});

test('an operation that isn’t there is VALIDATION_FAILED', async () => {
  const { parse } = await import('graphql');
  const document = parse('query A { __typename } query B { __typename }');
  const result = await office.execute({ document, operationName: 'C', context: office.context(ben) });
  expect(result).toMatchObject({ errors: [{ extensions: { code: 'VALIDATION_FAILED' } }] });
});
