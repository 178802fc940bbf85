import { expect, it } from 'vitest';
import type { CovariateEffect } from '../../api/estimate';
import type { Translate } from '../../i18n';
import { effectAxis, effectName } from './effect_axis';

const t: Translate = (key, variables) => [key, ...Object.values(variables ?? {})].join('|');
const effect = (unit: string, at: number[]): CovariateEffect => ({ name: '', unit, at, effect: at, p05: at, p95: at });

it('far distances are read in kilometres, near ones in metres', () => {
  expect(effectAxis(t, effect('m', [0, 500, 8500]))).toMatchObject({ at: [0, 0.5, 8.5], title: 'unit.km' });
  expect(effectAxis(t, effect('m', [0, 1200]))).toMatchObject({ at: [0, 1200], title: 'unit.m' });
});

it('a raster’s own unit stands below its axis, and that it has none is said', () => {
  expect(effectAxis(t, effect('m3/m3', [0.1, 0.4])).title).toBe('m3/m3');
  expect(effectAxis(t, effect('', [0.1, 0.4])).title).toBe('effects.unit.unknown');
});

it('ticks of a small covariate can be told apart', () => {
  const { format } = effectAxis(t, effect('m3/m3', [0.11, 0.33]));
  expect([0.15, 0.2, 0.25, 0.3].map(format)).toEqual(['0.15', '0.2', '0.25', '0.3']);
});

it('an effect is named by its covariate and the class it was learned for', () => {
  expect(effectName(t, 'distance to roads (ERW)')).toBe('effects.of_erw|covariate.roads');
  expect(effectName(t, 'soil moisture (mines)')).toBe('effects.of_mines|soil moisture');
  expect(effectName(t, 'old name')).toBe('old name');
});
