import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { listUsers } from '../../src/administration/users.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { codeOf } from '../administration/account.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

/*
 * U1–U4, cell by cell: what each account role sees of users and groups, whether in SQL of the server's connection, with
 * a database login of one's own, or by GraphQL; and what it may create when everything is allowed to it by name.
 */

const ANONYMOUS = '00000000-0000-0000-0000-000000000000';
const ROLES = { ada: 'ADMINISTRATOR', ida: 'INTERNAL', gus: 'EXTERNAL', gwen: 'EXTERNAL', gast: 'GUEST' } as const;
const BUILTIN = ['Administrators', 'Anonymous', 'Everyone', 'Externals', 'Guests', 'Internals'];

let office: Office;
let here: OfficeWorkspace;
let archive: string;
let plane: number;
let tag: string;
const people: Record<string, string> = { anonymous: ANONYMOUS };

beforeAll(async () => {
  office = await openOffice();
  const { owner } = office;
  for (const [name, role] of Object.entries(ROLES)) people[name] = await office.user(name, role);
  people.blocked = await office.user('blocked');
  people.loner = await office.user('loner', 'EXTERNAL');
  here = await office.workspace('Office');
  archive = await here.archive('Plain');
  // Before any group but these is made: planes by built-in groups alone.
  plane = await here.plane('All', { paper: { layouts: ['all'], abilities: ['CREATE'] } }, []);
  await owner.query(
    `insert into rowplane.plane_groups select $1, id from rowplane.groups where builtin in ('EVERYONE', 'GUESTS', 'ANONYMOUS')`,
    [plane],
  );
  await owner.query(`delete from rowplane.groups where builtin is null`);
  await owner.query(`insert into rowplane.groups (name) values ('Team'), ('Above'), ('Others')`);
  await owner.query(
    `insert into rowplane.group_nesting select p.id, c.id from rowplane.groups p, rowplane.groups c where p.name = 'Above' and c.name = 'Team'`,
  );
  for (const [group, name] of [
    ['Team', 'gus'],
    ['Team', 'gast'],
    ['Team', 'ida'],
    ['Above', 'gwen'],
    ['Others', 'blocked'],
  ])
    await owner.query(`insert into rowplane.group_members select id, $2 from rowplane.groups where name = $1`, [
      group,
      people[name!],
    ]);
  await owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'blocked'`);
  const [deployment] = await owner.query<{ tag: string }>('select tag from rowplane.deployment');
  tag = deployment!.tag;
  const superuser = await connect(office.database.superuserUrl);
  for (const name of Object.keys(ROLES))
    await superuser.query(`create role login_${tag}_${name} login password 'x' in role rowplane_viewer`);
  await superuser.end();
  for (const name of Object.keys(ROLES))
    await owner.query('insert into rowplane.logins (role_name, user_id) values ($1, $2)', [
      `login_${tag}_${name}`,
      people[name],
    ]);
});
afterAll(() => office?.end());

/** With a database login of the viewer's own (V6). */
async function byLogin<T>(name: string, work: (session: Queryable) => Promise<T>): Promise<T> {
  const url = new URL(office.database.superuserUrl);
  url.username = `login_${tag}_${name}`;
  url.password = 'x';
  const session = await connect(url.href);
  try {
    return await transaction(session, work);
  } finally {
    await session.end();
  }
}

/** As the server's connection does it. */
const byViewer = async (name: string, text: string): Promise<Record<string, unknown>[]> =>
  (await office.viewers.read({ id: people[name]! }, [], () => [{ text, values: [] }]))[0]!;

const namesOf = (rows: Record<string, unknown>[]) => rows.map(({ name }) => name as string).sort();
const USERS = 'select name from rowplane.visible_users';
const GROUPS = 'select name from rowplane.visible_groups';
const ALL_USERS = ['ada', 'blocked', 'gast', 'gus', 'gwen', 'ida', 'loner'];
const ALL_GROUPS = [...BUILTIN, 'Above', 'Others', 'Team'].sort();

const SEEN: [viewer: string, users: string[], groups: string[]][] = [
  ['ada', ALL_USERS, ALL_GROUPS],
  ['ida', ALL_USERS, ALL_GROUPS],
  ['gus', ['gast', 'gus', 'ida'], ['Team']],
  ['gwen', ['gwen'], ['Above']],
  ['loner', ['loner'], []],
  ['gast', ['gast'], []],
  ['anonymous', [], []],
  ['blocked', [], []],
];

describe.each(SEEN)('U3: %s', (viewer, users, groups) => {
  test(`sees the users ${users.join(', ') || '(none)'}`, async () => {
    expect(namesOf(await byViewer(viewer, USERS))).toEqual(users);
    const { data } = await office.graphql(people[viewer]!, '{ users { totalCount nodes { name } } }');
    expect(data).toEqual({ users: { totalCount: users.length, nodes: users.map((name) => ({ name })) } });
  });

  test(`sees the groups ${groups.join(', ') || '(none)'}`, async () => {
    expect(namesOf(await byViewer(viewer, GROUPS))).toEqual(groups);
    const { data } = await office.graphql(people[viewer]!, '{ groups { totalCount nodes { name } } }');
    expect((data!.groups as { nodes: { name: string }[] }).nodes.map(({ name }) => name).sort()).toEqual(groups);
  });
});

test.each(Object.keys(ROLES))('V6: %s sees the same with a login of one’s own', async (viewer) => {
  const [, users, groups] = SEEN.find(([name]) => name === viewer)!;
  expect(namesOf(await byLogin(viewer, (sql) => sql.query(USERS)))).toEqual(users);
  expect(namesOf(await byLogin(viewer, (sql) => sql.query(GROUPS)))).toEqual(groups);
});

describe.each(['users', 'groups', 'group_members', 'group_nesting', 'logins', 'api_keys'])('the table %s', (table) => {
  test.each(Object.keys(ROLES))('is nobody’s but administration’s: not %s’s', async (viewer) => {
    await expect(byViewer(viewer, `select from rowplane.${table}`)).rejects.toMatchObject({ code: '42501' });
    await expect(byLogin(viewer, (sql) => sql.query(`select from rowplane.${table}`))).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('U2: administration', () => {
  test.each(['ida', 'gus', 'gast', 'anonymous', 'blocked'])('is refused to %s', async (viewer) => {
    const { database } = office;
    const administrators = openAdministrators({ url: database.adminUrl, key: viewerTokenKey(database.secret) });
    expect(await codeOf(administrators.read({ id: people[viewer]! }, (a) => listUsers(a)))).toBe('FORBIDDEN');
    await administrators.end();
  });

  test('is not sight: an administrator whom nobody lets see a record sees none', async () => {
    const matters = await office.workspace('Matters');
    const place = await matters.archive('Matter 1');
    await matters.records('paper', [{ title: 'secret' }], { archive: place });
    const { data } = await office.graphql(people.ada!, '{ papers { totalCount } }');
    expect(data).toEqual({ papers: { totalCount: 0 } });
    expect(await byLogin('ada', (sql) => sql.query(`select from plane_${matters.full}.paper`))).toEqual([]);
  });
});

describe('U9: guests aren’t in Everyone', () => {
  test.each([
    ['ada', ['Administrators', 'Everyone', 'Internals']],
    ['ida', ['Above', 'Everyone', 'Internals', 'Team']],
    ['gus', ['Above', 'Everyone', 'Externals', 'Team']],
    ['gast', ['Above', 'Guests', 'Team']],
    ['anonymous', ['Anonymous']],
    ['blocked', []],
  ])('%s is in %j', async (viewer, groups) => {
    const [row] = await byViewer(viewer, 'select rowplane.viewer_groups() as ids');
    const names = await office.owner.query('select name from rowplane.groups where id = any ($1)', [row!.ids]);
    expect(namesOf(names)).toEqual(groups);
  });

  test('so what Everyone is given doesn’t reach them, and a DENY to Everyone does', async () => {
    const sees = async () => (await byViewer('gast', 'select id from rowplane.visible_archives')).length;
    expect(await sees()).toBe(0);
    await allow('gast', ['VIEW']);
    expect(await sees()).toBe(1);
    await office.owner.query(
      `update rowplane.object_entries set decision = 'DENY' where object_id = $1 and permission = 'VIEW' and group_id = '00000000-0000-0000-0000-0000000000e1'`,
      [archive],
    );
    expect(await sees()).toBe(0);
    await office.owner.query(
      `update rowplane.object_entries set decision = 'ALLOW' where object_id = $1 and decision = 'DENY'`,
      [archive],
    );
  });
});

describe('U4: guests create nothing, whatever is allowed to them by name', () => {
  beforeAll(() => allow('gast', ['VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS']));

  const INSERT = () =>
    `insert into plane_${plane}_new.paper (archive_id, title) values ('${archive}', 'made')` as const;
  const creating = (name: string) =>
    byLogin(name, async (sql) => {
      await sql.query('select rowplane.prepare_realm($1, $1, null)', [archive]);
      await sql.query(INSERT());
    });

  test.each(['ada', 'ida', 'gus'])('%s creates a record', (viewer) => creating(viewer));

  test('a guest creates no record, by SQL', async () => {
    await expect(creating('gast')).rejects.toMatchObject({ code: 'RPFOR' });
  });

  test('a guest creates no record, by GraphQL', async () => {
    const { errors } = await office.graphql(
      people.gast!,
      `mutation { createPaper(input: { archive: "${encodeId('Archive', archive)}", title: "made" }) { paper { id } } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a guest creates no folder', async () => {
    const call = byLogin('gast', (sql) => sql.query(`select rowplane.create_folder($1, 'made')`, [archive]));
    await expect(call).rejects.toMatchObject({ code: 'RPFOR' });
  });

  test('a guest saves no query', async () => {
    const call = byLogin('gast', (sql) =>
      sql.query(`insert into rowplane.saved_queries (definition, name) values ('paper', 'made')`),
    );
    await expect(call).rejects.toMatchObject({ code: 'RPFOR' });
  });

  test.each(['IMPORT', 'CREATE_COLLECTION'])('a guest has no function %s', async (name) => {
    const [row] = await byViewer('gast', `select rowplane.viewer_function(${here.id}, '${name}') as has`);
    expect(row).toEqual({ has: false });
  });

  test('and is told so: no record shows CREATE among a guest’s abilities', async () => {
    await here.records('paper', [{ title: 'shared' }], { archive });
    const { data } = await office.graphql(people.gast!, '{ papers { nodes { abilities } } }');
    for (const { abilities } of (data!.papers as { nodes: { abilities: string[] }[] }).nodes)
      expect(abilities).not.toContain('CREATE');
    const { data: told } = await office.graphql(
      people.gast!,
      '{ definition(name: "paper") { abilities { name allowed } } }',
    );
    const { abilities } = told!.definition as { abilities: { name: string; allowed: boolean }[] };
    expect(abilities).toContainEqual({ name: 'CREATE', allowed: false });
  });
});

