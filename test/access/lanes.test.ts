import { expect, test } from 'vitest';
import { createDurations, pickLane } from '../../src/access/lanes.ts';

const brief = { milliseconds: 1, isLong: false };
const long = { milliseconds: 50, isLong: true };

test('brief units fill the first connection, and then the next', () => {
  expect(pickLane([0, 0, 0], brief)).toBe(0);
  expect(pickLane([7, 0, 0], brief)).toBe(0);
  expect(pickLane([7.5, 3, 0], brief)).toBe(1);
  expect(pickLane([8, 8, 8], brief)).toBe(0);
  expect(pickLane([9, 8, 8], brief)).toBe(1);
});

test('no brief unit waits behind a long one while there is another connection', () => {
  expect(pickLane([8, 500, 0], brief)).toBe(2);
  expect(pickLane([40, 500, 500], brief)).toBe(0);
  expect(pickLane([500, 16, 17], brief)).toBe(1);
});

test('long units go where they wait least, and leave the first connection to the brief', () => {
  expect(pickLane([0, 0, 0], long)).toBe(1);
  expect(pickLane([0, 50, 0], long)).toBe(2);
  expect(pickLane([0, 50, 100], long)).toBe(1);
});

test('one connection carries everything', () => {
  expect(pickLane([30], brief)).toBe(0);
  expect(pickLane([30], long)).toBe(0);
});

test('what was never timed is long; what takes long for once is brief again before long', () => {
  const durations = createDurations();
  for (let times = 0; times < 40; times++) durations.took('page', 1);
  expect(durations.expected('page')).toEqual(brief);
  expect(durations.expected('count').isLong).toBe(true);
  durations.took('page', 1000);
  expect(durations.expected('page').isLong).toBe(true);
  for (let times = 0; times < 40; times++) durations.took('page', 1);
  expect(durations.expected('page').isLong).toBe(false);
});

test('where everything takes its time, nothing is long for that', () => {
  const durations = createDurations();
  for (let times = 0; times < 40; times++) durations.took('page', 30);
  durations.took('count', 900);
  expect(durations.expected('page').isLong).toBe(false);
  expect(durations.expected('count').isLong).toBe(true);
});

test('only so many names are remembered', () => {
  const durations = createDurations();
  for (let name = 0; name <= 1000; name++) durations.took(String(name), 1);
  expect(durations.expected('0').isLong).toBe(true);
  expect(durations.expected('1000')).toEqual(brief);
});
