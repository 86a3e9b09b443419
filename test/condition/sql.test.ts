import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Condition, NormalCondition } from '../../src/compiler/condition/condition.ts';
import { asLiteral, parametersInto } from '../../src/compiler/condition/parameters.ts';
import { parseCondition } from '../../src/compiler/condition/parse.ts';
import { conditionToSql } from '../../src/compiler/condition/to-sql.ts';
import { operatorsOf } from '../../src/compiler/field-types.ts';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { holds } from '../oracle/conditions.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ID_A, ID_B, SPECIMENS, specimen, specimensSql, VALUES } from './specimens.ts';

let database: TestDatabase;
let session: Connection;

beforeAll(async () => {
  database = await createDatabase();
  session = await connect(database.ownerUrl);
  await session.query(`create table rowplane.specimens as select * from ${specimensSql()}`);
  // What a session is set to must not change what a condition means.
  await session.query(
    `set timezone to 'America/New_York'; set datestyle to 'SQL, DMY'; set intervalstyle to 'sql_standard'`,
  );
});

afterAll(async () => {
  await session?.end();
  await database?.drop();
});

/** Which specimens a condition finds, by each way of writing it as SQL. */
async function found(condition: NormalCondition): Promise<Record<string, number[]>> {
  const results: Record<string, number[]> = {};
  for (const filter of [false, true]) {
    const values: unknown[] = [];
    const parameters = conditionToSql(specimen, condition, { parameter: parametersInto(values), filter });
    const literals = conditionToSql(specimen, condition, { parameter: asLiteral, filter });
    const select = (sql: string) => `select array(select i from rowplane.specimens where ${sql} order by i) as found`;
    const [byParameters] = await session.query<{ found: number[] }>(select(parameters), values);
    const [byLiterals] = await session.query<{ found: number[] }>(select(literals));
    results[`parameters, filter ${filter}`] = byParameters!.found;
    results[`literals, filter ${filter}`] = byLiterals!.found;
    if (filter) continue;
    // Two-valued: its `not` finds exactly the others.
    const [others] = await session.query<{ found: number[] }>(select(`not ${literals}`));
    results['all that not() leaves out'] = SPECIMENS.map((_, i) => i).filter((i) => !others!.found.includes(i));
  }
  return results;
}

/** What the oracle finds. */
function expected(condition: Condition): number[] {
  const cellOf = (cells: Record<string, unknown>) => (name: string) => ({
    field: specimen.fields[name]!,
    visible: true,
    value: canonical(name, cells[name] ?? null),
  });
  const asker = { viewer: ID_A, now: new Date().toISOString() };
  return SPECIMENS.flatMap((cells, i) => (holds(condition, cellOf(cells), asker) ? [i] : []));
}

/** The oracle knows stored values: moments in UTC. */
function canonical(name: string, value: unknown): string | number | boolean | null {
  if (name === 'when' && value !== null) return new Date(value as string).toISOString();
  return value as string | number | boolean | null;
}

async function check(condition: Condition): Promise<void> {
  const results = await found(parseCondition(specimen, condition));
  const right = expected(condition);
  for (const [way, ids] of Object.entries(results))
    expect(ids, `${JSON.stringify(condition)} by ${way}`).toEqual(right);
}

describe('A5: every operator on empty cells, unicode, quotes and extremes', () => {
  for (const [name, values] of Object.entries(VALUES))
    for (const operator of operatorsOf(specimen.fields[name]!.type))
      test(`${specimen.fields[name]!.type} ${operator}`, async () => {
        for (const operand of operandsFor(operator, values)) {
          await check({ [name]: { [operator]: operand } });
          await check({ not: { [name]: { [operator]: operand } } });
        }
      });
});

function operandsFor(operator: string, values: unknown[]): unknown[] {
  switch (operator) {
    case 'isSet':
    case 'isNotSet':
      return [true, false];
    case 'in':
    case 'notIn':
      return [[], values, ...values.slice(0, 4).map((value) => [value]), [values[0], values.at(-1)]];
    case 'between':
      return values.slice(0, 8).flatMap((from) => values.slice(-2).map((to) => ({ from, to })));
    case 'contains':
    case 'startsWith':
      return [...values, 'SS', 'σ', 'b', '\u0301', '𐐀𐐨'];
    default:
      return values;
  }
}

describe('A5: connectives', () => {
  const desk = { from: { equals: 'DESK' } };
  const positive = { order: { greaterThan: 0 } };
  for (const condition of [
    {},
    { and: [] },
    { or: [] },
    { not: {} },
    { not: { or: [] } },
    { from: {} },
    { and: [desk, positive] },
    { or: [desk, positive] },
    { ...desk, ...positive },
    { not: { ...desk, ...positive } },
    { not: { or: [desk, { not: positive }] } },
    { not: { not: { not: desk } } },
    { or: [{ and: [desk, { or: [positive, { flag: { equals: true } }] }] }, { not: { select: { isSet: true } } }] },
    { order: { atLeast: 0, lessThan: 42 } },
    { not: { order: { atLeast: 0, lessThan: 42 } } },
    { or: [{ from: { in: [] } }, { not: { from: { notIn: [] } } }] },
  ] as Condition[])
    test(JSON.stringify(condition), () => check(condition));
});

