import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { smallWorld, type Sketch } from '../oracle/small-world.ts';
import { ANONYMOUS, newArchiveEntries, type World } from '../oracle/world.ts';
import { openApi, type Api } from './api.ts';
import { writeByApi } from './api-writes.ts';
import { judge, type Command } from './commands.ts';
import { APPLICATIONS, COMPANY_OF } from './right-worlds.ts';
import { archiveId, clientId, folderId, itemId, profileId, userId } from './ids.ts';
import { writeSettingsByApi, writeSettingsBySql } from './settings-writes.ts';
import { expectedSqlSight, sqlSight } from './sql-sight.ts';
import { writeBySql } from './sql-writes.ts';
import { judgeTree, type TreeCommand } from './tree-commands.ts';
import { writeTreeByApi, writeTreeBySql } from './tree-writes.ts';
import { DEFINITIONS, openStage, type Stage } from './stage.ts';

/** Where generated worlds once found the product and the oracle of two minds. */
let stage: Stage;
let sql: Connection;
let api: Api;

beforeAll(async () => {
  stage = await openStage();
  sql = await connect(stage.database.apiUrl, 'differential examples');
  api = openApi(stage);
});
afterAll(async () => {
  await sql.end();
  await api.close();
  await stage.close();
});

const world = (sketch: Omit<Sketch, 'definitions' | 'workspace'>): World =>
  smallWorld({
    definitions: DEFINITIONS,
    workspace: 'main',
    company: COMPANY_OF.main,
    applications: APPLICATIONS,
    archives: { [archiveId(0)]: false },
    ...sketch,
  });

/** The refusals by each door, and the oracle's. */
async function refusals(made: World, command: Command) {
  const planeIds = await stage.load(made);
  const { code } = await writeByApi(api, stage, made, command);
  await stage.load(made);
  const bySql = await writeBySql(sql, stage, made, planeIds, command);
  return { api: code, sql: bySql, oracle: [...judge(made, command, 'api').refusals] };
}

/** The same for a change of the tree, or of the trash. */
async function treeRefusals(made: World, command: TreeCommand) {
  await stage.load(made);
  const code = await writeTreeByApi(api, stage, made, command);
  await stage.load(made);
  const bySql = await writeTreeBySql(sql, stage, command);
  return { api: code, sql: bySql, oracle: [...judgeTree(made, command).refusals] };
}

describe('W8, U3: what the viewer does not see is refused as a value, also where the field has it already', () => {
  // Otherwise the one value that is not refused would tell what a cell holds that reads as empty.
  const made = world({
    users: { [userId(0)]: 'EXTERNAL', [userId(1)]: 'INTERNAL' },
    planes: {
      plane: {
        groups: ['EXTERNALS'],
        dossier: { layouts: ['everything'], restriction: { state: { isSet: true } } },
      },
    },
    items: {
      [itemId(0)]: { definition: 'dossier', values: { state: 'NEW', keeper: userId(1), parent: itemId(1) } },
      [itemId(1)]: { definition: 'dossier' },
    },
  });
  const change = (changes: Record<string, string>): Command => ({
    viewer: userId(0),
    workspace: 'main',
    definition: 'dossier',
    kind: 'update',
    targets: [{ id: itemId(0) }],
    changes,
  });

  test('a hidden record', async () => {
    const expected = { api: 'VALIDATION_FAILED', sql: 'VALIDATION_FAILED', oracle: ['VALIDATION_FAILED'] };
    expect(await refusals(made, change({ parent: itemId(1) }))).toEqual(expected);
  });

  test('a hidden user', async () => {
    const expected = { api: 'VALIDATION_FAILED', sql: 'VALIDATION_FAILED', oracle: ['VALIDATION_FAILED'] };
    expect(await refusals(made, change({ keeper: userId(1) }))).toEqual(expected);
  });

  test('other fields of the record can be changed nevertheless', async () => {
    expect(await refusals(made, change({ title: 'new' }))).toEqual({ api: null, sql: null, oracle: [] });
  });
});

test('W2: the trash shows references to those who see where they point, and to no others', async () => {
  const made = world({
    users: { [userId(0)]: 'INTERNAL', [userId(1)]: 'EXTERNAL' },
    planes: {
      all: {
        groups: ['EVERYONE'],
        dossier: { views: ['links'], abilities: ['DELETE'], restriction: { title: { isSet: true } } },
      },
      more: { groups: ['INTERNALS'], dossier: { views: ['basic'] } },
    },
    items: {
      [itemId(0)]: { definition: 'dossier', trashed: true, values: { title: 'a', parent: itemId(1) } },
      [itemId(1)]: { definition: 'dossier' },
    },
  });
  const planeIds = await stage.load(made);
  for (const viewer of [userId(0), userId(1)])
    expect(await sqlSight(sql, stage, made, planeIds, viewer)).toEqual(expectedSqlSight(stage, made, viewer));
});

