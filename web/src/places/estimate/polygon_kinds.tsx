import { itemKinds, type Estimate } from '../../api/estimate';
import { useEstimate } from '../../api/queries';
import type { PolygonEstimate } from '../../api/records';
import { useText, type TextKey, type Translate } from '../../i18n';
import { interval, measured, probability } from '../../ui/number';
import { NotTold } from './not_told';
import { kindNames, untoldText } from './words';

/** Finds of a class that never say what they are leave its kinds untold: said, or the list would look complete. */
function untold(t: Translate, kinds: NonNullable<PolygonEstimate['kinds']>, national: Estimate | undefined): string[] {
  const notes: string[] = [];
  const of = (name: string) => national?.kinds.find((one) => one.class === name);
  if (!kinds.ap_mines && !kinds.av_mines && !kinds.improvised) notes.push(t(untoldText(true, of('mines'))));
  if (!kinds.submunitions && !kinds.other_erw) notes.push(t(untoldText(false, of('ERW'))));
  return notes;
}

/** An estimate that tells no kinds at all though it could: nothing found says what it is, or its version did not know them. */
const whyNone = (estimate: Estimate | undefined): TextKey => (estimate && estimate.kinds.length > 0 ? 'kinds.no_find' : 'kinds.earlier');

/** What the items of a polygon are likely to be, each kind with its interval. */
export function PolygonKinds({ estimate }: { estimate: PolygonEstimate }) {
  const t = useText();
  const national = useEstimate().data;
  if (estimate.items_mean === null) return null;
  const { kinds, why_not_told: why } = estimate;
  const told = kinds ? itemKinds.filter((kind) => kinds[kind]) : [];
  return (
    <section className="polygon-kinds">
      <h3>{t('kinds.title')}</h3>
      {told.length === 0 || !kinds ? (
        why === 'not-estimated' ? <NotTold why={why} command={null} /> : <p className="muted small">{t(whyNone(national))}</p>
      ) : (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('kinds.kind')}</th>
                <th scope="col">{t('kinds.expected')}</th>
                <th scope="col">{t('kinds.interval')}</th>
                <th scope="col">{t('kinds.any')}</th>
              </tr>
            </thead>
            <tbody>
              {told.map((kind) => {
                const of = kinds[kind]!;
                return (
                  <tr key={kind}>
                    <th scope="row">{t(kindNames[kind])}</th>
                    <td>{measured(of.items_mean)}</td>
                    <td>{interval(of.items_p05, of.items_p95)}</td>
                    <td>{probability(of.probability_any)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {untold(t, kinds, national).map((note) => <p key={note} className="muted small">{note}</p>)}
        </>
      )}
    </section>
  );
}
