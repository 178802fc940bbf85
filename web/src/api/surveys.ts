import { getJson } from './client';
import type { SurveySettings } from './estimate';

/** A technical survey of a polygon and what it is expected to be worth before it is made. Amounts in one currency. */
export interface Survey {
  id: string;
  survey: string;
  area_m2: number;
  cost: number;
  not_searched_m2: number;
  items_mean: number;
  items_sd: number;
  items_sd_after: number;
  chance_of_find: number;
  items_if_nothing_found: number;
  items_if_something_found: number;
  decision_now: string;
  chance_of_change: number;
  value: number;
  net_saving: number;
  clearance_avoided_m2: number;
}

/** GET /api/surveys, or problems serve.no_estimate, serve.no_surveys: the best survey of each polygon, what saves most a square metre first. */
export interface Surveys {
  polygons: string;
  settings: SurveySettings;
  ranked: number;
  worth_their_cost: number;
  ranking: (Survey & { rank: number })[];
  stamp: unknown;
  made_at: string;
  stale: boolean;
}

export const getSurveys = (signal?: AbortSignal) => getJson<Surveys>('/api/surveys?limit=100', signal);
