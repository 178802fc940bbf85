import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';
import sample from '../api/samples/programme.json';
import type { Programme } from '../api/programme';
import { darkColours, lightColours } from './palette';
import { defaultLayers, mapStyle, type StyleInput } from './style';

const nothing = { type: 'FeatureCollection' as const, features: [] };
const input: StyleInput = {
  programme: sample as unknown as Programme,
  colours: lightColours,
  shown: new Set(defaultLayers),
  band: 'probability_any',
  opacityPercent: 80,
  origin: 'http://127.0.0.1:8080',
  selection: nothing,
  pointedAt: nothing,
};

describe('the map', () => {
  it('is a style MapLibre accepts, in both themes', () => {
    for (const colours of [lightColours, darkColours]) {
      expect(validateStyleMin(mapStyle({ ...input, colours }) as never).map((error) => error.message)).toEqual([]);
    }
  });

  it('asks nothing of any other server', () => {
    const urls = JSON.stringify(mapStyle(input)).match(/https?:\/\/[^"]+/g) ?? [];
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => !url.startsWith(input.origin))).toEqual([]);
    expect(mapStyle(input)).not.toHaveProperty('glyphs');
  });

  it('draws the estimate over the fills and under the hatches, so that neither hides the other', () => {
    const order = mapStyle(input).layers.map((layer) => layer.id);
    expect(order.indexOf('hazards:fill')).toBeLessThan(order.indexOf('estimate:raster'));
    expect(order.indexOf('estimate:raster')).toBeLessThan(order.indexOf('hazards:hatch'));
    expect(order.at(-1)).toBe('selection:place');
  });

  it('shows what the reader switched on and nothing else', () => {
    const visible = mapStyle({ ...input, shown: new Set(['finds']) }).layers.filter((layer) => layer.layout?.visibility !== 'none');
    const kinds = new Set(visible.map((layer) => layer.id.split(':')[0]));
    expect(kinds.has('finds')).toBe(true);
    expect(kinds.has('hazards')).toBe(false);
    expect(kinds.has('estimate')).toBe(false);
    expect(kinds.has('places')).toBe(true);
  });

  it('stays a map when nothing was estimated and nothing but finds is recorded', () => {
    const bare = { ...input.programme, layers: input.programme.layers.filter((layer) => layer.name === 'finds'), basemap: { hillshade: false }, hazard_raster: { available: false }, bounds: null };
    const style = mapStyle({ ...input, programme: bare });
    expect(validateStyleMin(style as never)).toEqual([]);
    expect(Object.keys(style.sources)).toEqual(['selection', 'pointed-at', 'finds']);
  });
});
