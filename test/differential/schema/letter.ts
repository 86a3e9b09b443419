import { define, reference, text } from '../../../src/compiler/definition.ts';

/** A small one that needs a right (R7), and that dossiers refer to and refers back. */
export default define({
  name: 'letter',
  plural: 'letters',
  title: 'Letter',
  right: 'letters',
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
  freeze: { title: 'Answered', when: { note: { startsWith: 'a' } }, fields: ['subject', 'dossier'] },
  abilities: { SIGN: { title: 'Sign', fields: ['note'] } },
});