test('U1, U7: the roles of many are those of each: nobody whose account may not look, and anonymous', async () => {
  const { owner } = office;
  const made = await owner.query<{ id: string }>(
    `insert into rowplane.users (name, role, active, blocked_until)
     values ('once', 'INTERNAL', true, now() - interval '1 day'), ('now', 'INTERNAL', true, now() + interval '1 day'), ('gone', 'EXTERNAL', false, null)
     returning id`,
  );
  const asked = [...Object.values(people), ...made.map(({ id }) => id), crypto.randomUUID()];
  const many = await owner.query('select person, role from rowplane.roles_of($1::uuid[] || $1::uuid[]) order by 1', [
    asked,
  ]);
  expect(many).toEqual(
    await owner.query(
      `select p.person, rowplane.role_of(p.person) as role from unnest($1::uuid[]) p(person)
       where rowplane.role_of(p.person) is not null order by 1`,
      [asked],
    ),
  );
  expect(many).toContainEqual({ person: made[0]!.id, role: 'INTERNAL' });
  expect(many).toHaveLength(asked.length - 4);
});

test('U3, M5: who is told the same sees the same users, externals in no group no others', async () => {
  for (const name of ['alone', 'lonely', 'gil']) people[name] = await office.user(name, 'EXTERNAL');
  await office.owner.query(
    `insert into rowplane.group_members select id, $1 from rowplane.groups where name = 'Team'`,
    [people.gil],
  );
  const names = ['ada', 'ida', 'gus', 'gil', 'gwen', 'gast', 'loner', 'alone', 'lonely'];
  const told = new Map<string, string[]>();
  const seen = new Map<string, string>();
  for (const name of names) {
    const [keys] = await office.owner.query<{ look: string }>('select look from rowplane.access_keys($1, $2)', [
      here.id,
      people[name],
    ]);
    told.set(keys!.look, [...(told.get(keys!.look) ?? []), name]);
    seen.set(name, namesOf(await byViewer(name, USERS)).join(' '));
  }
  expect([...told.values()].filter((alike) => alike.length > 1)).toEqual([['gus', 'gil']]);
  expect(seen.get('gus')).toBe(seen.get('gil'));
  expect(seen.get('alone')).toBe('alone');
  const alike = await office.owner.query<{ members: string[] }>('select members from rowplane.people_alike($1, $2)', [
    here.id,
    names.map((name) => people[name]),
  ]);
  for (const { members } of alike)
    expect(new Set(members.map((id) => seen.get(names.find((name) => people[name] === id)!))).size).toBe(1);
});

async function allow(name: string, permissions: string[]): Promise<void> {
  await office.owner.query(
    `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision)
     select $1, $1, $2, p, 'ALLOW' from unnest($3::text[]) p on conflict do nothing`,
    [archive, people[name], permissions],
  );
}
