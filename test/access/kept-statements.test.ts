import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Row, Statement } from '../../src/access/unit.ts';
import { openViewers, type Viewer, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const ben = { id: '01900000-0000-7000-8000-00000000000b' };
const cleo = { id: '01900000-0000-7000-8000-00000000000c' };
const WHO: Statement = { text: 'select rowplane.viewer() as viewer', values: [], keep: true };

let database: TestDatabase;
let viewers: Viewers;

beforeAll(async () => {
  database = await createDatabase();
  await database.owner.query(
    `insert into rowplane.users (id, name, role) values ($1, 'ben', 'INTERNAL'), ($2, 'cleo', 'INTERNAL')`,
    [ben.id, cleo.id],
  );
  await database.owner.query('create schema shelf');
  await database.owner.query('grant usage on schema shelf to rowplane_viewer');
});
afterAll(() => database.drop());

beforeEach(() => {
  // One connection of each kind, so that everybody comes after everybody else.
  viewers = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), readers: 1, lent: 1 });
  return () => viewers.end();
});

const statement = (text: string): Statement => ({ text, values: [] });

async function read(viewer: Viewer, ...statements: Statement[]): Promise<Row[] | undefined> {
  return (await viewers.read(viewer, [], () => statements)).at(-1);
}

const PREPARED = `select name, statement, generic_plans + custom_plans as plans from pg_prepared_statements where name <> '' order by name`;

async function nameOf({ text }: Statement): Promise<unknown> {
  return (await read(ben, statement(PREPARED)))?.find((row) => row.statement === text)?.name;
}

test('a kept statement is prepared once, and answers every viewer as theirs', async () => {
  expect(await read(ben, WHO)).toEqual([{ viewer: ben.id }]);
  expect(await read(cleo, WHO)).toEqual([{ viewer: cleo.id }]);
  expect(await read(ben, WHO)).toEqual([{ viewer: ben.id }]);
  const prepared = await read(ben, statement(PREPARED));
  expect(prepared?.filter((row) => row.statement === WHO.text)).toMatchObject([{ plans: '3' }]);
});

test('the oldest of too many is given up', async () => {
  for (let number = 0; number < 150; number++) await read(ben, { ...statement(`select ${number}`), keep: true });
  const prepared = await read(ben, statement(PREPARED));
  expect(prepared).toHaveLength(100);
  expect(await read(ben, { ...statement('select 0 as n'), keep: true })).toEqual([{ n: 0 }]);
});

test('one that was never prepared, since its unit failed before, is prepared the next time', async () => {
  await expect(read(ben, statement('select 1 / 0'), WHO)).rejects.toThrow('division by zero');
  const both = await Promise.allSettled([read(ben, statement('select 1 / 0'), WHO), read(cleo, WHO)]);
  expect(both[1]).toEqual({ status: 'fulfilled', value: [{ viewer: cleo.id }] });
});

test('one whose columns have become others is prepared anew', async () => {
  const all: Statement = { ...statement('select * from shelf.box'), keep: true };
  await database.owner.query('create table shelf.box as select 1 as a');
  await database.owner.query('grant select on shelf.box to rowplane_viewer');
  expect(await read(ben, all)).toEqual([{ a: 1 }]);
  await database.owner.query('alter table shelf.box alter a type text');
  expect(await read(ben, all)).toEqual([{ a: '1' }]);
});

describe('SQL that slipped into a viewer’s unit can’t put another statement in the place of a kept one', () => {
  const forged = `select '${ben.id}'::uuid as viewer`;
  const SLIPS: Record<string, (name: string) => string[]> = {
    'deallocate and prepare': (name) => [`deallocate "${name}"`, `prepare "${name}" as ${forged}`],
    'discard and prepare': (name) => ['discard all', `prepare "${name}" as ${forged}`],
    'by a block of code': (name) => [
      `do $$ begin execute 'deallocate "${name}"'; execute 'prepare "${name}" as ${forged.replaceAll("'", "''")}'; end $$`,
    ],
  };

  test.each(Object.entries(SLIPS))('%s', async (_, slip) => {
    await read(ben, WHO);
    const name = String(await nameOf(WHO));
    // The second reads behind the first on the same connection, the third after it.
    const meanwhile = Promise.allSettled([read(ben, ...slip(name).map(statement)), read(cleo, WHO)]);
    expect((await meanwhile)[1]).toEqual({ status: 'fulfilled', value: [{ viewer: cleo.id }] });
    expect(await read(cleo, WHO)).toEqual([{ viewer: cleo.id }]);
  });

  test.each(Object.entries(SLIPS))('in a write: %s', async (_, slip) => {
    const write = (viewer: Viewer, statements: Statement[]) => viewers.write(viewer, [], ({ run }) => run(statements));
    await write(ben, [WHO]);
    const [prepared] = await write(ben, [statement(PREPARED)]);
    const name = String(prepared?.find((row) => row.statement === WHO.text)?.name);
    await write(ben, slip(name).map(statement)).catch(() => null);
    expect((await write(cleo, [WHO])).at(-1)).toEqual([{ viewer: cleo.id }]);
  });

  test('a query can’t do it from within', async () => {
    await read(ben, WHO);
    const name = String(await nameOf(WHO));
    for (const command of [`deallocate "${name}"`, `prepare other as ${forged}`, 'discard plans']) {
      const quoted = command.replaceAll("'", "''");
      await expect(read(ben, statement(`select query_to_xml('${quoted}', true, true, '')`))).rejects.toThrow();
      await expect(read(ben, statement(`select * from ts_stat('${quoted}')`))).rejects.toThrow();
      await expect(read(ben, statement(`select cursor_to_xml('${quoted}', 1, true, true, '')`))).rejects.toThrow();
    }
  });
});
