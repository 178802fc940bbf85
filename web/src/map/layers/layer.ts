import type { FilterSpecification, LayerSpecification } from 'maplibre-gl';

/** A kind's vector tile source is named as the kind, and so is the one layer in its tiles (docs/formats/http.md). */
export const vector = (kind: string) => ({ source: kind, 'source-layer': kind });

/** "hazards:outline" is drawn for the kind "hazards"; the layer list switches all of a kind together. */
export const kindOfLayer = (layerId: string) => layerId.split(':')[0]!;

export const isPoint: FilterSpecification = ['==', ['geometry-type'], 'Point'];
export const isPolygon: FilterSpecification = ['==', ['geometry-type'], 'Polygon'];

export const labelFont = ['Noto Sans', 'sans-serif'];
export const strongLabelFont = ['Noto Sans SemiBold', 'Noto Sans', 'sans-serif'];

export type Layers = LayerSpecification[];
