import { expect, test } from 'vitest';
import { createChangeCursors, type FollowedPlace, type Progress } from '../../src/delivery/cursors.ts';
import { parseSnapshot } from '../../src/delivery/snapshot.ts';

const [ADA, BEN] = ['01990000-0000-7000-8000-00000000000a', '01990000-0000-7000-8000-00000000000b'];
const cursors = createChangeCursors('one secret');
const place = (viewer: string, followed = 'papers'): FollowedPlace => ({ viewer, followed });
const progress = (through: string | null): Progress => ({
  done: parseSnapshot('10:10:'),
  next: through === null ? null : parseSnapshot('10:20:11'),
  through,
  sight: 'mark',
});
/** What ends a cursor is the viewer's own. */
const SIGNATURE = 22;

test.each([null, '0000000001 some id'])('M5: a cursor is read by whom it is for (%s)', (through) => {
  const { done, next, ...rest } = cursors.read(place(ADA), cursors.write(place(ADA), progress(through)));
  expect({ done: done.text, next: next?.text ?? null, ...rest }).toEqual({
    done: '10:10:',
    next: through === null ? null : '10:20:11',
    through,
    sight: 'mark',
  });
});

test('M5: those who have come equally far share all of a cursor but its signature', () => {
  const reached = progress(null);
  const [ada, ben] = [cursors.write(place(ADA), reached), cursors.write(place(BEN), reached)] as const;
  expect(ada.slice(0, -SIGNATURE)).toBe(ben.slice(0, -SIGNATURE));
  expect(ada.slice(-SIGNATURE)).not.toBe(ben.slice(-SIGNATURE));
});

test('M5: nobody goes on from a cursor of another viewer, list or server, or from one that was put together', () => {
  const reached = progress(null);
  const [ada, ben] = [cursors.write(place(ADA), reached), cursors.write(place(BEN), reached)] as const;
  const later = cursors.write(place(ADA), progress('0000000001 some id'));
  const refused = expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error;
  const read =
    (cursor: string, where = place(ADA)) =>
    () =>
      cursors.read(where, cursor);
  expect(read(ben)).toThrow(refused);
  expect(read(ada, place(BEN))).toThrow(refused);
  expect(read(ada, place(`${ADA}0`))).toThrow(refused);
  expect(read(ada, place(ADA, 'matters'))).toThrow(refused);
  expect(read(createChangeCursors('another secret').write(place(ADA), reached))).toThrow(refused);
  // The signature of another cursor of the same viewer, and of the same cursor of another one.
  expect(read(ada.slice(0, -SIGNATURE) + later.slice(-SIGNATURE))).toThrow(refused);
  expect(read(ada.slice(0, -SIGNATURE) + ben.slice(-SIGNATURE))).toThrow(refused);
  for (let at = 0; at < ada.length; at++)
    expect(read(ada.slice(0, at) + (ada[at] === 'A' ? 'B' : 'A') + ada.slice(at + 1))).toThrow(refused);
  for (const cut of [ada.slice(1), ada.slice(0, -1), ada.slice(0, -SIGNATURE), ada.slice(-SIGNATURE), `${ada}A`])
    expect(read(cut)).toThrow(refused);
});
