import { afterAll, beforeAll, expect, it } from 'vitest';
import { addMembers, removeMembers } from '../../src/administration/group-members.ts';
import { createGroup, deleteGroup } from '../../src/administration/groups.ts';
import { assignPlane, listPlaneGroups, unassignPlane } from '../../src/administration/plane-groups.ts';
import {
  computedFields,
  type ContentInput,
  createPlane,
  deletePlane,
  duplicatePlane,
  getPlane,
  listPlanes,
  updatePlane,
} from '../../src/administration/planes.ts';
import { updateUser } from '../../src/administration/users.ts';
import { createWorkspace } from '../../src/administration/workspaces.ts';
import { codeOf, refusalOf } from './account.ts';
import { DEFINITIONS, type Office, openOffice } from './office.ts';

let office: Office;
/** A workspace in which nobody is in Full access. */
let review: number;
let full: number;

beforeAll(async () => {
  office = await openOffice();
  const made = await office.change((a) =>
    createWorkspace(a, DEFINITIONS, { companyId: office.company, name: 'Review' }),
  );
  review = made.id;
  const planes = await office.read((a) => listPlanes(a, DEFINITIONS, { workspaceId: review }));
  full = planes.items[0]!.id;
  const builtin = await office.read((a) => listPlaneGroups(a, full));
  await office.change((a) =>
    unassignPlane(
      a,
      DEFINITIONS,
      full,
      builtin.map(({ id }) => id),
      true,
    ),
  );
});
afterAll(() => office.end());

const FIRST: ContentInput[] = [
  { definition: 'document', views: ['titles'], layouts: ['first'], abilities: ['CREATE'] },
];
const SECOND: ContentInput[] = [
  { definition: 'document', layouts: ['second'], restriction: { relevancy: { isSet: true } } },
  { definition: 'matter', abilities: ['CREATE'] },
];

async function plane(name: string, content: ContentInput[]): Promise<number> {
  return (await office.change((a) => createPlane(a, DEFINITIONS, { workspaceId: review, name, content }))).id;
}

async function groupWith(name: string, ...members: string[]): Promise<string> {
  const group = await office.change((a) => createGroup(a, { name }));
  await office.change((a) => addMembers(a, group.id, members));
  return group.id;
}

it('A1: the list shows name, active definitions and the number of assigned groups', async () => {
  const first = await plane('List: first', FIRST);
  await plane('List: second', SECOND);
  await office.change(async (a) => assignPlane(a, DEFINITIONS, first, [(await createGroup(a, { name: 'L' })).id]));
  const { items } = await office.read((a) => listPlanes(a, DEFINITIONS, { workspaceId: review, search: 'list:' }));
  expect(items).toMatchObject([
    { name: 'List: first', activeDefinitions: ['document'], groupCount: 1, isFull: false },
    { name: 'List: second', activeDefinitions: ['document'], groupCount: 0, isFull: false },
  ]);
});

it('A1: created, edited, renamed, duplicated, deleted', async () => {
  const id = await plane('Edited', FIRST);
  await office.change((a) => updatePlane(a, DEFINITIONS, id, { name: 'Renamed', content: SECOND }));
  const edited = await office.read((a) => getPlane(a, DEFINITIONS, id));
  expect(edited).toMatchObject({
    name: 'Renamed',
    content: { document: { views: [], layouts: ['second'], restriction: { relevancy: { isSet: true } } } },
  });
  const copy = await office.change((a) => duplicatePlane(a, DEFINITIONS, id, 'Copy'));
  expect(copy).toMatchObject({ name: 'Copy', content: edited.content, groupCount: 0 });
  await office.change((a) => deletePlane(a, id));
  expect(await codeOf(office.read((a) => getPlane(a, DEFINITIONS, id)))).toBe('NOT_FOUND');
  const [left] = await office.database.owner.query(
    `select count(*)::int as schemas from pg_namespace where nspname in ('plane_${id}', 'plane_${id}_new')`,
  );
  expect(left, 'A10').toEqual({ schemas: 0 });
  const taken = await refusalOf(office.change((a) => duplicatePlane(a, DEFINITIONS, copy.id, 'Full access')));
  expect(taken.problems).toEqual(['name: is the name of another plane here']);
});

it('A2: everything that is wrong in a content is said with its path, and nothing is kept', async () => {
  const content: ContentInput[] = [
    { definition: 'document', views: ['titles', 'nonsense'], abilities: ['FLY'] },
    { definition: 'matter', restriction: { and: [{ name: { isSet: true } }, { colour: { equals: 'red' } }] } },
    { definition: 'unicorn', views: [] },
  ];
  const refusal = await refusalOf(
    office.change((a) => createPlane(a, DEFINITIONS, { workspaceId: review, name: 'Wrong', content })),
  );
  expect(refusal.problems.map((problem) => problem.split(':')[0])).toEqual([
    'content.document.views.nonsense',
    'content.document.abilities.FLY',
    'content.matter.restriction.and.1.colour',
    'content.unicorn',
  ]);
  const twice = [...FIRST, ...FIRST];
  const repeated = await refusalOf(
    office.change((a) => createPlane(a, DEFINITIONS, { workspaceId: review, name: 'Wrong', content: twice })),
  );
  expect(repeated.problems).toEqual(['content[1].definition: is there twice']);
  const { items } = await office.read((a) => listPlanes(a, DEFINITIONS, { workspaceId: review, search: 'wrong' }));
  expect(items).toEqual([]);
});

