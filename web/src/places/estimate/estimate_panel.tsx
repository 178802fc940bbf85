import { hazardBands, type HazardBand } from '../../api/hazard';
import type { Programme } from '../../api/programme';
import { useEstimate, useHazardLegend } from '../../api/queries';
import { useText, type TextKey } from '../../i18n';
import { day, whole } from '../../ui/number';
import { ErrorNotice, Loading, StaleNotice } from '../../ui/states';
import { Legend } from './legend';

const bandTexts: Record<HazardBand, { name: TextKey; meaning: TextKey }> = {
  probability_any: { name: 'band.probability', meaning: 'band.probability.meaning' },
  expected_items: { name: 'band.expected', meaning: 'band.expected.meaning' },
  evidence: { name: 'band.evidence', meaning: 'band.evidence.meaning' },
};

/** The one figure a newcomer looks for, with its interval. */
function Headline() {
  const t = useText();
  const { data } = useEstimate();
  if (!data) return null;
  const { items_mean, items_p05, items_p95 } = data.totals;
  return (
    <p className="headline">
      <strong>{whole(items_mean)}</strong>
      <span>
        {t('estimate.headline')}
        <em>{t('estimate.interval', { low: whole(items_p05), high: whole(items_p95) })}</em>
      </span>
    </p>
  );
}

interface Properties {
  programme: Programme;
  theme: 'light' | 'dark';
  shown: boolean;
  band: HazardBand;
  opacity: number;
  onShow: (on: boolean) => void;
  onBand: (band: HazardBand) => void;
  onOpacity: (percent: number) => void;
}

export function EstimatePanel({ programme, theme, shown, band, opacity, onShow, onBand, onOpacity }: Properties) {
  const t = useText();
  const raster = programme.hazard_raster;
  const legend = useHazardLegend(band, raster.available);
  if (!raster.available) {
    return (
      <section className="estimate-panel" aria-label={t('estimate.title')}>
        <h2>{t('estimate.title')}</h2>
        <p className="notice-plain">{t('estimate.none')}</p>
        <p className="muted">{t('estimate.none.remedy')}</p>
      </section>
    );
  }
  return (
    <section className="estimate-panel" aria-label={t('estimate.title')}>
      <Headline />
      {raster.stale && <StaleNotice madeAt={day(raster.made_at)} />}
      <label className="switch-row switch-row-title">
        <input type="checkbox" role="switch" checked={shown} onChange={(event) => onShow(event.target.checked)} />
        <span>{t('estimate.title')}</span>
      </label>
      {shown && (
        <>
          <div className="segments" role="radiogroup" aria-label={t('estimate.bands')}>
            {hazardBands.map((name) => (
              <label key={name}>
                <input type="radio" name="band" checked={band === name} onChange={() => onBand(name)} />
                <span>{t(bandTexts[name].name)}</span>
              </label>
            ))}
          </div>
          <p className="muted band-meaning">{t(bandTexts[band].meaning, { metres: whole(raster.cell_m) })}</p>
          {legend.isPending && <Loading what={t('legend.loading')} />}
          {legend.isError && <ErrorNotice error={legend.error} retry={() => void legend.refetch()} />}
          {legend.data && <Legend legend={legend.data} theme={theme} opacity={opacity} />}
          <label className="slider">
            <span>{t('estimate.opacity')}</span>
            <input type="range" min={0} max={100} step={5} value={opacity} onChange={(event) => onOpacity(Number(event.target.value))} />
            <output>{`${opacity}%`}</output>
          </label>
        </>
      )}
    </section>
  );
}
