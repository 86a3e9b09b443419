import { choice, dateTime, define, text } from '../src/compiler/definition.ts';

export default define({
  name: 'batch',
  plural: 'batches',
  title: 'Batch',
  fields: {
    name: text({ title: 'Name', required: true, unique: true, maxLength: 200 }),
    status: choice({ title: 'Status', choices: { OPEN: 'Open', IN_REVIEW: 'In review', DONE: 'Done' } }),
    receivedAt: dateTime({ title: 'Received' }),
  },
  views: {
    list: { title: 'Batches', fields: ['name', 'status', 'receivedAt'] },
    open: { title: 'Open batches', fields: ['name', 'receivedAt'], where: { status: { notEquals: 'DONE' } } },
  },
  layouts: {
    progress: { title: 'Progress', shows: ['name', 'receivedAt'], edits: ['status'] },
    edit: { title: 'Edit everything', edits: ['name', 'status', 'receivedAt'] },
  },
  abilities: {
    CLOSE_BATCH: { title: 'Close', fields: ['status'] },
  },
});
