import { itemKinds, type ClassKinds, type Estimate, type ItemKind } from '../../api/estimate';
import { useText } from '../../i18n';
import { ChartFrame } from '../../ui/charts/frame';
import { ItemRows } from '../../ui/charts/item_rows';
import { compact, interval, whole } from '../../ui/number';
import { kindNames, untoldText } from '../estimate/words';

const isKind = (kind: string): kind is ItemKind => (itemKinds as readonly string[]).includes(kind);

/** A mean below a half is not none. */
const few = (text: string) => (value: number) => (value < 0.5 ? text : whole(value));

function Classes({ classes }: { classes: ClassKinds[] }) {
  const t = useText();
  return (
    <>
      {classes.map((of) => (
        <p key={of.class} className="muted small">
          {of.kinds.length > 0
            ? t(of.class === 'mines' ? 'kinds.finds.mines' : 'kinds.finds.erw', { stated: whole(of.finds_stated), all: whole(of.finds_stated + of.finds_unstated) })
            : t(untoldText(of.class === 'mines', of))}
        </p>
      ))}
    </>
  );
}

/** What is likely to remain in all, kind by kind, with intervals; where kinds are not told, why. */
export function KindsThatRemain({ estimate }: { estimate: Estimate }) {
  const t = useText();
  const events = estimate.mode === 'presence-only';
  const kinds = estimate.kinds.flatMap((of) => of.kinds).filter((of) => isKind(of.kind));
  const title = t(events ? 'kinds.national.events' : 'kinds.national');
  if (kinds.length === 0) {
    return (
      <section className="report-section">
        <h2>{title}</h2>
        <p className="muted">{t(estimate.kinds.length > 0 ? 'kinds.no_find' : 'kinds.earlier')}</p>
      </section>
    );
  }
  const rows = kinds.map((of) => ({
    name: t(kindNames[of.kind as ItemKind]),
    note: interval(of.items_p05, of.items_p95),
    found: of.finds,
    value: of.items_mean,
    p05: of.items_p05,
    p95: of.items_p95,
  }));
  const format = few(t('kinds.few'));
  return (
    <section className="report-section">
      <h2>{title}</h2>
      <div className="charts charts-one">
        <ChartFrame title={t(events ? 'kinds.chart.events' : 'kinds.chart')} note={t('kinds.chart.note')} fileName="kinds-that-remain.csv"
          columns={[
            { name: t('kinds.kind') },
            { name: t('kinds.expected'), format },
            { name: t('chart.low'), format: whole },
            { name: t('chart.high'), format: whole },
            { name: t('kinds.found'), format: whole },
          ]}
          rows={rows.map((row) => [row.name, row.value, row.p05, row.p95, row.found])}>
          {(width) => <ItemRows label={t('chart.label', { title })} rows={rows} format={format} axisFormat={compact} width={width} />}
        </ChartFrame>
      </div>
      <Classes classes={estimate.kinds} />
    </section>
  );
}
