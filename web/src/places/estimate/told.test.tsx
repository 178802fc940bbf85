import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, expect, it } from 'vitest';
import type { Estimate } from '../../api/estimate';
import type { PolygonEstimate, RecordDetails } from '../../api/records';
import estimate from '../../api/samples/estimate.json';
import recordNotTold from '../../api/samples/record_not_told.json';
import recordTold from '../../api/samples/record_told.json';
import surveys from '../../api/samples/surveys.json';
import { showLanguage } from '../../i18n';
import { KindsThatRemain } from '../report/kinds_that_remain';
import { SurveysFirst } from '../report/surveys_first';
import { EvidenceWorth } from './evidence_worth';
import { PolygonKinds } from './polygon_kinds';
import { NotToldOfPolygon, PolygonSurveys } from './polygon_surveys';

const national = estimate as unknown as Estimate;
const told = (recordTold as unknown as RecordDetails).estimate!;
const updated: PolygonEstimate = { ...told, without: null, surveys: null, why_not_told: 'updated' };
const besides = (change: Partial<Estimate['told_besides']>): Estimate => ({ ...national, told_besides: { ...national.told_besides, ...change } });

/** The words of a screen, tags left out. */
function words(screen: ReactNode): string {
  const queries = new QueryClient();
  queries.setQueryData(['estimate'], national);
  queries.setQueryData(['surveys'], surveys);
  return renderToStaticMarkup(<QueryClientProvider client={queries}>{screen}</QueryClientProvider>).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

const panel = (of: PolygonEstimate, kind = 'hazards') => (
  <>
    <PolygonKinds estimate={of} />
    <EvidenceWorth estimate={of} />
    <PolygonSurveys estimate={of} />
    <NotToldOfPolygon estimate={of} kind={kind} />
  </>
);

beforeAll(() => showLanguage('en'));

it('a hazard tells its kinds with intervals, what its evidence is worth and its best survey with the costs used', () => {
  const shown = words(panel(told));
  expect(shown).toMatch(/AP mines [\d.,]+ \u2066[\d.,]+ – [\d.,]+\u2069/);
  expect(shown).toMatch(/Without .+: [\d.,]+ items instead of [\d.,]+/);
  expect(shown).toContain('Place 1 of');
  expect(shown).toContain('loss from an item left 25,000');
  expect(shown).not.toContain('Not told');
});

it('after an update kinds are told; evidence and surveys are absent with their reason and the command', () => {
  const shown = words(panel(updated));
  expect(shown).toMatch(/AP mines [\d.,]+ \u2066[\d.,]+ – [\d.,]+\u2069/);
  expect(shown).toContain('Not told since the estimate was updated');
  expect(shown).toContain(told.command);
  expect(shown).not.toMatch(/NaN|instead of/);
});

it('kinds that are not told are absent with their reason, never zeros', () => {
  const none = words(<PolygonKinds estimate={{ ...told, kinds: null, why_not_told: 'not-estimated' }} />);
  expect(none).toContain('Unknown is not zero');
  expect(none).not.toMatch(/\b0\b|AP mines/);
  const { submunitions, other_erw, ...mines } = told.kinds!;
  expect(submunitions && other_erw).toBeTruthy();
  expect(words(<PolygonKinds estimate={{ ...told, kinds: mines }} />)).toContain('Explosive remnants are not told apart');
});

it('a class whose finds say what they are only since an update is told by the next whole estimate', () => {
  const since = national.kinds.map((of) => (of.class === 'ERW' ? { ...of, finds_stated: 1, kinds: [] } : of));
  expect(words(<KindsThatRemain estimate={{ ...besides({ why_not: 'updated' }), kinds: since }} />)).toContain('before the next whole estimate');
});

it('of a kind of area that nobody asked about, it says what asking would replace', () => {
  const shown = words(panel((recordNotTold as unknown as RecordDetails).estimate!, 'tasks'));
  expect(shown).toContain('--polygons tasks');
  expect(shown).toContain('(Hazardous areas)');
});

it('a polygon of which nothing is known shows none of it', () => {
  expect(words(panel({ ...updated, items_mean: null, probability_none: null, why_not_told: 'not-estimated' })).trim()).toBe('');
});

it('a hazard whose evidence changes little says so instead of nothing', () => {
  expect(words(<EvidenceWorth estimate={{ ...told, without: [] }} />)).toContain('No group of evidence changes');
});

it('the dashboard ranks the surveys with stamp, date and costs', () => {
  const shown = words(<SurveysFirst estimate={national} />);
  expect(shown).toContain(surveys.ranking[0]!.id);
  expect(shown).toContain(surveys.stamp.id);
  expect(shown).toContain('survey 0.4 a m²');
});

it('a ranking that was not asked for says the command; one of bare events has none', () => {
  const asked = words(<SurveysFirst estimate={besides({ surveys: false, why_not: 'not-asked' })} />);
  expect(asked).toContain('was not asked for this');
  expect(asked).toContain(national.told_besides.command);
  const events = words(<SurveysFirst estimate={besides({ surveys: false, why_not: 'presence-only' })} />);
  expect(events).toContain('bare events');
  expect(events).not.toContain('firmground estimate');
});

it('kinds of the nation are told with intervals, or why they are not', () => {
  expect(words(<KindsThatRemain estimate={national} />)).toMatch(/IEDs, booby traps \u2066[\d.,]+ – [\d.,]+\u2069/);
  const shown = words(<KindsThatRemain estimate={{ ...national, kinds: [] }} />);
  expect(shown).toContain('the next one does');
  expect(shown).not.toMatch(/\b0\b/);
});
