import { beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATORS, ANONYMOUS, EVERYONE, GUESTS, outcome, refusal, useTree } from './world.ts';

let [ada, ben, cleo, gus, hana]: string[] = [];
let [a, ab]: string[] = [];
let tag: string;
const tree = useTree(async (here) => {
  ada = await here.user('ada', 'ADMINISTRATOR');
  [ben, cleo] = [await here.user('ben'), await here.user('cleo')];
  [gus, hana] = [await here.user('gus', 'EXTERNAL'), await here.user('hana', 'GUEST')];
  await here.admit(ada, ben, cleo, gus);
});
beforeEach(async () => {
  tag = ` ${Math.random()}`;
  a = await tree().folder(tree().archive, `a${tag}`);
  ab = await tree().folder(a, `ab${tag}`);
});

type Warnings = { code: string; message: string }[];
async function set(
  viewer: string,
  object: string,
  principal: string,
  permission: string,
  decision: string | null,
  confirm = false,
): Promise<Warnings> {
  const rows = await tree().as(viewer, (sql) =>
    sql.query<{ warnings: Warnings }>('select rowplane.set_entry($1, $2, $3, $4, $5) as warnings', [
      object,
      principal,
      permission,
      decision,
      confirm,
    ]),
  );
  return rows[0]!.warnings;
}
const inherit = (viewer: string, object: string, value: boolean, confirm = false) =>
  tree().as(viewer, (sql) =>
    sql.query('select rowplane.set_inheritance($1, $2, $3) as changed', [object, value, confirm]),
  );
const stored = (object: string) =>
  tree().owner.query(
    'select coalesce(user_id, group_id) as principal, permission, decision from rowplane.object_entries where object_id = $1 order by permission',
    [object],
  );

