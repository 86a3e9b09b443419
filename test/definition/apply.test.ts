import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appliedDefinitions, requireApplied } from '../../src/administration/applied-definitions.ts';
import { applyDefinitions, DefinitionsRefused } from '../../src/administration/definitions.ts';
import {
  choice,
  date,
  decimal,
  define,
  integer,
  reference,
  text,
  type DefinitionInput,
  type Definitions,
} from '../../src/compiler/definition.ts';
import { diffDefinitions } from '../../src/compiler/diff-definitions.ts';
import { definitionsOf, loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { twoWorkspaces, type TwoWorkspaces } from './office.ts';

const SCHEMA = fileURLToPath(new URL('../../schema', import.meta.url));
const BUILDERS = new URL('../../src/compiler/definition.ts', import.meta.url).href;

const START: DefinitionInput = {
  name: 'invoice',
  plural: 'invoices',
  title: 'Invoice',
  fields: {
    number: text({ title: 'Number', required: true, unique: true }),
    state: choice({ title: 'State', choices: { OPEN: 'Open', PAID: 'Paid', LOST: 'Lost' } }),
    total: decimal({ title: 'Total', scale: 2 }),
    note: text({ title: 'Note' }),
    previous: reference({ title: 'Previous', to: 'invoice' }),
  },
  views: {
    all: { title: 'All', fields: ['number', 'state', 'total'] },
    short: { title: 'Short', fields: ['number'] },
  },
  layouts: { edit: { title: 'Edit', edits: ['number', 'state'] } },
  abilities: { PAY: { title: 'Pay', fields: ['state'] } },
};

type Fields = DefinitionInput['fields'];

/** The invoice with some fields added or replaced, and other parts replaced. */
function invoice(fields: Fields = {}, changes: Partial<DefinitionInput> = {}): Definitions {
  return definitionsOf([define({ ...START, fields: { ...START.fields, ...fields }, ...changes })]);
}

/** The invoice without a field, wherever it stands. */
function invoiceWithout(name: string): Definitions {
  const fields = Object.fromEntries(Object.entries(START.fields).filter(([field]) => field !== name));
  const views = { all: { title: 'All', fields: ['number'] }, short: START.views!.short! };
  return definitionsOf([define({ ...START, fields, views, layouts: {}, abilities: {} })]);
}

/** Loads the definitions of schema/ with one file more. */
async function loadWith(name: string, content: string): Promise<Definitions> {
  const folder = await mkdtemp(join(tmpdir(), 'schema-'));
  try {
    await writeFile(join(folder, name), content);
    for (const file of (await readdir(SCHEMA)).filter((each) => each.endsWith('.ts'))) {
      const declared = await readFile(join(SCHEMA, file), 'utf8');
      await writeFile(join(folder, file), declared.replace('../src/compiler/definition.ts', BUILDERS));
    }
    return await loadDefinitions(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Why the definitions are refused, and that nothing has changed then. */
async function refusal(office: TwoWorkspaces, wanted: Definitions, allowDestructive = false): Promise<string[]> {
  const before = await appliedDefinitions(office.owner);
  const error: unknown = await applyDefinitions(office.owner, wanted, { allowDestructive }).catch((thrown) => thrown);
  if (!(error instanceof DefinitionsRefused)) throw error;
  expect(diffDefinitions(before, await appliedDefinitions(office.owner))).toEqual([]);
  return [...error.reasons];
}

let office: TwoWorkspaces;
afterEach(() => office?.drop());

test('a file added to schema/ is all it takes: tables in all workspaces, and full planes show it', async () => {
  office = await twoWorkspaces(async (owner) => applyDefinitions(owner, await loadDefinitions(SCHEMA)));
  const wanted = await loadWith(
    'invoice.ts',
    `import { define, integer, reference, text } from '${BUILDERS}';
     export default define({ name: 'invoice', plural: 'invoices', title: 'Invoice',
       fields: { number: text({ title: 'Number', required: true }), process: reference({ title: 'Process', to: 'process' }) },
       views: { all: { title: 'All', fields: ['number', 'process'] } } });`,
  );
  await expect(requireApplied(office.owner, wanted)).rejects.toThrow(/differ from the database's \(invoice\)/);
  const changes = await applyDefinitions(office.owner, wanted);
  expect(changes.map(({ kind, definition }) => [kind, definition.name])).toEqual([['definitionAdded', 'invoice']]);
  await requireApplied(office.owner, wanted);

  await office.insert('invoice', { number: `'2026-1'` });
  expect(await office.asViewer(`select number, process_id from plane_${office.fullPlane}.invoice`)).toEqual([
    { number: '2026-1', process_id: null },
  ]);
  expect(await office.owner.query(`select from ws_${office.first}.invoice`)).toEqual([]);
  const made: unknown[] = [];
  const onMade = (...what: unknown[]) => void made.push(what);
  expect(await applyDefinitions(office.owner, wanted, { onMade })).toEqual([]);
  expect(made).toEqual([]);
  await office.owner.query('drop policy realm_view on ws_1.process');
  expect(await applyDefinitions(office.owner, wanted, { onMade })).toEqual([]);
  expect(made).toEqual([[expect.objectContaining({ id: 1 }), ['realm_view on ws_1.process']]]);
});

describe('an applied definition', () => {
  beforeEach(async () => {
    office = await twoWorkspaces((owner) => applyDefinitions(owner, invoice()));
    await office.insert('invoice', { number: `'1'`, state: `'OPEN'`, total: '1250', note: `'first'` });
    await office.insert('invoice', { number: `'2'`, state: `'LOST'`, total: '99' });
  });

  const cells = (columns: string) =>
    office.asViewer(`select ${columns} from plane_${office.fullPlane}.invoice order by number`);

  test('gets a new field in all workspaces; its old records have it empty', async () => {
    const days = { days: integer({ title: 'Days' }), next: reference({ title: 'Next', to: 'invoice' }) };
    const views = { all: { title: 'All', fields: ['number', 'days', 'next'] }, short: START.views!.short! };
    await applyDefinitions(office.owner, invoice(days, { views }));
    expect(await cells('number, days, next_id')).toEqual([
      { number: '1', days: null, next_id: null },
      { number: '2', days: null, next_id: null },
    ]);
    for (const workspace of [office.first, office.second])
      expect(
        await office.owner.query(
          `select indexname from pg_indexes where schemaname = $1 and indexname ~ '__(days|next_id)' order by 1`,
          [`ws_${workspace}`],
        ),
      ).toHaveLength(4);
  });

  test('is redescribed without touching its tables', async () => {
    const changes = await applyDefinitions(office.owner, invoice({}, { title: 'Bill' }));
    expect(changes.map(({ kind }) => kind)).toEqual(['redescribed']);
    expect((await appliedDefinitions(office.owner)).get('invoice')!.title).toBe('Bill');
  });

  test('loses a field only if that is allowed, and hears what is lost', async () => {
    const wanted = invoiceWithout('total');
    expect(await refusal(office, wanted)).toEqual([
      `invoice.total would be removed, with 2 cells in workspace ${office.second} (Two)`,
      'invoice.layouts.edit would be removed (no plane enables it)',
      'invoice.abilities.PAY would be removed (no plane enables it)',
    ]);
    await applyDefinitions(office.owner, wanted, { allowDestructive: true });
    expect(await cells('number')).toEqual([{ number: '1' }, { number: '2' }]);
    await expect(cells('total')).rejects.toThrow(/column "total" does not exist/);
  });

  test('is removed only if that is allowed', async () => {
    const other = define({
      ...START,
      name: 'bill',
      plural: 'bills',
      fields: { number: text({ title: 'Number' }) },
      views: {},
      layouts: {},
      abilities: {},
    });
    expect(await refusal(office, definitionsOf([other]))).toEqual([
      `definition invoice would be removed, with 2 records in workspace ${office.second} (Two)`,
    ]);
    await applyDefinitions(office.owner, definitionsOf([other]), { allowDestructive: true });
    await expect(cells('number')).rejects.toThrow(/does not exist/);
    expect([...(await appliedDefinitions(office.owner)).keys()]).toEqual(['bill']);
    expect(
      await office.owner.query(
        `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relname ~ 'invoice' and n.nspname ~ '^(ws|plane)_'`,
      ),
    ).toEqual([]);
  });

  test('keeps nothing of a field whose type changes', async () => {
    const wanted = invoice({ total: date({ title: 'Total' }) });
    expect(await refusal(office, wanted)).toEqual([
      `invoice.total would become date instead of decimal with 2 decimals, and lose 2 cells in workspace ${office.second} (Two)`,
    ]);
    await applyDefinitions(office.owner, wanted, { allowDestructive: true });
    await office.insert('invoice', { number: `'3'`, total: `'2026-01-31'` });
    expect(await cells('number, total::text')).toEqual([
      { number: '1', total: null },
      { number: '2', total: null },
      { number: '3', total: '2026-01-31' },
    ]);
  });

  test('loses a choice with the cells that have it, as changes of their records', async () => {
    const wanted = invoice({
      state: choice({ title: 'State', choices: { OPEN: 'Open', PAID: 'Paid', SENT: 'Sent' } }),
    });
    expect(await refusal(office, wanted)).toEqual([
      `invoice.state would lose the choice LOST, and empty 1 cell in workspace ${office.second} (Two)`,
    ]);
    await applyDefinitions(office.owner, wanted, { allowDestructive: true });
    await office.insert('invoice', { number: `'3'`, state: `'SENT'` });
    expect(await cells('number, state, version')).toEqual([
      { number: '1', state: 'OPEN', version: 1 },
      { number: '2', state: null, version: 2 },
      { number: '3', state: 'SENT', version: 1 },
    ]);
    await expect(office.insert('invoice', { number: `'4'`, state: `'LOST'` })).rejects.toThrow(/state__check/);
  });

  test('takes a required field only when there are no records, and a field as required when none is empty', async () => {
    expect(await refusal(office, invoice({ due: text({ title: 'Due', required: true }) }), true)).toEqual([
      `invoice.due is required, but existing records would have no value; add it as optional and fill it first: 2 records in workspace ${office.second} (Two)`,
    ]);
    const wanted = invoice({ note: text({ title: 'Note', required: true }) });
    expect(await refusal(office, wanted, true)).toEqual([
      `invoice.note is to be required, but is empty in some records: 1 record in workspace ${office.second} (Two)`,
    ]);
    await office.owner.query(`update ws_${office.second}.invoice set note = '-' where note is null`);
    await applyDefinitions(office.owner, wanted);
    await expect(office.insert('invoice', { number: `'3'` })).rejects.toThrow(/null value in column "note"/);
    await applyDefinitions(office.owner, invoice());
    await office.insert('invoice', { number: `'3'` });
  });

  test('becomes unique or shorter only where all records fit', async () => {
    await office.insert('invoice', { number: `'3'`, note: `'first'` });
    const unique = invoice({ note: text({ title: 'Note', unique: true }) });
    expect(await refusal(office, unique, true)).toEqual([
      `invoice.note is to be unique, but some records of one archive and client share a value: 2 records in workspace ${office.second} (Two)`,
    ]);
    expect(await refusal(office, invoice({ note: text({ title: 'Note', maxLength: 4 }) }), true)).toEqual([
      `invoice.note is to have at most 4 characters: 2 records in workspace ${office.second} (Two)`,
    ]);
    await office.owner.query(`update ws_${office.second}.invoice set note = 'x' where number = '3'`);
    await applyDefinitions(office.owner, unique);
    await expect(office.insert('invoice', { number: `'4'`, note: `'x'` })).rejects.toThrow(/note__unique/);
    await applyDefinitions(office.owner, invoice({ note: text({ title: 'Note', maxLength: 5 }) }));
    await office.insert('invoice', { number: `'4'`, note: `'x'` });
    await expect(office.insert('invoice', { number: `'5'`, note: `'longer'` })).rejects.toThrow(/note__check/);
  });

  test('a text that becomes long loses its indexes, and gets them back', async () => {
    const indexes = () =>
      office.owner.query(`select from pg_indexes where schemaname = $1 and indexname ~ '__note'`, [
        `ws_${office.first}`,
      ]);
    expect(await indexes()).toHaveLength(2);
    await applyDefinitions(office.owner, invoice({ note: text({ title: 'Note', maxLength: 100_000 }) }));
    expect(await indexes()).toHaveLength(0);
    await applyDefinitions(office.owner, invoice());
    expect(await indexes()).toHaveLength(2);
  });

  test('A3: planes lose the views and abilities that are removed, if that is allowed', async () => {
    const enabled = {
      views: ['all', 'short'],
      layouts: [],
      documentViewers: [],
      abilities: ['PAY'],
      restriction: null,
    };
    const plane = await office.savePlane('Clerks', { invoice: enabled });
    const wanted = invoice({}, { views: { short: START.views!.short! }, abilities: {} });
    expect(await refusal(office, wanted)).toEqual([
      `invoice.views.all would be removed (enabled in plane ${plane} (Clerks))`,
      `invoice.abilities.PAY would be removed (enabled in plane ${plane} (Clerks))`,
    ]);
    await applyDefinitions(office.owner, wanted, { allowDestructive: true });
    expect(await office.owner.query('select content from rowplane.planes where id = $1', [plane])).toEqual([
      { content: { invoice: { ...enabled, views: ['short'], abilities: [] } } },
    ]);
    expect(await office.owner.query('select field from rowplane.plane_fields where plane_id = $1', [plane])).toEqual([
      { field: 'number' },
    ]);
  });

  test('A5: a restriction never loses its field, whatever is allowed', async () => {
    const restriction = { state: { notEquals: 'LOST' } };
    const enabled = { views: ['short'], layouts: [], documentViewers: [], abilities: [], restriction };
    const plane = await office.savePlane('Clerks', { invoice: enabled });
    for (const wanted of [
      invoiceWithout('state'),
      invoice({ state: text({ title: 'State' }) }),
      invoice({ state: choice({ title: 'State', choices: { OPEN: 'Open', PAID: 'Paid' } }) }),
    ])
      expect(await refusal(office, wanted, true)).toEqual([
        expect.stringMatching(`^plane ${plane} \\(Clerks\\) has a restriction that must be changed first: invoice at`),
      ]);
  });

  test('a failure half way leaves everything as it was', async () => {
    // Nobody but this test makes a view of its own over a record table; what depends on a column can't be swept away.
    await office.owner.query(`create view rowplane.mine as select total from ws_${office.second}.invoice`);
    const wanted = invoiceWithout('total');
    await expect(applyDefinitions(office.owner, wanted, { allowDestructive: true })).rejects.toThrow(/depend/);
    expect(await cells('number, total::int')).toEqual([
      { number: '1', total: 1250 },
      { number: '2', total: 99 },
    ]);
    expect((await appliedDefinitions(office.owner)).get('invoice')!.fields.total).toBeDefined();
  });
});