/** What the database and the oracle show everybody. */
async function expectEqualSight(made: World): Promise<void> {
  const planeIds = await stage.load(made);
  for (const viewer of [...made.users.map(({ id }) => id), ANONYMOUS])
    expect(await sqlSight(sql, stage, made, planeIds, viewer), viewer).toEqual(expectedSqlSight(stage, made, viewer));
}

test('A5, P9: permissions of records are told where a plane compares with the viewer, who is asked for by another role there', async () => {
  const made = world({
    users: { [userId(0)]: 'INTERNAL', [userId(1)]: 'EXTERNAL' },
    planes: {
      own: { groups: ['EVERYONE'], dossier: { views: ['basic'], restriction: { owner: { equals: 'ME' } } } },
    },
    items: { [itemId(0)]: { definition: 'dossier', owner: userId(0) } },
  });
  await expectEqualSight(made);
});

test('A2, P9: permissions of records are told where planes have so many restrictions that a function tests them', async () => {
  const titles = ['a', 'b', 'ab', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const made = world({
    users: { [userId(0)]: 'INTERNAL' },
    planes: {
      own: { groups: ['EVERYONE'], dossier: { views: ['basic'], restriction: { owner: { equals: 'ME' } } } },
      ...Object.fromEntries(
        titles.map((title) => [
          title,
          { groups: ['EVERYONE'], dossier: { views: ['basic'], restriction: { title: { equals: title } } } },
        ]),
      ),
    },
    items: {
      [itemId(0)]: { definition: 'dossier', values: { title: 'a' } },
      [itemId(1)]: { definition: 'dossier', owner: userId(0) },
    },
  });
  await expectEqualSight(made);
});

test('A5, P8: permissions of a record are changed, also as the first thing that a session does, where one of so many planes compares with the viewer', async () => {
  const planes = Array.from({ length: 10 }, (_, index) => [
    `plane${String(index)}`,
    {
      groups: ['EVERYONE'],
      dossier: {
        views: ['basic'],
        restriction: { or: [{ title: { equals: String(index) } }, { owner: { equals: 'ME' } }] },
      },
    },
  ]);
  const made = world({
    users: { [userId(0)]: 'ADMINISTRATOR' },
    planes: Object.fromEntries(planes) as NonNullable<Sketch['planes']>,
    items: { [itemId(0)]: { definition: 'dossier', owner: userId(0) } },
  });
  const entry = { object: itemId(0), principal: { user: userId(0) }, permission: 'VIEW', decision: 'ALLOW' } as const;
  expect(await treeRefusals(made, { viewer: userId(0), kind: 'setEntry', ...entry, confirm: false })).toEqual({
    api: null,
    sql: null,
    oracle: [],
  });
});

describe('P14: an archive is listed for whoever sees anything in it', () => {
  const shared = (item: object, plane: object = { full: true as const }) =>
    world({
      users: { [userId(0)]: 'GUEST' },
      planes: { all: { groups: ['GUESTS'], ...plane } },
      entries: [
        { object: itemId(0), principal: { user: userId(0) }, permission: 'VIEW', decision: 'ALLOW' },
        { object: itemId(1), principal: { user: userId(0) }, permission: 'EDIT', decision: 'ALLOW' },
      ],
      items: { [itemId(0)]: { definition: 'dossier', ...item }, [itemId(1)]: { definition: 'dossier' } },
    });
  const listed = async (made: World): Promise<number> => {
    const planeIds = await stage.load(made);
    return (await sqlSight(sql, stage, made, planeIds, userId(0))).archives!.length;
  };

  test('one record is enough', async () => {
    expect(await listed(shared({}))).toBe(1);
  });

  test('not one that is in the trash', async () => {
    expect(await listed(shared({ trashed: true }))).toBe(0);
  });

  test('nor one that no plane shows', async () => {
    const hidden = { dossier: { views: ['basic'], restriction: { title: { isSet: true } } } };
    expect(await listed(shared({}, hidden))).toBe(0);
  });
});

describe('P11: in a locked workspace', () => {
  const locked = world({
    users: { [userId(0)]: 'ADMINISTRATOR', [userId(1)]: 'INTERNAL' },
    planes: { all: { groups: ['EVERYONE'], full: true } },
    folders: { [folderId(0)]: archiveId(0) },
    lockedBy: userId(0),
    items: { [itemId(0)]: { definition: 'dossier', owner: userId(1), trashed: true } },
  });

  test('the trash is emptied by the holder alone; whoever sees nothing there hears of no lock (V2)', async () => {
    const command = (viewer: string): TreeCommand => ({ viewer, kind: 'emptyTrash', workspace: 'main' });
    const refused = { api: 'LOCKED', sql: 'LOCKED', oracle: ['LOCKED'] };
    expect(await treeRefusals(locked, command(userId(1)))).toEqual(refused);
    expect(await treeRefusals(locked, command(userId(0)))).toEqual({ api: null, sql: null, oracle: [] });
    expect(await treeRefusals(locked, command(ANONYMOUS))).toMatchObject({ api: 'NOT_FOUND', sql: 'FORBIDDEN' });
  });

  test('who sees an archive hears of the lock also where no record is shown to them', async () => {
    const empty = world({
      users: { [userId(0)]: 'ADMINISTRATOR', [userId(1)]: 'INTERNAL' },
      archives: { [archiveId(0)]: true },
      clients: [clientId(0), clientId(1)],
      assignments: [
        [clientId(0), archiveId(0), userId(0)],
        [clientId(1), archiveId(0), userId(1)],
      ],
      planes: { all: { groups: ['EVERYONE'], full: true } },
      entries: [
        ...newArchiveEntries(archiveId(0)),
        { object: archiveId(0), principal: { user: userId(0) }, permission: 'EDIT_PERMISSIONS', decision: 'ALLOW' },
      ],
      items: { [itemId(0)]: { definition: 'dossier', client: clientId(0) } },
      lockedBy: userId(0),
    });
    const command: TreeCommand = { viewer: userId(1), kind: 'emptyTrash', workspace: 'main' };
    expect(await treeRefusals(empty, command)).toEqual({ api: 'LOCKED', sql: 'LOCKED', oracle: ['LOCKED'] });
  });

  test('a folder that stays where it is was not moved', async () => {
    const move = (parent: string): TreeCommand => ({
      viewer: userId(1),
      kind: 'moveFolder',
      folder: folderId(0),
      parent,
      confirm: false,
    });
    expect(await treeRefusals(locked, move(archiveId(0)))).toEqual({ api: null, sql: null, oracle: [] });
  });
});

describe('P11, V2: unlocking tells of no workspace that isn’t there for the viewer', () => {
  const made = world({
    users: { [userId(0)]: { role: 'INTERNAL', blockedUntil: 'infinity' }, [userId(1)]: 'ADMINISTRATOR' },
    planes: { all: { groups: ['EVERYONE'], full: true } },
    entries: [],
  });
  const unlocking = async (viewer: string) => {
    await stage.load(made);
    const command = { viewer, kind: 'unlock', workspace: 'main' } as const;
    return { api: await writeSettingsByApi(api, stage, command), sql: await writeSettingsBySql(sql, stage, command) };
  };

  test('a blocked user is told that there is none', async () => {
    expect(await unlocking(userId(0))).toEqual({ api: 'NOT_FOUND', sql: 'NOT_FOUND' });
  });

  test('an administrator knows it as a setting, where the answer isn’t a place in the tree', async () => {
    expect(await unlocking(userId(1))).toEqual({ api: 'NOT_FOUND', sql: null });
  });
});

test('R7: with DISPLAY alone a write is refused by the right, before it is looked whether there is such a record', async () => {
  const reading = world({
    users: { [userId(0)]: 'INTERNAL' },
    profiles: { [profileId(0)]: { application: 'post', levels: { letters: 'DISPLAY' } } },
    rightsAssignments: [[userId(0), COMPANY_OF.main, profileId(0)]],
    planes: {
      some: { groups: ['EVERYONE'], letter: { layouts: ['writing'], restriction: { subject: { equals: 'seen' } } } },
    },
    items: {
      [itemId(0)]: { definition: 'letter', values: { subject: 'hidden' } },
      [itemId(1)]: { definition: 'letter', values: { subject: 'seen' } },
    },
  });
  const change = (id: string): Command => ({
    viewer: userId(0),
    workspace: 'main',
    definition: 'letter',
    kind: 'update',
    targets: [{ id }],
    changes: { note: 'x' },
  });
  for (const id of [itemId(0), itemId(1)])
    expect(await refusals(reading, change(id))).toMatchObject({ api: 'FORBIDDEN', sql: 'FORBIDDEN' });
});
