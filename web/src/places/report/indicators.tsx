import type { Programme } from '../../api/programme';
import type { Situation } from '../../api/situation';
import { useText } from '../../i18n';
import { compact, day, measured, share, unknown, whole } from '../../ui/number';
import { Indicator } from './indicator';

interface Properties {
  situation: Situation;
  programme: Programme;
  estimateDate: string | null;
}

function useBaseline(situation: Situation): string | null {
  const t = useText();
  const { baseline } = situation;
  if (!baseline) return null;
  return t('computed.baseline.text', { name: baseline.name, area: whole(baseline.area_ha), source: baseline.source ?? unknown });
}

function LandIndicators({ situation }: Properties) {
  const t = useText();
  const date = t('computed.as_of', { date: day(situation.as_of) });
  const baseline = useBaseline(situation);
  const land = { date, baseline, source: t('computed.source.land') };
  const ofBaseline = situation.share_of_baseline;
  return (
    <>
      <Indicator id="cleared" title={t('indicator.cleared')} value={whole(situation.cleared_ha)} unit={t('unit.ha')} part={ofBaseline}
        computation={{ ...land, numerator: t('computed.cleared'), denominator: situation.baseline && `${whole(situation.baseline.area_ha)} ${t('unit.ha')}` }}>
        <p>{ofBaseline === null ? t('indicator.cleared.no_baseline') : t('indicator.cleared.share', { share: share(ofBaseline, 1) })}</p>
        <p className="muted">{t('indicator.cleared.others', { reduced: whole(situation.reduced_ha), cancelled: whole(situation.cancelled_ha) })}</p>
      </Indicator>
      <Indicator id="remaining" title={t('indicator.remaining')} value={whole(situation.remaining_ha)} unit={t('unit.ha')}
        computation={{ ...land, baseline: null, numerator: t('computed.remaining'), denominator: null }}>
        <p>{situation.years_at_present_pace === null ? t('indicator.remaining.no_pace') : t('indicator.remaining.years', { years: measured(situation.years_at_present_pace) })}</p>
        <p className="muted">{t('indicator.remaining.caution')}</p>
      </Indicator>
    </>
  );
}

function OrdnanceIndicators({ situation, estimateDate }: Properties) {
  const t = useText();
  const date = t('computed.as_of', { date: day(situation.as_of) });
  const { estimate, mines_found: mines, erw_found: erw } = situation;
  const known = estimate && estimate.items_mean !== null;
  return (
    <>
      <Indicator id="items" title={t('indicator.items')} value={known ? whole(estimate.items_mean) : unknown}
        computation={{ numerator: t('computed.items'), denominator: null, date: estimateDate ? t('computed.made', { date: day(estimateDate) }) : date, baseline: null, source: t('computed.source.estimate') }}>
        {known ? <p>{t('estimate.interval', { low: whole(estimate.items_p05), high: whole(estimate.items_p95) })}</p> : <p>{t('estimate.none')}</p>}
        <p className="muted">{known ? t('indicator.items.meaning') : t('estimate.none.remedy')}</p>
      </Indicator>
      <Indicator id="found" title={t('indicator.found')} value={whole(mines + erw)}
        computation={{ numerator: t('computed.found'), denominator: null, date, baseline: null, source: t('computed.source.finds') }}>
        <p>{t('indicator.found.mines', { mines: whole(mines) })}</p>
        <p>{t('indicator.found.erw', { erw: whole(erw) })}</p>
      </Indicator>
    </>
  );
}

function PeopleIndicators({ situation, programme }: Properties) {
  const t = useText();
  const date = t('computed.as_of', { date: day(situation.as_of) });
  const { since, total } = situation.casualties;
  const { sex_unknown: sex = 0, age_unknown: age = 0, civilian_unknown: status = 0 } = since;
  const { records, funding } = situation;
  return (
    <>
      <Indicator id="casualties" title={t('indicator.casualties', { date: day(since.date) })} value={whole(since.total)}
        computation={{ numerator: t('computed.casualties', { date: day(since.date), event: programme.since?.name ?? unknown }), denominator: null, date, baseline: null, source: t('computed.source.accidents') }}>
        <p>{t('indicator.casualties.outcome', { killed: whole(since.killed), injured: whole(since.injured) })}</p>
        <p>{t('indicator.casualties.who', { civilian: whole(since.civilian), women: whole(since.women), children: whole(since.children) })}</p>
        {(sex > 0 || age > 0 || status > 0) && (
          <p className="muted">{t('indicator.casualties.unknown', { sex: whole(sex), age: whole(age), status: whole(status) })}</p>
        )}
        <p className="muted">{t('indicator.casualties.total', { total: whole(total) })}</p>
      </Indicator>
      <Indicator id="records" title={t('indicator.records')} value={share(records.accuracy)} part={records.accuracy}
        computation={{ numerator: t('computed.records', { confirmed: whole(records.confirmed) }), denominator: t('computed.records.of', { searched: whole(records.searched) }), date, baseline: null, source: t('computed.source.records') }}>
        {records.accuracy === null ? (
          <p>{t('indicator.records.none')}</p>
        ) : (
          <p>{t('indicator.records.interval', { low: share(records.accuracy_p05), high: share(records.accuracy_p95) })}</p>
        )}
        <p className="muted">{t('indicator.records.meaning', { confirmed: whole(records.confirmed), searched: whole(records.searched) })}</p>
      </Indicator>
      <Indicator id="funding" title={t('indicator.funding')} value={share(funding.national_share)} part={funding.national_share}
        computation={{ numerator: t('computed.funding'), denominator: funding.total === null ? null : `${whole(funding.total)} ${funding.currency ?? ''}`, date, baseline: null, source: t('computed.source.funding') }}>
        <p>{funding.total === null ? t('indicator.funding.none') : t('indicator.funding.total', { total: compact(funding.total), currency: funding.currency ?? '' })}</p>
      </Indicator>
    </>
  );
}

export function Indicators(properties: Properties) {
  const t = useText();
  return (
    <section className="indicators">
      <h2 className="visually-hidden">{t('report.indicators')}</h2>
      <OrdnanceIndicators {...properties} />
      <LandIndicators {...properties} />
      <PeopleIndicators {...properties} />
    </section>
  );
}
