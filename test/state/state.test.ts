import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAdministrators, type Administrators } from '../../src/access/administrators.ts';
import { applyRights } from '../../src/administration/apply-rights.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { applyState, compareState, nameOf, readState } from '../../src/administration/state/apply-state.ts';
import { isKept, type Change } from '../../src/administration/state/fact.ts';
import { readStateFiles, writeState } from '../../src/administration/state/files.ts';
import { loadRights } from '../../src/compiler/load-rights.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect } from '../../src/database/queryable.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { createDatabase, withViewer } from '../support/database.ts';

let demo: DemoDatabase;
let administrators: Administrators;
let folder: string;

beforeAll(async () => {
  demo = await createDemoDatabase();
  const { adminUrl, secret } = demo.database;
  administrators = openAdministrators({ url: adminUrl, key: viewerTokenKey(secret), connections: 1, door: 'CLI' });
});
afterAll(async () => {
  await administrators?.end();
  await demo?.drop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowplane-state-'));
  await exported();
  return () => rm(folder, { recursive: true });
});

const ada = () => ({ id: demo.people.ada! });
const exported = async () => writeState(folder, await administrators.read(ada(), (a) => readState(a)));
const wanted = () => readStateFiles(folder);
const apply = async (confirm = false) => {
  const facts = await wanted();
  return administrators.change(ada(), (a) => applyState(a, demo.definitions, facts, { confirm }));
};
const differing = async () => {
  const facts = await wanted();
  return (await administrators.read(ada(), (a) => compareState(a, facts))).filter((change) => !isKept(change));
};
const told = (changes: readonly Change[]) =>
  changes.map((change) => `${change.before === null ? '+' : change.after === null ? '-' : '~'} ${nameOf(change)}`);

/** Replaces a text that stands in a file once. */
async function edit(file: string, text: string, replacement: string): Promise<void> {
  const content = await readFile(join(folder, file), 'utf8');
  expect(content.split(text)).toHaveLength(2);
  await writeFile(join(folder, file), content.replace(text, replacement));
}

async function seen(viewer: string, text: string): Promise<unknown[]> {
  return withViewer(demo.database, demo.people[viewer]!, (session) => session.query(text));
}

test('what was exported differs in nothing, and is the same text each time', async () => {
  expect(await differing()).toEqual([]);
  const before = await readFile(join(folder, 'workspaces/Office.yaml'), 'utf8');
  expect(before).toContain('- group: Everyone\n            allow: [VIEW, EDIT, CREATE, DELETE]');
  await exported();
  expect(await readFile(join(folder, 'workspaces/Office.yaml'), 'utf8')).toBe(before);
  expect(await apply()).toEqual([]);
});

test('files that were changed become the state: people, groups, clients, planes, entries and breaks', async () => {
  await edit(
    'account.yaml',
    'groups:\n',
    'groups:\n  Auditors:\n    users: [ivan, ben]\n    groups: [Second-level reviewers]\n',
  );
  await edit('account.yaml', '  hana:', '  ivan:\n    role: EXTERNAL\n  hana:');
  await edit('workspaces/Office.yaml', 'users: [ben, cleo]', 'users: [cleo]\n        groups: [Auditors]');
  await edit(
    'workspaces/Office.yaml',
    'archives:\n  Contracts:\n    permissions:\n',
    `archives:
  Contracts:
    permissions:
      /Leases:
        inherits: false
        entries:
          - { user: cleo, allow: [VIEW] }
          - { group: Auditors, deny: [VIEW] }
`,
  );
  await edit(
    'workspaces/Office.yaml',
    'planes:\n',
    `planes:
  Worklist:
    definitions:
      process: { views: [worklist], restriction: { endedAt: { isSet: false } } }
    groups: [Auditors]
`,
  );
  const planned = told(await differing());
  expect(planned).toContain('+ break Office · Contracts · /Leases');
  const done = told(await apply());
  expect(done).toEqual(expect.arrayContaining(planned));
  // The break copied what reached the folder: more than the file says, so that went.
  expect(done).toContain('- entry Office · Contracts · /Leases · group · Everyone · VIEW');
  expect(await differing()).toEqual([]);

  const leases = `select name from rowplane.visible_folders where name = 'Leases'`;
  expect(await seen('cleo', leases)).toEqual([{ name: 'Leases' }]);
  expect(await seen('dara', leases)).toEqual([]);
  expect(
    await demo.database.owner.query(
      `select from rowplane.client_assignments c join rowplane.groups g on g.id = c.group_id`,
    ),
  ).toHaveLength(1);
  const logged = await demo.database.owner.query(
    `select distinct c.door from rowplane_log.entries c where c.table_name = 'inheritance_breaks'`,
  );
  expect(logged).toEqual([{ door: 'CLI' }]);
});

