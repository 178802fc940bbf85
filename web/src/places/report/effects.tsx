import type { CovariateEffect, Estimate } from '../../api/estimate';
import { useText } from '../../i18n';
import { BandLine } from '../../ui/charts/band_line';
import { CategoryBand } from '../../ui/charts/category_band';
import { ChartFrame } from '../../ui/charts/frame';
import { categoryName, effectAxis, effectName } from './effect_axis';

const exact = (value: number) => String(Number(value.toPrecision(4)));

function Effect({ effect }: { effect: CovariateEffect }) {
  const t = useText();
  const title = effectName(t, effect.name);
  const axis = effectAxis(t, effect);
  const categories = effect.labels?.map((label) => categoryName(t, label));
  const words = { label: t('chart.label', { title }), above: t('effects.above'), below: t('effects.below') };
  return (
    <ChartFrame title={title} fileName={`effect-${effect.name.replace(/\W+/g, '-').toLowerCase()}.csv`}
      columns={[
        categories ? { name: title } : { name: effect.unit ? `${title}, ${effect.unit}` : title, format: exact },
        { name: t('effects.effect'), format: exact },
        { name: t('chart.low'), format: exact },
        { name: t('chart.high'), format: exact },
      ]}
      rows={effect.at.map((at, i) => [categories?.[i] ?? at, effect.effect[i], effect.p05[i], effect.p95[i]])}>
      {(width) => categories ? (
        <CategoryBand {...words} names={categories} effect={effect.effect} p05={effect.p05} p95={effect.p95} width={width} />
      ) : (
        <BandLine {...words} at={axis.at} effect={effect.effect} p05={effect.p05} p95={effect.p95} xTitle={axis.title} axisFormat={axis.format} width={width} />
      )}
    </ChartFrame>
  );
}

/** What the estimate has learned about where ordnance lies: each effect of the ground with its 90 % band. */
export function Effects({ estimate }: { estimate: Estimate }) {
  const t = useText();
  if (estimate.effects.length === 0) return null;
  return (
    <section className="effects">
      <h2>{t('effects.title')}</h2>
      <p className="muted lead">{t('effects.help')}</p>
      <div className="charts charts-small">
        {estimate.effects.map((effect) => <Effect key={effect.name} effect={effect} />)}
      </div>
    </section>
  );
}
