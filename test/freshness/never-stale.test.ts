import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewers } from '../../src/access/viewers.ts';
import { connect } from '../../src/database/queryable.ts';
import { createHouse, type House } from './house.ts';
import { openHouseViewers, openOperations, type Operations } from './operations.ts';
import type { Switch } from './switch.ts';

/** How many people look at the same time. */
const LOOKERS = 4;

/** How many operations at most go by until a permission changes back: on a slow machine as on a fast one. */
const OPERATIONS_BETWEEN = 300;

let house: House;
let viewers: Viewers;
let lookers: Operations[];

beforeAll(async () => {
  house = await createHouse();
  viewers = openHouseViewers(house);
  const login = await loginOf(house, house.people.cleo.id);
  lookers = await Promise.all(Array.from({ length: LOOKERS }, () => openOperations(house, viewers, login)));
});
afterAll(async () => {
  for (const looker of lookers) await looker.end();
  await viewers.end();
  await house.end();
});

async function loginOf({ review: { database } }: House, person: string): Promise<string> {
  const role = `login_${database.name.replace('test_', '')}_cleo`;
  const password = randomBytes(8).toString('hex');
  const superuser = await connect(database.superuserUrl);
  await superuser.query(`create role ${role} login password '${password}' in role rowplane_viewer`);
  await superuser.end();
  await database.owner.query('insert into rowplane.logins (role_name, user_id) values ($1, $2)', [role, person]);
  const url = new URL(database.superuserUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

/** Turns switches on and off, all at the same time, while people look: what was found out of date, of how many operations. */
async function interleave(switches: readonly Switch[], count: number, until: (found: string[]) => boolean) {
  const found: string[] = [];
  let operations = 0;
  let completed = 0;
  let changes = 0;
  let isOver = false;
  const isDone = () => isOver || operations >= count || until(found);
  const changing = [...new Set(switches)].map(async (each) => {
    while (!isDone()) {
      await each.turn(!each.isOn);
      changes++;
      const next = completed + Math.random() * OPERATIONS_BETWEEN;
      while (completed < next && !isDone()) await sleep(1);
    }
  });
  const keeping = (async () => {
    while (!isDone()) {
      await house.keep();
      await sleep(20);
    }
  })();
  const looking = lookers.map(async (looker) => {
    while (!isDone()) {
      const turn = ++operations % 20;
      if (turn < 10) found.push(...(await looker.read()));
      else if (turn < 13) found.push(...(await looker.write()));
      else if (turn < 16) found.push(...(await looker.login('read committed')));
      else if (turn < 18) found.push(...(await looker.login('repeatable read')));
      else found.push(...(await looker.storeLate()));
      completed++;
    }
  });
  try {
    await Promise.all([...changing, ...looking, keeping]);
  } finally {
    isOver = true;
  }
  return { found, operations, changes };
}

const switchesOf = (table?: string): Switch[] =>
  Object.values(house.people)
    .flatMap(({ layers }) => layers)
    .filter((layer) => table === undefined || layer.table === table)
    .flatMap(({ switches }) => switches);

test('V5: of 10,000 operations amid changes of permissions, none that began after a commit saw the permission before it', async () => {
  const { found, operations, changes } = await interleave(switchesOf(), 10_000, (stale) => stale.length > 0);
  expect(found).toEqual([]);
  expect(operations).toBeGreaterThanOrEqual(10_000);
  expect(changes).toBeGreaterThan(500);
}, 900_000);

describe('V5: without the permission clock on one table, what is out of date is found', () => {
  // Otherwise the test above would say nothing about the clock.
  test.each([
    ...['group_members', 'group_nesting', 'plane_groups', 'object_entries', 'client_assignments'],
    ...['rights_assignments', 'profile_rights'],
  ])('%s', async (table) => {
    const { owner } = house.review;
    await owner.query(`alter table rowplane.${table} disable trigger a_tick`);
    try {
      const switches = switchesOf(table).slice(0, 2);
      const { found } = await interleave(switches, 4000, (stale) => stale.length > 0);
      expect(found.length).toBeGreaterThan(0);
    } finally {
      await owner.query(`alter table rowplane.${table} enable trigger a_tick`);
      // The rows that were compiled meanwhile are believed until the clock goes on.
      await owner.query(`insert into rowplane.groups (name) values ($1)`, [`tick after ${table}`]);
    }
  });
});
