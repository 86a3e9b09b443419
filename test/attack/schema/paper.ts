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
} from '../../../src/compiler/definition.ts';

/** A record with a field of each type, of which `secret` and `worth` are what attackers are after. */
export default define({
  name: 'paper',
  plural: 'papers',
  title: 'Paper',
  fields: {
    code: text({ title: 'Code', required: true, unique: true }),
    title: text({ title: 'Title' }),
    secret: text({ title: 'Secret' }),
    worth: decimal({ title: 'Worth', scale: 2 }),
    pages: integer({ title: 'Pages' }),
    filed: date({ title: 'Filed' }),
    seenAt: dateTime({ title: 'Seen at' }),
    urgent: boolean({ title: 'Urgent' }),
    status: choice({ title: 'Status', choices: { OPEN: 'Open', CLOSED: 'Closed' } }),
    parent: reference({ title: 'Parent', to: 'paper' }),
    author: user({ title: 'Author' }),
  },
  views: {
    all: {
      title: 'All',
      fields: ['code', 'title', 'worth', 'secret', 'pages', 'filed', 'seenAt', 'urgent', 'status', 'parent', 'author'],
    },
    outside: { title: 'Outside', fields: ['code', 'title', 'status', 'parent', 'pages'] },
    titles: { title: 'Titles', fields: ['title'] },
    secrets: { title: 'Secrets', fields: ['secret'] },
  },
  layouts: {
    edit: {
      title: 'Edit',
      edits: ['code', 'title', 'secret', 'worth', 'pages', 'filed', 'seenAt', 'urgent', 'status', 'parent', 'author'],
    },
    editOutside: { title: 'Edit outside', edits: ['code', 'title', 'status', 'parent', 'pages'] },
    editTitle: { title: 'Edit title', edits: ['title'] },
    editStatus: { title: 'Edit status', edits: ['status'] },
    editSecret: { title: 'Edit secret', edits: ['secret'] },
  },
});
