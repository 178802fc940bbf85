import type { CovariateEffect } from '../../api/estimate';
import type { TextKey, Translate } from '../../i18n';
import { asSet, compact, share } from '../../ui/number';
import { covariateName } from '../estimate/words';

/** How a covariate is read: its values as drawn, what stands below the axis, how a tick is written. */
export interface EffectAxis {
  at: number[];
  title: string;
  format: (value: number) => string;
}

/** From here on distances are read in kilometres. */
const farM = 2000;

/** "distance to roads (mines)": the server names the covariate and the class it was learned for. */
export function effectName(t: Translate, name: string): string {
  const [, base, of] = /^(.*) \((mines|ERW)\)$/.exec(name) ?? [];
  if (!base) return covariateName(t, name);
  return t(of === 'mines' ? 'effects.of_mines' : 'effects.of_erw', { covariate: covariateName(t, base) });
}

export function effectAxis(t: Translate, effect: CovariateEffect): EffectAxis {
  const { at, unit } = effect;
  if (unit === 'm' && Math.max(...at.map(Math.abs)) >= farM) return { at: at.map((value) => value / 1000), title: t('unit.km'), format: compact };
  if (unit === 'share') return { at, title: t('effects.unit.share'), format: (value) => share(value) };
  if (unit === 'deg') return { at, title: t('effects.unit.degrees'), format: compact };
  // Below ten ticks differ in digits that a short form would drop: 0.15 and 0.2.
  const small = Math.max(...at.map(Math.abs)) < 10;
  return { at, title: unit === 'm' ? t('unit.m') : unit || t('effects.unit.unknown'), format: small ? asSet : compact };
}

/** How searched land was released; other labels are a programme's own words. */
const labels: Record<string, TextKey> = { 'cleared': 'effects.cleared', 'nothing found': 'effects.nothing_found' };

export const categoryName = (t: Translate, label: string) => (labels[label] ? t(labels[label]) : label);
