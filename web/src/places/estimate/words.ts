import type { ClassKinds, ItemKind, WhyNotTold } from '../../api/estimate';
import type { TextKey, Translate } from '../../i18n';

/** Words of the estimate that the server tells by a key or in English. */
export const kindNames: Record<ItemKind, TextKey> = {
  ap_mines: 'item.ap_mines',
  av_mines: 'item.av_mines',
  improvised: 'item.improvised',
  submunitions: 'item.submunitions',
  other_erw: 'item.other_erw',
};

/** Why the kinds of a class are not told: no find said what it is, or none did when the whole estimate was made. */
export function untoldText(mines: boolean, national: ClassKinds | undefined): TextKey {
  const since = (national?.finds_stated ?? 0) > 0;
  if (mines) return since ? 'kinds.since.mines' : 'kinds.untold.mines';
  return since ? 'kinds.since.erw' : 'kinds.untold.erw';
}

const surveyNames: Record<string, TextKey> = {
  'likeliest tenth': 'survey.likeliest',
  'systematic tenth': 'survey.systematic',
  'whole': 'survey.whole',
  'beside': 'survey.beside',
};

/** A kind of survey that this page does not know keeps the server's word. */
export const surveyName = (t: Translate, survey: string) => (surveyNames[survey] ? t(surveyNames[survey]) : survey);

export const notToldTexts: Record<WhyNotTold, TextKey> = {
  'not-asked': 'told.not_asked',
  'updated': 'told.updated',
  'by-regions': 'told.by_regions',
  'presence-only': 'told.presence_only',
  'not-estimated': 'told.not_estimated',
};

const polygonNames: Record<string, TextKey> = {
  'hazards': 'layers.hazards',
  'minefield-records': 'layers.minefield-records',
  'land-release': 'layers.land-release',
  'districts': 'layers.districts',
  'projects': 'layers.projects',
  'tasks': 'layers.tasks',
};

export const polygonsName = (t: Translate, polygons: string) => (polygonNames[polygons] ? t(polygonNames[polygons]) : polygons);

const evidenceTexts: Record<string, TextKey> = {
  'the finds and searches near by': 'evidence.near',
  'what is known of the region': 'evidence.region',
  'the minefield records': 'evidence.records',
};

const covariates: Record<string, TextKey> = {
  'slope': 'covariate.slope',
  'distance to roads': 'covariate.roads',
  'distance to water': 'covariate.water',
  'distance to places': 'covariate.places',
  'distance to the former line of contact': 'covariate.contact_line',
  'distance to recorded minefields': 'covariate.recorded',
  'distance to reconciled minefields': 'covariate.reconciled',
  'density of recorded minefields': 'covariate.density',
  'survey statement': 'covariate.statement',
  'distance to confirmed hazardous areas': 'covariate.confirmed',
  'share of land searched within 1.5 km': 'covariate.searched',
  'how land was released': 'covariate.released',
};

/** A covariate of the programme's own has the name that its raster was given. */
export const covariateName = (t: Translate, name: string) => (covariates[name] ? t(covariates[name]) : name);

/** "the minefield record R-12 of batch A and 3 more records": the number of the others is the last. */
const oneRecord = /^the minefield record (.+?)(?: and (\d+) more records?)?$/;

export function evidenceName(t: Translate, evidence: string): string {
  if (evidenceTexts[evidence]) return t(evidenceTexts[evidence]);
  const record = oneRecord.exec(evidence);
  if (!record) return covariateName(t, evidence.replace(/^the /, ''));
  const [, name, others] = record;
  return others ? t('evidence.record_and_others', { record: name!, others }) : t('evidence.record', { record: name! });
}
