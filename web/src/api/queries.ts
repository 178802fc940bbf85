import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getEstimate } from './estimate';
import { getHazardAt, getHazardLegend, type HazardBand } from './hazard';
import { getProgramme } from './programme';
import { getRecord, getRecordsNear } from './records';
import { search } from './search';
import { getSituation } from './situation';
import { getSurveys } from './surveys';

/** One hook per resource; a resource is asked for once and kept while the page stays open for some minutes. */
export const useProgramme = () => useQuery({ queryKey: ['programme'], queryFn: ({ signal }) => getProgramme(signal) });

export const useSituation = () => useQuery({ queryKey: ['situation'], queryFn: ({ signal }) => getSituation(signal) });

export const useEstimate = () => useQuery({ queryKey: ['estimate'], queryFn: ({ signal }) => getEstimate(signal) });

export const useSurveys = () => useQuery({ queryKey: ['surveys'], queryFn: ({ signal }) => getSurveys(signal) });

export const useHazardLegend = (band: HazardBand, enabled: boolean) =>
  useQuery({
    queryKey: ['legend', band],
    queryFn: ({ signal }) => getHazardLegend(band, signal),
    enabled,
    placeholderData: keepPreviousData,
  });

export interface Place {
  lon: number;
  lat: number;
}

export const useHazardAt = (place: Place | null) =>
  useQuery({
    queryKey: ['hazard-at', place?.lon, place?.lat],
    queryFn: ({ signal }) => getHazardAt(place!.lon, place!.lat, signal),
    enabled: place !== null,
  });

export const useRecord = (kind: string | undefined, id: string | undefined) =>
  useQuery({
    queryKey: ['record', kind, id],
    queryFn: ({ signal }) => getRecord(kind!, id!, signal),
    enabled: kind !== undefined && id !== undefined,
  });

export const useRecordsNear = (place: Place | null, radiusM: number) =>
  useQuery({
    queryKey: ['at', place?.lon, place?.lat, radiusM],
    queryFn: ({ signal }) => getRecordsNear(place!.lon, place!.lat, radiusM, signal),
    enabled: place !== null,
  });

export const useSearch = (words: string) =>
  useQuery({
    queryKey: ['search', words],
    queryFn: ({ signal }) => search(words, signal),
    enabled: words.length >= 2,
    placeholderData: keepPreviousData,
  });
