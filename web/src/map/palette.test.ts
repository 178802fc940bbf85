import { expect, it } from 'vitest';
import { darkColours, darkRasterColour, lightColours } from './palette';

it('hazards carry the colours of IMAS 07.11 in every theme', () => {
  for (const colours of [lightColours, darkColours]) expect([colours.cha, colours.sha]).toEqual(['#FF0000', '#F4A718']);
});

it('no colour of released land is green: green reads as permission', () => {
  for (const colours of [lightColours, darkColours]) {
    for (const colour of [colours.cleared, colours.clearedFill, colours.reduced, colours.cancelled]) {
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
      expect(g! > r! && g! > b!, colour).toBe(false);
    }
  }
});

it('on dark ground a pale class becomes dark and a dark one bright, grey stays grey', () => {
  expect(darkRasterColour('#ffffff')).toBe('#000000');
  expect(darkRasterColour('#404040')).toBe('#bfbfbf');
  // The middle of the scale keeps its place; the top of it, dark purple, becomes the brightest, still purple.
  expect(darkRasterColour('#ff8000')).toBe('#ff8000');
  expect(darkRasterColour('#3d0a4f')).toBe('#d8a5ea');
  expect(darkRasterColour('not a colour')).toBe('not a colour');
});
