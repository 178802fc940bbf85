import type { FeatureCollection } from 'geojson';
import type { SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { HazardBand } from '../api/hazard';
import type { Programme } from '../api/programme';
import { coastLayers, groundLayers, placeLayers, reliefLayers, roadLayers } from './layers/basemap';
import { districtLayers } from './layers/districts';
import { accidentLayers, contactLineLayers, findLayers, minefieldRecordLayers } from './layers/evidence';
import { hazardRasterLayers } from './layers/hazard_raster';
import { hazardFillLayers, hazardOutlineLayers } from './layers/hazards';
import { landReleaseLayers } from './layers/land_release';
import { kindOfLayer, type Layers } from './layers/layer';
import { selectionLayers } from './layers/selection';
import { projectLayers, taskLayers, teamLayers } from './layers/work';
import type { MapColours } from './palette';

/** Kinds that are the ground one reads the map by: always drawn, not in the layer list. */
export const basemapKinds = new Set(['area-of-interest', 'roads', 'places']);

/** Shown to a newcomer: what is likely, what is known, what was done, who was harmed. */
export const defaultLayers = ['estimate', 'hazards', 'land-release', 'contact-line', 'accidents'];

export interface StyleInput {
  programme: Programme;
  colours: MapColours;
  shown: ReadonlySet<string>;
  band: HazardBand;
  opacityPercent: number;
  origin: string;
  selection: FeatureCollection;
  pointedAt: FeatureCollection;
}

function absolute(path: string, origin: string): string {
  return path.startsWith('/') ? origin + path : path;
}

export function hazardTiles(band: HazardBand, origin: string): string[] {
  return [`${origin}/tiles/hazard/${band}/{z}/{x}/{y}.png`];
}

function sources({ programme, band, origin, selection, pointedAt }: StyleInput): Record<string, SourceSpecification> {
  const bounds = programme.bounds ? { bounds: programme.bounds } : {};
  const all: Record<string, SourceSpecification> = {
    selection: { type: 'geojson', data: selection },
    'pointed-at': { type: 'geojson', data: pointedAt },
  };
  for (const layer of programme.layers) {
    // Past zoom 14 a tile is drawn larger: 1/4096 of it is half a metre there.
    all[layer.name] = { type: 'vector', tiles: [absolute(layer.tiles, origin)], minzoom: 0, maxzoom: 14, ...bounds };
  }
  if (programme.basemap.hillshade) {
    all.hillshade = { type: 'raster', tiles: [`${origin}/tiles/hillshade/{z}/{x}/{y}.png`], tileSize: 256, maxzoom: 14, ...bounds };
  }
  if (programme.hazard_raster.available) {
    all.estimate = { type: 'raster', tiles: hazardTiles(band, origin), tileSize: 256, maxzoom: 15, ...bounds };
  }
  return all;
}

/** Bottom to top. */
function allLayers(programme: Programme, colours: MapColours, opacityPercent: number): Layers {
  const has = (kind: string) => programme.layers.some((layer) => layer.name === kind && layer.count > 0);
  return [
    ...groundLayers(colours, { land: has('area-of-interest') }),
    ...hazardFillLayers(colours),
    ...hazardRasterLayers(colours, opacityPercent),
    ...reliefLayers(colours),
    ...coastLayers(colours),
    ...landReleaseLayers(colours),
    ...roadLayers(colours),
    ...districtLayers(colours),
    ...taskLayers(colours),
    ...hazardOutlineLayers(colours),
    ...minefieldRecordLayers(colours),
    ...contactLineLayers(colours),
    ...projectLayers(colours),
    ...findLayers(colours),
    ...teamLayers(),
    ...accidentLayers(colours),
    ...placeLayers(colours),
    ...selectionLayers(colours),
  ];
}

/** The whole map as a value. No `glyphs`: labels are drawn from the page's own fonts; no sprite: patterns.ts draws it. */
export function mapStyle(input: StyleInput): StyleSpecification {
  const { programme, colours, shown, opacityPercent } = input;
  const known = sources(input);
  const layers = allLayers(programme, colours, opacityPercent)
    .filter((layer) => !('source' in layer) || (layer.source as string) in known)
    .map((layer) => {
      const kind = kindOfLayer(layer.id);
      const switched = kind in known && !basemapKinds.has(kind) && kind !== 'selection';
      if (!switched || shown.has(kind)) return layer;
      return { ...layer, layout: { ...layer.layout, visibility: 'none' } } as typeof layer;
    });
  return { version: 8, name: 'Firmground', sources: known, layers };
}

/** What a click looks for, most particular first; the ground itself last. */
export const clickOrder = [
  'accidents', 'finds', 'teams', 'projects', 'tasks', 'minefield-records', 'land-release', 'hazards', 'places', 'contact-line', 'roads',
];