it('a full plane’s content can’t be edited; its copy shows the same and can', async () => {
  const refusal = await refusalOf(office.change((a) => updatePlane(a, DEFINITIONS, full, { content: FIRST })));
  expect(refusal.problems[0]).toMatch(/^content: "Full access" shows everything by itself/);
  const copy = await office.change((a) => duplicatePlane(a, DEFINITIONS, full, 'Like full'));
  expect(copy).toMatchObject({ isFull: false, activeDefinitions: ['document', 'matter'] });
  await office.change((a) => updatePlane(a, DEFINITIONS, copy.id, { content: FIRST }));
  await office.change((a) => deletePlane(a, copy.id));
});

it('A11: computed fields name every field with its level and what it comes from', async () => {
  const id = await plane('Computed', FIRST);
  const fields = await office.read((a) => computedFields(a, DEFINITIONS, id, 'document'));
  expect(fields.find(({ field }) => field === 'title')).toEqual({
    field: 'title',
    level: 'READ',
    sources: [
      { kind: 'view', name: 'titles', level: 'READ' },
      { kind: 'layout', name: 'first', level: 'READ' },
    ],
  });
  expect(fields.find(({ field }) => field === 'relevancy')).toEqual({
    field: 'relevancy',
    level: 'EDIT',
    sources: [{ kind: 'layout', name: 'first', level: 'EDIT' }],
  });
  expect(fields.find(({ field }) => field === 'notes')).toEqual({ field: 'notes', level: 'HIDDEN', sources: [] });
  expect(await codeOf(office.read((a) => computedFields(a, DEFINITIONS, id, 'unicorn')))).toBe('VALIDATION_FAILED');
});

it('A9: assigning a restricted plane answers with the members who escape it through another', async () => {
  const { kai, lea } = await office.users('INTERNAL', 'kai', 'lea');
  const [narrow, wide] = [await plane('Narrow', SECOND), await plane('Wide', FIRST)];
  const [both, one] = [await groupWith('both', kai, lea), await groupWith('one', kai)];
  await office.change((a) => assignPlane(a, DEFINITIONS, wide, [one]));
  const { escapes } = await office.change((a) => assignPlane(a, DEFINITIONS, narrow, [both]));
  expect(escapes).toEqual({ count: 1, members: [{ user: 'kai', planes: ['Wide'] }] });
  const none = await office.change((a) => assignPlane(a, DEFINITIONS, full, [both]));
  expect(none.escapes, 'nothing shows more than everything').toEqual({ count: 0, members: [] });
  const guests = '00000000-0000-0000-0000-0000000000e6';
  await office.change((a) => assignPlane(a, DEFINITIONS, wide, [guests]));
  const anonymous = await office.change((a) => assignPlane(a, DEFINITIONS, narrow, [guests]));
  expect(anonymous.escapes).toEqual({ count: 1, members: [{ user: 'anonymous', planes: ['Wide'] }] });
});

it('A9: taking away someone’s last plane needs a confirmation, whichever way it goes', async () => {
  const { max, nia } = await office.users('INTERNAL', 'max', 'nia');
  const id = await plane('Last', FIRST);
  const group = await groupWith('lasting', max, nia);
  await office.change((a) => assignPlane(a, DEFINITIONS, id, [group]));
  const losing = {
    losingCount: 2,
    losing: [
      { user: 'max', workspace: 'Review' },
      { user: 'nia', workspace: 'Review' },
    ],
  };
  const unassigned = await refusalOf(office.change((a) => unassignPlane(a, DEFINITIONS, id, [group])));
  expect(unassigned).toMatchObject({ code: 'VALIDATION_FAILED', details: losing });
  expect(unassigned.problems[0]).toMatch(/^confirm: /);
  expect((await refusalOf(office.change((a) => deletePlane(a, id)))).details).toMatchObject(losing);
  const member = await refusalOf(office.change((a) => removeMembers(a, group, [max])));
  expect(member.details).toMatchObject({ losingCount: 1, losing: [{ user: 'max' }] });
  expect(await codeOf(office.change((a) => deleteGroup(a, group, false)))).toBe('VALIDATION_FAILED');
  expect(
    (await office.read((a) => listPlaneGroups(a, id))).map(({ name }) => name),
    'nothing has changed',
  ).toEqual(['lasting']);

  const other = await groupWith('other', max, nia);
  await office.change((a) => assignPlane(a, DEFINITIONS, id, [other]));
  await office.change((a) => unassignPlane(a, DEFINITIONS, id, [group]));
  await office.change((a) => deletePlane(a, id, true));
});

it('A9: another role that takes the last plane needs a confirmation too', async () => {
  const { pia } = await office.users('INTERNAL', 'pia');
  const id = await plane('Internals', FIRST);
  await office.change((a) => assignPlane(a, DEFINITIONS, id, ['00000000-0000-0000-0000-0000000000e3']));
  expect(await codeOf(office.change((a) => updateUser(a, pia, { role: 'EXTERNAL' })))).toBe('VALIDATION_FAILED');
  expect((await office.change((a) => updateUser(a, pia, { role: 'EXTERNAL' }, true))).role).toBe('EXTERNAL');
  await office.change((a) => deletePlane(a, id, true));
});