describe('P2, P8: changing entries', () => {
  test('whoever holds EDIT_PERMISSIONS sets, changes and takes back entries', async () => {
    await set(ada!, a!, ben!, 'EDIT', 'ALLOW');
    expect(await stored(a!)).toEqual([{ principal: ben, permission: 'EDIT', decision: 'ALLOW' }]);
    await set(ada!, a!, ben!, 'EDIT', 'DENY');
    expect(await stored(a!)).toEqual([{ principal: ben, permission: 'EDIT', decision: 'DENY' }]);
    await set(ada!, a!, ben!, 'EDIT', null);
    expect(await stored(a!)).toEqual([]);
  });

  test('for users, groups, built-in groups, anonymous; on folders, roots and records', async () => {
    const group = await tree().group(`group${tag}`);
    const paper = await tree().document(ab!, `paper${tag}`);
    for (const object of [a!, paper]) {
      for (const principal of [ben!, group, GUESTS, ANONYMOUS]) await set(ada!, object, principal, 'VIEW', 'ALLOW');
      expect(await stored(object)).toHaveLength(4);
    }
    expect(await tree().titles(ANONYMOUS)).toContain(`paper${tag}`);
    await set(ada!, tree().archive, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
    await set(ben!, a!, cleo!, 'VIEW', 'DENY');
    expect(await tree().titles(cleo!)).not.toContain(`paper${tag}`);
    await set(ada!, tree().archive, ben!, 'EDIT_PERMISSIONS', null);
  });

  test('others are refused: those who see the object, by name; those who don’t, like for a missing one', async () => {
    await tree().entry(a!, cleo!, 'VIEW', 'DENY');
    const paper = await tree().document(a!, `paper${tag}`);
    const call = 'select rowplane.set_entry($1, $2, $3, $4)';
    for (const object of [a, paper]) {
      expect(await outcome(tree(), ben!, call, [object, ben, 'VIEW', 'ALLOW'])).toBe('RPFOR');
      expect(await outcome(tree(), ben!, 'select rowplane.set_inheritance($1, false)', [object])).toBe('RPFOR');
      expect(await outcome(tree(), ben!, 'select * from rowplane.entries_of($1)', [object])).toBe('RPFOR');
      for (const viewer of [cleo!, hana!, ANONYMOUS]) {
        expect(await outcome(tree(), viewer, call, [object, ben, 'VIEW', 'ALLOW'])).toBe('RPNFD');
        expect(await outcome(tree(), viewer, 'select * from rowplane.entries_of($1)', [object])).toBe('RPNFD');
      }
    }
    expect(await outcome(tree(), ben!, call, ['01900000-0000-7000-8000-000000000000', ben, 'VIEW', 'ALLOW'])).toBe(
      'RPNFD',
    );
  });

  test('U2: administrators have no way around it', async () => {
    await tree().breakAt(a!);
    await tree().withdraw(a!, ADMINISTRATORS, 'EDIT_PERMISSIONS');
    expect(await refusal(set(ada!, a!, ada!, 'VIEW', 'ALLOW'))).toBe('RPFOR');
    await tree().entry(a!, ada!, 'VIEW', 'DENY');
    expect(await refusal(set(ada!, a!, ada!, 'VIEW', null))).toBe('RPNFD');
  });

  test('a record that planes hide is as hidden as one that permissions hide', async () => {
    const matter = await tree().record('matter', {}, { folder: a! });
    expect(await refusal(set(ada!, matter, ben!, 'VIEW', 'ALLOW'))).toBe('RPNFD');
  });

  test('U3: an external holder picks among the principals that are visible', async () => {
    const group = await tree().group(`team${tag}`, gus!, ben!);
    await tree().entry(a!, gus!, 'EDIT_PERMISSIONS', 'ALLOW');
    await set(gus!, a!, ben!, 'EDIT', 'DENY');
    await set(gus!, a!, group, 'DELETE', 'DENY');
    for (const principal of [cleo!, EVERYONE, ADMINISTRATORS, ANONYMOUS, '01900000-0000-7000-8000-000000000000'])
      expect(await refusal(set(gus!, a!, principal, 'VIEW', 'ALLOW')), principal).toBe('RPNFD');
  });

  test('bad input is refused, and nothing is done by half', async () => {
    const entries = (list: unknown) =>
      outcome(tree(), ada!, 'select rowplane.set_entries($1, $2)', [a, JSON.stringify(list)]);
    const good = { principal: ben, permission: 'VIEW', decision: 'DENY' };
    expect(await entries([good, { ...good, permission: 'FLY' }])).toBe('RPVAL');
    expect(await entries([good, { ...good, decision: 'PERHAPS' }])).toBe('RPVAL');
    expect(await entries([good, { ...good, principal: 'nobody' }])).toBe('RPNFD');
    expect(await entries({})).toBe('RPVAL');
    expect(await stored(a!)).toEqual([]);
    expect(await entries([good, { ...good, principal: cleo }])).toBe('done');
    expect(await stored(a!)).toHaveLength(2);
  });
});

describe('P2: a DENY warns whom it reaches', () => {
  test('by the names of those it reaches through a group', async () => {
    const inner = await tree().group(`inner${tag}`, cleo!);
    const group = await tree().group(`outer${tag}`, ben!);
    await tree().owner.query('insert into rowplane.group_nesting values ($1, $2)', [group, inner]);
    const [warning] = await set(ada!, a!, group, 'VIEW', 'DENY');
    expect(warning).toMatchObject({ code: 'DENY_REACHES', message: expect.stringMatching(/It reaches ben, cleo\./) });
    expect(await set(ada!, a!, group, 'VIEW', 'DENY')).toEqual([]);
    expect(await set(ada!, a!, group, 'EDIT', 'ALLOW')).toEqual([]);
  });

  test('U9: to Everyone, that it reaches guests and anonymous, too', async () => {
    const [warning] = await set(ada!, a!, EVERYONE, 'DELETE', 'DENY');
    expect(warning!.message).toMatch(/every viewer, guests and anonymous included/);
  });

  test('U3: it names nobody whom the asking viewer may not see', async () => {
    const inner = await tree().group(`inner${tag}`, cleo!);
    const group = await tree().group(`outer${tag}`, ben!, gus!);
    await tree().owner.query('insert into rowplane.group_nesting values ($1, $2)', [group, inner]);
    await tree().entry(a!, gus!, 'EDIT_PERMISSIONS', 'ALLOW');
    const [warning] = await set(gus!, a!, group, 'DELETE', 'DENY');
    expect(warning!.message).toMatch(/ben, gus, and others/);
    expect(warning!.message).not.toMatch(/cleo/);
  });
});

describe('P5, P7: inheritance and one’s own right', () => {
  test('holders break and restore inheritance', async () => {
    expect(await inherit(ada!, ab!, false)).toEqual([{ changed: true }]);
    expect(await inherit(ada!, ab!, false)).toEqual([{ changed: false }]);
    const own = () =>
      tree().as(ben!, (sql) =>
        sql.query('select has_own_entries, inherits from rowplane.visible_folders where id = $1', [ab]),
      );
    expect(await own()).toEqual([{ has_own_entries: false, inherits: false }]);
    await set(ada!, ab!, ben!, 'DELETE', 'DENY');
    expect(await own()).toEqual([{ has_own_entries: true, inherits: false }]);
    expect(await inherit(ada!, ab!, true)).toEqual([{ changed: true }]);
    expect(await own()).toEqual([{ has_own_entries: true, inherits: true }]);
    expect(await refusal(inherit(ada!, tree().archive, false))).toBe('RPVAL');
  });

  test('taking one’s own EDIT_PERMISSIONS needs a confirmation', async () => {
    await set(ada!, a!, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
    expect(await refusal(set(ben!, a!, ben!, 'EDIT_PERMISSIONS', null))).toBe('RPLKO');
    expect(await refusal(set(ben!, a!, EVERYONE, 'VIEW', 'DENY'))).toBe('RPLKO');
    expect(await stored(a!)).toHaveLength(1);
    await set(ben!, a!, ben!, 'EDIT_PERMISSIONS', null, true);
    expect(await stored(a!)).toEqual([]);
  });

  test('also when it is a break that would come undone, or a move', async () => {
    await set(ada!, a!, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
    await inherit(ada!, ab!, false);
    await tree().withdraw(a!, ben!, 'EDIT_PERMISSIONS');
    expect(await refusal(inherit(ben!, ab!, true))).toBe('RPLKO');
    expect(await inherit(ben!, ab!, true, true)).toEqual([{ changed: true }]);
    await set(ada!, a!, ben!, 'EDIT_PERMISSIONS', 'ALLOW');
    const z = await tree().folder(tree().archive, `z${tag}`);
    expect(await outcome(tree(), ben!, 'select rowplane.move_folder($1, $2)', [ab, z])).toBe('RPLKO');
    expect(await outcome(tree(), ben!, 'select rowplane.move_folder($1, $2, true)', [ab, z])).toBe('done');
  });
});

describe('P9: what is in force', () => {
  interface Effective {
    decision: string;
    allowed: boolean;
    entries: {
      from_object: string | null;
      from_name: string | null;
      depth: number;
      name: string | null;
      decision: string;
      permission: string;
    }[];
  }
  async function effective(viewer: string, object: string, principal: string, permission: string): Promise<Effective> {
    const rows = await tree().as(viewer, (sql) =>
      sql.query<{ answer: Effective }>('select rowplane.effective_permission($1, $2, $3) as answer', [
        object,
        principal,
        permission,
      ]),
    );
    return rows[0]!.answer;
  }

  test('every entry that contributed, and where it was inherited from', async () => {
    const group = await tree().group(`group${tag}`, ben!);
    await set(ada!, a!, group, 'VIEW', 'DENY');
    await set(ada!, ab!, ben!, 'VIEW', 'ALLOW');
    const answer = await effective(ada!, ab!, ben!, 'VIEW');
    expect(answer).toMatchObject({ decision: 'DENY', allowed: false });
    expect(answer.entries.map(({ depth, from_name, name, decision }) => [depth, from_name, name, decision])).toEqual([
      [0, `ab${tag}`, 'ben', 'ALLOW'],
      [1, `a${tag}`, `group${tag}`, 'DENY'],
      [2, 'Matter 1', 'Everyone', 'ALLOW'],
    ]);
    await inherit(ada!, ab!, false);
    await set(ada!, a!, group, 'VIEW', null);
    expect(await effective(ada!, ab!, ben!, 'VIEW')).toMatchObject({ decision: 'DENY' });
  });

  test('for groups, built-in groups, guests and anonymous; with what the permission presupposes', async () => {
    await set(ada!, a!, EVERYONE, 'EDIT', 'DENY');
    expect(await effective(ada!, a!, hana!, 'EDIT')).toMatchObject({ decision: 'DENY', allowed: false });
    expect(await effective(ada!, a!, hana!, 'VIEW')).toMatchObject({ decision: 'UNSPECIFIED', allowed: false });
    expect(await effective(ada!, a!, ben!, 'CREATE')).toMatchObject({ decision: 'ALLOW', allowed: false });
    expect(await effective(ada!, a!, ADMINISTRATORS, 'VIEW')).toMatchObject({ decision: 'ALLOW', allowed: true });
    expect(await effective(ada!, a!, ANONYMOUS, 'VIEW')).toMatchObject({ decision: 'UNSPECIFIED' });
    await set(ada!, ab!, GUESTS, 'CREATE', 'ALLOW');
    await set(ada!, ab!, GUESTS, 'VIEW', 'ALLOW');
    expect(await effective(ada!, ab!, hana!, 'VIEW')).toMatchObject({ decision: 'ALLOW', allowed: true });
    expect(await effective(ada!, ab!, hana!, 'CREATE')).toMatchObject({ decision: 'ALLOW', allowed: false });
  });

  test('it says what the database enforces', async () => {
    await set(ada!, a!, ben!, 'DELETE', 'DENY');
    await tree().breakAt(ab!);
    await tree().withdraw(ab!, ben!, 'DELETE');
    const paper = await tree().document(ab!, `paper${tag}`);
    await tree().entry(paper, ben!, 'EDIT', 'DENY');
    for (const object of [tree().archive, a!, ab!, paper]) {
      const [flags] = await tree().owner.query<{ flags: boolean[] }>(
        `select array[d.may_view, d.may_edit, d.may_create, d.may_delete, d.may_edit_permissions] as flags
         from rowplane.scope_decisions($1, $2, array[$3::uuid]) d`,
        [ben, tree().workspace, object],
      );
      const asked = [];
      for (const permission of ['VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS'])
        asked.push((await effective(ada!, object, ben!, permission)).allowed);
      expect(asked).toEqual(flags!.flags);
    }
  });

  test('L7: everyone may ask about themselves, holders about others, and nobody about what they don’t see', async () => {
    expect(await effective(ben!, a!, ben!, 'VIEW')).toMatchObject({ allowed: true });
    expect(await refusal(effective(ben!, a!, cleo!, 'VIEW'))).toBe('RPFOR');
    await tree().entry(a!, cleo!, 'VIEW', 'DENY');
    expect(await refusal(effective(cleo!, a!, cleo!, 'VIEW'))).toBe('RPNFD');
  });

  test('U3, V2: neither hidden users nor hidden folders are named', async () => {
    await tree().entry(a!, cleo!, 'EDIT', 'DENY');
    await tree().entry(a!, gus!, 'EDIT_PERMISSIONS', 'ALLOW');
    await tree().entry(ab!, gus!, 'EDIT_PERMISSIONS', 'ALLOW');
    await tree().entry(ab!, cleo!, 'VIEW', 'DENY');
    await tree().entry(a!, gus!, 'CREATE', 'ALLOW');
    const listed = await tree().as(gus!, (sql) =>
      sql.query<{ kind: string; name: string | null; user_id: string | null }>(
        'select kind, name, user_id from rowplane.entries_of($1) where kind = $2',
        [ab, 'USER'],
      ),
    );
    expect(listed.filter(({ name }) => name !== 'gus')).toEqual([
      { kind: 'USER', name: null, user_id: null },
      { kind: 'USER', name: null, user_id: null },
    ]);
    await tree().breakAt(ab!);
    await tree().entry(a!, gus!, 'VIEW', 'DENY');
    await tree().restoreAt(ab!);
    // Now nothing of it is visible, since the DENY reaches both.
    expect(await refusal(effective(gus!, ab!, gus!, 'VIEW'))).toBe('RPNFD');
  });
});
