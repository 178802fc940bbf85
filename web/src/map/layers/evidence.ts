import type { ExpressionSpecification } from 'maplibre-gl';
import type { MapColours } from '../palette';
import { isPoint, vector, type Layers } from './layer';

/** Outlines as the handed-over records say: dashed, for they are claims. */
export function minefieldRecordLayers(colours: MapColours): Layers {
  return [
    {
      id: 'minefield-records:outline',
      type: 'line',
      ...vector('minefield-records'),
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': colours.minefieldRecord,
        'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.9, 14, 2],
        'line-dasharray': [4, 2],
      },
    },
    {
      id: 'minefield-records:touch',
      type: 'fill',
      ...vector('minefield-records'),
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': colours.minefieldRecord, 'fill-opacity': 0.05 },
    },
    {
      id: 'minefield-records:point',
      type: 'circle',
      ...vector('minefield-records'),
      filter: isPoint,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 2, 14, 6],
        'circle-opacity': 0,
        'circle-stroke-color': colours.minefieldRecord,
        'circle-stroke-width': 1.5,
      },
    },
  ];
}

const isMine: ExpressionSpecification = ['in', ['get', 'device'], ['literal', ['AP mine', 'AV mine', 'AT mine']]];

/** Mines filled, explosive remnants hollow. From afar the dots melt into a density. */
export function findLayers(colours: MapColours): Layers {
  return [
    {
      id: 'finds:point',
      type: 'circle',
      ...vector('finds'),
      paint: {
        'circle-radius': ['interpolate', ['exponential', 1.4], ['zoom'], 8, 1.2, 12, 2.2, 16, 5.5],
        'circle-color': colours.find,
        'circle-opacity': ['interpolate', ['linear'], ['zoom'],
          8, ['case', isMine, 0.22, 0.1], 12, ['case', isMine, 0.6, 0.15], 14, ['case', isMine, 1, 0.05]],
        'circle-blur': ['interpolate', ['linear'], ['zoom'], 8, 0.9, 12, 0],
        'circle-stroke-color': ['case', isMine, colours.findEdge, colours.find],
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 11, 0, 13, 0.9, 16, 1.4],
      },
    },
  ];
}

/** Far away a dot each, so that many accidents do not bury the map; near, the burst. */
export function accidentLayers(colours: MapColours): Layers {
  return [
    {
      id: 'accidents:dot',
      type: 'circle',
      ...vector('accidents'),
      maxzoom: 11.5,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 7, 1.4, 11, 2.6],
        'circle-color': colours.accident,
        'circle-stroke-color': colours.halo,
        'circle-stroke-width': 0.7,
      },
    },
    {
      id: 'accidents:point',
      type: 'symbol',
      ...vector('accidents'),
      minzoom: 11.5,
      layout: {
        'icon-image': 'accident',
        'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 15, 1],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
  ];
}

export function contactLineLayers(colours: MapColours): Layers {
  return [
    {
      id: 'contact-line:glow',
      type: 'line',
      ...vector('contact-line'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colours.contactLine, 'line-width': 7, 'line-opacity': 0.14 },
    },
    {
      id: 'contact-line:line',
      type: 'line',
      ...vector('contact-line'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.contactLine, 'line-width': 2, 'line-dasharray': [6, 2, 1.2, 2] },
    },
  ];
}
