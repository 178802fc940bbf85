import { expect, it } from 'vitest';
import { labelStride, linear, niceTicks } from './scale';

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
