import { beforeEach, describe, expect, test } from 'vitest';
import { connect, type Queryable } from '../../src/database/queryable.ts';
import { encodeId, outcome, useWorld } from './world.ts';

let [ben, cleo]: string[] = [];
let edit: string;
let item: string;

const world = useWorld(async (made) => {
  [ben, cleo] = [await made.user('ben'), await made.user('cleo')];
  edit = await made.profile('Edit', { documentWorklist: 'EDIT' });
  item = await made.record('item', 'one');
  await made.assign(cleo, edit, made.here);
});

beforeEach(() => world().withdraw(ben!));

/** SQL that slipped into a viewer's transaction, and a database login of one's own. */
const DOORS: ['as' | 'signedIn'][] = [['as'], ['signedIn']];

/** The SQLSTATE that a statement ends in, or `done`. */
async function attempt(sql: Queryable, text: string): Promise<string> {
  await sql.query('savepoint attack');
  return sql.query(text).then(
    () => 'done',
    async (error: Error & { code?: string }) => {
      await sql.query('rollback to savepoint attack');
      return error.code ?? error.message;
    },
  );
}

describe.each(DOORS)('%s', (door) => {
  const attack = <T>(work: (sql: Queryable) => Promise<T>): Promise<T> => world()[door](ben!, work);

  test('R4: nobody gives oneself rights, or reads who has which', async () => {
    const { here } = world();
    const attempts = [
      ...['rights', 'applications', 'application_rights', 'profiles', 'profile_rights', 'rights_roles'].map(
        (table) => `select * from rowplane.${table}`,
      ),
      'select * from rowplane.rights_role_profiles',
      'select * from rowplane.rights_assignments',
      `insert into rowplane.rights_assignments (user_id, company_id, profile_id) values ('${ben}', '${here.company}', '${edit}')`,
      `update rowplane.rights_assignments set user_id = '${ben}'`,
      `update rowplane.profile_rights set level = 'EDIT'`,
      `update rowplane.viewer_access set rights = '{"documentWorklist": "EDIT"}'`,
      `update rowplane.definitions set content = content - 'right'`,
      `select rowplane.rights_of('${cleo}', '${here.company}')`,
      `select * from rowplane.applications_of('${cleo}')`,
      `select rowplane.compile_access('${cleo}', ${here.workspace})`,
      'set role rowplane_owner',
      `alter table ws_${here.workspace}.item disable trigger guard_0_right`,
      `drop policy right_display on ws_${here.workspace}.item`,
    ];
    await attack(async (sql) => {
      for (const text of attempts) expect([text, await attempt(sql, text)]).toEqual([text, '42501']);
    });
  });

  test('R7: who enters as someone else by a setting stays oneself or becomes nobody', async () => {
    const seen = `select title from plane_${world().here.plane}.item`;
    await attack(async (sql) => {
      for (const forged of [cleo!, `${cleo!}.${'0'.repeat(64)}`, '']) {
        await sql.query(`select set_config('rowplane.viewer', $1, true)`, [forged]);
        expect(await sql.query(seen)).toEqual([]);
      }
    });
  });

  test('V2: a condition that fails on a hidden record doesn’t: the right is asked first', async () => {
    const { here, assign } = world();
    const leaky = `select title from plane_${here.plane}.item where 1 / (length(title) - 3) is not null`;
    expect(await outcome(attack((sql) => sql.query(leaky)))).toBe('done');
    await assign(ben!, edit, here);
    expect(await outcome(attack((sql) => sql.query(leaky)))).toMatchObject(['22012', undefined]);
  });

  test('R7: what a viewer may ask tells of the viewer alone, and nonsense gets no', async () => {
    const { here, there, assign } = world();
    await assign(ben!, edit, here);
    const [row] = await attack((sql) =>
      sql.query(
        `select rowplane.viewer_right($1, 'documentWorklist', 'EDIT') as here, rowplane.viewer_right($2, 'documentWorklist', 'DISPLAY') as there,
           rowplane.viewer_right($1, 'documentWorklist', 'NONE') as none, rowplane.viewer_right($1, 'documentWorklist', 'edit') as lower,
           rowplane.viewer_right($1, 'nonsense', 'DISPLAY') as nonsense, rowplane.viewer_right(-1, 'documentWorklist', 'DISPLAY') as nowhere,
           rowplane.viewer_right(null, null, null) as nothing`,
        [here.workspace, there.workspace],
      ),
    );
    expect(row).toEqual({
      here: true,
      there: false,
      none: false,
      lower: false,
      nonsense: false,
      nowhere: false,
      nothing: false,
    });
  });

  test('W1: no other door leads to the records', async () => {
    const { here, assign } = world();
    await assign(ben!, await world().profile(`Display ${door}`, { documentWorklist: 'DISPLAY' }), here);
    await attack(async (sql) => {
      for (const text of [
        `update ws_${here.workspace}.item set title = 'mine'`,
        `delete from ws_${here.workspace}.item`,
        `update plane_${here.plane}.item set title = 'mine'`,
        `delete from plane_${here.plane}.item`,
        `insert into ws_${here.workspace}.item (archive_id, folder_id, realm_id) values ('${here.archive}', '${here.archive}', 1)`,
        `merge into plane_${here.plane}.item t using (values (1)) v on true when matched then update set title = 'mine'`,
      ])
        expect([text, ['42501', '55000', '0A000'].includes(await attempt(sql, text))]).toEqual([text, true]);
    });
  });
});

