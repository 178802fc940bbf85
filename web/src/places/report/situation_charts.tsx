import type { SituationCharts as Charts } from '../../api/situation';
import { useText, type Translate } from '../../i18n';
import { ChartFrame, type Series } from '../../ui/charts/frame';
import { IntervalRows } from '../../ui/charts/interval_rows';
import { StackedColumns } from '../../ui/charts/stacked_columns';
import { StackedRows } from '../../ui/charts/stacked_rows';
import { compact, hectares, share, whole } from '../../ui/number';

const year = { name: '', format: (value: number) => String(value) };

function outcomes(t: Translate): Series[] {
  return [
    { key: 'cleared_ha', name: t('outcome.cleared'), look: 'look-cleared' },
    { key: 'reduced_ha', name: t('outcome.reduced'), look: 'look-reduced' },
    { key: 'cancelled_ha', name: t('outcome.cancelled'), look: 'look-cancelled' },
  ];
}

interface YearlyProperties {
  title: string;
  note?: string;
  fileName: string;
  rows: ({ year: number } & Record<string, unknown>)[];
  series: Series[];
  format: (value: number) => string;
}

function Yearly({ title, note, fileName, rows, series, format }: YearlyProperties) {
  const t = useText();
  const ordered = [...rows].sort((a, b) => a.year - b.year);
  const values = ordered.map((row) => series.map((entry) => Number(row[entry.key] ?? 0)));
  return (
    <ChartFrame title={title} note={note} fileName={fileName} series={series}
      columns={[{ ...year, name: t('chart.year') }, ...series.map((entry) => ({ name: entry.name, format }))]}
      rows={ordered.map((row, i) => [row.year, ...values[i]!])}>
      {(width) => (
        <StackedColumns label={t('chart.label', { title })} years={ordered.map((row) => row.year)} series={series}
          values={values} format={format} axisFormat={compact} width={width} />
      )}
    </ChartFrame>
  );
}

function Districts({ charts }: { charts: Charts }) {
  const t = useText();
  const title = t('chart.districts');
  const series: Series[] = [...outcomes(t), { key: 'remaining_ha', name: t('outcome.remaining'), look: 'look-remaining' }];
  const rows = [...charts.released_by_district].sort((a, b) => b.remaining_ha - a.remaining_ha);
  const values = rows.map((row) => [row.cleared_ha, row.reduced_ha, row.cancelled_ha, row.remaining_ha]);
  return (
    <ChartFrame title={title} note={t('chart.districts.note')} fileName="land-by-district.csv" series={series}
      columns={[{ name: t('chart.district') }, ...series.map((entry) => ({ name: `${entry.name}, ${t('unit.ha')}`, format: hectares }))]}
      rows={rows.map((row, i) => [row.district, ...values[i]!])}>
      {(width) => (
        <StackedRows label={t('chart.label', { title })} names={rows.map((row) => row.district)} series={series} values={values}
          format={(value) => `${hectares(value)} ${t('unit.ha')}`} width={width} />
      )}
    </ChartFrame>
  );
}

function Records({ charts }: { charts: Charts }) {
  const t = useText();
  const title = t('chart.records');
  const rows = charts.records_by_source.map((row) => ({
    ...row,
    value: row.accuracy ?? (row.searched > 0 ? row.confirmed / row.searched : null),
    p05: row.accuracy_p05 ?? null,
    p95: row.accuracy_p95 ?? null,
  }));
  const count = { format: whole };
  const part = { format: (value: number) => share(value, 1) };
  return (
    <ChartFrame title={title} note={t('chart.records.note')} fileName="records-by-source.csv"
      columns={[
        { name: t('chart.source') },
        { name: t('chart.records.all'), ...count },
        { name: t('chart.records.searched'), ...count },
        { name: t('chart.records.confirmed'), ...count },
        { name: t('chart.records.accuracy'), ...part },
        { name: t('chart.low'), ...part },
        { name: t('chart.high'), ...part },
      ]}
      rows={rows.map((row) => [row.source, row.records, row.searched, row.confirmed, row.value, row.p05, row.p95])}>
      {(width) => (
        <IntervalRows label={t('chart.label', { title })} unknownText={t('chart.records.unknown')} format={(value) => share(value)} width={width}
          rows={rows.map((row) => ({ ...row, name: row.source, note: t('chart.records.row', { searched: whole(row.searched), records: whole(row.records) }) }))} />
      )}
    </ChartFrame>
  );
}

export function SituationCharts({ charts }: { charts: Charts }) {
  const t = useText();
  const currency = charts.funding_by_year[0]?.currency ?? '';
  return (
    <section className="charts">
      <h2 className="visually-hidden">{t('report.charts')}</h2>
      <Yearly title={t('chart.released')} note={t('chart.released.note')} fileName="released-by-year.csv" rows={charts.released_by_year as never}
        series={outcomes(t)} format={(value) => `${hectares(value)} ${t('unit.ha')}`} />
      <Yearly title={t('chart.finds')} note={t('chart.finds.note')} fileName="finds-by-year.csv" rows={charts.finds_by_year as never}
        series={[
          { key: 'ap_mine', name: t('device.ap'), look: 'look-1' },
          { key: 'av_mine', name: t('device.av'), look: 'look-2' },
          { key: 'erw', name: t('device.erw'), look: 'look-3' },
        ]} format={whole} />
      <Districts charts={charts} />
      <Records charts={charts} />
      <Yearly title={t('chart.casualties')} note={t('chart.casualties.note')} fileName="casualties-by-year.csv" rows={charts.casualties_by_year as never}
        series={[
          { key: 'killed', name: t('casualty.killed'), look: 'look-killed' },
          { key: 'injured', name: t('casualty.injured'), look: 'look-injured' },
        ]} format={whole} />
      <Yearly title={t('chart.funding', { currency })} note={t('chart.funding.note')} fileName="funding-by-year.csv" rows={charts.funding_by_year as never}
        series={[
          { key: 'national', name: t('funding.national'), look: 'look-1' },
          { key: 'foreign', name: t('funding.foreign'), look: 'look-3' },
        ]} format={(value) => `${whole(value)} ${currency}`} />
    </section>
  );
}
