import { getJson } from './client';

/** A smooth effect of terrain or distance on the log intensity, with its 90 % band. */
export interface CovariateEffect {
  name: string;
  unit: string;
  at: number[];
  effect: number[];
  p05: number[];
  p95: number[];
}

/** GET /api/estimate, or problem serve.no_estimate. */
export interface Estimate {
  totals: { items_mean: number; items_p05: number; items_p95: number };
  mode: string;
  hyperparameters: Record<string, number>;
  effects: CovariateEffect[];
  stamp: unknown;
  made_at: string;
  stale: boolean;
}

export const getEstimate = (signal?: AbortSignal) => getJson<Estimate>('/api/estimate', signal);
