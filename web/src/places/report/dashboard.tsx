import './report.css';
import { asProblem } from '../../api/problem';
import type { Programme } from '../../api/programme';
import { useEstimate, useSituation } from '../../api/queries';
import { useText } from '../../i18n';
import { ChartPatterns } from '../../ui/charts/patterns';
import { PrintIcon } from '../../ui/icons';
import { day } from '../../ui/number';
import { ErrorNotice, Loading, StaleNotice } from '../../ui/states';
import { Effects } from './effects';
import { Indicators } from './indicators';
import { KindsThatRemain } from './kinds_that_remain';
import { SituationCharts } from './situation_charts';
import { Statements } from './statements';
import { SurveysFirst } from './surveys_first';

function stampText(stamp: unknown): string | null {
  if (typeof stamp === 'string') return stamp;
  if (typeof stamp !== 'object' || stamp === null) return null;
  const id = (stamp as Record<string, unknown>).id;
  return typeof id === 'string' ? id : JSON.stringify(stamp);
}

export default function Dashboard({ programme }: { programme: Programme }) {
  const t = useText();
  const situation = useSituation();
  const estimate = useEstimate();
  const noEstimate = estimate.isError && asProblem(estimate.error).status === 404;
  if (situation.isPending) return <div className="report"><Loading what={t('report.loading')} /></div>;
  if (situation.isError) {
    return <div className="report"><ErrorNotice error={situation.error} retry={() => void situation.refetch()} /></div>;
  }
  const stamp = stampText(situation.data.stamp);
  return (
    <div className="report">
      <ChartPatterns />
      <header className="report-head">
        <div>
          <p className="kicker"><bdi>{programme.name}</bdi></p>
          <h1>{t('report.title')}</h1>
          <p className="lead muted">{t('report.lead', { date: day(situation.data.as_of) })}</p>
        </div>
        <button type="button" className="button button-quiet" onClick={() => print()}><PrintIcon />{t('report.print')}</button>
      </header>
      {estimate.data?.stale && <StaleNotice madeAt={day(estimate.data.made_at)} />}
      <Indicators situation={situation.data} programme={programme} estimateDate={estimate.data?.made_at ?? null} />
      {situation.data.charts && <SituationCharts charts={situation.data.charts} />}
      {estimate.data && (
        <>
          <KindsThatRemain estimate={estimate.data} />
          <SurveysFirst estimate={estimate.data} />
          <Effects estimate={estimate.data} />
          <Statements estimate={estimate.data} />
        </>
      )}
      {estimate.isError && !noEstimate && <ErrorNotice error={estimate.error} retry={() => void estimate.refetch()} />}
      <footer className="report-foot">
        <p>{t('map.footnote')} {t('map.caution')}</p>
        {stamp && <p className="muted small">{t('report.stamp')} <code dir="ltr">{stamp}</code></p>}
      </footer>
    </div>
  );
}
