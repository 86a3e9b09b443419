import { beforeAll, expect, test } from 'vitest';
import { listRightsOf } from '../../src/administration/applications.ts';
import { listProfileRights, setAllProfileRights, setProfileRights } from '../../src/administration/profile-rights.ts';
import {
  createProfile,
  deleteProfile,
  duplicateProfile,
  getProfile,
  listProfiles,
  renameProfile,
} from '../../src/administration/profiles.ts';
import {
  assignRights,
  copyRights,
  listAssignments,
  withdrawRights,
} from '../../src/administration/rights-assignments.ts';
import {
  addProfiles,
  createRightsRole,
  deleteRightsRole,
  listBundled,
  listRightsRoles,
  listRightsRolesOf,
  removeProfiles,
  renameRightsRole,
} from '../../src/administration/rights-roles.ts';
import { codeOf, refusalOf } from '../administration/account.ts';
import { outcome, useWorld } from './world.ts';

const NOBODY = '01900000-0000-7000-8000-000000000000';
let [ben, cleo, dara]: string[] = [];
const world = useWorld();
beforeAll(async () => {
  const { user } = world();
  [ben, cleo, dara] = [await user('ben'), await user('cleo'), await user('dara')];
});

const levelsOf = (profile: string) =>
  world().read(async (a) =>
    Object.fromEntries((await listProfileRights(a, profile)).map(({ name, level }) => [name, level])),
  );
const assign = (users: string[], given: { profile?: string; rightsRole?: string }, company = world().here.company) =>
  world().change((a) => assignRights(a, [{ users, company, ...given }]));
const drill = (filter: Parameters<typeof listAssignments>[1]) =>
  world().read(async (a) =>
    (await listAssignments(a, filter)).items.map(({ name, companyName, given }) => [name, companyName, given]).sort(),
  );

test('R2: a profile has a level for each right of its application, NONE at first', async () => {
  const { change } = world();
  const { id } = await change((a) => createProfile(a, { name: 'Fresh', application: 'finance' }));
  expect(await levelsOf(id)).toEqual({ documentWorklist: 'NONE', invoices: 'NONE', vendors: 'NONE' });
  const levels = [
    { right: 'documentWorklist', level: 'EDIT' as const },
    { right: 'invoices', level: 'DISPLAY' as const },
  ];
  await change((a) => setProfileRights(a, id, levels));
  expect(await levelsOf(id)).toEqual({ documentWorklist: 'EDIT', invoices: 'DISPLAY', vendors: 'NONE' });
  await change((a) => setProfileRights(a, id, [{ right: 'documentWorklist', level: 'NONE' }]));
  expect(await levelsOf(id)).toEqual({ documentWorklist: 'NONE', invoices: 'DISPLAY', vendors: 'NONE' });
});

test('R8: all levels are set at once', async () => {
  const { profile, change } = world();
  const id = await profile('All', { invoices: 'DISPLAY' });
  for (const level of ['EDIT', 'DISPLAY', 'NONE'] as const) {
    await change((a) => setAllProfileRights(a, id, level));
    expect(Object.values(await levelsOf(id))).toEqual([level, level, level]);
  }
});

