import type { SurveySettings } from '../../api/estimate';
import { useEstimate } from '../../api/queries';
import type { PolygonEstimate } from '../../api/records';
import type { Survey } from '../../api/surveys';
import { useText } from '../../i18n';
import { amount, area, asSet, measured, probability, spread, whole } from '../../ui/number';
import { NotTold } from './not_told';
import { polygonsName, surveyName } from './words';

export const inWords = (squareMetres: number) => {
  const { value, unit } = area(squareMetres);
  return `${value} ${unit}`;
};

function AllSurveys({ surveys }: { surveys: Survey[] }) {
  const t = useText();
  return (
    <details>
      <summary>{t('survey.all')}</summary>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('survey.all')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('survey.of')}</th>
              <th scope="col">{t('survey.area')}</th>
              <th scope="col">{t('survey.cost')}</th>
              <th scope="col">{t('survey.change')}</th>
              <th scope="col">{t('survey.net')}</th>
            </tr>
          </thead>
          <tbody>
            {surveys.map((survey) => (
              <tr key={survey.survey}>
                <th scope="row">{surveyName(t, survey.survey)}</th>
                <td>{inWords(survey.area_m2)}</td>
                <td>{amount(survey.cost)}</td>
                <td>{probability(survey.chance_of_change)}</td>
                <td>{amount(survey.net_saving)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

export function Costs({ settings }: { settings: SurveySettings }) {
  const t = useText();
  return (
    <p className="muted small">
      {t('survey.settings', {
        survey: asSet(settings.survey_cost_m2),
        mines: probability(settings.survey_detection_mines),
        erw: probability(settings.survey_detection_ERW),
        clearance: asSet(settings.clearance_cost_m2),
        finds: probability(settings.clearance_finds),
        loss: asSet(settings.loss_per_item),
        from: measured(settings.break_even_items_per_ha),
      })}
    </p>
  );
}

function BestSurvey({ best }: { best: Survey }) {
  const t = useText();
  return (
    <>
      <p>
        <strong>{surveyName(t, best.survey)}</strong>
        {` · ${t('survey.size', { area: inWords(best.area_m2), ground: inWords(best.not_searched_m2), cost: amount(best.cost) })}`}
      </p>
      <p>{t(best.net_saving > 0 ? 'survey.saves' : 'survey.saves_nothing', { net: amount(best.net_saving) })}</p>
      <dl className="facts">
        <div><dt>{t('survey.now')}</dt><dd>{t(best.decision_now === 'clear' ? 'survey.now.clear' : 'survey.now.release')}</dd></div>
        <div><dt>{t('survey.change')}</dt><dd>{probability(best.chance_of_change)}</dd></div>
        <div><dt>{t('survey.items')}</dt><dd>{t('survey.items.now', { items: spread(best.items_mean, best.items_sd), after: measured(best.items_sd_after) })}</dd></div>
        <div>
          <dt>{t('survey.found', { chance: probability(best.chance_of_find) })}</dt>
          <dd>{t('survey.found.items', { some: measured(best.items_if_something_found), none: measured(best.items_if_nothing_found) })}</dd>
        </div>
      </dl>
    </>
  );
}

/** Which survey of the polygon would change most what is decided about it. */
export function PolygonSurveys({ estimate }: { estimate: PolygonEstimate }) {
  const t = useText();
  const settings = useEstimate().data?.told_besides.settings ?? null;
  if (estimate.surveys === null) return null;
  const { rank, ranked, kinds } = estimate.surveys;
  const best = kinds[0];
  return (
    <section className="polygon-surveys">
      <h3>{t('survey.title')}</h3>
      {!best ? <p className="muted">{t('survey.none')}</p> : (
        <>
          <BestSurvey best={best} />
          {rank !== null && <p className="muted small">{t('survey.rank', { rank: whole(rank), ranked: whole(ranked) })}</p>}
          <AllSurveys surveys={kinds} />
        </>
      )}
      {best && settings && <Costs settings={settings} />}
    </section>
  );
}

/** One line where neither evidence nor surveys are told, with the way to get them behind it. */
export function NotToldOfPolygon({ estimate, kind }: { estimate: PolygonEstimate; kind: string }) {
  const t = useText();
  const besides = useEstimate().data?.told_besides;
  if (estimate.items_mean === null || (estimate.without !== null && estimate.surveys !== null)) return null;
  const instead = besides && besides.polygons !== kind && (besides.surveys || besides.without_evidence) ? t('told.instead', { polygons: polygonsName(t, besides.polygons) }) : null;
  const title = estimate.without === null ? (estimate.surveys === null ? 'told.neither' : 'told.no_evidence') : 'told.no_surveys';
  return (
    <details className="not-told-besides">
      <summary>{t(title)}</summary>
      <NotTold why={estimate.why_not_told} command={estimate.command}>{instead}</NotTold>
    </details>
  );
}
