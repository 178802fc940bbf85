import { expect, it } from 'vitest';
import { metresPerPixel, scaleStep } from './scale_bar';

it('the scale bar is a round length that fits', () => {
  expect(scaleStep(10, 120)).toEqual({ metres: 1000, pixels: 100 });
  expect(scaleStep(3, 120)).toMatchObject({ metres: 200 });
  for (const ground of [0.02, 0.7, 4, 33, 900]) {
    const { metres, pixels } = scaleStep(ground, 120);
    expect(pixels).toBeLessThanOrEqual(120);
    expect(pixels).toBeGreaterThan(120 / 2.6);
    expect(metres / pixels).toBeCloseTo(ground, 6);
  }
});

it('a pixel covers less ground away from the equator', () => {
  expect(metresPerPixel(0, 0)).toBeCloseTo(78271.5, 0);
  expect(metresPerPixel(60, 0)).toBeCloseTo(78271.5 / 2, 0);
});
