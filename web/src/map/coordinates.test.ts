import { describe, expect, it } from 'vitest';
import { formatLatLon, formatProgramme, parseLatLon } from './coordinates';

describe('coordinates typed into the search box', () => {
  it.each([
    ['41.7, 51.5', 51.5, 41.7],
    ['41.70125 51.5', 51.5, 41.70125],
    ['41.7 N, 51.5 E', 51.5, 41.7],
    ['51.5E 41.7N', 51.5, 41.7],
    ['S 33.9; E 18.4', 18.4, -33.9],
    ['-33.9,18.4', 18.4, -33.9],
  ])('%s is read latitude first unless a letter says otherwise', (text, lon, lat) => {
    expect(parseLatLon(text)).toEqual({ lon, lat });
  });

  it.each(['Ağdam', 'HA-12', '41.7', '91, 20', '41.7, 51.5, 3'])('%s is not a position', (text) => {
    expect(parseLatLon(text)).toBeNull();
  });
});

describe('coordinates shown under the cursor', () => {
  it('carry their hemisphere', () => {
    expect(formatLatLon({ lon: 51.5, lat: 41.7 })).toBe('41.70000° N, 51.50000° E');
    expect(formatLatLon({ lon: -70.5, lat: -4.25 })).toBe('04.25000° S, 70.50000° W');
  });

  // Oracle: PROJ 9.1 `cs2cs EPSG:4326 EPSG:32639` (and 32734).
  it.each([
    [51.5, 41.7, 32639, '39N 541603 E 4616589 N'],
    [53.9, 42.6, 32639, '39N 737910 E 4720474 N'],
    [49, 40, 32639, '39N 329275 E 4429673 N'],
    [18.4, -33.9, 32734, '34S 259583 E 6245888 N'],
  ])('agree with PROJ to the metre at %s, %s in EPSG:%s', (lon, lat, epsg, grid) => {
    expect(formatProgramme({ lon, lat }, epsg)).toBe(grid);
  });

  it('say nothing in a grid the page cannot compute', () => {
    expect(formatProgramme({ lon: 51.5, lat: 41.7 }, 28409)).toBeNull();
    expect(formatProgramme({ lon: 51.5, lat: 41.7 }, null)).toBeNull();
    expect(formatProgramme({ lon: -70, lat: 4 }, 32639)).toBeNull();
  });
});
