import { expect, test } from 'vitest';
import type { Condition } from '../../src/compiler/condition/condition.ts';
import { boolean, define, text, user } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import {
  exposedRecordSql,
  exposedSql,
  exposuresOf,
  indexPredicate,
  restrictionOf,
} from '../../src/compiler/restriction.ts';

const NOTE = define({
  name: 'note',
  plural: 'notes',
  title: 'Note',
  fields: { subject: text({ title: 'Subject' }), open: boolean({ title: 'Open' }), writer: user({ title: 'Writer' }) },
  views: { list: { title: 'List', fields: ['subject'] } },
});

const plane = (id: number, restriction: Condition | null, views = ['list']) => ({
  id,
  content: { note: { views, layouts: [], documentViewers: [], abilities: [], restriction } },
});
const blueprint = (planes: ReturnType<typeof plane>[]) => ({
  tag: 'abcdef',
  workspace: 3,
  definitions: definitionsOf([NOTE]),
  planes,
});
const open = { open: { equals: true } };

test('planes that expose the same records are asked about together', () => {
  const planes = [plane(1, open), plane(2, null), plane(3, open), plane(4, null), plane(5, null, [])];
  const exposures = exposuresOf(NOTE, planes);
  expect(exposures.map((each) => each.planes)).toEqual([
    [2, 4],
    [1, 3],
  ]);
  expect(exposedSql(blueprint(planes), NOTE)).toBe(
    `(select rowplane.viewer_in_any_plane('{2,4}'::integer[]))
    or ((select rowplane.viewer_in_any_plane('{1,3}'::integer[])) and open = true)`,
  );
  expect(exposedRecordSql(NOTE, exposures, 'item')).toBe(
    `mine && '{2,4}'::integer[]
      or (mine && '{1,3}'::integer[] and (item.open = true and item.open is not null))`,
  );
});

test('without a plane nothing is exposed', () => {
  expect(exposedSql(blueprint([]), NOTE)).toBe('false');
  expect(exposedRecordSql(NOTE, [], 'item')).toBe('false');
});

test('a restriction that always holds is none', () => {
  expect(restrictionOf(NOTE, plane(1, {}))).toBeNull();
  expect(restrictionOf(NOTE, plane(1, { or: [] }))).toEqual({ kind: 'constant', value: false });
});

test('an index is built for what holds whoever asks and whenever', () => {
  const predicate = (restriction: Condition) => {
    const parsed = restrictionOf(NOTE, plane(1, restriction));
    return parsed && indexPredicate(NOTE, parsed)?.sql;
  };
  expect(predicate(open)).toBe('open = true');
  expect(predicate({ and: [open, { writer: { equals: 'ME' } }] })).toBe('open = true');
  expect(predicate({ or: [open, { writer: { equals: 'ME' } }] })).toBeUndefined();
  expect(predicate({ writer: { equals: 'ME' } })).toBeUndefined();
});

test('many restrictions are left to a function, so that planning stays the same however many planes there are', () => {
  const planes = [1, 2, 3, 4, 5].map((id) => plane(id, { subject: { equals: `${id}` } }));
  expect(exposedSql(blueprint(planes), NOTE)).toBe(
    'ws_3_edit.note_exposed(note.*, (select rowplane.viewer_planes(3)))',
  );
  expect(exposedSql(blueprint(planes.slice(1)), NOTE)).not.toContain('note_exposed');
});
