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

/** A field of every type, spread over small views and layouts so that planes can show very different parts; frozen partly or wholly (W7). */
export default define({
  name: 'dossier',
  plural: 'dossiers',
  title: 'Dossier',
  fields: {
    title: text({ title: 'Title' }),
    code: text({ title: 'Code', unique: true }),
    count: integer({ title: 'Count' }),
    amount: decimal({ title: 'Amount', scale: 2 }),
    urgent: boolean({ title: 'Urgent' }),
    day: date({ title: 'Day' }),
    moment: dateTime({ title: 'Moment' }),
    state: choice({ title: 'State', choices: { NEW: 'New', OPEN: 'Open', DONE: 'Done' } }),
    keeper: user({ title: 'Keeper' }),
    parent: reference({ title: 'Parent', to: 'dossier' }),
    letter: reference({ title: 'Letter', to: 'letter' }),
    seal: text({ title: 'Seal', readOnly: true }),
  },
  views: {
    basic: { title: 'Basic', fields: ['title', 'state'] },
    numbers: { title: 'Numbers', fields: ['count', 'amount', 'urgent'] },
    times: { title: 'Times', fields: ['day', 'moment'] },
    links: { title: 'Links', fields: ['parent', 'letter', 'keeper', 'code'] },
    open: {
      title: 'Open ones',
      fields: ['title', 'count'],
      where: { state: { notEquals: 'DONE' } },
      orderBy: [{ field: 'count', direction: 'ASC' }],
    },
  },
  layouts: {
    coding: { title: 'Coding', shows: ['title'], edits: ['state', 'count'] },
    linking: { title: 'Linking', shows: ['state'], edits: ['parent', 'letter', 'code'] },
    everything: {
      title: 'Everything',
      shows: ['seal'],
      edits: ['title', 'code', 'count', 'amount', 'urgent', 'day', 'moment', 'state', 'keeper', 'parent', 'letter'],
    },
  },
  documentViewers: { preview: { title: 'Preview', fields: ['title', 'seal'] } },
  freeze: [
    { title: 'Done', when: { state: { equals: 'DONE' } }, fields: ['count', 'letter', 'title'] },
    { title: 'Far off', when: { day: { greaterThan: 'today+5000d' }, not: { urgent: { equals: true } } } },
  ],
  abilities: { STAMP: { title: 'Stamp', fields: ['state', 'day'] }, FORWARD: { title: 'Forward' } },
});
