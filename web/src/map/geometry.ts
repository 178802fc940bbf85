import type { Geometry, Position as Coordinates } from 'geojson';
import type { Position } from './coordinates';

function walk(geometry: Geometry, visit: (coordinates: Coordinates) => void) {
  if (geometry.type === 'GeometryCollection') {
    geometry.geometries.forEach((part) => walk(part, visit));
    return;
  }
  const descend = (value: unknown) => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === 'number') visit(value as Coordinates);
    else value.forEach(descend);
  };
  descend(geometry.coordinates);
}

export function boundsOf(geometry: Geometry): [number, number, number, number] | null {
  let bounds: [number, number, number, number] | null = null;
  walk(geometry, ([lon, lat]) => {
    if (lon === undefined || lat === undefined) return;
    bounds = bounds
      ? [Math.min(bounds[0], lon), Math.min(bounds[1], lat), Math.max(bounds[2], lon), Math.max(bounds[3], lat)]
      : [lon, lat, lon, lat];
  });
  return bounds;
}

function largestRing(geometry: Geometry): Coordinates[] | null {
  const rings = geometry.type === 'Polygon' ? [geometry.coordinates[0]!] : geometry.type === 'MultiPolygon' ? geometry.coordinates.map((part) => part[0]!) : [];
  return rings.reduce<Coordinates[] | null>((best, ring) => (best && best.length >= ring.length ? best : ring), null);
}

/** A place that lies inside a polygon, or on a line or point: where to ask the estimate about a record. */
export function placeIn(geometry: Geometry): Position | null {
  const bounds = boundsOf(geometry);
  if (!bounds) return null;
  const ring = largestRing(geometry);
  if (!ring) {
    let first: Position | null = null;
    walk(geometry, ([lon, lat]) => {
      first ??= { lon: lon!, lat: lat! };
    });
    return first;
  }
  // The middle of the widest stretch of a level line through the ring lies inside it, however it bends.
  const ys = ring.map((point) => point[1]!);
  const lat = (Math.min(...ys) + Math.max(...ys)) / 2 + 1e-9;
  const crossings = ring
    .slice(1)
    .map((b, i) => [ring[i]!, b] as const)
    .filter(([a, b]) => a[1]! > lat !== b[1]! > lat)
    .map(([a, b]) => a[0]! + ((lat - a[1]!) / (b[1]! - a[1]!)) * (b[0]! - a[0]!))
    .sort((x, y) => x - y);
  let best: [number, number] = [bounds[0], bounds[2]];
  let widest = -1;
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const width = crossings[i + 1]! - crossings[i]!;
    if (width > widest) [widest, best] = [width, [crossings[i]!, crossings[i + 1]!]];
  }
  return { lon: (best[0] + best[1]) / 2, lat };
}
