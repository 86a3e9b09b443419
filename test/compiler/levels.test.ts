import { describe, expect, test } from 'vitest';
import { boolean, define, text } from '../../src/compiler/definition.ts';
import { abilitiesOf, isActive, levelsOf, type DefinitionContent } from '../../src/compiler/levels.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import { fullContent, problemsOf } from '../../src/compiler/plane-content.ts';

const NOTE = define({
  name: 'note',
  plural: 'notes',
  title: 'Note',
  fields: {
    subject: text({ title: 'Subject' }),
    body: text({ title: 'Body' }),
    sealed: boolean({ title: 'Sealed', readOnly: true }),
  },
  views: { list: { title: 'List', fields: ['subject', 'sealed'] } },
  layouts: {
    read: { title: 'Read', shows: ['subject', 'body'] },
    write: { title: 'Write', shows: ['subject'], edits: ['body'] },
  },
  documentViewers: { page: { title: 'Page', fields: ['body'] } },
  abilities: { PRINT: { title: 'Print', fields: ['subject', 'body'] } },
});
const DEFINITIONS = definitionsOf([NOTE]);

const content = (parts: Partial<DefinitionContent>) => ({
  note: { views: [], layouts: [], documentViewers: [], abilities: [], restriction: null, ...parts },
});
const levels = (parts: Partial<DefinitionContent>) =>
  Object.fromEntries(Object.entries(levelsOf(NOTE, content(parts))).map(([field, { level }]) => [field, level]));

describe('A3: the level of a field', () => {
  test('is HIDDEN where nothing shows it', () => {
    expect(levels({})).toEqual({ subject: 'HIDDEN', body: 'HIDDEN', sealed: 'HIDDEN' });
    expect(levelsOf(NOTE, {})).toMatchObject({ body: { level: 'HIDDEN', sources: [] } });
  });

  test('is READ where a view, a layout or a document viewer shows it', () => {
    expect(levels({ views: ['list'] })).toEqual({ subject: 'READ', body: 'HIDDEN', sealed: 'READ' });
    expect(levels({ layouts: ['read'] })).toMatchObject({ subject: 'READ', body: 'READ' });
    expect(levels({ documentViewers: ['page'] })).toMatchObject({ subject: 'HIDDEN', body: 'READ' });
  });

  test('is EDIT where a layout edits it, whatever else only shows it', () => {
    expect(levels({ layouts: ['read', 'write'], documentViewers: ['page'] })).toMatchObject({
      subject: 'READ',
      body: 'EDIT',
    });
  });

  test('is never EDIT for a read-only field, whatever a stored definition says', () => {
    const odd = { ...NOTE, layouts: { write: { title: 'Write', shows: ['sealed'], edits: ['sealed'] } } };
    expect(levelsOf(odd, content({ layouts: ['write'] })).sealed).toEqual({
      field: 'sealed',
      level: 'READ',
      sources: [{ kind: 'layout', name: 'write', level: 'READ' }],
    });
  });

  test('A11: comes with everything that it comes from', () => {
    expect(levelsOf(NOTE, content({ layouts: ['read', 'write'], documentViewers: ['page'] })).body).toEqual({
      field: 'body',
      level: 'EDIT',
      sources: [
        { kind: 'layout', name: 'read', level: 'READ' },
        { kind: 'layout', name: 'write', level: 'EDIT' },
        { kind: 'documentViewer', name: 'page', level: 'READ' },
      ],
    });
  });
});

describe('A4: abilities', () => {
  test('count where the fields that they need are shown', () => {
    expect(abilitiesOf(NOTE, content({ views: ['list'], abilities: ['PRINT', 'DELETE'] }))).toEqual(['DELETE']);
    expect(abilitiesOf(NOTE, content({ layouts: ['read'], abilities: ['PRINT', 'DELETE'] }))).toEqual([
      'DELETE',
      'PRINT',
    ]);
  });

  test('A1: count nowhere without a view, layout or document viewer', () => {
    expect(isActive(NOTE, content({ abilities: ['CREATE'] }))).toBe(false);
    expect(abilitiesOf(NOTE, content({ abilities: ['CREATE'] }))).toEqual([]);
  });

  test('that the definition does not have count for nothing', () => {
    expect(abilitiesOf(NOTE, content({ layouts: ['read'], abilities: ['FLY'] }))).toEqual([]);
  });
});

describe('the content of a plane', () => {
  test('A9: that shows everything', () => {
    const full = fullContent(DEFINITIONS);
    expect(abilitiesOf(NOTE, full)).toEqual(['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE', 'PRINT']);
    expect(problemsOf(DEFINITIONS, full)).toEqual([]);
  });

  test('names what it has wrong, and where', () => {
    const problems = problemsOf(DEFINITIONS, {
      ...content({ views: ['toString'], restriction: { and: [{ subject: { roughly: 'x' } }] } }),
    });
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'note.views.toString',
      'note.restriction.and.0.subject.roughly',
    ]);
  });
});
