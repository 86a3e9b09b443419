import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Account, openAccount } from './account.ts';

let account: Account;

beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.end());

/** A small generator with a seed, so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

it.each([1, 2, 3])(
  'U9: whom a group reaches is the exact reverse of the groups that reach someone (world %i)',
  async (seed) => {
    const pick = numbers(seed);
    const { owner } = account.database;
    const prefix = `world ${seed} `;
    await owner.query(
      `insert into rowplane.users (name, role, active, blocked_until)
     select $1 || n, (array['INTERNAL','EXTERNAL','GUEST','ADMINISTRATOR'])[1 + n % 4], n % 7 <> 0, case when n % 5 = 0 then timestamptz 'infinity' end
     from generate_series(1, 24) n`,
      [prefix.replaceAll(' ', '')],
    );
    await owner.query(`insert into rowplane.groups (name) select $1 || n from generate_series(1, 15) n`, [prefix]);
    const groups = await owner.query<{ id: string }>('select id from rowplane.groups where name like $1 order by id', [
      `${prefix}%`,
    ]);
    const users = await owner.query<{ id: string }>('select id from rowplane.users where name like $1', [
      `${prefix.replaceAll(' ', '')}%`,
    ]);
    for (let link = 0; link < 25; link++) {
      // Downwards in the list only, so that no cycle comes about.
      const parent = pick(groups.length - 1);
      const child = parent + 1 + pick(groups.length - parent - 1);
      await owner.query('insert into rowplane.group_nesting values ($1, $2) on conflict do nothing', [
        groups[parent]!.id,
        groups[child]!.id,
      ]);
    }
    for (let membership = 0; membership < 30; membership++) {
      await owner.query('insert into rowplane.group_members values ($1, $2) on conflict do nothing', [
        groups[pick(groups.length)]!.id,
        users[pick(users.length)]!.id,
      ]);
    }
    const differences = await owner.query(
      `with everybody(id) as (select id from rowplane.users union all select '00000000-0000-0000-0000-000000000000'),
       down as (select g.id as group_id, p.id as person from rowplane.groups g cross join lateral rowplane.people_reached(array[g.id]) p(id)),
       up as (select g.id as group_id, e.id as person from everybody e cross join lateral unnest(rowplane.groups_of(e.id)) g(id))
     (table down except table up) union all (table up except table down)`,
    );
    expect(differences).toEqual([]);
  },
);
