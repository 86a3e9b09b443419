import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let there: OfficeWorkspace;
let ben: string;

beforeAll(async () => {
  office = await openOffice();
  ben = await office.user('ben');
  here = await office.workspace('Here');
  there = await office.workspace('There');
  for (const workspace of [here, there]) await workspace.archive('Permits');
  await here.plane('States', { paper: { views: ['states'], layouts: ['notes'], abilities: ['PRINT', 'CREATE'] } }, [
    ben,
  ]);
  await there.plane('State', { paper: { layouts: ['state'], restriction: { state: { isSet: true } } } }, [ben]);
});
afterAll(() => office.end());

async function levels(workspace?: OfficeWorkspace): Promise<Record<string, string>> {
  const { definition } = await office.data<{ definition: { fields: { name: string; level: string }[] } }>(
    ben,
    'query ($workspace: ID) { definition(name: "paper", workspace: $workspace) { fields { name level } } }',
    workspace && { workspace: encodeId('Workspace', workspace.id) },
  );
  const shown = definition.fields.filter(({ level }) => level !== 'HIDDEN');
  return Object.fromEntries(shown.map(({ name, level }) => [name, level]));
}

test('A11: a definition says the highest level of each field for this viewer, in one workspace or all', async () => {
  expect(await levels()).toEqual({ title: 'READ', state: 'EDIT', notes: 'EDIT' });
  expect(await levels(here)).toEqual({ title: 'READ', state: 'READ', notes: 'EDIT' });
  expect(await levels(there)).toEqual({ state: 'EDIT' });
});

test('A4: views, layouts, document viewers and abilities say which fields they touch, abilities whether they are granted', async () => {
  const { definition } = await office.data<{ definition: Record<string, unknown[]> }>(
    ben,
    `{ definition(name: "paper") {
      name plural title
      fields { name title type required to choices { value title } }
      views { name title fields } layouts { name fields edits } documentViewers { name fields } abilities { name allowed fields }
    } }`,
  );
  expect(definition).toMatchObject({ name: 'paper', plural: 'papers', title: 'Paper', documentViewers: [] });
  expect(definition.fields).toContainEqual({
    name: 'matter',
    title: 'Matter',
    type: 'REFERENCE',
    required: false,
    to: 'matter',
    choices: null,
  });
  expect(definition.fields).toContainEqual(
    expect.objectContaining({
      name: 'state',
      type: 'CHOICE',
      choices: expect.arrayContaining([{ value: 'NEW', title: 'New' }]) as unknown,
    }),
  );
  expect(definition.views).toContainEqual({ name: 'states', title: 'States', fields: ['title', 'state'] });
  expect(definition.layouts).toContainEqual({ name: 'notes', fields: ['notes'], edits: ['notes'] });
  expect(definition.abilities).toEqual([
    { name: 'PRINT', allowed: true, fields: ['title'] },
    { name: 'CREATE', allowed: true, fields: [] },
    { name: 'DELETE', allowed: false, fields: [] },
    { name: 'MASS_DELETE', allowed: false, fields: [] },
    { name: 'MASS_UPDATE', allowed: false, fields: [] },
  ]);
});

test('an unknown definition is null; all of them are listed', async () => {
  expect(await office.data(ben, '{ definition(name: "invoice") { name } definitions { name } }')).toEqual({
    definition: null,
    definitions: [{ name: 'matter' }, { name: 'paper' }],
  });
});

test('anonymous sees the definitions and no level', async () => {
  const { definitions } = await office.data<{ definitions: { fields: { level: string }[] }[] }>(
    '00000000-0000-0000-0000-000000000000',
    '{ definitions { fields { level } } }',
  );
  expect(new Set(definitions.flatMap(({ fields }) => fields.map(({ level }) => level)))).toEqual(new Set(['HIDDEN']));
});
