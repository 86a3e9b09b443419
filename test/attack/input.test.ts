import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let ben: string;

beforeAll(async () => {
  office = await openOffice();
  ben = await office.user('ben');
  here = await office.workspace('Office');
  await here.archive('Permits');
  await here.join(here.full, [ben]);
});
afterAll(() => office?.end());

/** The codes of what is refused: INTERNAL for nothing that somebody sends. */
async function codes(source: string, variables: Record<string, unknown>): Promise<unknown[]> {
  const { errors = [] } = await office.graphql(ben, source, variables);
  return errors.map(({ extensions }) => extensions?.code ?? (errors[0] as unknown as { code: string }).code);
}

const cursor = (name: string, id: unknown) => Buffer.from(JSON.stringify([name, id])).toString('base64url');

test.each([
  ['a cursor with no id', cursor('a', '-'.repeat(36))],
  ['a cursor with a number', cursor('a', 7)],
  ['a cursor with a NUL', cursor('a\0', '00000000-0000-0000-0000-000000000000')],
])('bad input is said to be so: %s', async (_, after) => {
  const list = 'query ($after: String) { users(after: $after) { nodes { name } } }';
  expect(await codes(list, { after })).toEqual(['VALIDATION_FAILED']);
});

test('a text with a NUL, which Postgres can’t hold, is bad input wherever it stands', async () => {
  const search = 'query ($text: String) { groups(search: $text) { nodes { name } } }';
  expect(await codes(search, { text: 'a\0' })).toEqual(['VALIDATION_FAILED']);
  const lock = 'mutation ($input: LockWorkspaceInput!) { lockWorkspace(input: $input) { workspace { name } } }';
  const input = { workspace: encodeId('Workspace', here.id), reason: 'a\0' };
  expect(await codes(lock, { input })).toEqual(['VALIDATION_FAILED']);
});

test('a query with more keys than a list sorts by is not saved', async () => {
  const save = 'mutation ($input: CreateSavedQueryInput!) { createSavedQuery(input: $input) { savedQuery { id } } }';
  const orderBy = Array.from({ length: 9 }, () => ({ field: 'TITLE', direction: 'ASC' }));
  expect(await codes(save, { input: { definition: 'paper', name: 'sorted', orderBy } })).toEqual(['VALIDATION_FAILED']);
});
