import { describe, expect, test } from 'vitest';
import { trash } from './lists.ts';
import { ids, refusalsOf, review, sightOf } from './sample.ts';
import { newArchiveEntries } from './world.ts';
import { create, move, remove, restore, update } from './writes.ts';

describe('writing', () => {
  const one = [{ id: 'coded' }];
  const both = [{ id: 'coded' }, { id: 'open' }];

  test('W1: each changed field must be EDIT, and several records need MASS_UPDATE on each', () => {
    expect(refusalsOf(update(review(), 'emil', 'document', one, { relevancy: 'NO' }))).toEqual([]);
    expect(refusalsOf(update(review(), 'emil', 'document', one, { title: 'other' }))).toEqual(['FORBIDDEN']);
    expect(refusalsOf(update(review(), 'emil', 'document', both, { relevancy: null }))).toEqual([]);
    expect(
      refusalsOf(
        update(
          review({ planes: { f: { groups: ['EVERYONE'], document: { layouts: ['coding'] } } } }),
          'emil',
          'document',
          both,
          { relevancy: 'NO' },
        ),
      ),
    ).toEqual(['FORBIDDEN']);
  });

  test('W2: deleting needs the ability in a plane that exposes the record; the trash shows it to the same viewers, who restore', () => {
    expect(refusalsOf(remove(review(), 'emil', 'document', one))).toEqual(['FORBIDDEN']);
    const after = remove(review(), 'fay', 'document', one).world;
    expect(sightOf(after, 'fay')).toEqual([]);
    expect([ids(trash(after, 'fay', 'document')), ids(trash(after, 'emil', 'document'))]).toEqual([['coded'], []]);
    expect(refusalsOf(restore(after, 'emil', 'document', one))).toEqual(['NOT_FOUND']);
    expect(sightOf(restore(after, 'fay', 'document', one).world, 'fay')).toEqual(['coded']);
  });

  test('W3: creating goes through one plane that grants CREATE, has the fields at EDIT, and whose restriction is met', () => {
    const through = (values: Record<string, string>) =>
      refusalsOf(
        create(review(), 'gus', { id: 'n', definition: 'document', archive: 'files', folder: 'files', values }),
      );
    expect(through({ relevancy: 'YES' })).toEqual(['VALIDATION_FAILED']);
    expect(through({ relevancy: 'YES', title: 't' })).toEqual(['FORBIDDEN']);
    expect(through({})).toEqual(['FORBIDDEN', 'VALIDATION_FAILED']);
  });

  test('W4: a change may move a record out of the planes of the viewer', () => {
    const after = update(review(), 'fay', 'document', one, { relevancy: null });
    expect(refusalsOf(after)).toEqual([]);
    expect(sightOf(after.world, 'fay')).toEqual([]);
  });

  test('W5: all or nothing; a hidden target is refused like a missing one', () => {
    const hidden = update(review(), 'fay', 'document', [{ id: 'coded' }, { id: 'open' }], { relevancy: 'NO' });
    expect(refusalsOf(hidden)).toEqual(['FORBIDDEN', 'NOT_FOUND']);
    expect(hidden.world.items[0]?.values.relevancy).toBe('YES');
    expect(refusalsOf(update(review(), 'fay', 'document', [{ id: 'open' }], { relevancy: 'NO' }))).toEqual([
      'NOT_FOUND',
    ]);
    expect(refusalsOf(update(review(), 'fay', 'document', [{ id: 'none' }], { relevancy: 'NO' }))).toEqual([
      'NOT_FOUND',
    ]);
  });

  test('W6: an expected version that is not the present one is stale, and a change makes a new one', () => {
    expect(refusalsOf(update(review(), 'fay', 'document', [{ id: 'coded', version: 2 }], { relevancy: 'NO' }))).toEqual(
      ['STALE_VERSION'],
    );
    expect(
      update(review(), 'fay', 'document', [{ id: 'coded', version: 1 }], { relevancy: 'NO' }).world.items[0]?.version,
    ).toBe(2);
  });

  test('W8: a reference to a record that the viewer cannot see is refused like one to a missing record', () => {
    const made = review({
      planes: {
        plane: { groups: ['EVERYONE'], document: { layouts: ['all'], restriction: { relevancy: { isSet: true } } } },
      },
    });
    const refer = (answers: string) => refusalsOf(update(made, 'fay', 'document', one, { answers }));
    expect([refer('coded'), refer('open'), refer('none')]).toEqual([[], ['VALIDATION_FAILED'], ['VALIDATION_FAILED']]);
  });

  test('P8, C8: a move into another archive needs EDIT there and one of the own clients', () => {
    const made = review({
      archives: { files: false, permits: true, closed: false },
      clients: ['general'],
      assignments: [['general', 'permits', 'gus']],
      entries: [
        ...newArchiveEntries('files'),
        ...newArchiveEntries('permits'),
        ...newArchiveEntries('closed').filter(({ permission }) => permission === 'VIEW'),
      ],
    });
    const to = (viewer: string, archive: string) => move(made, viewer, 'document', one, { archive, folder: archive });
    expect(to('gus', 'permits').world.items[0]).toMatchObject({ archive: 'permits', client: 'general' });
    expect(refusalsOf(to('fay', 'permits'))).toEqual(['NOT_FOUND']);
    expect(refusalsOf(to('fay', 'closed'))).toEqual(['FORBIDDEN']);
  });
});
