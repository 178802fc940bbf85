import { useCallback } from 'react';
import { useText, type TextKey } from '../../i18n';

/** The word for one record of a kind, as design.md and the glossary spell it. */
const names: Record<string, TextKey> = {
  'accidents': 'kind.accidents',
  'area-of-interest': 'kind.area-of-interest',
  'contact-line': 'kind.contact-line',
  'districts': 'kind.districts',
  'finds': 'kind.finds',
  'hazards': 'kind.hazards',
  'land-release': 'kind.land-release',
  'minefield-records': 'kind.minefield-records',
  'places': 'kind.places',
  'projects': 'kind.projects',
  'roads': 'kind.roads',
  'tasks': 'kind.tasks',
  'teams': 'kind.teams',
};

export function useKindName(): (kind: string) => string {
  const t = useText();
  return useCallback((kind) => (names[kind] ? t(names[kind]) : kind), [t]);
}
