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

/** What survey statements of one source are worth: their hazard over that of like ground without a statement. */
export interface StatementRatio {
  class: 'mines' | 'ERW';
  statement: string;
  ratio: number;
  p05: number;
  p95: number;
  polygons: number;
  /** Of them, after they were said; 0: the ratio is what was assumed. */
  searched: number;
  /** Learned from events instead. */
  from_events: boolean;
}

/** GET /api/estimate, or problem serve.no_estimate. */
export interface Estimate {
  totals: { items_mean: number; items_p05: number; items_p95: number };
  mode: string;
  hyperparameters: Record<string, number>;
  effects: CovariateEffect[];
  /** Absent from an estimate of an older version. */
  statements?: StatementRatio[];
  stamp: unknown;
  made_at: string;
  stale: boolean;
}

export const getEstimate = (signal?: AbortSignal) => getJson<Estimate>('/api/estimate', signal);
