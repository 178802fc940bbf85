import type { MapColours } from '../palette';
import { isPoint, type Layers } from './layer';

/** What the panel speaks of: the record's geometry and the place that was pointed at. */
export function selectionLayers(colours: MapColours): Layers {
  const line = ['!=', ['geometry-type'], 'Point'] as never;
  return [
    {
      id: 'selection:halo',
      type: 'line',
      source: 'selection',
      filter: line,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.halo, 'line-width': 6, 'line-opacity': 0.9 },
    },
    {
      id: 'selection:line',
      type: 'line',
      source: 'selection',
      filter: line,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.selection, 'line-width': 3 },
    },
    {
      id: 'selection:point',
      type: 'circle',
      source: 'selection',
      filter: isPoint,
      paint: {
        'circle-radius': 9,
        'circle-opacity': 0,
        'circle-stroke-color': colours.selection,
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'selection:place',
      type: 'circle',
      source: 'pointed-at',
      paint: {
        'circle-radius': 4.5,
        'circle-color': colours.selection,
        'circle-stroke-color': colours.halo,
        'circle-stroke-width': 2,
      },
    },
  ];
}
