import { getJson } from './client';

/** GET /api/programme, docs/formats/http.md. */
export interface ProgrammeLayer {
  name: string;
  title: string;
  geometry: string;
  count: number;
  tiles: string;
}

export interface HazardRaster {
  available: boolean;
  cell_m?: number | null;
  made_at?: string | null;
  stale?: boolean;
  tiles?: string | null;
  bands?: string[];
}

export interface Programme {
  name: string;
  country: string;
  profile: string;
  crs: string;
  epsg: number | null;
  /** west, south, east, north in WGS 84; null while nothing has a place. */
  bounds: [number, number, number, number] | null;
  as_of: string | null;
  since: { date: string; name: string } | null;
  layers: ProgrammeLayer[];
  hazard_raster: HazardRaster;
  basemap: { hillshade: boolean };
}

export const getProgramme = (signal?: AbortSignal) => getJson<Programme>('/api/programme', signal);