test('R2: another application’s right is refused with its place, by the owner’s SQL too', async () => {
  const { profile, change, owner } = world();
  const id = await profile('Finance only');
  const refusal = await refusalOf(
    change((a) =>
      setProfileRights(a, id, [
        { right: 'invoices', level: 'EDIT' },
        { right: 'orders', level: 'EDIT' },
        { right: 'nonsense', level: 'EDIT' },
      ]),
    ),
  );
  expect(refusal.code).toBe('VALIDATION_FAILED');
  expect(refusal.problems).toEqual([
    'rights[1].right: is no right of the application "finance"',
    'rights[2].right: is no right of the application "finance"',
  ]);
  expect(await levelsOf(id), 'nothing half done').toMatchObject({ invoices: 'NONE' });
  const byHand = (application: string, right: string) =>
    outcome(
      owner.query(
        `insert into rowplane.profile_rights (profile_id, application, right_name, level) values ($1, $2, $3, 'EDIT')`,
        [id, application, right],
      ),
    );
  expect(await byHand('procurement', 'orders')).toMatchObject(['RPVAL', expect.stringContaining('orders')]);
  expect(await byHand('finance', 'vendors'), 'a right that stands in both').toBe('done');
  // Past the trigger, the keys hold.
  await owner.query('alter table rowplane.profile_rights disable trigger fill');
  expect(await byHand('procurement', 'orders')).toMatchObject(['23503', expect.anything()]);
  expect(await byHand('finance', 'orders')).toMatchObject(['23503', expect.anything()]);
  await owner.query('alter table rowplane.profile_rights enable trigger fill');
});

test('R8: profiles are listed by application, with the number of their assignments, through rights roles too', async () => {
  const { profile, change, read, here, there } = world();
  const [direct, bundled] = [await profile('List: direct'), await profile('List: bundled')];
  await profile('List: orders', {}, 'procurement');
  const role = await change((a) => createRightsRole(a, { name: 'List: role', profiles: [bundled, direct] }));
  await assign([ben!, cleo!], { rightsRole: role.id });
  await assign([ben!], { profile: direct }, there.company);
  const list = (application?: string) =>
    read(async (a) =>
      (await listProfiles(a, { search: 'List:', application: application ?? null })).items.map((each) => [
        each.name,
        each.application,
        each.assignmentCount,
      ]),
    );
  expect(await list()).toEqual([
    ['List: bundled', 'finance', 2],
    ['List: direct', 'finance', 3],
    ['List: orders', 'procurement', null],
  ]);
  expect(await list('procurement')).toEqual([['List: orders', 'procurement', null]]);
  expect((await refusalOf(list('nonsense'))).problems[0]).toContain(
    'application: is no application; there are finance',
  );

  expect(await drill({ profile: direct })).toEqual([
    ['ben', 'A-GmbH', 'List: role'],
    ['ben', 'B-GmbH', 'List: direct'],
    ['cleo', 'A-GmbH', 'List: role'],
  ]);
  expect(await drill({ profile: direct, company: here.company, user: ben! })).toHaveLength(1);
  expect(await drill({ rightsRole: role.id })).toHaveLength(2);
  expect((await read((a) => listRightsRolesOf(a, bundled))).map(({ name }) => name)).toEqual(['List: role']);
});

test('R8: a profile in use can’t be deleted, and the refusal lists by whom; afterwards it can', async () => {
  const { profile, change, read, owner } = world();
  const id = await profile('Used', { invoices: 'EDIT' });
  const role = await change((a) => createRightsRole(a, { name: 'Using', profiles: [id] }));
  await assign([ben!, cleo!], { profile: id });
  const refusal = await refusalOf(change((a) => deleteProfile(a, id)));
  expect(refusal.code).toBe('IN_USE');
  expect(refusal.message).toBe(
    'The profile "Used" is in use: 2 assignments have to be withdrawn first, and it has to be taken out of its rights roles first.',
  );
  expect(refusal.details).toMatchObject({
    assignmentCount: 2,
    assignments: [
      { user: 'ben', company: 'A-GmbH' },
      { user: 'cleo', company: 'A-GmbH' },
    ],
    rightsRoles: ['Using'],
  });
  expect(await outcome(owner.query('delete from rowplane.profiles where id = $1', [id])), 'by hand').toMatchObject([
    'RPUSE',
    expect.stringContaining('Using'),
  ]);
  const { items } = await read((a) => listAssignments(a, { profile: id }));
  await change((a) =>
    withdrawRights(
      a,
      items.map((each) => each.id),
    ),
  );
  expect(await codeOf(change((a) => deleteProfile(a, id)))).toBe('IN_USE');
  await change((a) => removeProfiles(a, role.id, [id]));
  await change((a) => deleteProfile(a, id));
  expect(await codeOf(read((a) => getProfile(a, id)))).toBe('NOT_FOUND');
});

