import type { ContentInput } from '../administration/planes.ts';

export interface DemoPlane {
  name: string;
  /** The group that it is assigned to. */
  group: string;
  content: readonly ContentInput[];
}

/**
 * The planes of the workspace Review. First level: every document, coding and relevancy to be set, no notes. Second level:
 * what has a relevancy, with notes and confidentiality, but no pages. Whoever is in both sees each cell by one of them alone.
 */
export const REVIEW_PLANES: readonly DemoPlane[] = [
  {
    name: 'First-level review',
    group: 'First-level reviewers',
    content: [
      {
        definition: 'document',
        views: ['list', 'review', 'toReview'],
        layouts: ['firstLevel'],
        documentViewers: ['text', 'native', 'image'],
        abilities: ['MASS_UPDATE', 'PRINT'],
      },
      { definition: 'batch', views: ['list', 'open'], layouts: ['progress'], abilities: ['CLOSE_BATCH'] },
    ],
  },
  {
    name: 'Second-level review',
    group: 'Second-level reviewers',
    content: [
      {
        definition: 'document',
        views: ['review'],
        layouts: ['secondLevel'],
        documentViewers: ['text'],
        abilities: ['CREATE', 'DELETE', 'DOWNLOAD'],
        restriction: { relevancy: { isSet: true } },
      },
      { definition: 'batch', views: ['list'] },
    ],
  },
];
