import { define, reference, text } from '../../../src/compiler/definition.ts';

/** A small one that dossiers refer to and that refers back. */
export default define({
  name: 'letter',
  plural: 'letters',
  title: 'Letter',
  fields: {
    subject: text({ title: 'Subject', required: true }),
    note: text({ title: 'Note' }),
    dossier: reference({ title: 'Dossier', to: 'dossier' }),
  },
  views: {
    list: { title: 'List', fields: ['subject'] },
    filed: { title: 'Filed', fields: ['subject', 'dossier'] },
  },
  layouts: {
    writing: { title: 'Writing', edits: ['subject', 'note'] },
    filing: { title: 'Filing', edits: ['dossier'] },
  },
  documentViewers: { text: { title: 'Text', fields: ['note'] } },
  abilities: { SIGN: { title: 'Sign', fields: ['note'] } },
});
