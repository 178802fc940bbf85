import { expect, it } from 'vitest';
import { lightColours } from './palette';
import { crossHatch, diagonalHatch, dots, patterns, type PatternImage } from './patterns';

const cover = (image: PatternImage) => image.data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + alpha, 0) / (255 * image.width * image.height);
const alpha = (image: PatternImage, x: number, y: number) => image.data[4 * (((y + image.height) % image.height) * image.width + ((x + image.width) % image.width)) + 3]!;

it('hatches join without a seam at the edges of their tile', () => {
  const hatch = diagonalHatch('#a96a00');
  for (let i = 0; i < hatch.width; i++) {
    // A diagonal goes on: one step right and one step up is the same point of the line, also across the edge.
    expect(alpha(hatch, i, 0)).toBe(alpha(hatch, i + 1, -1));
    expect(alpha(hatch, 0, i)).toBe(alpha(hatch, -1, i + 1));
  }
});

it('confirmed is crossed, suspected is lined, reduced is dotted: no two look alike in black and white', () => {
  const [cross, line, dot] = [crossHatch('#b80000'), diagonalHatch('#b80000'), dots('#b80000')].map(cover);
  expect(cross! / line!).toBeGreaterThan(1.3);
  expect(dot!).toBeGreaterThan(0.03);
  expect(dot!).toBeLessThan(line!);
  expect(Object.keys(patterns(lightColours))).toEqual(['cha-hatch', 'sha-hatch', 'reduced-dots']);
});
