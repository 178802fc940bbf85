import type { ExpressionSpecification } from 'maplibre-gl';
import type { MapColours } from '../palette';
import { isPoint, isPolygon, vector, type Layers } from './layer';

const byType = (confirmed: string, suspected: string): ExpressionSpecification => [
  'match', ['get', 'type'], 'CHA', confirmed, suspected,
];

/** IMAS 07.11: CHA #FF0000 and SHA #F4A718 at half strength. Under the estimate, so that it stays readable through both. */
export function hazardFillLayers(colours: MapColours): Layers {
  return [
    {
      id: 'hazards:fill',
      type: 'fill',
      ...vector('hazards'),
      filter: isPolygon,
      paint: { 'fill-color': byType(colours.cha, colours.sha), 'fill-opacity': 0.5, 'fill-antialias': false },
    },
  ];
}

/** Cross hatch (confirmed), diagonal hatch (suspected) and outline: the class is legible without colour. */
export function hazardOutlineLayers(colours: MapColours): Layers {
  return [
    {
      id: 'hazards:hatch',
      type: 'fill',
      ...vector('hazards'),
      filter: isPolygon,
      minzoom: 9,
      paint: {
        'fill-pattern': byType('cha-hatch', 'sha-hatch'),
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 9, 0.25, 12, 0.75],
        'fill-antialias': false,
      },
    },
    {
      id: 'hazards:casing',
      type: 'line',
      ...vector('hazards'),
      filter: isPolygon,
      minzoom: 11,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.halo, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 2, 15, 5], 'line-opacity': 0.75 },
    },
    {
      id: 'hazards:outline',
      type: 'line',
      ...vector('hazards'),
      filter: isPolygon,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': byType(colours.chaOutline, colours.shaOutline),
        'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.4, 10, 0.7, 12, 1.5, 15, 2.4],
      },
    },
    {
      id: 'hazards:point',
      type: 'circle',
      ...vector('hazards'),
      filter: isPoint,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 2.5, 14, 7],
        'circle-color': byType(colours.cha, colours.sha),
        'circle-opacity': 0.5,
        'circle-stroke-color': byType(colours.chaOutline, colours.shaOutline),
        'circle-stroke-width': 1.4,
      },
    },
  ];
}
