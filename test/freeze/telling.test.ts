import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';
import { INVOICES } from './invoices.ts';

let office: Office;
let here: OfficeWorkspace;
let archive: string;
let draft: string;
let posted: string;
let paid: string;

beforeAll(async () => {
  office = await openOffice(INVOICES);
  here = await office.workspace('Office');
  archive = await here.archive('Bills');
  [draft, posted, paid] = (await here.records(
    'invoice',
    [
      { number: 'a', state: 'DRAFT' },
      { number: 'b', state: 'POSTED' },
      { number: 'c', state: 'PAID' },
    ],
    { archive },
  )) as [string, string, string];
});
afterAll(() => office?.end());

interface Told {
  number: string | null;
  abilities: string[];
  fieldAccess: { field: string; level: string }[];
}

/** What each invoice says of itself, by its number: the fields that are EDIT, and the abilities. */
async function told(viewer: string): Promise<Record<string, string>> {
  const { invoices } = await office.data<{ invoices: { nodes: Told[] } }>(
    viewer,
    '{ invoices { nodes { number abilities fieldAccess { field level } } } }',
  );
  return Object.fromEntries(
    invoices.nodes.map(({ number, abilities, fieldAccess }) => [
      number,
      [...fieldAccess.filter(({ level }) => level === 'EDIT').map(({ field }) => field), '|', ...abilities].join(' '),
    ]),
  );
}

test('W7: a definition tells when its records freeze, and which fields', async () => {
  const { definition } = await office.data<{ definition: { freezes: unknown[] } }>(
    await office.user('ina'),
    '{ definition(name: "invoice") { freezes { title when fields } } }',
  );
  const { freezes } = INVOICES.get('invoice')!;
  expect(definition.freezes).toEqual(freezes!.map(({ title, when, fields = null }) => ({ title, when, fields })));
});

describe('V4: frozen records say so', () => {
  test('levels are lowered and writing abilities removed, in the same round trip', async () => {
    const ben = await office.user('ben');
    await here.join(here.full, [ben]);
    expect(await told(ben)).toEqual({
      a: 'NUMBER STATE AMOUNT CUSTOMER REMARK DUE_ON | CREATE DELETE MASS_DELETE MASS_UPDATE PRINT',
      b: 'NUMBER STATE REMARK DUE_ON | CREATE DELETE MASS_DELETE MASS_UPDATE PRINT',
      c: '| CREATE PRINT',
    });
    office.roundTrips.length = 0;
    await told(ben);
    expect(office.roundTrips).toHaveLength(1);
  });

  test('A7: also where a plane exposes the record and another one has the field as EDIT', async () => {
    const gus = await office.user('gus');
    await here.plane('all numbers', { invoice: { views: ['numbers'] } }, [gus]);
    await here.plane(
      'remarks of what is posted',
      { invoice: { layouts: ['remarks'], restriction: { state: { notEquals: 'DRAFT' } } } },
      [gus],
    );
    expect(await told(gus)).toEqual({ a: '|', b: 'REMARK |', c: '|' });
  });

  test('A7: and where two open planes show it, of which one tells nothing', async () => {
    const gina = await office.user('gina');
    await here.plane('numbers', { invoice: { views: ['numbers'], layouts: [], documentViewers: [] } }, [gina]);
    await here.plane('amounts', { invoice: { layouts: ['amounts'], abilities: ['MASS_UPDATE'] } }, [gina]);
    expect(await told(gina)).toEqual({ a: 'AMOUNT | MASS_UPDATE', b: '| MASS_UPDATE', c: '|' });
  });

  test('A7: and where only restricted planes do', async () => {
    const rosa = await office.user('rosa');
    await here.plane('drafts', { invoice: { layouts: ['edit'], restriction: { state: { equals: 'DRAFT' } } } }, [rosa]);
    await here.plane('done', { invoice: { layouts: ['amounts'], restriction: { state: { isSet: true } } } }, [rosa]);
    expect(await told(rosa)).toEqual({ a: 'NUMBER STATE AMOUNT CUSTOMER REMARK DUE_ON |', b: '|', c: '|' });
  });

  test('by id and in the levels of single fields', async () => {
    const uma = await office.user('uma');
    await here.join(here.full, [uma]);
    for (const [id, level] of [
      [draft, 'EDIT'],
      [posted, 'READ'],
      [paid, 'READ'],
    ] as const) {
      const { invoice } = await office.data<{ invoice: unknown }>(
        uma,
        'query ($id: ID!) { invoice(id: $id) { fieldLevel(field: AMOUNT) } }',
        { id: office.idOf('invoice', here, id) },
      );
      expect(invoice).toEqual({ fieldLevel: level });
    }
  });

  test('a write that it forbids is refused as FORBIDDEN with frozen: true', async () => {
    const ute = await office.user('ute');
    await here.join(here.full, [ute]);
    const { errors } = await office.graphql(
      ute,
      'mutation ($input: UpdateInvoiceInput!) { updateInvoice(input: $input) { invoice { id } } }',
      { input: { id: office.idOf('invoice', here, posted), amount: 3 } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', frozen: true, field: 'amount' });
  });
});
