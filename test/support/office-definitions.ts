import {
  boolean,
  choice,
  date,
  dateTime,
  decimal,
  define,
  integer,
  reference,
  text,
  user,
  type Definitions,
} from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';

/** Matters with papers that refer to them and to each other; a field of every type. */
export const OFFICE_DEFINITIONS: Definitions = definitionsOf([
  define({
    name: 'matter',
    plural: 'matters',
    title: 'Matter',
    fields: { name: text({ title: 'Name', required: true }), parent: reference({ title: 'Parent', to: 'matter' }) },
    views: { list: { title: 'List', fields: ['name'] } },
    layouts: { edit: { title: 'Edit', edits: ['name', 'parent'] } },
  }),
  define({
    name: 'paper',
    plural: 'papers',
    title: 'Paper',
    fields: {
      title: text({ title: 'Title' }),
      state: choice({ title: 'State', choices: { NEW: 'New', OPEN: 'Open', DONE: 'Done' } }),
      dueAt: dateTime({ title: 'Due' }),
      day: date({ title: 'Day' }),
      pages: integer({ title: 'Pages' }),
      amount: decimal({ title: 'Amount', scale: 2 }),
      urgent: boolean({ title: 'Urgent' }),
      notes: text({ title: 'Notes' }),
      reader: user({ title: 'Reader' }),
      matter: reference({ title: 'Matter', to: 'matter' }),
      related: reference({ title: 'Related', to: 'paper' }),
    },
    views: {
      titles: { title: 'Titles', fields: ['title'] },
      notes: { title: 'Notes', fields: ['notes'] },
      states: { title: 'States', fields: ['title', 'state'] },
      open: {
        title: 'Open',
        fields: ['title', 'state'],
        where: { state: { equals: 'OPEN' } },
        orderBy: [{ field: 'title', direction: 'ASC' }],
      },
    },
    layouts: {
      notes: { title: 'Notes', edits: ['notes'] },
      state: { title: 'State', edits: ['state'] },
      all: {
        title: 'All',
        edits: ['title', 'state', 'dueAt', 'day', 'pages', 'amount', 'urgent', 'notes', 'reader', 'matter', 'related'],
      },
    },
    abilities: { PRINT: { title: 'Print', fields: ['title'] } },
  }),
]);
