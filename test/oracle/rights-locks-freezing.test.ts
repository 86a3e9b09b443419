import { describe, expect, test } from 'vitest';
import { mayUse } from './functions.ts';
import { underLocks } from './lock-writes.ts';
import { setEntry } from './permission-writes.ts';
import { rightLevel } from './rights.ts';
import { document, refusalsOf, sightOf } from './sample.ts';
import { abilitiesOf, levelOf } from './sight.ts';
import { smallWorld, type Sketch } from './small-world.ts';
import { emptyTrash } from './trash-writes.ts';
import { find, newWorkspaceEntries, type World } from './world.ts';
import { remove, restore, transfer, update } from './writes.ts';

const FINANCE = { finance: ['worklist', 'payments'] };
const definitions = {
  document: {
    ...document,
    right: 'worklist',
    freezes: [
      { when: { relevancy: { equals: 'NO' } }, fields: ['notes', 'answers'] },
      { when: { pages: { greaterThan: 99 } } },
    ],
  },
};

/** Ann may do everything with two records: one frozen in part, one as a whole. */
const world = (more: Omit<Sketch, 'definitions'> = {}): World =>
  smallWorld({
    definitions,
    users: { ann: 'ADMINISTRATOR', bob: 'INTERNAL', gus: 'GUEST' },
    applications: FINANCE,
    profiles: {
      all: { application: 'finance', levels: { payments: 'EDIT' } },
      payable: { application: 'finance', levels: { worklist: 'EDIT' } },
      reading: { application: 'finance', levels: { worklist: 'DISPLAY' } },
    },
    rightsRoles: { clerk: ['all', 'payable'] },
    rightsAssignments: [['ann', 'company', 'clerk']],
    planes: { all: { groups: ['EVERYONE'], full: true } },
    items: {
      partly: { definition: 'document', owner: 'ann', values: { title: 'a', relevancy: 'NO', answers: 'wholly' } },
      wholly: { definition: 'document', owner: 'ann', values: { title: 'b', pages: 100 } },
    },
    ...more,
  });
const levels = (from: World, item: string): string[] =>
  ['notes', 'relevancy'].map((field) => levelOf(from, 'ann', find(from.items, item), field));

test('R6: the worked example, and R5: the highest level counts', () => {
  const both = world({
    company: 'A-GmbH',
    rightsAssignments: [
      ['bob', 'A-GmbH', 'all'],
      ['bob', 'A-GmbH', 'payable'],
      ['bob', 'A-GmbH', 'reading'],
      ['bob', 'B-GmbH', 'all'],
    ],
  });
  expect(rightLevel(both, 'bob', 'A-GmbH', 'worklist')).toBe('EDIT');
  expect(rightLevel(both, 'bob', 'B-GmbH', 'worklist')).toBe('NONE');
  expect(sightOf(both, 'bob')).toEqual(['partly', 'wholly']);
  expect(sightOf({ ...both, workspaces: [{ id: 'office', company: 'B-GmbH' }] }, 'bob')).toEqual([]);
});

test('R7, V4: with DISPLAY a record is read, and nothing about it can be written', () => {
  const reading = world({ rightsAssignments: [['ann', 'company', 'reading']] });
  expect(levels(reading, 'partly')).toEqual(['READ', 'READ']);
  expect(abilitiesOf(reading, 'ann', find(reading.items, 'partly'))).toEqual(['REDACT']);
  expect(refusalsOf(remove(reading, 'ann', 'document', [{ id: 'partly' }]))).toContain('FORBIDDEN');
  expect(sightOf(reading, 'bob')).toEqual([]);
});

