import { expect, it } from 'vitest';
import { decades, labelStride, linear, niceTicks, ticksWithin } from './scale';

it('axis ticks are round and reach past the largest figure', () => {
  expect(niceTicks(0, 8730, 4)).toEqual([0, 5000, 10000]);
  expect(niceTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(niceTicks(-1.4, 2.1, 4)).toEqual([-2, -1, 0, 1, 2, 3]);
  expect(niceTicks(0, 0, 4)).toEqual([0, 1]);
});

it('a bar is as long as its figure', () => {
  const x = linear([0, 200], [10, 110]);
  expect([x(0), x(100), x(200)]).toEqual([10, 60, 110]);
});

it('year labels thin out before they run into each other', () => {
  expect(labelStride(6, 8)).toBe(1);
  expect(labelStride(30, 8)).toBe(5);
});

it('an axis of powers of ten holds all its figures', () => {
  expect(decades(1, 19_522)).toEqual([1, 10, 100, 1000, 10_000, 100_000]);
  expect(decades(1, 100)).toEqual([1, 10, 100]);
});

it('an axis that ends with its data has at least three ticks, none outside', () => {
  expect(ticksWithin(0, 8.5, 4)).toEqual([0, 2, 4, 6, 8]);
  expect(ticksWithin(0.06, 0.78, 5)).toEqual([0.2, 0.4, 0.6]);
  expect(ticksWithin(3, 3, 5)).toEqual([3]);
});