test('A5: any condition at all', { timeout: 120_000 }, async () => {
  const comparison = fc
    .constantFrom(...Object.keys(VALUES))
    .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...operatorsOf(specimen.fields[name]!.type))))
    .chain(([name, operator]) =>
      fc.constantFrom(...operandsFor(operator, VALUES[name]!)).map((operand) => ({ [name]: { [operator]: operand } })),
    );
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      comparison,
      fc.array(tie('condition'), { maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('condition'), { maxLength: 3 }).map((or) => ({ or })),
      tie('condition').map((not) => ({ not })),
      fc.tuple(comparison, comparison).map(([one, other]) => ({ ...one, ...other })),
    ),
  }));
  await fc.assert(fc.asyncProperty(condition, check), { numRuns: 150 });
});

describe('A5: relative dates', () => {
  const around = (unit: string) => [`today-1${unit}`, 'today', `today+1${unit}`];

  test('days, weeks, months and years are counted from midnight UTC, in any session', async () => {
    const condition = (value: string) =>
      conditionToSql(specimen, parseCondition(specimen, { when: { atLeast: value }, day: { atLeast: value } }), {
        parameter: asLiteral,
        column: (field) => (field === 'when' ? 'moment' : 'day'),
        filter: true,
      });
    for (const unit of ['d', 'w', 'mo', 'y'])
      for (const value of around(unit)) {
        const [, sign = '+', amount = '0'] = /today([+-])?(\d)?/.exec(value)!;
        const word = { d: 'day', w: 'week', mo: 'month', y: 'year' }[unit];
        const exact = `date_trunc('day', now() at time zone 'UTC') ${sign} interval '${amount} ${word}'`;
        const [row] = await session.query<{ at: boolean; before: boolean }>(
          `select (select ${condition(value)} from (select (${exact}) at time zone 'UTC' as moment, (${exact})::date as day)) as at,
             (select ${condition(value)} from (select (${exact}) at time zone 'UTC' - interval '1 microsecond' as moment,
               (${exact})::date as day)) as before`,
        );
        expect(row, value).toEqual({ at: true, before: false });
      }
  });

  test('hours and minutes are counted from now, and days too, at 24 hours each', async () => {
    for (const [value, interval] of [
      ['now', '0 hours'],
      ['now-2h', '-2 hours'],
      ['now+90min', '90 minutes'],
      ['now-7d', '-168 hours'],
      ['now+2w', '336 hours'],
    ] as const) {
      const sql = conditionToSql(specimen, parseCondition(specimen, { when: { equals: value } }), {
        parameter: asLiteral,
        column: () => `(now() + interval '${interval}')`,
      });
      expect(await session.query(`select ${sql} as same`), value).toEqual([{ same: true }]);
    }
  });

  test('the furthest relative dates fail in no statement', async () => {
    for (const value of ['today-999y', 'today+999y', 'today-9999mo', 'today+9999mo', 'today-9999w', 'today+9999d'])
      for (const field of ['day', 'when']) await found(parseCondition(specimen, { [field]: { lessThan: value } }));
    for (const value of ['now-9999w', 'now+9999w', 'now-9999min'])
      await found(parseCondition(specimen, { when: { lessThan: value } }));
  });
});

describe('moments', () => {
  test('differ by microseconds', async () => {
    const sql = conditionToSql(
      specimen,
      parseCondition(specimen, { when: { lessThan: '2026-01-01T00:00:00.000002Z' } }),
      {
        parameter: asLiteral,
        column: () => `timestamptz '2026-01-01T00:00:00.000001Z'`,
      },
    );
    expect(await session.query(`select ${sql} as earlier`)).toEqual([{ earlier: true }]);
  });
});

describe('A5: who is looking', () => {
  test('without a viewer, ME and MY_GROUPS are nobody, and still two-valued', async () => {
    for (const condition of [{ user: { equals: 'ME' } }, { user: { in: ['ME'] } }, { group: { in: ['MY_GROUPS'] } }]) {
      const all = SPECIMENS.map((_, i) => i);
      for (const ids of Object.values(await found(parseCondition(specimen, condition)))) expect(ids).toEqual([]);
      for (const ids of Object.values(await found(parseCondition(specimen, { not: condition }))))
        expect(ids, JSON.stringify(condition)).toEqual(all);
    }
  });

  test('a list may mix the viewer with others', async () => {
    const results = await found(parseCondition(specimen, { user: { in: ['ME', ID_B] } }));
    const right = SPECIMENS.flatMap((cells, i) => (cells.user === ID_B ? [i] : []));
    for (const [way, ids] of Object.entries(results)) expect(ids, way).toEqual(right);
  });
});
