import { define, defineRights, reference, text, type Definitions } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';

export const RIGHTS = defineRights({
  rights: {
    documentWorklist: 'Document worklist',
    invoices: 'Invoices',
    vendors: 'Vendors',
    orders: 'Orders',
  },
  applications: {
    finance: { title: 'Finance', rights: ['documentWorklist', 'invoices', 'vendors'] },
    procurement: { title: 'Procurement', rights: ['orders', 'vendors'] },
  },
});

const fields = { title: text({ title: 'Title' }), batch: reference({ title: 'Batch', to: 'batch' }) };

/** Items of a worklist need a right; the notes that refer to them don't. */
export const DEFINITIONS: Definitions = definitionsOf([
  define({
    name: 'item',
    plural: 'items',
    title: 'Item',
    right: 'documentWorklist',
    fields,
    views: { all: { title: 'All', fields: ['title', 'batch'] } },
    layouts: { edit: { title: 'Edit', edits: ['title', 'batch'] } },
    abilities: { PRINT: { title: 'Print', fields: ['title'] } },
  }),
  define({
    name: 'batch',
    plural: 'batches',
    title: 'Batch',
    fields: { title: text({ title: 'Title' }) },
    layouts: { edit: { title: 'Edit', edits: ['title'] } },
  }),
  define({
    name: 'note',
    plural: 'notes',
    title: 'Note',
    fields: { title: text({ title: 'Title' }), item: reference({ title: 'Item', to: 'item' }) },
    layouts: { edit: { title: 'Edit', edits: ['title', 'item'] } },
  }),
]);
