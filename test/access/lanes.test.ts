import { expect, test } from 'vitest';
import { createDurations, pickLane } from '../../src/access/lanes.ts';

test('brief units fill the first connection, and then the next', () => {
  expect(pickLane([0, 0, 0], 1)).toBe(0);
  expect(pickLane([7, 0, 0], 1)).toBe(0);
  expect(pickLane([7.5, 3, 0], 1)).toBe(1);
  expect(pickLane([8, 8, 8], 1)).toBe(0);
  expect(pickLane([9, 8, 8], 1)).toBe(1);
});

test('no brief unit waits behind a long one while there is another connection', () => {
  expect(pickLane([8, 500, 0], 1)).toBe(2);
  expect(pickLane([40, 500, 500], 1)).toBe(0);
  expect(pickLane([500, 16, 17], 1)).toBe(1);
});

test('long units go where they wait least, and leave the first connection to the brief', () => {
  expect(pickLane([0, 0, 0], 50)).toBe(1);
  expect(pickLane([0, 50, 0], 50)).toBe(2);
  expect(pickLane([0, 50, 100], 50)).toBe(1);
});

test('one connection carries everything', () => {
  expect(pickLane([30], 1)).toBe(0);
  expect(pickLane([30], 100)).toBe(0);
});

test('what was never timed isn’t brief; what takes long for once is brief again before long', () => {
  const durations = createDurations();
  expect(durations.expected('page')).toBeGreaterThan(100);
  durations.took('page', 1);
  expect(durations.expected('page')).toBe(1);
  durations.took('page', 1000);
  expect(durations.expected('page')).toBeGreaterThan(100);
  for (let times = 0; times < 40; times++) durations.took('page', 1);
  expect(durations.expected('page')).toBeLessThan(2);
});

test('only so many names are remembered', () => {
  const durations = createDurations();
  for (let name = 0; name <= 1000; name++) durations.took(String(name), 1);
  expect(durations.expected('0')).toBeGreaterThan(100);
  expect(durations.expected('1000')).toBe(1);
});
