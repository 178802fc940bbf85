import { getJson } from './client';

/** A smooth effect of terrain or distance on the log intensity, with its 90 % band. */
export interface CovariateEffect {
  name: string;
  unit: string;
  at: number[];
  effect: number[];
  p05: number[];
  p95: number[];
  /** Of categories: what the values of `at` are; left out of a smooth effect. */
  labels?: string[];
}

export type ItemKind = 'ap_mines' | 'av_mines' | 'improvised' | 'submunitions' | 'other_erw';
export const itemKinds: readonly ItemKind[] = ['ap_mines', 'av_mines', 'improvised', 'submunitions', 'other_erw'];

/** What the items of a class are; no kinds where no find says what it is. */
export interface ClassKinds {
  class: string;
  finds_stated: number;
  finds_unstated: number;
  kinds: { kind: string; finds: number; items_mean: number; items_p05: number; items_p95: number }[];
}

/** What surveys were valued with: amounts in one currency, shares from 0 to 1. */
export interface SurveySettings {
  clearance_cost_m2: number;
  survey_cost_m2: number;
  loss_per_item: number;
  clearance_finds: number;
  break_even_items_per_ha: number;
  survey_detection_mines: number;
  survey_detection_ERW: number;
}

/** Why an estimate does not tell something: what it is of, what came since, or that nobody asked. */
export type WhyNotTold = 'not-asked' | 'updated' | 'by-regions' | 'presence-only' | 'not-estimated';

/** Of which polygons what evidence is worth and which survey first are told, else why not and the command that tells them. */
export interface ToldBesides {
  polygons: string;
  without_evidence: boolean;
  surveys: boolean;
  settings: SurveySettings | null;
  why_not: WhyNotTold | null;
  command: string;
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
  kinds: ClassKinds[];
  told_besides: ToldBesides;
  hyperparameters: Record<string, number>;
  effects: CovariateEffect[];
  /** Absent from an estimate of an older version. */
  statements?: StatementRatio[];
  stamp: unknown;
  made_at: string;
  stale: boolean;
}

export const getEstimate = (signal?: AbortSignal) => getJson<Estimate>('/api/estimate', signal);
