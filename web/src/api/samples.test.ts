import { describe, expect, it } from 'vitest';
import { itemKinds, type Estimate } from './estimate';
import type { HazardAt, HazardLegend } from './hazard';
import type { ProblemDocument } from './problem';
import type { Programme } from './programme';
import type { RecordDetails, RecordNearby } from './records';
import type { SearchResult } from './search';
import type { Situation } from './situation';
import type { Surveys } from './surveys';
import at from './samples/at.json';
import estimate from './samples/estimate.json';
import hazardAt from './samples/hazard_at.json';
import legend from './samples/legend.json';
import problem from './samples/problem.json';
import programme from './samples/programme.json';
import record from './samples/record.json';
import recordNotTold from './samples/record_not_told.json';
import recordTold from './samples/record_told.json';
import search from './samples/search.json';
import situation from './samples/situation.json';
import surveys from './samples/surveys.json';

// The assignments are the test of the types (npm run typecheck): the samples are what the server really answered
// (scripts/record_samples.mjs). A tuple and a geometry lose their type in JSON and are cast.
const typed = {
  at: at as { records: RecordNearby[] },
  estimate: estimate as Estimate,
  hazardAt: hazardAt as HazardAt,
  legend: legend as HazardLegend,
  problem: problem as ProblemDocument,
  programme: programme as unknown as Programme,
  record: record as unknown as RecordDetails,
  recordNotTold: recordNotTold as unknown as RecordDetails,
  recordTold: recordTold as unknown as RecordDetails,
  search: search as { results: SearchResult[] },
  situation: situation as unknown as Situation,
  surveys: surveys as Surveys,
};

describe('what the server answers is what the screens read', () => {
  it('the programme names its layers with their tiles', () => {
    expect(typed.programme.bounds).toHaveLength(4);
    expect(typed.programme.layers.map((layer) => layer.name)).toContain('hazards');
    for (const layer of typed.programme.layers) {
      expect(layer.tiles).toBe(`/tiles/${layer.name}/{z}/{x}/{y}.mvt`);
      expect(layer.count).toBeTypeOf('number');
    }
    expect(typed.programme.hazard_raster).toMatchObject({ available: true, bands: ['probability_any', 'expected_items', 'evidence'] });
  });

  it('the situation has every figure of the indicators and charts', () => {
    for (const key of ['cleared_ha', 'reduced_ha', 'cancelled_ha', 'remaining_ha', 'mines_found', 'erw_found'] as const) {
      expect(typed.situation[key]).toBeTypeOf('number');
    }
    for (const key of ['total', 'killed', 'injured', 'women', 'children', 'civilian'] as const) {
      expect(typed.situation.casualties.since[key]).toBeTypeOf('number');
    }
    expect(Object.keys(typed.situation.charts!)).toEqual(expect.arrayContaining([
      'released_by_year', 'finds_by_year', 'casualties_by_year', 'released_by_district', 'funding_by_year', 'records_by_source',
    ]));
  });

  it('an effect has its band at each of its points', () => {
    for (const effect of typed.estimate.effects) {
      expect([effect.effect.length, effect.p05.length, effect.p95.length]).toEqual(Array(3).fill(effect.at.length));
    }
  });

  it('what a statement is worth lies in its interval, and one that no search tells is marked as assumed', () => {
    const statements = typed.estimate.statements!;
    for (const one of statements) {
      expect(one.p05).toBeLessThan(one.ratio);
      expect(one.p95).toBeGreaterThan(one.ratio);
    }
    expect(statements.map((one) => one.searched)).toContain(0);
  });

  it('kinds of items come with intervals, for the nation and for a polygon', () => {
    const kinds = typed.estimate.kinds.flatMap((of) => of.kinds);
    expect(kinds.map((of) => of.kind)).toEqual(itemKinds);
    for (const of of kinds) expect(of.items_p05 <= of.items_mean && of.items_mean <= of.items_p95, of.kind).toBe(true);
    for (const of of Object.values(typed.recordTold.estimate!.kinds!)) expect(of.items_p05! <= of.items_p95!).toBe(true);
  });

  it('the first survey of the ranking is the best of its own record, at costs that are told', () => {
    const first = typed.surveys.ranking[0]!;
    const { surveys: own } = typed.recordTold.estimate!;
    expect(own!.rank).toBe(1);
    expect(own!.kinds[0]).toMatchObject({ survey: first.survey, net_saving: first.net_saving, cost: first.cost });
    expect(typed.surveys.settings).toEqual(typed.estimate.told_besides.settings);
    expect(typed.estimate.told_besides).toMatchObject({ polygons: 'hazards', surveys: true, without_evidence: true, why_not: null });
  });

  it('what was not asked of a polygon is null, with the command that asks', () => {
    expect(typed.recordNotTold.estimate).toMatchObject({ without: null, surveys: null, why_not_told: 'not-asked' });
    expect(typed.recordNotTold.estimate!.command).toMatch(/^firmground estimate \S+ --polygons tasks --without-evidence --surveys$/);
  });

  it('the legend rises without gaps and its last class is open', () => {
    typed.legend.classes.slice(1).forEach((entry, i) => expect(entry.from).toBe(typed.legend.classes[i]!.to));
    expect(typed.legend.classes.at(-1)!.to).toBeNull();
  });

  it('a hazard comes with fields, versions and an estimate; a place with reasons', () => {
    expect(typed.record.versions.length).toBeGreaterThan(0);
    expect(typed.record.fields[0]).toHaveProperty('label');
    expect(typed.record.estimate).toHaveProperty('probability_none');
    expect(typed.hazardAt.estimated).toBe(true);
    expect(typed.at.records[0]).toHaveProperty('distance_m');
    expect(typed.search.results[0]).toHaveProperty('kind');
  });

  it('a refusal says what is wrong and what to do', () => {
    expect(typed.problem).toMatchObject({ title: expect.any(String), remedy: expect.any(String), code: expect.any(String) });
  });
});
