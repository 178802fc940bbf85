import type { MapColours } from '../palette';
import { isPoint, vector, type Layers } from './layer';

/** What the country needs the ground for. */
export function projectLayers(colours: MapColours): Layers {
  return [
    {
      id: 'projects:outline',
      type: 'line',
      ...vector('projects'),
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': colours.project, 'line-width': 1.6, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'projects:point',
      type: 'symbol',
      ...vector('projects'),
      filter: isPoint,
      layout: { 'icon-image': 'project', 'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 14, 1], 'icon-allow-overlap': true },
    },
  ];
}

export function taskLayers(colours: MapColours): Layers {
  return [
    { id: 'tasks:fill', type: 'fill', ...vector('tasks'), paint: { 'fill-color': colours.task, 'fill-opacity': 0.1 } },
    { id: 'tasks:outline', type: 'line', ...vector('tasks'), paint: { 'line-color': colours.task, 'line-width': 1.8 } },
  ];
}

export function teamLayers(): Layers {
  return [
    {
      id: 'teams:point',
      type: 'symbol',
      ...vector('teams'),
      layout: {
        'icon-image': 'team',
        'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.6, 14, 1.1],
        'icon-anchor': 'bottom-left',
        'icon-allow-overlap': true,
      },
    },
  ];
}
