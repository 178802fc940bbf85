import type { Estimate } from '../../api/estimate';
import { useSurveys } from '../../api/queries';
import type { Survey, Surveys } from '../../api/surveys';
import { useText } from '../../i18n';
import { changeAddress, defaultAddress, formatAddress } from '../../ui/address';
import { ChartFrame } from '../../ui/charts/frame';
import { amount, day, measured, probability, spread, whole } from '../../ui/number';
import { ErrorNotice, Loading } from '../../ui/states';
import { NotTold } from '../estimate/not_told';
import { Costs, inWords } from '../estimate/polygon_surveys';
import { polygonsName, surveyName } from '../estimate/words';

const shown = 10;

/** What the list is ordered by. */
const perM2 = (survey: Survey) => survey.net_saving / survey.area_m2;

function PolygonLink({ kind, id }: { kind: string; id: string }) {
  const there = { page: 'map', selected: { kind, id }, at: null, view: null } as const;
  return (
    <a href={formatAddress({ ...defaultAddress, ...there })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        changeAddress(there, 'go');
      }}>
      <bdi>{id}</bdi>
    </a>
  );
}

function Row({ survey, polygons, most }: { survey: Survey; polygons: string; most: number }) {
  const t = useText();
  return (
    <li>
      <div className="survey-what">
        <PolygonLink kind={polygons} id={survey.id} />
        <span>{surveyName(t, survey.survey)}</span>
        <span className="muted small">{t('survey.size', { area: inWords(survey.area_m2), ground: inWords(survey.not_searched_m2), cost: amount(survey.cost) })}</span>
      </div>
      <div className="survey-saves">
        <span><strong>{t('survey.per_m2', { saving: amount(perM2(survey)) })}</strong> <span className="muted small">{t('survey.in_all', { net: amount(survey.net_saving) })}</span></span>
        <span className="meter" aria-hidden="true"><i style={{ inlineSize: `${Math.max(1, (100 * perM2(survey)) / most)}%` }} /></span>
        <span className="muted small">
          {t(survey.decision_now === 'clear' ? 'survey.turns.clear' : 'survey.turns.release', { chance: probability(survey.chance_of_change) })}
          {' '}{t('survey.items.short', { items: spread(survey.items_mean, survey.items_sd), after: measured(survey.items_sd_after) })}
        </span>
      </div>
    </li>
  );
}

function Ranking({ surveys }: { surveys: Surveys }) {
  const t = useText();
  const worth = surveys.ranking.filter((survey) => survey.net_saving > 0);
  const first = worth.slice(0, shown);
  const most = Math.max(...first.map(perM2));
  const ha = (squareMetres: number) => squareMetres / 10_000;
  return (
    <ChartFrame title={t('first.chart')} fileName="which-survey-first.csv"
      note={t('first.note', { worth: whole(surveys.worth_their_cost), ranked: whole(surveys.ranked), polygons: polygonsName(t, surveys.polygons) })}
      columns={[
        { name: t('first.polygon') },
        { name: t('first.rank'), format: String },
        { name: t('survey.of') },
        { name: t('first.area'), format: measured },
        { name: t('first.ground'), format: measured },
        { name: t('survey.cost'), format: amount },
        { name: t('survey.net'), format: amount },
        { name: t('first.per_m2'), format: amount },
        { name: t('survey.change'), format: probability },
        { name: t('survey.now') },
        { name: t('kinds.expected'), format: measured },
        { name: t('first.sd'), format: measured },
        { name: t('first.sd_after'), format: measured },
        { name: t('first.avoided'), format: measured },
      ]}
      rows={worth.map((s) => [s.id, s.rank, surveyName(t, s.survey), ha(s.area_m2), ha(s.not_searched_m2), s.cost, s.net_saving, perM2(s), s.chance_of_change,
        t(s.decision_now === 'clear' ? 'survey.now.clear' : 'survey.now.release'), s.items_mean, s.items_sd, s.items_sd_after, ha(s.clearance_avoided_m2)])}>
      {() => (
        <ol className="surveys-first">
          {first.map((survey) => <Row key={survey.id} survey={survey} polygons={surveys.polygons} most={most} />)}
        </ol>
      )}
    </ChartFrame>
  );
}

function Told() {
  const t = useText();
  const answer = useSurveys();
  if (answer.isPending) return <Loading what={t('first.loading')} />;
  if (answer.isError) return <ErrorNotice error={answer.error} retry={() => void answer.refetch()} />;
  const surveys = answer.data;
  const stamp = (surveys.stamp as { id?: string } | null)?.id;
  return (
    <>
      {surveys.worth_their_cost === 0 ? (
        <p>{t('first.none_worth', { ranked: whole(surveys.ranked), polygons: polygonsName(t, surveys.polygons) })}</p>
      ) : (
        <div className="charts charts-one"><Ranking surveys={surveys} /></div>
      )}
      <Costs settings={surveys.settings} />
      <p className="muted small">{t('first.help')}</p>
      <p className="muted small">{t('computed.made', { date: day(surveys.made_at) })}{stamp && <> · {t('report.stamp')} <code dir="ltr">{stamp}</code></>}</p>
    </>
  );
}

/** Where the next survey team is worth most, as the estimate values it at the costs it was given; a person decides. */
export function SurveysFirst({ estimate }: { estimate: Estimate }) {
  const t = useText();
  const { surveys, why_not: why, command } = estimate.told_besides;
  return (
    <section className="report-section" data-testid="surveys-first">
      <h2>{t('first.title')}</h2>
      <p className="muted lead">{t('first.lead')}</p>
      {surveys ? <Told /> : <NotTold why={why ?? 'not-asked'} command={command} />}
    </section>
  );
}
