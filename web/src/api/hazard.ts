import { getJson } from './client';

export type HazardBand = 'probability_any' | 'expected_items' | 'evidence';
export const hazardBands: readonly HazardBand[] = ['probability_any', 'expected_items', 'evidence'];

/** GET /api/hazard/legend: the classes of the coloured tiles. `to` is null in the last, open class. */
export interface LegendClass {
  from: number;
  to: number | null;
  colour: string;
  label: string;
}

export interface HazardLegend {
  band: string;
  unit: string;
  classes: LegendClass[];
  hatched: string;
}

export interface Reason {
  text: string;
  /** Of the logit: above zero raises, below zero lowers; null for a fact of the register that is told beside the estimate. */
  contribution: number | null;
  /** The record that the fact comes from. */
  kind?: string;
  id?: string;
}

/** GET /api/hazard/at: what the estimate says of the cell at a place; nulls where it says nothing. */
export interface HazardAt {
  estimated: boolean;
  cell_m?: number | null;
  probability_any?: number | null;
  expected_items?: number | null;
  expected_items_p05?: number | null;
  expected_items_p95?: number | null;
  evidence?: number | null;
  processed?: boolean | null;
  reasons?: Reason[];
  stamp?: unknown;
}

export const getHazardLegend = (band: HazardBand, signal?: AbortSignal) =>
  getJson<HazardLegend>(`/api/hazard/legend?band=${band}`, signal);

export const getHazardAt = (lon: number, lat: number, signal?: AbortSignal) =>
  getJson<HazardAt>(`/api/hazard/at?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`, signal);
