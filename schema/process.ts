import { choice, dateTime, define, text } from '../src/compiler/definition.ts';

export default define({
  name: 'process',
  plural: 'processes',
  title: 'Process',
  fields: {
    reference: text({ title: 'Reference', required: true, unique: true, maxLength: 100 }),
    channel: choice({
      title: 'Channel',
      choices: { INTERNET: 'Internet', DESK: 'Desk', POST: 'Post', EMAIL: 'e-mail', INTERN: 'Intern' },
    }),
    department: text({ title: 'Department', maxLength: 200 }),
    group: text({ title: 'Group', maxLength: 200 }),
    responsible: text({ title: 'Responsible', maxLength: 200 }),
    startedAt: dateTime({ title: 'Started' }),
    dueAt: dateTime({ title: 'Due' }),
    plannedEndAt: dateTime({ title: 'Planned end' }),
    endedAt: dateTime({ title: 'Ended' }),
  },
  views: {
    worklist: {
      title: 'Worklist',
      fields: ['reference', 'channel', 'group', 'responsible', 'dueAt'],
      where: { endedAt: { isSet: false } },
      orderBy: [{ field: 'dueAt', direction: 'ASC' }],
    },
    overdue: {
      title: 'Overdue',
      fields: ['reference', 'responsible', 'dueAt'],
      where: { and: [{ endedAt: { isNotSet: true } }, { dueAt: { lessThan: 'now' } }] },
      orderBy: [{ field: 'dueAt', direction: 'ASC' }],
    },
    all: {
      title: 'All processes',
      fields: ['reference', 'channel', 'department', 'group', 'responsible', 'startedAt', 'dueAt', 'endedAt'],
    },
  },
  layouts: {
    summary: { title: 'Summary', shows: ['reference', 'channel', 'startedAt', 'dueAt', 'endedAt'] },
    assign: { title: 'Assign', shows: ['reference', 'channel'], edits: ['group', 'responsible'] },
    edit: {
      title: 'Edit everything',
      edits: [
        'reference',
        'channel',
        'department',
        'group',
        'responsible',
        'startedAt',
        'dueAt',
        'plannedEndAt',
        'endedAt',
      ],
    },
  },
  abilities: {
    PLACE_IN_MAILBOX: { title: 'Place in mailbox', fields: ['reference'] },
    SEND_PROCESS: { title: 'Send process', fields: ['reference', 'responsible'] },
  },
  freeze: { title: 'Ended', when: { endedAt: { isSet: true } } },
});
