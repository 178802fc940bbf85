import type { Estimate } from '../../api/estimate';
import { useText } from '../../i18n';
import { DataTable } from '../../ui/data_table';
import { measured, whole } from '../../ui/number';

/** What each source of survey statements was found to be worth, and what that was learned from. */
export function Statements({ estimate }: { estimate: Estimate }) {
  const t = useText();
  const statements = estimate.statements ?? [];
  if (statements.length === 0) return null;
  return (
    <section className="effects">
      <h2>{t('statements.title')}</h2>
      <p className="muted lead">{t('statements.help')}</p>
      <DataTable caption={t('statements.title')}
        columns={[
          { name: t('statements.statement') },
          { name: t('statements.class') },
          { name: t('statements.ratio'), format: measured },
          { name: t('chart.low'), format: measured },
          { name: t('chart.high'), format: measured },
          { name: t('statements.polygons'), format: whole },
          { name: t('statements.searched'), format: whole },
        ]}
        rows={statements.map((s) => [s.statement, s.class, s.ratio, s.p05, s.p95, s.polygons, s.from_events ? null : s.searched])} />
    </section>
  );
}
