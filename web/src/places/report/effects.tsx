import type { Estimate } from '../../api/estimate';
import { useText } from '../../i18n';
import { BandLine } from '../../ui/charts/band_line';
import { ChartFrame } from '../../ui/charts/frame';
import { compact } from '../../ui/number';

const exact = (value: number) => String(Number(value.toPrecision(4)));

/** What the estimate has learned about where ordnance lies: each smooth effect with its 90 % band. */
export function Effects({ estimate }: { estimate: Estimate }) {
  const t = useText();
  if (estimate.effects.length === 0) return null;
  return (
    <section className="effects">
      <h2>{t('effects.title')}</h2>
      <p className="muted lead">{t('effects.help')}</p>
      <div className="charts charts-small">
        {estimate.effects.map((effect) => (
          <ChartFrame key={effect.name} title={effect.name} fileName={`effect-${effect.name.replace(/\W+/g, '-').toLowerCase()}.csv`}
            columns={[
              { name: effect.unit ? `${effect.name}, ${effect.unit}` : effect.name, format: exact },
              { name: t('effects.effect'), format: exact },
              { name: t('chart.low'), format: exact },
              { name: t('chart.high'), format: exact },
            ]}
            rows={effect.at.map((at, i) => [at, effect.effect[i], effect.p05[i], effect.p95[i]])}>
            {(width) => (
              <BandLine label={t('chart.label', { title: effect.name })} {...effect} xTitle={effect.unit || effect.name} axisFormat={compact}
                above={t('effects.above')} below={t('effects.below')} width={width} />
            )}
          </ChartFrame>
        ))}
      </div>
    </section>
  );
}