test('R2–R4: profiles, rights roles and who has them follow the file, and changes of it', async () => {
  const content = await readFile(join(folder, 'account.yaml'), 'utf8');
  expect(content).toContain('  Purchase to pay: [Finance - Accounts payable accountant, Procurement - Buyer]');
  expect(content).toContain('    cleo:\n      rightsRoles: [Purchase to pay]');
  await edit('account.yaml', 'documentWorklist: EDIT', 'documentWorklist: DISPLAY\n      payments: DISPLAY');
  await edit('account.yaml', '    cleo:\n      rightsRoles: [Purchase to pay]', '    emil:\n      profiles: [Reader]');
  await edit(
    'account.yaml',
    'profiles:\n',
    'profiles:\n  Reader: { application: finance, rights: { invoices: DISPLAY } }\n',
  );
  await edit(
    'account.yaml',
    '  Purchase to pay: [Finance - Accounts payable accountant, Procurement - Buyer]',
    '  Buying: [Reader]',
  );
  const planned = told(await differing());
  expect(planned.sort()).toEqual(
    [
      '+ profile Reader',
      '~ profile Finance - Accounts payable accountant',
      '+ rightsRole Buying',
      '+ bundledProfile Buying · Reader',
      '+ right A-GmbH · emil · profile · Reader',
      '- right A-GmbH · cleo · rights role · Purchase to pay',
      '- bundledProfile Purchase to pay · Finance - Accounts payable accountant',
      '- bundledProfile Purchase to pay · Procurement - Buyer',
      '- rightsRole Purchase to pay',
    ].sort(),
  );
  expect(told(await apply()).sort()).toEqual(planned);
  expect(await differing()).toEqual([]);
  const rights = await demo.database.owner.query(
    `select u.name, rowplane.rights_of(u.id, c.id) as rights from rowplane.users u, rowplane.companies c
     where c.name = 'A-GmbH' and u.name in ('cleo', 'emil', 'ben') order by 1`,
  );
  expect(rights).toEqual([
    { name: 'ben', rights: { documentWorklist: 'DISPLAY', invoices: 'EDIT', payments: 'EDIT', vendors: 'EDIT' } },
    { name: 'cleo', rights: {} },
    { name: 'emil', rights: { invoices: 'DISPLAY' } },
  ]);
});

test('all or nothing: a name that leads nowhere is told with the fact that it is about', async () => {
  await edit('account.yaml', '  hana:', '  late:\n    role: EXTERNAL\n  hana:');
  await edit('workspaces/Review.yaml', 'groups: [First-level reviewers]', 'groups: [First-level reviewers, Nobody]');
  await expect(apply()).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'planeGroup Review · First-level review · Nobody: There is no group "Nobody".',
  });
  expect(await demo.database.owner.query(`select from rowplane.users where name = 'late'`)).toEqual([]);
});

test('U8: what holds data stays, whether a file names it or not', async () => {
  await edit('account.yaml', '  hana:\n    role: GUEST\n    displayName: Hana\n', '');
  const all = await administrators.read(ada(), async (a) => compareState(a, await wanted()));
  expect(told(all.filter(isKept))).toEqual(['- user hana']);
  expect(await apply()).toEqual([]);
});

test('what is written otherwise and means the same differs in nothing', async () => {
  await edit(
    'account.yaml',
    '  hana:\n',
    '  nina:\n    role: EXTERNAL\n    email: Nina@Example.org\n    blocked: 2999-12-31T23:00:00.5+01:00\n  hana:\n',
  );
  await edit('account.yaml', 'groups:\n', `groups:\n  Painters:\n    colour: '#FF8800'\n`);
  expect(told(await apply())).toEqual(['+ user nina', '+ group Painters']);
  expect(await differing()).toEqual([]);
  await exported();
  const content = await readFile(join(folder, 'account.yaml'), 'utf8');
  for (const text of ['nina@example.org', '2999-12-31T22:00:00Z', '#ff8800']) expect(content).toContain(text);
});

test('U7: a block that is over is none', async () => {
  await edit('account.yaml', '  hana:\n', '  hana:\n    blocked: 2020-01-31T12:00:00Z\n');
  expect(await differing()).toEqual([]);
  await edit('account.yaml', '  hana:\n', '  otto:\n    role: EXTERNAL\n    blocked: 2020-01-31T12:00:00Z\n  hana:\n');
  expect(told(await apply())).toEqual(['+ user otto']);
  expect(
    await demo.database.owner.query(`select active, blocked_until from rowplane.users where name = 'otto'`),
  ).toEqual([{ active: true, blocked_until: null }]);
});

test('U9: what the database refuses is told with the fact that it is about', async () => {
  await edit('account.yaml', 'groups:\n', 'groups:\n  Upper:\n    groups: [Lower]\n  Lower:\n    groups: [Upper]\n');
  await expect(apply()).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    message: expect.stringMatching(/^subgroup (Upper · Lower|Lower · Upper): A group can't contain itself/),
  });
});

