import { useHazardAt, type Place } from '../../api/queries';
import { useText } from '../../i18n';
import { whole } from '../../ui/number';
import { Empty, ErrorNotice, Loading } from '../../ui/states';
import { EstimateFigures } from './figures';
import { Facts, Reasons } from './reasons';

/** What the estimate says of the cell at a place, and why. */
export function PlaceEstimate({ place, available, reasonsOnly }: { place: Place; available: boolean; reasonsOnly: boolean }) {
  const t = useText();
  const answer = useHazardAt(available ? place : null);
  if (!available) return reasonsOnly ? null : <Empty title={t('estimate.none')}>{t('estimate.none.remedy')}</Empty>;
  if (answer.isPending) return <Loading what={t('place.loading')} />;
  if (answer.isError) return <ErrorNotice error={answer.error} retry={() => void answer.refetch()} />;
  const cell = answer.data;
  if (!cell.estimated) {
    return reasonsOnly ? null : (
      <div className="unknown-place"><i className="hatch" aria-hidden="true" /><Empty title={t('place.not_estimated')}>{t('place.not_estimated.meaning')}</Empty></div>
    );
  }
  return (
    <>
      {!reasonsOnly && (
        <EstimateFigures
          probabilityAny={cell.probability_any}
          mean={cell.expected_items}
          p05={cell.expected_items_p05}
          p95={cell.expected_items_p95}
          evidence={cell.evidence}
          where={t('place.cell', { metres: whole(cell.cell_m) })}
        />
      )}
      {!reasonsOnly && cell.processed && <p className="notice-plain">{t('place.processed')}</p>}
      <Reasons reasons={cell.reasons ?? []} />
      <Facts reasons={cell.reasons ?? []} />
    </>
  );
}
