import { choice, date, dateTime, decimal, define, integer, reference, text } from '../src/compiler/definition.ts';
import type { ObjectDefinition } from '../src/compiler/definition.ts';
import { definitionsOf } from '../src/compiler/load-definitions.ts';

const document = define({
  name: 'document',
  plural: 'documents',
  title: 'Document',
  fields: {
    title: text({ title: 'Title', required: true }),
    code: text({ title: 'Code', maxLength: 50 }),
    status: choice({ title: 'Status', choices: { NEW: 'New', OPEN: 'Open', REVIEW: 'In review', DONE: 'Done' } }),
    mark: choice({ title: 'Mark', choices: { RARE: 'One in ten thousand', OTHER: 'Other' } }),
    priority: integer({ title: 'Priority' }),
    amount: decimal({ title: 'Amount', scale: 2 }),
    documentDate: date({ title: 'Date of the document' }),
    notes: text({ title: 'Notes', maxLength: 100_000 }),
    process: reference({ title: 'Process', to: 'process' }),
  },
  views: {
    all: {
      title: 'All',
      fields: ['title', 'code', 'status', 'mark', 'priority', 'amount', 'documentDate', 'notes', 'process'],
    },
    codes: { title: 'Codes', fields: ['title', 'code'] },
    states: { title: 'States', fields: ['title', 'status'] },
    priorities: { title: 'Priorities', fields: ['title', 'priority', 'documentDate'] },
  },
  layouts: { edit: { title: 'Edit', edits: ['title', 'code', 'status', 'priority', 'amount', 'documentDate'] } },
  documentViewers: { text: { title: 'Text', fields: ['title'] } },
  abilities: {
    DOWNLOAD: { title: 'Download', fields: ['title'] },
    PRINT: { title: 'Print', fields: ['title'] },
    PLACE_IN_MAILBOX: { title: 'Place in mailboxes', fields: ['title'] },
  },
});

const process = define({
  name: 'process',
  plural: 'processes',
  title: 'Process',
  fields: {
    reference: text({ title: 'Reference', required: true, maxLength: 100 }),
    channel: choice({ title: 'Channel', choices: { DESK: 'Desk', POST: 'Post', EMAIL: 'e-mail' } }),
    dueAt: dateTime({ title: 'Due' }),
    matter: reference({ title: 'Matter', to: 'matter' }),
  },
  views: { all: { title: 'All', fields: ['reference', 'channel', 'dueAt', 'matter'] } },
});

const matter = define({
  name: 'matter',
  plural: 'matters',
  title: 'Matter',
  fields: {
    name: text({ title: 'Name', required: true, maxLength: 100 }),
    place: text({ title: 'Place', maxLength: 100 }),
    openedAt: dateTime({ title: 'Opened' }),
  },
  views: { all: { title: 'All', fields: ['name', 'place', 'openedAt'] } },
});

/** Stands for the other types of records that a deployment has: planes are saved over ten of them. */
function other(number: number): ObjectDefinition {
  const fields = {
    name: text({ title: 'Name', required: true, maxLength: 100 }),
    state: choice({ title: 'State', choices: { OPEN: 'Open', DONE: 'Done' } }),
    amount: decimal({ title: 'Amount', scale: 2 }),
    dueAt: dateTime({ title: 'Due' }),
    document: reference({ title: 'Document', to: 'document' }),
  };
  const names = Object.keys(fields);
  return define({
    name: `paper${number}`,
    plural: `papers${number}`,
    title: `Paper ${number}`,
    fields,
    views: { all: { title: 'All', fields: names }, short: { title: 'Short', fields: ['name', 'state'] } },
    layouts: { edit: { title: 'Edit', edits: names } },
    abilities: { PRINT: { title: 'Print', fields: ['name'] } },
  });
}

/** What the benchmark's workspaces hold: documents of processes of matters, and seven other definitions. */
export const DEFINITIONS = definitionsOf([document, process, matter, ...[1, 2, 3, 4, 5, 6, 7].map(other)]);

export const DOCUMENT = DEFINITIONS.get('document')!;
