import { boolean, choice, date, decimal, define, integer, reference, text } from '../src/compiler/definition.ts';

export default define({
  name: 'document',
  plural: 'documents',
  title: 'Document',
  fields: {
    title: text({ title: 'Title' }),
    documentDate: date({ title: 'Date of the document' }),
    pages: integer({ title: 'Pages' }),
    amount: decimal({ title: 'Amount', scale: 2 }),
    confidential: boolean({ title: 'Confidential' }),
    relevancy: choice({
      title: 'Relevancy',
      choices: { RELEVANT: 'Relevant', NOT_RELEVANT: 'Not relevant', PRIVILEGED: 'Privileged', UNCLEAR: 'Unclear' },
    }),
    coding: text({ title: 'Coding', maxLength: 200 }),
    notes: text({ title: 'Notes', maxLength: 100_000 }),
    process: reference({ title: 'Process', to: 'process' }),
    batch: reference({ title: 'Batch', to: 'batch' }),
  },
  views: {
    list: { title: 'Documents', fields: ['title', 'documentDate', 'pages'] },
    review: {
      title: 'Review',
      fields: ['title', 'documentDate', 'relevancy', 'coding', 'batch'],
      orderBy: [{ field: 'documentDate', direction: 'DESC' }],
    },
    toReview: {
      title: 'To review',
      fields: ['title', 'batch'],
      where: { relevancy: { isSet: false } },
    },
    amounts: { title: 'Amounts', fields: ['title', 'amount', 'process'] },
  },
  layouts: {
    firstLevel: {
      title: 'First-level review',
      shows: ['title', 'documentDate', 'pages', 'batch'],
      edits: ['coding', 'relevancy'],
    },
    secondLevel: {
      title: 'Second-level review',
      shows: ['title', 'documentDate', 'coding', 'confidential', 'batch'],
      edits: ['relevancy', 'notes'],
    },
    edit: {
      title: 'Edit everything',
      edits: [
        'title',
        'documentDate',
        'pages',
        'amount',
        'confidential',
        'relevancy',
        'coding',
        'notes',
        'process',
        'batch',
      ],
    },
  },
  documentViewers: {
    text: { title: 'Text', fields: ['title'] },
    native: { title: 'Native file', fields: ['title', 'pages'] },
    image: { title: 'Images', fields: ['title', 'pages'] },
  },
  abilities: {
    DOWNLOAD: { title: 'Download', fields: ['title'] },
    PRINT: { title: 'Print', fields: ['title', 'pages'] },
    REDACT: { title: 'Redact', fields: ['title', 'pages'] },
    PLACE_IN_MAILBOX: { title: 'Place in mailbox', fields: ['title'] },
  },
});
