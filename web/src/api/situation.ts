import { getJson } from './client';

/** GET /api/situation: design.md section 6 plus charts. Null means unknown, never zero. */
export interface CasualtyFigures {
  total: number;
  killed: number;
  injured: number;
  women: number;
  children: number;
  civilian: number;
  sex_unknown?: number;
  age_unknown?: number;
  civilian_unknown?: number;
}

export interface Baseline {
  name: string;
  area_ha: number;
  source: string | null;
  estimated_on?: string | null;
}

export interface ReleasedInYear {
  year: number;
  cleared_ha: number;
  reduced_ha: number;
  cancelled_ha: number;
}

export interface FindsInYear {
  year: number;
  ap_mine: number;
  av_mine: number;
  erw: number;
}

export interface CasualtiesInYear {
  year: number;
  killed: number;
  injured: number;
}

export interface ReleasedInDistrict {
  district: string;
  cleared_ha: number;
  reduced_ha: number;
  cancelled_ha: number;
  remaining_ha: number;
}

export interface FundingInYear {
  year: number;
  national: number;
  foreign: number;
  currency: string;
}

export interface RecordsOfSource {
  source: string;
  records: number;
  searched: number;
  confirmed: number;
  accuracy?: number | null;
  accuracy_p05?: number | null;
  accuracy_p95?: number | null;
}

export interface SituationCharts {
  released_by_year: ReleasedInYear[];
  finds_by_year: FindsInYear[];
  casualties_by_year: CasualtiesInYear[];
  released_by_district: ReleasedInDistrict[];
  funding_by_year: FundingInYear[];
  records_by_source: RecordsOfSource[];
}

export interface Situation {
  as_of: string;
  baseline: Baseline | null;
  cleared_ha: number;
  reduced_ha: number;
  cancelled_ha: number;
  remaining_ha: number;
  share_of_baseline: number | null;
  mines_found: number;
  erw_found: number;
  casualties: { since: CasualtyFigures & { date: string }; total: number } & Partial<CasualtyFigures>;
  records: {
    searched: number;
    confirmed: number;
    accuracy: number | null;
    accuracy_p05: number | null;
    accuracy_p95: number | null;
  };
  funding: { national_share: number | null; total: number | null; currency: string | null };
  estimate: { items_mean: number | null; items_p05: number | null; items_p95: number | null } | null;
  years_at_present_pace: number | null;
  stamp: unknown;
  charts?: SituationCharts;
}

export const getSituation = (signal?: AbortSignal) => getJson<Situation>('/api/situation', signal);
