import { expect, test } from 'vitest';
import { Refusal } from '../../src/access/refusals.ts';
import { createCursors } from '../../src/reader/cursor.ts';

const cursors = createCursors('a secret of this test, long enough to be one');
const place = { viewer: 'ben', definition: 'paper', order: 'title ASC, id DESC' };
const values = ['Confidential title', null, 5, true, '01a20086-0000-7000-8000-000000000000'];

function refusalOf(cursor: string, elsewhere: Partial<typeof place> = {}, by = cursors): unknown {
  try {
    return by.read({ ...place, ...elsewhere }, cursor, 'after');
  } catch (error) {
    return error instanceof Refusal ? error.code : error;
  }
}

test('a cursor gives back the values of its row, and is the same for the same row', () => {
  const cursor = cursors.write(place, values);
  expect(cursors.read(place, cursor, 'after')).toEqual(values);
  expect(cursors.write(place, values)).toBe(cursor);
});

test('a cursor shows nothing of the values that it holds', () => {
  const cursor = cursors.write(place, values);
  for (const encoding of ['latin1', 'utf8', 'hex'] as const) {
    expect(Buffer.from(cursor, 'base64url').toString(encoding)).not.toContain('Confidential');
  }
});

test('a cursor is good for its viewer, its list and its order only', () => {
  const cursor = cursors.write(place, values);
  expect(refusalOf(cursor, { viewer: 'cleo' })).toBe('VALIDATION_FAILED');
  expect(refusalOf(cursor, { definition: 'matter' })).toBe('VALIDATION_FAILED');
  expect(refusalOf(cursor, { order: 'title DESC, id DESC' })).toBe('VALIDATION_FAILED');
  expect(refusalOf(cursor, {}, createCursors('another secret of this test, long enough'))).toBe('VALIDATION_FAILED');
});

test('a cursor that was changed anywhere, cut or made up is refused', () => {
  const bytes = Buffer.from(cursors.write(place, values), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(refusalOf(changed.toString('base64url'))).toBe('VALIDATION_FAILED');
    expect(refusalOf(bytes.subarray(0, at).toString('base64url'))).toBe('VALIDATION_FAILED');
  }
  expect(refusalOf('')).toBe('VALIDATION_FAILED');
  expect(refusalOf('A'.repeat(2_000_000))).toBe('VALIDATION_FAILED');
});
