import { describe, expect, test } from 'vitest';
import { byId, list, page } from './lists.ts';
import { document, ids, refusalsOf, review, sightOf, world } from './sample.ts';
import { levelInPlane } from './planes.ts';
import { abilitiesOf, cellOf, levelOf } from './sight.ts';
import { groupsOf } from './viewers.ts';
import { ANONYMOUS, newArchiveEntries, type Condition, type World } from './world.ts';
import { changeClient, create, update } from './writes.ts';

describe('users and groups', () => {
  test('U9: a user has the groups above the own ones, and the built-in groups of the role', () => {
    const made = world({
      users: { ada: 'ADMINISTRATOR', eve: 'EXTERNAL', gil: 'GUEST' },
      groups: { all: ['team'], team: ['eve'], other: [] },
    });
    expect([...groupsOf(made, 'eve')].sort()).toEqual(['EVERYONE', 'EXTERNALS', 'all', 'team']);
    expect([...groupsOf(made, 'ada')].sort()).toEqual(['ADMINISTRATORS', 'EVERYONE', 'INTERNALS']);
    expect([...groupsOf(made, 'gil')]).toEqual(['GUESTS']);
    expect([...groupsOf(made, ANONYMOUS)]).toEqual(['ANONYMOUS']);
  });

  test('V1: blocked and inactive accounts see nothing, and a block that is over counts no longer', () => {
    const full = { everything: { groups: ['EVERYONE'], full: true as const } };
    const made = world({
      users: {
        forGood: { blockedUntil: 'infinity' },
        still: { blockedUntil: '2026-06-01T12:00:01.000Z' },
        over: { blockedUntil: '2026-06-01T11:00:00.000Z' },
        gone: { active: false },
      },
      planes: full,
      items: { one: { definition: 'document' } },
    });
    expect(['forGood', 'still', 'over', 'gone', 'nobody'].filter((name) => sightOf(made, name).length > 0)).toEqual([
      'over',
    ]);
  });

  test('P6, U9: a new archive allows Everyone, which is not guests and anonymous; a DENY to Everyone reaches all', () => {
    const sketch = {
      users: { eve: 'EXTERNAL', gil: 'GUEST' } as const,
      planes: { everything: { groups: ['EVERYONE', 'GUESTS', 'ANONYMOUS'], full: true as const } },
      items: { one: { definition: 'document' } },
    };
    const seers = (made: World): string[] =>
      ['eve', 'gil', ANONYMOUS].filter((viewer) => sightOf(made, viewer).length > 0);
    expect(seers(world(sketch))).toEqual(['eve']);
    const view = { object: 'files', permission: 'VIEW' } as const;
    const guests = { ...view, principal: { group: 'GUESTS' }, decision: 'ALLOW' } as const;
    expect(seers(world({ ...sketch, entries: [...newArchiveEntries('files'), guests] }))).toEqual(['eve', 'gil']);
    const nobody = { ...view, principal: { group: 'EVERYONE' }, decision: 'DENY' } as const;
    expect(seers(world({ ...sketch, entries: [...newArchiveEntries('files'), guests, nobody] }))).toEqual([]);
  });
});