test('R7: past the guard, the policies still refuse', async () => {
  const { here, owner, as, assign } = world();
  await assign(ben!, await world().profile('Only display', { documentWorklist: 'DISPLAY' }), here);
  const table = `ws_${here.workspace}.item`;
  await owner.query(`alter table ${table} disable trigger guard_0_right`);
  try {
    const change = as(ben!, async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[item]]);
      await sql.query(`update ws_${here.workspace}_edit.item set title = 'mine'`);
    });
    expect(await outcome(change)).toMatchObject(['42501', undefined]);
    const create = as(ben!, (sql) =>
      sql.query(`insert into plane_${here.plane}_new.item (archive_id, title) values ($1, 'mine')`, [here.archive]),
    );
    expect(await outcome(create)).toMatchObject(['42501', undefined]);
  } finally {
    await owner.query(`alter table ${table} enable trigger guard_0_right`);
  }
});

test('V5: a write from a snapshot in which the right was still there is refused', async () => {
  const { here, assign, withdraw, signedIn } = world();
  await assign(ben!, edit, here);
  const late = signedIn(ben!, async (sql) => {
    await sql.query('set transaction isolation level repeatable read');
    expect(await sql.query(`select id from plane_${here.plane}.item`)).toHaveLength(1);
    await withdraw(ben!);
    await sql.query('select rowplane.set_targets($1)', [[item]]);
    await sql.query(`update ws_${here.workspace}_edit.item set title = 'mine'`);
  });
  expect(await outcome(late)).toMatchObject(['40001', undefined]);
});

test('V5: a withdrawal waits for the writes that began before it', async () => {
  const { here, assign, withdraw, database } = world();
  await assign(ben!, edit, here);
  const order: string[] = [];
  const session = await connect(database.ownerUrl);
  try {
    await session.query('begin; select rowplane.hold_permissions()');
    const withdrawal = withdraw(ben!).then(() => order.push('withdrawn'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('written');
    await session.query('commit');
    await withdrawal;
  } finally {
    await session.end();
  }
  expect(order).toEqual(['written', 'withdrawn']);
});

test('V2: the right is named to nobody who sees nothing in the workspace', async () => {
  const { here, assign, profile, owner } = world();
  const stranger = await world().user('stranger', 'GUEST');
  await assign(stranger, await profile('Reader of the unseen', { documentWorklist: 'DISPLAY' }), here);
  await owner.query(
    `insert into rowplane.plane_groups values ($1, '00000000-0000-0000-0000-0000000000e5') on conflict do nothing`,
    [here.plane],
  );
  const write = () =>
    world().as(stranger, async (sql) => {
      await sql.query('select rowplane.set_targets($1)', [[item]]);
      return sql.query(`update ws_${here.workspace}_edit.item set title = 'x'`);
    });
  expect(await outcome(write())).toBe('done');
  await owner.query(
    `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'ALLOW')`,
    [here.archive, stranger],
  );
  expect(await outcome(write())).toMatchObject(['RPFOR', expect.stringContaining('documentWorklist')]);
});

test('R7: a write that was planned by older rights is judged, and refused, by the new ones', async () => {
  const { here, graphql, idOf, assign, withdraw } = world();
  const profile = await world().profile('Display', { documentWorklist: 'DISPLAY' });
  await assign(ben!, edit, here);
  const create = () =>
    graphql(ben!, 'mutation ($input: CreateItemInput!) { createItem(input: $input) { item { title } } }', {
      input: { archive: encodeId('Archive', here.archive), title: 'new' },
    });
  expect((await create()).errors).toEqual([]);
  await withdraw(ben!, edit);
  await assign(ben!, profile, here);
  expect((await create()).errors).toMatchObject([{ code: 'FORBIDDEN', right: 'documentWorklist' }]);
  const changed = await graphql(
    ben!,
    'mutation ($input: UpdateItemInput!) { updateItem(input: $input) { item { title } } }',
    {
      input: { id: idOf('item', item), title: 'x' },
    },
  );
  expect(changed.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
});
