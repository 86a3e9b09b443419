import { visibleItems } from './sight.ts';
import { smallWorld, type Sketch } from './small-world.ts';
import type { Definition, World } from './world.ts';

export const document: Definition = {
  name: 'document',
  fields: {
    title: { type: 'text', required: true },
    relevancy: { type: 'choice', choices: ['YES', 'NO'] },
    notes: { type: 'text' },
    pages: { type: 'integer' },
    code: { type: 'text', unique: true },
    seal: { type: 'text', readOnly: true },
    answers: { type: 'reference', to: 'document' },
  },
  views: {
    list: { fields: ['title', 'relevancy'] },
    notes: { fields: ['notes', 'pages'] },
    links: { fields: ['answers'] },
  },
  layouts: {
    coding: { shows: ['title', 'relevancy'], edits: ['relevancy'] },
    all: {
      shows: ['title', 'relevancy', 'notes', 'pages', 'code', 'seal', 'answers'],
      edits: ['title', 'relevancy', 'notes', 'pages', 'code', 'seal', 'answers'],
    },
  },
  documentViewers: { text: { fields: ['title'] } },
  abilities: { REDACT: { fields: ['notes'] } },
};

const definitions = { document };
export const world = (sketch: Omit<Sketch, 'definitions'>): World => smallWorld({ definitions, ...sketch });
export const ids = (items: { id: string }[]): string[] => items.map(({ id }) => id);
export const sightOf = (from: World, viewer: string): string[] => ids(visibleItems(from, viewer, 'document')).sort();
export const refusalsOf = ({ refusals }: { refusals: Set<string> }): string[] => [...refusals].sort();

/** The worked example: a plane for all documents, and one for those with a relevancy. */
export const review = (more: Omit<Sketch, 'definitions'> = {}): World =>
  world({
    users: { emil: 'INTERNAL', fay: 'INTERNAL', gus: 'EXTERNAL' },
    groups: { first: ['emil', 'gus'], second: ['fay', 'gus'] },
    planes: {
      firstLevel: {
        groups: ['first'],
        document: { views: ['notes'], layouts: ['coding'], abilities: ['MASS_UPDATE'] },
      },
      secondLevel: {
        groups: ['second'],
        document: {
          layouts: ['coding'],
          abilities: ['CREATE', 'DELETE', 'REDACT'],
          restriction: { relevancy: { isSet: true } },
        },
      },
    },
    items: {
      coded: { definition: 'document', values: { title: 'a', relevancy: 'YES', notes: 'x', pages: 3 } },
      open: { definition: 'document', values: { title: 'b', notes: 'y' } },
    },
    ...more,
  });
