import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDefinitions, DefinitionsRefused } from '../../src/administration/definitions.ts';
import { applyRights } from '../../src/administration/apply-rights.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import { define, defineRights, text } from '../../src/compiler/definition.ts';
import { describeChange } from '../../src/compiler/diff-definitions.ts';
import { definitionsOf, loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { loadRights } from '../../src/compiler/load-rights.ts';
import { connect, type Connection, transaction } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { withFolder } from '../support/folder.ts';

const BUILDERS = new URL('../../src/compiler/definition.ts', import.meta.url).href;

let database: TestDatabase;
let owner: Connection;
beforeAll(async () => {
  database = await createDatabase();
  owner = await connect(database.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const problemsOf = (declare: () => unknown): readonly string[] => {
  try {
    declare();
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
};
const refusal = async (work: Promise<unknown>): Promise<readonly string[]> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DefinitionsRefused);
  return (error as DefinitionsRefused).reasons;
};
const FINANCE = { title: 'Finance', rights: ['invoices', 'vendors'] };
const RIGHTS = { invoices: 'Invoices', vendors: 'Vendors' };

test('R1: what is wrong with schema/rights.ts is said all at once', () => {
  const declared = () =>
    defineRights({
      rights: { Invoices: 'Invoices', spare: 'Spare', vendors: ' ' },
      applications: { 'fi nance': { title: '', rights: ['vendors', 'vendors', 'nonsense'] } },
    });
  expect(problemsOf(declared)).toEqual([
    'the right "Invoices" must be in camelCase: letters and digits, a small letter first',
    'the right Invoices stands in no application, so that no profile could hold it',
    'the right spare stands in no application, so that no profile could hold it',
    'the right "vendors" needs a title',
    'the application "fi nance" must be in camelCase: letters and digits, a small letter first',
    'the application "fi nance" needs a title',
    "the application fi nance names the right nonsense, which isn't declared",
    'the application fi nance names a right twice',
  ]);
});

test('R7: a definition can only name a right that rights.ts declares', async () => {
  const definition = `import { define, text } from '${BUILDERS}';
    export default define({ name: 'invoice', plural: 'invoices', title: 'Invoice', right: 'invoices', fields: { number: text({ title: 'Number' }) } });`;
  const rights = `import { defineRights } from '${BUILDERS}';
    export default defineRights({ rights: { invoices: 'Invoices' }, applications: { finance: { title: 'Finance', rights: ['invoices'] } } });`;
  await withFolder({ 'invoice.ts': definition }, async (folder) => {
    await expect(loadDefinitions(folder)).rejects.toThrow(
      'invoice needs the right invoices, which rights.ts does not declare',
    );
    expect(await loadRights(folder)).toEqual({ rights: {}, applications: {} });
  });
  await withFolder({ 'invoice.ts': definition, 'rights.ts': rights }, async (folder) => {
    expect((await loadDefinitions(folder)).get('invoice')).toMatchObject({ right: 'invoices' });
  });
  await withFolder({ 'rights.ts': 'export default {};' }, async (folder) => {
    await expect(loadRights(folder)).rejects.toThrow('must be what defineRights() returns');
  });
  const bad = () =>
    define({ name: 'a', plural: 'as', title: 'A', right: 'No right', fields: { b: text({ title: 'B' }) } });
  expect(problemsOf(bad)).toHaveLength(1);
});

describe('applying', () => {
  test('R1: rights come, change their titles and go where nobody has them', async () => {
    const first = defineRights({ rights: RIGHTS, applications: { finance: FINANCE } });
    expect(await applyRights(owner, first)).toEqual([
      'application finance added',
      'right invoices added',
      'right vendors added',
      'application finance has the right invoices',
      'application finance has the right vendors',
    ]);
    expect(await applyRights(owner, first), 'again').toEqual([]);
    const second = defineRights({
      rights: { invoices: 'Bills' },
      applications: { finance: { title: 'Finance', rights: ['invoices'] } },
    });
    expect(await applyRights(owner, second)).toEqual([
      'right invoices is called "Bills"',
      'right vendors removed',
      'application finance has the right vendors no more',
    ]);
  });

  test('R2: what a profile has isn’t lost without --allow-destructive', async () => {
    await applyRights(owner, defineRights({ rights: RIGHTS, applications: { finance: FINANCE } }));
    await owner.query(`
      insert into rowplane.profiles (name, application) values ('Accountant', 'finance');
      insert into rowplane.profile_rights (profile_id, right_name, level) select id, 'vendors', 'EDIT' from rowplane.profiles;
      insert into rowplane.profile_rights (profile_id, right_name, level) select id, 'invoices', 'DISPLAY' from rowplane.profiles;`);
    const fewer = defineRights({
      rights: { invoices: 'Invoices' },
      applications: { finance: { title: 'Finance', rights: ['invoices'] } },
    });
    expect(await refusal(applyRights(owner, fewer))).toEqual([
      'the right vendors would go from application finance, and from the profile "Accountant", which has it at EDIT',
    ]);
    expect(await owner.query('select from rowplane.rights'), 'nothing was changed').toHaveLength(2);
    await applyRights(owner, fewer, { allowDestructive: true });
    expect(await owner.query('select right_name from rowplane.profile_rights')).toEqual([{ right_name: 'invoices' }]);

    const none = defineRights({ rights: {}, applications: {} });
    expect(await refusal(applyRights(owner, none))).toEqual([
      'application finance would be removed, with the profile "Accountant" and its 0 assignments',
      'the right invoices would go from application finance, and from the profile "Accountant", which has it at DISPLAY',
    ]);
    await applyRights(owner, none, { allowDestructive: true });
    expect(await owner.query('select from rowplane.profiles')).toEqual([]);
  });

  test('R7: a definition that names a right later gets its policies, and loses them with it', async () => {
    const invoice = (right?: string) =>
      definitionsOf([
        define({
          name: 'invoice',
          plural: 'invoices',
          title: 'Invoice',
          ...(right !== undefined && { right }),
          fields: { number: text({ title: 'Number' }) },
          layouts: { edit: { title: 'Edit', edits: ['number'] } },
        }),
      ]);
    await applyDefinitions(owner, invoice());
    const [company] = await owner.query<{ id: string }>(
      `insert into rowplane.companies (name) values ('A') returning id`,
    );
    const { id } = await transaction(owner, () =>
      makeWorkspace(owner, invoice(), { companyId: company!.id, name: 'Office' }),
    );
    const objects = async () =>
      (
        await owner.query<{ name: string }>(
          `select polname as name from pg_policy where polrelid = 'ws_${id}.invoice'::regclass and polname like 'right%'
           union select tgname from pg_trigger where tgrelid = 'ws_${id}.invoice'::regclass and tgname like '%right%' order by 1`,
        )
      ).map(({ name }) => name);
    const apply = async (right?: string) => (await applyDefinitions(owner, invoice(right))).map(describeChange);
    expect(await objects()).toEqual([]);
    expect(await apply('invoices')).toEqual(['invoice needs the right invoices']);
    expect(await objects()).toEqual(['guard_0_right', 'right_display', 'right_edit']);
    expect(await apply('vendors')).toEqual(['invoice needs the right vendors']);
    expect(await owner.query('select rowplane.count_drift()::int as drift')).toEqual([{ drift: 0 }]);
    await owner.query(`drop policy right_display on ws_${id}.invoice`);
    expect(await owner.query('select rowplane.count_drift()::int as drift'), 'by hand').toEqual([{ drift: 1 }]);
    await apply('vendors');
    expect(await objects(), 'mended').toEqual(['guard_0_right', 'right_display', 'right_edit']);
    expect(await apply()).toEqual(['invoice needs no right any more']);
    expect(await objects()).toEqual([]);
  });
});
