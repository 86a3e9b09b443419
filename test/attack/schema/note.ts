import { define, reference, text } from '../../../src/compiler/definition.ts';

/** A record that can't be without another one. */
export default define({
  name: 'note',
  plural: 'notes',
  title: 'Note',
  fields: {
    text: text({ title: 'Text', required: true }),
    paper: reference({ title: 'Paper', to: 'paper', required: true }),
  },
  views: { all: { title: 'All', fields: ['text', 'paper'] } },
  layouts: { edit: { title: 'Edit', edits: ['text', 'paper'] } },
});
