import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row, Statement } from '../../src/access/unit.ts';
import type { Viewer } from '../../src/access/viewers.ts';
import { transaction } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { withApi } from './attackers.ts';
import { openVault, PEOPLE, type Person, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  // One connection of each kind, so that every viewer comes after the attacker.
  vault = await openVault({ readers: 1, lent: 1 });
  await vault.lay(
    { archive: vault.archives.safe, client: vault.clients.alpha, code: 'alpha', status: 'OPEN' },
    { archive: vault.archives.safe, client: vault.clients.beta, code: 'beta', status: 'CLOSED' },
  );
});
afterAll(() => vault.close());

const SEEN: Record<Person, string[]> = {
  keeper: ['alpha', 'beta'],
  outsider: ['alpha'],
  opener: ['alpha'],
  mixer: ['alpha'],
  nobody: [],
};

/** What a viewer sees, and the settings under which. */
function looking(statements: Statement[] = []): Statement[] {
  const views = Object.values(vault.planes).map((plane) => `select id from plane_${plane}.paper`);
  const settings = ['TimeZone', 'DateStyle', 'IntervalStyle', 'role'].map((name) => `current_setting('${name}')`);
  return [
    ...statements,
    {
      text: `select ${settings.join(` || ' ' || `)} as settings, p.id from (select) one left join (${views.join(' union ')}) p on true`,
      values: [],
    },
  ];
}

function counted(rows: Row[] | undefined): number {
  expect(rows?.[0]?.settings).toBe('UTC ISO, MDY iso_8601 rowplane_viewer');
  return rows!.filter(({ id }) => id !== null).length;
}

/** How many papers a viewer sees over the shared connection. */
async function read(viewer: Viewer, statements: Statement[] = []): Promise<number> {
  const rows = await vault.viewers.read(viewer, [], () => looking(statements));
  return counted(rows.at(-1));
}

async function expectEverybodySeesTheirOwn(): Promise<void> {
  for (const person of PEOPLE)
    expect([person, await read(vault.people[person])]).toEqual([person, SEEN[person].length]);
}

const statement = (text: string): Statement => ({ text, values: [] });

test('what every viewer sees over one connection is their own', expectEverybodySeesTheirOwn);

describe('SQL that slipped into one viewer’s unit leaves nothing behind for the next', () => {
  const LEFTOVERS = [
    `select set_config('rowplane.viewer', current_setting('rowplane.viewer'), false)`,
    `select set_config('search_path', 'public, pg_temp', false)`,
    `select set_config('row_security', 'off', false)`,
    `select set_config('TimeZone', 'Pacific/Kiritimati', false)`,
    `select set_config('default_transaction_read_only', 'off', false)`,
    `select set_config('default_transaction_isolation', 'read committed', false)`,
    `select set_config('role', 'none', false)`,
    `select set_config('statement_timeout', '1', false)`,
    `select pg_advisory_lock(1)`,
    'prepare "" as select 1',
    `prepare "select viewer, stamp, mode from rowplane.enter($1, $2, $3)" as select 1`,
    'discard all',
    'commit',
    'rollback',
    'begin',
    'set session characteristics as transaction read write',
    'reset all',
    'set role none',
    'select pg_terminate_backend(pg_backend_pid())',
  ];

  test.each(LEFTOVERS)('%s', async (leftover) => {
    await read(vault.people.keeper, [statement(leftover)]).catch(() => null);
    // One viewer may meet the spoilt connection, and then fails closed; it is replaced, and nobody sees what is another's.
    const seen = await read(vault.people.outsider).catch(() => null);
    expect([null, SEEN.outsider.length]).toContain(seen);
    await expectEverybodySeesTheirOwn();
  });

  test.each(LEFTOVERS)('in a write: %s', async (leftover) => {
    const write = (person: Person, statements: Statement[] = []) =>
      vault.viewers.write(vault.people[person], [], ({ run }) => run(looking(statements)));
    await write('keeper', [statement(leftover)]).catch(() => null);
    const seen = await write('outsider').catch(() => null);
    if (seen !== null) expect(counted(seen.at(-1))).toBe(1);
    expect(counted((await write('outsider')).at(-1))).toBe(1);
    expect(counted((await write('nobody')).at(-1))).toBe(0);
  });
});

/** SQL that puts another statement in the place of a kept one. Prepared statements outlive a rollback. */
const REPLACING = [
  `execute 'deallocate all'`,
  `execute 'prepare kept_1(text, int[]) as select left($1, 36)::uuid as viewer, ''1'' as stamp, ''repeatable read read only rowplane_viewer'' as mode'`,
];

describe('a statement put in the place of a kept one never answers the next viewer', () => {
  const outcomes = ['', `raise exception 'after all'`, 'perform 1 / 0'];

  test.each(outcomes)('by a block that ends with "%s", while others are on their way', async (ending) => {
    await read(vault.people.keeper);
    const block = `do $$ begin ${[...REPLACING, ending].filter(Boolean).join('; ')}; end $$`;
    const [, ...others] = await Promise.allSettled([
      read(vault.people.keeper, [statement(block)]),
      ...PEOPLE.map((person) => read(vault.people[person])),
    ]);
    // Those who met the spoilt connection may fail; nobody is told anything that isn't so.
    for (const [index, person] of PEOPLE.entries())
      if (others[index]!.status === 'fulfilled')
        expect([person, others[index]]).toEqual([person, { status: 'fulfilled', value: SEEN[person].length }]);
    await expectEverybodySeesTheirOwn();
  });

  test.each(['deallocate all', 'prepare kept_9 as select 1', 'discard plans'])(
    'a query can not run "%s" from within',
    async (command) => {
      for (const query of [
        `select query_to_xml('${command}', true, true, '')`,
        `select ts_stat('${command}')`,
        `explain analyze ${command}`,
      ])
        await expect(read(vault.people.keeper, [statement(query)])).rejects.toThrow();
      await expectEverybodySeesTheirOwn();
    },
  );
});

