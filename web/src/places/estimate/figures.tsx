import { useText } from '../../i18n';
import { measured, probability, share } from '../../ui/number';

interface Properties {
  /** Of at least one item. */
  probabilityAny: number | null | undefined;
  mean: number | null | undefined;
  p05: number | null | undefined;
  p95: number | null | undefined;
  evidence: number | null | undefined;
  where: string;
}

/** Below this share of data the map hatches the cell (design.md, the hazard raster). */
export const hardlyAnyData = 0.1;

/** The three figures of an estimate: how likely, how many, and how much of that is data. */
export function EstimateFigures({ probabilityAny, mean, p05, p95, evidence, where }: Properties) {
  const t = useText();
  const thin = evidence != null && evidence < hardlyAnyData;
  return (
    <div className="figures">
      <div className={`figure figure-main${thin ? ' figure-thin' : ''}`}>
        <strong>{probability(probabilityAny)}</strong>
        <span>{t('figures.any', { where })}</span>
        <span className="meter" aria-hidden="true"><i style={{ inlineSize: `${100 * (probabilityAny ?? 0)}%` }} /></span>
      </div>
      <div className="figure-pair">
        <div className="figure">
          <strong>{measured(mean)}</strong>
          <span>{t('figures.items')}</span>
          {p05 != null && p95 != null && <em>{t('estimate.interval', { low: measured(p05), high: measured(p95) })}</em>}
        </div>
        <div className="figure">
          <strong>{share(evidence)}</strong>
          <span>{t('figures.evidence')}</span>
          <em>{thin ? t('figures.evidence.thin') : t('figures.evidence.rest')}</em>
        </div>
      </div>
    </div>
  );
}
