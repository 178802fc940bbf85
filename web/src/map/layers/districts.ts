import type { MapColours } from '../palette';
import { strongLabelFont, vector, type Layers } from './layer';

export function districtLayers(colours: MapColours): Layers {
  return [
    {
      id: 'districts:border',
      type: 'line',
      ...vector('districts'),
      paint: { 'line-color': colours.district, 'line-width': 1.1, 'line-dasharray': [5, 2, 1, 2], 'line-opacity': 0.85 },
    },
    {
      id: 'districts:label',
      type: 'symbol',
      ...vector('districts'),
      layout: {
        'text-field': ['get', 'name'],
        'text-font': strongLabelFont,
        'text-size': ['interpolate', ['linear'], ['zoom'], 7, 10, 12, 14],
        'text-transform': 'uppercase',
        'text-letter-spacing': 0.14,
        'text-max-width': 8,
        'text-padding': 12,
      },
      paint: { 'text-color': colours.district, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 },
    },
  ];
}