describe('clients', () => {
  const permits = (clientsEnabled = true): World =>
    world({
      users: { ben: 'INTERNAL', cleo: 'INTERNAL', dan: 'INTERNAL' },
      archives: { permits: clientsEnabled },
      clients: ['experts', 'general'],
      groups: { desk: ['cleo'] },
      assignments: [
        ['general', 'permits', 'ben'],
        ['general', 'permits', 'desk'],
        ['experts', 'permits', 'cleo'],
      ],
      planes: { everything: { groups: ['EVERYONE'], full: true } },
      items: {
        common: { definition: 'document', client: 'general', values: { title: 't', code: '1' } },
        rare: { definition: 'document', client: 'experts', values: { title: 't', code: '2' } },
      },
    });
  const values = { title: 'new' };
  const place = { archive: 'permits', folder: 'permits' };

  test('C1, C5: with clients on, a viewer sees the records of the own clients; with clients off, all', () => {
    expect(sightOf(permits(), 'ben')).toEqual(['common']);
    expect(sightOf(permits(), 'cleo')).toEqual(['common', 'rare']);
    expect(sightOf(permits(false), 'dan')).toEqual(['common', 'rare']);
  });

  test('C6: an archive does not exist for whoever is assigned to none of its clients', () => {
    expect(sightOf(permits(), 'dan')).toEqual([]);
    const made = create(permits(), 'dan', { id: 'n', definition: 'document', ...place, values });
    expect(refusalsOf(made)).toEqual(['NOT_FOUND']);
  });

  test('C7, C8: a new record gets the only client; with several the viewer chooses among the own ones', () => {
    const by = (viewer: string, client?: string) =>
      create(permits(), viewer, { id: 'n', definition: 'document', ...place, client, values });
    expect(by('ben').world.items.find(({ id }) => id === 'n')?.client).toBe('general');
    expect(refusalsOf(by('cleo'))).toEqual(['CLIENT_REQUIRED']);
    expect(by('cleo', 'experts').world.items.find(({ id }) => id === 'n')?.client).toBe('experts');
    expect(refusalsOf(by('ben', 'experts'))).toEqual(['NOT_FOUND']);
  });

  test('C7, W4: a record changes only to a client of the viewer', () => {
    expect(changeClient(permits(), 'cleo', 'document', [{ id: 'common' }], 'experts').world.items[0]?.client).toBe(
      'experts',
    );
    expect(refusalsOf(changeClient(permits(), 'ben', 'document', [{ id: 'common' }], 'experts'))).toEqual([
      'NOT_FOUND',
    ]);
  });

  test('V2: a unique value is taken per client only', () => {
    const set = (id: string) => update(permits(), 'cleo', 'document', [{ id }], { code: '2' });
    expect(refusalsOf(set('common'))).toEqual([]);
    const clash = changeClient(set('common').world, 'cleo', 'document', [{ id: 'common' }], 'experts');
    expect(refusalsOf(clash)).toEqual(['VALIDATION_FAILED']);
  });
});

describe('planes', () => {
  test('A3: a field is EDIT by a layout that edits it, READ where something shows it, and never EDIT if read-only', () => {
    const level = (content: object, field: string) =>
      levelInPlane(world({ planes: { plane: { groups: [], document: content } } }).planes[0]!, document, field);
    expect(level({ layouts: ['coding'] }, 'relevancy')).toBe('EDIT');
    expect(level({ layouts: ['coding'] }, 'title')).toBe('READ');
    expect(level({ documentViewers: ['text'] }, 'title')).toBe('READ');
    expect(level({ views: ['list'] }, 'notes')).toBe('HIDDEN');
    expect(level({ layouts: ['all'] }, 'seal')).toBe('READ');
  });

  test('A2: a plane exposes the records that meet its restriction', () => {
    expect(sightOf(review(), 'emil')).toEqual(['coded', 'open']);
    expect(sightOf(review(), 'fay')).toEqual(['coded']);
  });

  test('A1: a definition without view, layout and document viewer is not active, whatever abilities it has', () => {
    const made = world({
      users: { ben: 'INTERNAL' },
      planes: { plane: { groups: ['EVERYONE'], document: { abilities: ['DELETE'] } } },
      items: { one: { definition: 'document' } },
    });
    expect(sightOf(made, 'ben')).toEqual([]);
  });

  test('A7: cells never mix planes', () => {
    // The plane of the notes shows only NO, the plane of all records shows no notes: no plane shows the notes of YES.
    const made = world({
      users: { ben: 'INTERNAL' },
      planes: {
        all: { groups: ['EVERYONE'], document: { views: ['list'] } },
        some: { groups: ['EVERYONE'], document: { views: ['notes'], restriction: { relevancy: { equals: 'NO' } } } },
      },
      items: {
        yes: { definition: 'document', values: { relevancy: 'YES', notes: 'secret' } },
        no: { definition: 'document', values: { relevancy: 'NO', notes: 'open' } },
      },
    });
    const cells = made.items.map((item) => cellOf(made, 'ben', item, 'notes').value);
    expect(cells).toEqual([null, 'open']);
    expect(made.items.map((item) => levelOf(made, 'ben', item, 'notes'))).toEqual(['HIDDEN', 'READ']);
  });

  test('A8: an ability comes from a plane that exposes the record; A4: and shows the fields that it needs', () => {
    const made = review();
    const [coded, open] = made.items;
    expect(abilitiesOf(made, 'gus', coded!)).toEqual(['CREATE', 'DELETE', 'MASS_UPDATE']);
    expect(abilitiesOf(made, 'gus', open!)).toEqual(['MASS_UPDATE']);
  });

  test('V4: where the tree forbids EDIT, levels and writing abilities are lowered', () => {
    const made = review({ entries: newArchiveEntries('files').filter(({ permission }) => permission !== 'EDIT') });
    expect(levelOf(made, 'gus', made.items[0]!, 'relevancy')).toBe('READ');
    expect(abilitiesOf(made, 'gus', made.items[0]!)).toEqual([]);
  });
});