test('R8: a duplicate has the same levels and no assignment', async () => {
  const { profile, change } = world();
  const id = await profile('Original', { invoices: 'EDIT', vendors: 'DISPLAY' });
  await assign([ben!], { profile: id });
  const copy = await change((a) => duplicateProfile(a, id, 'Copy'));
  expect(copy).toMatchObject({ name: 'Copy', application: 'finance', assignmentCount: null });
  expect(await levelsOf(copy.id)).toEqual(await levelsOf(id));
  const again = await refusalOf(change((a) => duplicateProfile(a, id, 'Copy')));
  expect(again.problems).toEqual(['name: is the name of another profile']);
  expect(await change((a) => renameProfile(a, copy.id, 'Copied'))).toMatchObject({ name: 'Copied' });
});

test('R3: a rights role bundles profiles across applications; what changes in it changes for all who have it', async () => {
  const { profile, change, read, here } = world();
  const [finance, orders] = [
    await profile('Bundle: finance', { invoices: 'DISPLAY' }),
    await profile('Bundle: orders', { orders: 'EDIT' }, 'procurement'),
  ];
  const role = await change((a) => createRightsRole(a, { name: 'Buyer', profiles: [finance] }));
  await assign([dara!], { rightsRole: role.id });
  const effective = () =>
    read(async (a) =>
      (await listRightsOf(a, dara!, here.company)).flatMap(({ name, rights }) =>
        rights.filter(({ level }) => level !== 'NONE').map((right) => [name, right.name, right.level]),
      ),
    );
  expect(await effective()).toEqual([['finance', 'invoices', 'DISPLAY']]);
  await change((a) => addProfiles(a, role.id, [orders, finance]));
  expect(await effective()).toEqual([
    ['finance', 'invoices', 'DISPLAY'],
    ['procurement', 'orders', 'EDIT'],
  ]);
  expect((await read((a) => listBundled(a, role.id))).map(({ name }) => name)).toEqual([
    'Bundle: finance',
    'Bundle: orders',
  ]);
  await change((a) => renameRightsRole(a, role.id, 'Buyers'));
  expect((await read((a) => listRightsRoles(a, { search: 'Buy' }))).items).toEqual([
    { id: role.id, name: 'Buyers', assignmentCount: 1 },
  ]);
  expect(await codeOf(change((a) => deleteRightsRole(a, role.id)))).toBe('IN_USE');
  await world().owner.query('delete from rowplane.rights_assignments where rights_role_id = $1', [role.id]);
  expect(await effective()).toEqual([]);
  await change((a) => deleteRightsRole(a, role.id));
  expect(await read((a) => getProfile(a, orders)), 'its profiles stay').toMatchObject({ name: 'Bundle: orders' });
});

test('R4: a table of users is assigned at once, all or nothing; who has it keeps it', async () => {
  const { profile, change, here, there } = world();
  const [first, second] = [await profile('Table: first'), await profile('Table: second')];
  const table = [
    { users: [ben!, cleo!, dara!], company: here.company, profile: first },
    { users: [ben!], company: there.company, profile: second },
  ];
  expect(await change((a) => assignRights(a, table))).toBe(4);
  expect(await change((a) => assignRights(a, table))).toBe(0);
  const refusal = await refusalOf(
    change((a) =>
      assignRights(a, [
        { users: [ben!, NOBODY], company: here.company, profile: second },
        { users: [], company: NOBODY, profile: NOBODY },
        { users: [ben!], company: here.company, profile: first, rightsRole: NOBODY },
        { users: [ben!], company: here.company },
      ]),
    ),
  );
  expect(refusal.problems.sort()).toEqual([
    'assignments[0].users[1]: is no user',
    'assignments[1].company: is no company',
    'assignments[1].profile: is no profile',
    'assignments[1].users: names nobody',
    'assignments[2].profile: must be given, or a rights role, and not both',
    'assignments[2].rightsRole: is no rights role',
    'assignments[3].profile: must be given, or a rights role, and not both',
  ]);
  expect(await drill({ profile: second }), 'nothing half done').toEqual([['ben', 'B-GmbH', 'Table: second']]);
});

