import { describe, expect, test } from 'vitest';
import { breakInheritance, restoreInheritance } from './breaks.ts';
import { removeFolder, restoreFolder } from './folder-writes.ts';
import { pathOf, seesFolder } from './folders.ts';
import { trash } from './lists.ts';
import { document, ids, refusalsOf, review, sightOf, world } from './sample.ts';
import { find, newArchiveEntries } from './world.ts';
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

  test('U3, W8: a user who does not exist is refused like one who is not seen', () => {
    const made = world({
      users: { fay: 'INTERNAL' },
      planes: { plane: { groups: ['EVERYONE'], document: { layouts: ['all'] } } },
      items: { coded: { definition: 'document' } },
    });
    const keeper = { ...document, fields: { ...document.fields, answers: { type: 'user' as const } } };
    const asked = { ...made, definitions: { document: keeper } };
    expect(refusalsOf(update(asked, 'fay', 'document', one, { answers: 'fay' }))).toEqual([]);
    expect(refusalsOf(update(asked, 'fay', 'document', one, { answers: 'nobody' }))).toEqual(['VALIDATION_FAILED']);
  });

  test('P3–P5: a DENY above reaches what is below, up to a break, which copies it', () => {
    const made = review({
      folders: { year: 'files', month: 'year' },
      items: { coded: { definition: 'document', folder: 'month', values: { title: 'a' } } },
      entries: [
        ...newArchiveEntries('files'),
        { object: 'year', principal: { user: 'emil' }, permission: 'VIEW', decision: 'DENY' },
      ],
    });
    expect(sightOf(made, 'emil')).toEqual([]);
    const broken = breakInheritance(made, 'month');
    expect(sightOf(broken, 'emil')).toEqual([]);
    const without = {
      ...broken,
      entries: broken.entries.filter(({ object, decision }) => object !== 'month' || decision === 'ALLOW'),
    };
    expect(sightOf(without, 'emil')).toEqual(['coded']);
    expect(pathOf(without, 'emil', find(without.folders, 'month'))).toEqual(['month']);
    expect(sightOf(restoreInheritance(without, 'month'), 'emil')).toEqual([]);
  });

  test('P8: a folder goes into the trash only with all that is in it, hidden things included, and comes back with it', () => {
    const made = review({
      folders: { year: 'files' },
      items: {
        coded: { definition: 'document', folder: 'year', values: { title: 'a', relevancy: 'YES' } },
        open: { definition: 'document', folder: 'files', values: { title: 'b' } },
      },
    });
    expect(refusalsOf(removeFolder(made, 'emil', 'year'))).toEqual(['FORBIDDEN']);
    const { world: after } = removeFolder(made, 'fay', 'year');
    expect([sightOf(after, 'fay'), seesFolder(after, 'fay', 'year')]).toEqual([[], false]);
    expect(refusalsOf(restore(after, 'fay', 'document', one))).toEqual(['VALIDATION_FAILED']);
    expect(sightOf(restoreFolder(after, 'fay', 'year').world, 'fay')).toEqual(['coded']);
    const hidden = { ...made, items: made.items.map((item) => ({ ...item, folder: 'year' })) };
    expect(refusalsOf(removeFolder(hidden, 'fay', 'year'))).toEqual(['FORBIDDEN']);
  });
});