test('the names of columns lead nowhere but into the row', async () => {
  const names = ['__proto__.owned', 'constructor.owned', 'r1', 'r1.owned', 'valueOf.owned', 'r2.__proto__', '.', 'a.b'];
  const columns = names.map((name, index) => `'${index}' as "${name}"`).join(', ');
  const [rows] = await vault.viewers.read(vault.people.keeper, [], () => [statement(`select ${columns}`)]);
  expect(JSON.parse(JSON.stringify(rows![0]))).toEqual({
    '__proto__.owned': '0',
    'constructor.owned': '1',
    r1: { owned: '3' },
    'valueOf.owned': '4',
    r2: {},
    '.': '6',
    'a.b': '7',
  });
  for (const inherited of [{}, Object, () => null]) expect(inherited).not.toHaveProperty('owned');
});

test('a read can not write, even if its SQL wants to', async () => {
  for (const attempt of [
    `update ws_${vault.workspace}_edit.paper set title = 'x'`,
    `insert into plane_${vault.planes.full}_new.paper (archive_id, code) values ('${vault.archives.cabinet}', 'x')`,
    `select rowplane.prepare_realm('${vault.archives.cabinet}', null, null)`,
    `select lo_create(0)`,
  ])
    await expect(read(vault.people.keeper, [statement(attempt)])).rejects.toMatchObject({ code: '25006' });
  await expect(
    read(vault.people.keeper, [
      statement('set transaction read write'),
      statement(`update ws_${vault.workspace}_edit.paper set title = 'x'`),
    ]),
  ).rejects.toThrow();
  expect(await vault.papers()).toMatchObject([{ title: null }, { title: null }]);
});

test('a statement that fails in the middle of a pipeline stops those behind it, and nobody else’s', async () => {
  const { keeper, outsider, nobody } = vault.people;
  const answers = await Promise.allSettled([
    read(keeper),
    read(keeper, [statement('select 1 / 0')]),
    read(outsider),
    read(outsider, [statement('select nonsense')]),
    read(nobody),
    read(keeper, [{ text: 'select $1::int', values: ['no number'] }]),
    read(keeper),
    read(nobody, [statement('')]),
  ]);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual([
    2,
    'failed',
    1,
    'failed',
    0,
    'failed',
    2,
    0,
  ]);
});

test('an entry that fails lets no statement behind it through', async () => {
  await withApi(vault, async (session) => {
    await session.query('set role rowplane_viewer');
    // The viewer of the transaction before has no say in what comes after a failed BEGIN or entry.
    await transaction(session, (sql) => sql.query('select rowplane.enter($1)', [viewerToken(vault.people.keeper.id)]));
    await session.query('select rowplane.enter($1)', ['expired']);
    expect(await session.query(`select from plane_${vault.planes.full}.paper`)).toEqual([]);
    await session.query('select rowplane.enter($1)', [viewerToken(vault.people.keeper.id)]);
    // Outside a transaction an entry ends with its own statement.
    expect(await session.query(`select from plane_${vault.planes.full}.paper`)).toEqual([]);
  });
});

test('1,000 viewers interleaved on two connections see what is theirs', async () => {
  const crowded = await openVault({ readers: 2, lent: 2 });
  try {
    const { owner, archives, clients, groups, planes, viewers } = crowded;
    await crowded.lay(
      ...[1, 2, 3].map((n) => ({ archive: archives.safe, client: clients.alpha, code: `alpha ${n}` })),
      ...[1, 2].map((n) => ({ archive: archives.safe, client: clients.beta, code: `beta ${n}` })),
    );
    // Every third sees Alpha, every third Beta, every third nothing.
    await owner.query(
      `insert into rowplane.users (name, role) select 'visitor' || n, 'INTERNAL' from generate_series(0, 999) n`,
    );
    await owner.query(
      `insert into rowplane.group_members (group_id, user_id) select $1, id from rowplane.users where name ~ '^visitor'`,
      [groups.keeper],
    );
    await owner.query(
      `insert into rowplane.client_assignments (client_id, archive_id, user_id)
       select case substr(name, 8)::int % 3 when 0 then $1::uuid else $2::uuid end, $3::uuid, id
       from rowplane.users where name ~ '^visitor' and substr(name, 8)::int % 3 < 2`,
      [clients.alpha, clients.beta, archives.safe],
    );
    const visitors = await owner.query<{ id: string; n: number }>(
      `select id, substr(name, 8)::int as n from rowplane.users where name ~ '^visitor' order by md5(name)`,
    );
    const counted = await Promise.all(
      visitors.map(async ({ id, n }) => {
        const view = { text: `select code, rowplane.viewer() as viewer from plane_${planes.full}.paper`, values: [] };
        const rows =
          n % 10 === 0
            ? (await viewers.write({ id }, [], ({ run }) => run([view])))[0]!
            : (await viewers.read({ id }, [], () => (n % 7 === 0 ? [statement('select 1'), view] : [view]))).at(-1)!;
        const prefix = n % 3 === 0 ? 'alpha' : 'beta';
        return (
          rows.length === [3, 2, 0][n % 3] &&
          rows.every((row) => row.viewer === id && String(row.code).startsWith(prefix))
        );
      }),
    );
    expect(counted.filter(Boolean)).toHaveLength(1000);
  } finally {
    await crowded.close();
  }
});