test('R8: many assignments are withdrawn at once, all or nothing', async () => {
  const { profile, change, read } = world();
  const id = await profile('Withdrawn');
  await assign([ben!, cleo!, dara!], { profile: id });
  const { items } = await read((a) => listAssignments(a, { profile: id }));
  const ids = items.map((each) => each.id);
  const refusal = await refusalOf(change((a) => withdrawRights(a, [ids[0]!, NOBODY])));
  expect(refusal.problems).toEqual(['ids[1]: is no assignment']);
  expect(await drill({ profile: id })).toHaveLength(3);
  await change((a) => withdrawRights(a, ids));
  expect(await drill({ profile: id })).toEqual([]);
});

test('R8: a user’s rights are copied to others, added to theirs or in place of them', async () => {
  const { profile, change, user, here, there } = world();
  const [source, target] = [await user('source'), await user('target')];
  const [shared, mine] = [await profile('Copied: shared'), await profile('Copied: mine')];
  await assign([source, target], { profile: shared });
  await assign([source], { profile: shared }, there.company);
  await assign([target], { profile: mine });
  await assign([target], { profile: mine }, there.company);
  const copy = (mode: 'ADD' | 'REPLACE', company?: string) =>
    change((a) => copyRights(a, { from: source, to: [target], mode, company: company ?? null }));
  expect(await copy('REPLACE', here.company)).toEqual({ added: 0, withdrawn: 1 });
  expect(await drill({ user: target })).toEqual([
    ['target', 'A-GmbH', 'Copied: shared'],
    ['target', 'B-GmbH', 'Copied: mine'],
  ]);
  expect(await copy('ADD')).toEqual({ added: 1, withdrawn: 0 });
  expect(await drill({ user: target })).toHaveLength(3);
  expect(await copy('REPLACE')).toEqual({ added: 0, withdrawn: 1 });
  expect(await drill({ user: target })).toEqual([
    ['target', 'A-GmbH', 'Copied: shared'],
    ['target', 'B-GmbH', 'Copied: shared'],
  ]);
  const refusal = await refusalOf(
    change((a) => copyRights(a, { from: source, to: [NOBODY, source], mode: 'ADD', company: NOBODY })),
  );
  expect(refusal.problems).toEqual([
    'to[0]: is no user',
    'company: is no company',
    'to[1]: is the user whose rights are copied',
  ]);
});

test('L1: profiles, levels, rights roles and assignments are logged with who, before and after', async () => {
  const { profile, change, owner, ada } = world();
  const id = await profile('Logged', { invoices: 'DISPLAY' });
  await change((a) => setProfileRights(a, id, [{ right: 'invoices', level: 'EDIT' }]));
  await assign([ben!], { profile: id });
  const entries = await owner.query<Record<string, unknown>>(
    'select table_name, operation, actor, before, after from rowplane.log where about @> array[$1::text] order by id',
    [id],
  );
  expect(entries).toMatchObject([
    { table_name: 'profiles', operation: 'INSERT', actor: ada, after: { name: 'Logged', application: 'finance' } },
    { table_name: 'profile_rights', operation: 'INSERT', after: { right_name: 'invoices', level: 'DISPLAY' } },
    { table_name: 'profile_rights', operation: 'UPDATE', before: { level: 'DISPLAY' }, after: { level: 'EDIT' } },
    { table_name: 'rights_assignments', operation: 'INSERT', after: { user_id: ben, profile_id: id } },
  ]);
});
