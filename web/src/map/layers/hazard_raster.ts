import { darkRasterPaint, type MapColours } from '../palette';
import type { Layers } from './layer';

/** The estimate, coloured by the server in the classes of /api/hazard/legend and hatched by it where it does not know. */
export function hazardRasterLayers(colours: MapColours, opacityPercent: number): Layers {
  return [
    {
      id: 'estimate:raster',
      type: 'raster',
      source: 'estimate',
      paint: {
        'raster-opacity': opacityPercent / 100,
        'raster-fade-duration': 150,
        // Cells are what was estimated: their edges stay edges when the map comes closer.
        'raster-resampling': 'nearest',
        ...(colours.theme === 'dark' ? darkRasterPaint : {}),
      },
    },
  ];
}
