import type { ExpressionSpecification } from 'maplibre-gl';
import type { MapColours } from '../palette';
import { isPolygon, vector, type Layers } from './layer';

const outcome = (name: string): ExpressionSpecification => ['==', ['get', 'outcome'], name];
const polygonWith = (name: string) => ['all', isPolygon, outcome(name)] as ExpressionSpecification;
/** From afar a thousand released areas would bury what remains: they come forward as the map comes nearer. */
const fade = (near: number): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], 9, 0.25 * near, 12, near];

const zoomed = (low: number, high: number): ExpressionSpecification => [
  'interpolate', ['linear'], ['zoom'], 9, low, 15, high,
];

/** What work did, not what may be walked on: cleared light with a double line, reduced grey dots, cancelled a thin dotted line. */
export function landReleaseLayers(colours: MapColours): Layers {
  const source = vector('land-release');
  return [
    {
      id: 'land-release:cancelled',
      type: 'line',
      ...source,
      filter: polygonWith('cancelled'),
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colours.cancelled, 'line-width': zoomed(0.8, 1.6), 'line-dasharray': [0.1, 2.6], 'line-opacity': fade(1) },
    },
    {
      id: 'land-release:reduced',
      type: 'fill',
      ...source,
      filter: polygonWith('reduced'),
      paint: { 'fill-pattern': 'reduced-dots', 'fill-opacity': fade(0.9) },
    },
    {
      id: 'land-release:reduced-outline',
      type: 'line',
      ...source,
      filter: polygonWith('reduced'),
      paint: { 'line-color': colours.reduced, 'line-width': zoomed(0.5, 1.2), 'line-opacity': fade(1) },
    },
    {
      id: 'land-release:cleared',
      type: 'fill',
      ...source,
      filter: polygonWith('cleared'),
      paint: { 'fill-color': colours.clearedFill, 'fill-opacity': fade(0.5) },
    },
    {
      id: 'land-release:cleared-outline',
      type: 'line',
      ...source,
      filter: polygonWith('cleared'),
      paint: { 'line-color': colours.cleared, 'line-width': zoomed(0.5, 1), 'line-gap-width': zoomed(0.4, 2.4), 'line-opacity': fade(1) },
    },
  ];
}