describe('P7, A9, U9: what needs a confirmation', () => {
  test('U9: a group that is in use, with what goes with it', async () => {
    await edit('account.yaml', 'groups:\n', 'groups:\n  Temps:\n    users: [emil]\n  Nobody: {}\n');
    await apply();
    await demo.database.owner.query(
      `insert into rowplane.client_assignments (client_id, archive_id, group_id)
       select t.client_id, t.archive_id, g.id from rowplane.client_assignments t, rowplane.groups g where g.name = 'Temps' limit 1`,
    );
    await edit('account.yaml', '  Temps:\n    users: [emil]\n  Nobody: {}\n', '');
    await expect(apply()).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('The group "Temps" is in use'),
      details: { problems: [{ path: 'confirm' }], members: 1, clients: [expect.stringMatching(/^Permits \/ /)] },
    });
    expect(await demo.database.owner.query(`select from rowplane.groups where name = 'Nobody'`)).toHaveLength(1);
    expect(told(await apply(true))).toEqual(
      expect.arrayContaining(['- member Temps · emil', '- group Temps', '- group Nobody']),
    );
    expect(await differing()).toEqual([]);
  });

  test('a group that nobody uses needs none', async () => {
    await edit('account.yaml', 'groups:\n', 'groups:\n  Nobody: {}\n');
    await apply();
    await edit('account.yaml', '  Nobody: {}\n', '');
    expect(told(await apply())).toEqual(['- group Nobody']);
  });

  test('one’s own EDIT_PERMISSIONS', async () => {
    const content = await readFile(join(folder, 'workspaces/Review.yaml'), 'utf8');
    const without = content
      .replace(/ {10}- group: Administrators\n {12}allow: \[EDIT_PERMISSIONS\]\n/, '')
      .replace(/user: ada/, 'user: emil');
    expect(without).not.toBe(content);
    await writeFile(join(folder, 'workspaces/Review.yaml'), without);
    await expect(apply()).rejects.toMatchObject({ code: 'LOCKED_OUT', details: { confirm: 'OWN_EDIT_PERMISSIONS' } });
    expect(told(await apply(true))).toContain('+ entry Review · Matter 1 · / · user · emil · EDIT_PERMISSIONS');
    await writeFile(join(folder, 'workspaces/Review.yaml'), content);
    await apply();
  });

  test('nobody left who manages an archive is refused, confirmed or not', async () => {
    const content = await readFile(join(folder, 'workspaces/Review.yaml'), 'utf8');
    await writeFile(join(folder, 'workspaces/Review.yaml'), content.replaceAll('[EDIT_PERMISSIONS]', '[VIEW]'));
    await expect(apply(true)).rejects.toMatchObject({ code: 'LOCKED_OUT' });
  });

  test('the last plane of somebody', async () => {
    await edit('workspaces/Review.yaml', 'groups: [First-level reviewers]', 'groups: []');
    await expect(apply()).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: { losingCount: 1 } });
  });
});

test('mistakes in files are told by file and place, all at once', async () => {
  await edit('account.yaml', 'role: GUEST', 'role: VISITOR');
  await edit('workspaces/Office.yaml', 'clientsEnabled: true', 'clientEnabled: true');
  const refusal = await wanted().catch((error: Error) => error.message);
  expect(refusal).toMatch(/account\.yaml: .*\n.*users\.hana\.role/);
  expect(refusal).toMatch(/Office\.yaml: .*clientEnabled/);
});

test('P1: an object has one name: a path that lacks its slash does not mean the root, nor a record by another definition', async () => {
  const content = await readFile(join(folder, 'workspaces/Office.yaml'), 'utf8');
  const with_ = (name: string) =>
    writeFile(
      join(folder, 'workspaces/Office.yaml'),
      content.replace(
        /( {2}Contracts:\n {4}permissions:\n)/,
        `$1      ${name}:\n        entries:\n          - { user: gus, deny: [VIEW] }\n`,
      ),
    );
  for (const name of ['Leases', 'Leases/2024', '/Leases/', '//Leases', '""', 'document:1']) {
    await with_(name);
    await expect(wanted(), name).rejects.toThrow(/must be "\/", a path/);
  }
  const shared = /document:[0-9a-f-]{36}/.exec(content)![0];
  await with_(shared.replace('document', 'process'));
  await expect(apply()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an empty deployment becomes like the one that was exported', async () => {
  const other = await createDatabase();
  const session = await connect(other.ownerUrl);
  try {
    await applyRights(session, await loadRights('schema'));
    await applyDefinitions(session, demo.definitions);
    const [row] = await other.owner.query<{ id: string }>(
      `insert into rowplane.users (name, role) values ('ada', 'ADMINISTRATOR') returning id`,
    );
    // Folders are content: they aren't part of the state, and neither are entries on them.
    const content = await readFile(join(folder, 'workspaces/Office.yaml'), 'utf8');
    await writeFile(
      join(folder, 'workspaces/Office.yaml'),
      content.replaceAll(/ {6}(?:\/Leases.*|document:.*):\n(?: {8,}.*\n)+/g, ''),
    );
    const facts = await wanted();
    const there = openAdministrators({ url: other.adminUrl, key: viewerTokenKey(other.secret), connections: 1 });
    try {
      await there.change({ id: row!.id }, (a) => applyState(a, demo.definitions, facts));
      const left = await there.read({ id: row!.id }, (a) => compareState(a, facts));
      expect(told(left)).toEqual([]);
    } finally {
      await there.end();
    }
  } finally {
    await session.end();
    await other.drop();
  }
});
