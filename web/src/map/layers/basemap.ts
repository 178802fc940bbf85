import type { MapColours } from '../palette';
import { isPolygon, labelFont, strongLabelFont, vector, type Layers } from './layer';

/** The country's own ground, from its own register: sea, land, relief, districts, roads, places. Nothing from elsewhere. */
export function groundLayers(colours: MapColours, has: { land: boolean }): Layers {
  const layers: Layers = [
    { id: 'background', type: 'background', paint: { 'background-color': has.land ? colours.sea : colours.land } },
  ];
  if (has.land) {
    layers.push({
      id: 'area-of-interest:land',
      type: 'fill',
      ...vector('area-of-interest'),
      filter: isPolygon,
      paint: { 'fill-color': colours.land, 'fill-antialias': false },
    });
  }
  return layers;
}

/** Shade alone, transparent elsewhere: it lies over the estimate, so that one sees on which slope a probability stands. */
export function reliefLayers(colours: MapColours): Layers {
  return [
    {
      id: 'relief',
      type: 'raster',
      source: 'hillshade',
      paint: { 'raster-opacity': colours.reliefOpacity, 'raster-fade-duration': 0, 'raster-resampling': 'linear' },
    },
  ];
}

export function coastLayers(colours: MapColours): Layers {
  return [
    {
      id: 'area-of-interest:coast',
      type: 'line',
      ...vector('area-of-interest'),
      paint: { 'line-color': colours.coast, 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.8, 14, 1.6] },
    },
  ];
}

export function roadLayers(colours: MapColours): Layers {
  const width = (extra: number): ['interpolate', ['linear'], ['zoom'], ...number[]] => [
    'interpolate', ['linear'], ['zoom'], 7, 0.5 + extra * 0.6, 11, 1.3 + extra, 15, 4 + extra,
  ];
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    { id: 'roads:edge', type: 'line', ...vector('roads'), layout, paint: { 'line-color': colours.roadEdge, 'line-width': width(1.3) } },
    { id: 'roads:surface', type: 'line', ...vector('roads'), layout, paint: { 'line-color': colours.road, 'line-width': width(0) } },
  ];
}

export function placeLayers(colours: MapColours): Layers {
  const population = ['coalesce', ['to-number', ['get', 'population']], 0] as const;
  // Settlements orient the reader from afar; schools, wells and shrines are for those who stand near.
  const shown = ['any', ['>', population, 0], ['>=', ['zoom'], 12.5]] as never;
  return [
    {
      id: 'places:dot',
      type: 'circle',
      ...vector('places'),
      minzoom: 8,
      filter: shown,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 1.6, 13, 3.2],
        'circle-color': colours.ink,
        'circle-stroke-color': colours.halo,
        'circle-stroke-width': 1,
      },
    },
    {
      id: 'places:label',
      type: 'symbol',
      ...vector('places'),
      filter: shown,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['step', population as never, ['literal', labelFont], 2000, ['literal', strongLabelFont]] as never,
        'text-size': ['interpolate', ['linear'], ['zoom'],
          8, ['interpolate', ['linear'], population as never, 0, 10.5, 20000, 13],
          14, ['interpolate', ['linear'], population as never, 0, 12.5, 20000, 17]] as never,
        'symbol-sort-key': ['-', 0, population] as never,
        'text-variable-anchor': ['bottom', 'top', 'left', 'right'],
        'text-radial-offset': 0.55,
        'text-max-width': 9,
        'text-padding': 6,
      },
      paint: { 'text-color': colours.ink, 'text-halo-color': colours.halo, 'text-halo-width': 1.5, 'text-halo-blur': 0.3 },
    },
  ];
}