describe('conditions and lists', () => {
  const made = review();
  const found = (viewer: string, where: Condition) => ids(list(made, viewer, 'document', { where })).sort();

  test('A5: on an empty value isNotSet, notEquals and notIn hold and all others do not; not is exact negation', () => {
    const holding = (comparison: object) =>
      found('emil', { and: [{ title: { equals: 'b' } }, { relevancy: comparison }] }).length > 0;
    expect([{ isNotSet: true }, { notEquals: 'YES' }, { notIn: ['YES'] }, { isSet: false }].map(holding)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([{ isSet: true }, { equals: 'YES' }, { in: ['YES'] }, { startsWith: '' }].map(holding)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(found('emil', { not: { relevancy: { equals: 'YES' } } })).toEqual(['open']);
  });

  test('V3: a comparison with a hidden cell is false, and so is its negation', () => {
    expect(found('fay', { notes: { isSet: true } })).toEqual([]);
    expect(found('fay', { not: { notes: { isSet: true } } })).toEqual([]);
    expect(found('fay', { not: { and: [{ notes: { isSet: true } }, { title: { equals: 'zz' } }] } })).toEqual([
      'coded',
    ]);
  });

  test('V3: hidden and empty cells come last in both directions, ties with the greatest id first', () => {
    const order = (direction: 'ASC' | 'DESC') =>
      ids(list(made, 'emil', 'document', { orderBy: [{ field: 'pages', direction }] }));
    expect(order('ASC')).toEqual(['coded', 'open']);
    expect(order('DESC')).toEqual(['coded', 'open']);
    expect(ids(list(made, 'emil', 'document'))).toEqual(['open', 'coded']);
  });

  test('a page is cut by after and before, then by first or last', () => {
    const items = review({
      items: Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { definition: 'document' }])),
    }).items;
    expect(page(items, { first: 2, after: 'a' })).toMatchObject({
      items: [{ id: 'b' }, { id: 'c' }],
      hasNext: true,
      hasPrevious: true,
    });
    expect(page(items, { last: 2, before: 'd' })).toMatchObject({
      items: [{ id: 'b' }, { id: 'c' }],
      hasNext: true,
      hasPrevious: true,
    });
    expect(page(items, { last: 9 })).toMatchObject({ hasNext: false, hasPrevious: false });
  });

  test('V2: by id a hidden record is like none', () => {
    expect(byId(made, 'fay', 'document', 'coded')?.id).toBe('coded');
    expect(byId(made, 'fay', 'document', 'open')).toBeUndefined();
  });

  test('a reference to a record that the viewer cannot see reads as empty', () => {
    const linked = review({
      planes: {
        plane: {
          groups: ['EVERYONE'],
          document: { views: ['list', 'links'], restriction: { relevancy: { isSet: true } } },
        },
      },
      items: {
        answer: { definition: 'document', values: { relevancy: 'YES', answers: 'question' } },
        question: { definition: 'document' },
      },
    });
    expect(cellOf(linked, 'fay', linked.items[0]!, 'answers')).toMatchObject({ visible: true, value: null });
    expect(ids(list(linked, 'fay', 'document', { where: { answers: { isNotSet: true } } }))).toEqual(['answer']);
  });
});
