import { getJson } from './client';

/** GET /api/search. */
export interface SearchResult {
  kind: string;
  id: string;
  label: string;
  lon: number | null;
  lat: number | null;
}

export const search = (words: string, signal?: AbortSignal) =>
  getJson<{ results: SearchResult[] }>(`/api/search?q=${encodeURIComponent(words)}`, signal);
