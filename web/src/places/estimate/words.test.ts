import { expect, it } from 'vitest';
import type { Translate } from '../../i18n';
import { evidenceName, surveyName } from './words';

const t: Translate = (key, variables) => [key, ...Object.values(variables ?? {})].join('|');

it('evidence is named in the reader’s language where the page knows it', () => {
  expect(evidenceName(t, 'the finds and searches near by')).toBe('evidence.near');
  expect(evidenceName(t, 'the distance to roads')).toBe('covariate.roads');
  expect(evidenceName(t, 'the minefield record R-12')).toBe('evidence.record|R-12');
  expect(evidenceName(t, 'the minefield record A-00085 of Hand-over 2021 and 8 more records')).toBe('evidence.record_and_others|A-00085 of Hand-over 2021|8');
  expect(evidenceName(t, 'the minefield record B-1 of Sand and gravel and 1 more record')).toBe('evidence.record_and_others|B-1 of Sand and gravel|1');
});

it('a covariate of the programme’s own, and a survey of a later version, keep their names', () => {
  expect(evidenceName(t, 'the soil moisture')).toBe('soil moisture');
  expect(surveyName(t, 'drone flight')).toBe('drone flight');
  expect(surveyName(t, 'whole')).toBe('survey.whole');
});
