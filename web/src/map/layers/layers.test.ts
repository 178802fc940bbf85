import type { LayerSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';
import { darkColours, lightColours } from '../palette';
import { groundLayers, placeLayers, roadLayers } from './basemap';
import { districtLayers } from './districts';
import { accidentLayers, contactLineLayers, findLayers, minefieldRecordLayers } from './evidence';
import { hazardRasterLayers } from './hazard_raster';
import { hazardFillLayers, hazardOutlineLayers } from './hazards';
import { landReleaseLayers } from './land_release';
import { kindOfLayer } from './layer';
import { selectionLayers } from './selection';
import { projectLayers, taskLayers, teamLayers } from './work';

const paint = (layers: LayerSpecification[], id: string) => layers.find((layer) => layer.id === id)!.paint as Record<string, unknown>;

describe('hazards', () => {
  it('are filled at half strength, red where confirmed and amber where suspected', () => {
    const fill = paint(hazardFillLayers(lightColours), 'hazards:fill');
    expect(fill['fill-color']).toEqual(['match', ['get', 'type'], 'CHA', '#FF0000', '#F4A718']);
    expect(fill['fill-opacity']).toBe(0.5);
  });

  it('are hatched and outlined by class, so that colour never tells it alone', () => {
    const layers = hazardOutlineLayers(lightColours);
    expect(paint(layers, 'hazards:hatch')['fill-pattern']).toEqual(['match', ['get', 'type'], 'CHA', 'cha-hatch', 'sha-hatch']);
    expect(layers.map((layer) => layer.id)).toContain('hazards:point');
  });
});

describe('land release', () => {
  const layers = landReleaseLayers(lightColours);
  it('shows cleared with a double line, reduced with dots, cancelled with a dotted line', () => {
    expect(paint(layers, 'land-release:cleared-outline')).toHaveProperty('line-gap-width');
    expect(paint(layers, 'land-release:reduced')['fill-pattern']).toBe('reduced-dots');
    expect(paint(layers, 'land-release:cancelled')['line-dasharray']).toEqual([0.1, 2.6]);
  });
});

describe('evidence', () => {
  it('draws recorded outlines dashed: they are claims', () => {
    expect(paint(minefieldRecordLayers(lightColours), 'minefield-records:outline')['line-dasharray']).toEqual([4, 2]);
  });
  it('fills mines and leaves other ordnance hollow when the map is near', () => {
    const opacity = JSON.stringify(paint(findLayers(lightColours), 'finds:point')['circle-opacity']);
    expect(opacity).toContain('"AP mine"');
    expect(opacity).toMatch(/14,\["case",.*,1,0\.05\]/);
  });
  it('shows each accident, far or near: none hides behind another symbol', () => {
    const [far, near] = accidentLayers(lightColours);
    expect(far!.maxzoom).toBe(near!.minzoom);
    expect(near!.layout).toMatchObject({ 'icon-allow-overlap': true });
  });
  it('shows the former line of contact dashed over a glow', () => {
    expect(contactLineLayers(darkColours).map((layer) => layer.id)).toEqual(['contact-line:glow', 'contact-line:line']);
  });
});

describe('the estimate', () => {
  it('keeps the edges of its cells and the opacity the reader chose', () => {
    expect(paint(hazardRasterLayers(lightColours, 65), 'estimate:raster')).toMatchObject({ 'raster-opacity': 0.65, 'raster-resampling': 'nearest' });
  });
  it('is turned over on dark ground, where pale would read as much', () => {
    expect(paint(hazardRasterLayers(darkColours, 65), 'estimate:raster')).toMatchObject({ 'raster-brightness-min': 1, 'raster-brightness-max': 0 });
  });
});

describe('the ground', () => {
  it('is sea around an area of interest, and land where none is recorded', () => {
    const colour = (land: boolean) => paint(groundLayers(lightColours, { land }), 'background')['background-color'];
    expect([colour(true), colour(false)]).toEqual([lightColours.sea, lightColours.land]);
  });
  it('gives large places the first right to a label', () => {
    const label = placeLayers(lightColours).find((layer) => layer.id === 'places:label')!;
    expect(JSON.stringify(label.layout)).toContain('symbol-sort-key');
  });
  it('draws the edge of a road below its surface', () => {
    expect(roadLayers(lightColours).map((layer) => layer.id)).toEqual(['roads:edge', 'roads:surface']);
  });
});

it('each layer belongs to the kind its name begins with and reads that kind’s tiles', () => {
  const kinds = [
    ...hazardFillLayers(lightColours), ...hazardOutlineLayers(lightColours), ...landReleaseLayers(lightColours),
    ...minefieldRecordLayers(lightColours), ...findLayers(lightColours), ...accidentLayers(lightColours), ...contactLineLayers(lightColours),
    ...districtLayers(lightColours), ...projectLayers(lightColours), ...taskLayers(lightColours), ...teamLayers(),
    ...placeLayers(lightColours), ...roadLayers(lightColours),
  ];
  for (const layer of kinds) expect(layer).toMatchObject({ source: kindOfLayer(layer.id), 'source-layer': kindOfLayer(layer.id) });
  expect(selectionLayers(lightColours).length).toBeGreaterThan(2);
});
