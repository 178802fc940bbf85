import type { Geometry } from 'geojson';
import { getJson } from './client';
import type { ItemKind, WhyNotTold } from './estimate';
import type { Reason } from './hazard';
import type { Survey } from './surveys';

export interface RecordField {
  name: string;
  label: string;
  value: string | number | boolean | null;
  unit?: string | null;
  help?: string | null;
}

export interface RecordLink {
  kind: string;
  id: string;
  label: string;
}

export interface RecordVersion {
  version: number | string;
  information_date: string | null;
  entered_at: string;
  author: string | null;
  source: string | null;
  state: string;
}

export interface KindOfPolygon {
  probability_any: number;
  items_mean: number;
  /** Null in an estimate of an earlier version. */
  items_p05: number | null;
  items_p95: number | null;
}

export interface WithoutEvidence {
  evidence: string;
  probability_none: number;
  items_mean: number;
}

/** Null is not known: an update does not tell polygons entered since, and much else only when asked. Never zero. */
export interface PolygonEstimate {
  probability_none: number | null;
  items_mean: number | null;
  items_p05: number | null;
  items_p95: number | null;
  evidence: number | null;
  reasons?: Reason[];
  kinds: Partial<Record<ItemKind, KindOfPolygon>> | null;
  without: WithoutEvidence[] | null;
  surveys: { rank: number | null; ranked: number; kinds: Survey[] } | null;
  why_not_told: WhyNotTold;
  command: string;
}

/** How a position was given, where that was not in degrees on WGS 84. */
export interface AsEntered {
  position: string;
  crs: string;
  derived_by: string;
  accuracy_m: number | null;
}

/** GET /api/records/{kind}/{id}. */
export interface RecordDetails {
  kind: string;
  id: string;
  title: string;
  fields: RecordField[];
  geometry: Geometry | null;
  as_entered: AsEntered | null;
  area_m2: number | null;
  links: RecordLink[];
  versions: RecordVersion[];
  estimate: PolygonEstimate | null;
}

/** GET /api/at: what is recorded near a place, nearest first. */
export interface RecordNearby {
  kind: string;
  id: string;
  title: string;
  distance_m: number;
}

export const getRecord = (kind: string, id: string, signal?: AbortSignal) =>
  getJson<RecordDetails>(`/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`, signal);

export const getRecordsNear = (lon: number, lat: number, radiusM: number, signal?: AbortSignal) =>
  getJson<{ records: RecordNearby[] }>(
    `/api/at?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}&radius_m=${Math.round(radiusM)}`,
    signal,
  );
