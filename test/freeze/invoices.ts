import { choice, date, define, integer, reference, text, type Definitions } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';

/** Invoices: posted ones keep their amount and customer, paid ones are frozen whole, and so are those of long ago. */
export const INVOICES: Definitions = definitionsOf([
  define({
    name: 'invoice',
    plural: 'invoices',
    title: 'Invoice',
    fields: {
      number: text({ title: 'Number' }),
      state: choice({ title: 'State', choices: { DRAFT: 'Draft', POSTED: 'Posted', PAID: 'Paid' } }),
      amount: integer({ title: 'Amount' }),
      customer: reference({ title: 'Customer', to: 'customer' }),
      remark: text({ title: 'Remark' }),
      dueOn: date({ title: 'Due' }),
    },
    views: { numbers: { title: 'Numbers', fields: ['number'] } },
    layouts: {
      remarks: { title: 'Remarks', shows: ['number'], edits: ['remark'] },
      amounts: { title: 'Amounts', shows: ['number'], edits: ['amount'] },
      edit: { title: 'Everything', edits: ['number', 'state', 'amount', 'customer', 'remark', 'dueOn'] },
    },
    abilities: { PRINT: { title: 'Print' } },
    freeze: [
      { title: 'Posted', when: { state: { in: ['POSTED', 'PAID'] } }, fields: ['amount', 'customer'] },
      { title: 'Paid', when: { or: [{ state: { equals: 'PAID' } }, { dueOn: { lessThan: 'today-10y' } }] } },
    ],
  }),
  define({
    name: 'customer',
    plural: 'customers',
    title: 'Customer',
    fields: { name: text({ title: 'Name' }) },
    layouts: { edit: { title: 'Everything', edits: ['name'] } },
  }),
]);
