import { dateTime, define, reference, text } from '../src/compiler/definition.ts';

/** One step performed on a process: what its own system recorded, who did it and when. */
export default define({
  name: 'step',
  plural: 'steps',
  title: 'Step',
  fields: {
    process: reference({ title: 'Process', to: 'process', required: true }),
    step: text({ title: 'Step', maxLength: 100 }),
    name: text({ title: 'Name', required: true, maxLength: 300 }),
    group: text({ title: 'Group', maxLength: 200 }),
    performedBy: text({ title: 'Performed by', maxLength: 200 }),
    performedAt: dateTime({ title: 'Performed' }),
  },
  views: {
    all: {
      title: 'All steps',
      fields: ['process', 'step', 'name', 'group', 'performedBy', 'performedAt'],
      orderBy: [{ field: 'performedAt', direction: 'ASC' }],
    },
    history: { title: 'History', fields: ['process', 'name', 'performedAt'] },
  },
  layouts: {
    edit: { title: 'Edit everything', edits: ['process', 'step', 'name', 'group', 'performedBy', 'performedAt'] },
  },
});
