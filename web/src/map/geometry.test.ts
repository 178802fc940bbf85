import { expect, it } from 'vitest';
import { boundsOf, placeIn } from './geometry';

it('the estimate of a bent hazard is asked inside it, not in the bay between its arms', () => {
  // A "U": two arms of 1 and 3 degrees, open to the north.
  const hazard = {
    type: 'Polygon' as const,
    coordinates: [[[0, 0], [8, 0], [8, 4], [5, 4], [5, 1], [1, 1], [1, 4], [0, 4], [0, 0]]],
  };
  const place = placeIn(hazard)!;
  expect(place.lat).toBeCloseTo(2, 6);
  expect(place.lon).toBeCloseTo(6.5, 6);
  expect(boundsOf(hazard)).toEqual([0, 0, 8, 4]);
});

it('a find is asked where it was found', () => {
  expect(placeIn({ type: 'Point', coordinates: [51.5, 41.7] })).toEqual({ lon: 51.5, lat: 41.7 });
  expect(boundsOf({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
});