describe('W7', () => {
  test('V4: nobody has EDIT on what is frozen, nor abilities that change what is frozen as a whole', () => {
    expect(levels(world(), 'partly')).toEqual(['READ', 'EDIT']);
    expect(levels(world(), 'wholly')).toEqual(['READ', 'READ']);
    expect(abilitiesOf(world(), 'ann', find(world().items, 'wholly'))).toEqual(['CREATE', 'REDACT']);
  });

  test('is judged on the record as it was, and leaves restoring and owners alone', () => {
    const change = (id: string, changes: Record<string, string>) =>
      refusalsOf(update(world(), 'ann', 'document', [{ id }], changes));
    expect(change('partly', { relevancy: 'YES' })).toEqual([]);
    expect(change('partly', { relevancy: 'YES', notes: 'x' })).toEqual(['FORBIDDEN']);
    expect(change('wholly', { title: 'x' })).toEqual(['FORBIDDEN']);
    expect(refusalsOf(transfer(world(), 'ann', 'document', [{ id: 'wholly' }], 'bob'))).toEqual([]);
    const trashed = world({ items: { old: { definition: 'document', trashed: true, values: { pages: 100 } } } });
    expect(refusalsOf(restore(trashed, 'ann', 'document', [{ id: 'old' }]))).toEqual([]);
  });

  test('W2: what is frozen, or referred to by a frozen cell, is not erased', () => {
    const trashed = { definition: 'document', trashed: true };
    const made = world({
      items: {
        frozen: { ...trashed, values: { title: 'a', pages: 100 } },
        held: { ...trashed, values: { title: 'b' } },
        holding: { definition: 'document', values: { title: 'c', relevancy: 'NO', answers: 'held' } },
        free: { ...trashed, values: { title: 'd' } },
      },
    });
    expect(emptyTrash(made, 'ann', 'office').world.items.map(({ id }) => id)).toEqual(['frozen', 'held', 'holding']);
  });
});

test('D1: only the owner transfers, to active users who are no guests', () => {
  const give = (viewer: string, to: string) =>
    refusalsOf(transfer(world(), viewer, 'document', [{ id: 'partly' }], to));
  expect(give('ann', 'bob')).toEqual([]);
  expect(give('ann', 'gus')).toEqual(['VALIDATION_FAILED']);
  expect(give('ann', 'nobody')).toEqual(['NOT_FOUND']);
  expect(give('bob', 'ann')).toEqual(['NOT_FOUND']);
});

test('P10, U4: functions are decided as permissions are, and guests use none that creates', () => {
  const made = world({
    functionEntries: [
      ...newWorkspaceEntries('office'),
      { workspace: 'office', function: 'EMPTY_TRASH', principal: { user: 'bob' }, decision: 'DENY' },
      { workspace: 'office', function: 'IMPORT', principal: { group: 'GUESTS' }, decision: 'ALLOW' },
    ],
  });
  expect(['ann', 'bob', 'gus'].map((user) => mayUse(made, user, 'office', 'EMPTY_TRASH'))).toEqual([
    true,
    false,
    false,
  ]);
  expect(['ann', 'bob', 'gus'].map((user) => mayUse(made, user, 'office', 'IMPORT'))).toEqual([true, true, false]);
  expect(refusalsOf(emptyTrash(made, 'bob', 'office'))).toContain('FORBIDDEN');
});

test('P11: only the holder writes, everyone reads on, and the lock ends with what its holder needs for it', () => {
  const locked = world({
    users: { ann: 'ADMINISTRATOR', ada: 'ADMINISTRATOR', bob: 'INTERNAL' },
    lockedBy: 'ann',
    rightsAssignments: [
      ['ann', 'company', 'clerk'],
      ['bob', 'company', 'clerk'],
    ],
  });
  const change = (viewer: string) =>
    underLocks(locked, viewer, 'office', (open) =>
      update(open, viewer, 'document', [{ id: 'partly' }], { title: 'x' }),
    );
  expect(refusalsOf(change('bob'))).toEqual(['LOCKED']);
  expect(refusalsOf(change('ann'))).toEqual([]);
  expect(sightOf(locked, 'bob')).toEqual(['partly', 'wholly']);
  expect(levelOf(locked, 'bob', find(locked.items, 'partly'), 'relevancy')).toBe('READ');
  const deny = { object: 'files', principal: { user: 'ann' }, permission: 'VIEW', decision: 'DENY' } as const;
  const denied = underLocks(locked, 'ann', undefined, (open) => setEntry(open, 'ann', deny, true));
  expect(refusalsOf(denied)).toEqual([]);
  expect(denied.world.locks).toEqual([]);
});
