import { expect, test } from 'vitest';
import { createDurations, pickLane } from '../../src/access/lanes.ts';

const lane = (inFlight: number, long = 0) => ({ inFlight, long });

test('brief units fill the first connection, and then the next', () => {
  expect(pickLane([lane(0), lane(0), lane(0)], true)).toBe(0);
  expect(pickLane([lane(15), lane(0), lane(0)], true)).toBe(0);
  expect(pickLane([lane(16), lane(3), lane(0)], true)).toBe(1);
});

test('no brief unit waits behind a long one while there is another connection', () => {
  expect(pickLane([lane(16), lane(1, 1), lane(0)], true)).toBe(2);
  expect(pickLane([lane(40), lane(1, 1), lane(1, 1)], true)).toBe(0);
  expect(pickLane([lane(1, 1), lane(16), lane(17)], true)).toBe(1);
});

test('long units go where the fewest of them are, and leave the first connection to the brief', () => {
  expect(pickLane([lane(0), lane(0), lane(0)], false)).toBe(1);
  expect(pickLane([lane(0), lane(1, 1), lane(0)], false)).toBe(2);
  expect(pickLane([lane(0), lane(1, 1), lane(2, 2)], false)).toBe(1);
  expect(pickLane([lane(0), lane(5), lane(2)], false)).toBe(2);
});

test('one connection carries everything', () => {
  expect(pickLane([lane(30, 1)], true)).toBe(0);
  expect(pickLane([lane(30, 1)], false)).toBe(0);
});

test('what was never timed isn’t brief; what takes long for once is brief again before long', () => {
  const durations = createDurations();
  expect(durations.isBrief('page')).toBe(false);
  durations.took('page', 1);
  expect(durations.isBrief('page')).toBe(true);
  durations.took('page', 1000);
  expect(durations.isBrief('page')).toBe(false);
  for (let times = 0; times < 30; times++) durations.took('page', 1);
  expect(durations.isBrief('page')).toBe(true);
});

test('only so many names are remembered', () => {
  const durations = createDurations();
  durations.took('first', 1);
  for (let name = 0; name < 1000; name++) durations.took(String(name), 1);
  expect(durations.isBrief('first')).toBe(false);
  expect(durations.isBrief('999')).toBe(true);
});
