import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useText } from '../../i18n';
import { download, toCsv, type Cell } from '../csv';
import { ChartIcon, DownloadIcon, TableIcon } from '../icons';
import { DataTable, type Column } from '../data_table';

export interface Series {
  key: string;
  name: string;
  /** A class in charts.css that gives fill and pattern alike on screen and paper. */
  look: string;
}

/** The width a chart has to itself, so that text keeps its size at any page width. */
export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(560);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(240, Math.round(entry!.contentRect.width))));
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

interface Properties {
  title: string;
  note?: string;
  fileName: string;
  columns: Column[];
  rows: Cell[][];
  series?: Series[];
  /** Shows the table first where the table is what people come for. */
  children: (width: number) => ReactNode;
}

/** A chart with its twin: the same figures as a table and as CSV. */
export function ChartFrame({ title, note, fileName, columns, rows, series, children }: Properties) {
  const t = useText();
  const headingId = useId();
  const [asTable, setAsTable] = useState(false);
  const [element, width] = useWidth();
  return (
    <figure className="chart" aria-labelledby={headingId}>
      <figcaption>
        <div>
          <h3 id={headingId}>{title}</h3>
          {note && <p className="muted small">{note}</p>}
        </div>
        <div className="chart-tools">
          <button type="button" className="tool" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}
            aria-label={t(asTable ? 'chart.show_chart' : 'chart.show_table', { title })} title={t(asTable ? 'chart.as_chart' : 'chart.as_table')}>
            {asTable ? <ChartIcon /> : <TableIcon />}
          </button>
          <button type="button" className="tool" onClick={() => download(fileName, toCsv(columns.map((column) => column.name), rows))}
            aria-label={t('chart.download', { title })} title={t('chart.csv')}>
            <DownloadIcon />
          </button>
        </div>
      </figcaption>
      {series && !asTable && rows.length > 0 && (
        <ul className="chart-legend">
          {series.map((entry) => (
            <li key={entry.key}><svg width="14" height="14" aria-hidden="true"><rect className={entry.look} x="1" y="1" width="12" height="12" rx="2" /></svg>{entry.name}</li>
          ))}
        </ul>
      )}
      <div ref={element} className="chart-body">
        {rows.length === 0 ? (
          <p className="muted">{t('chart.empty')}</p>
        ) : asTable ? (
          <DataTable caption={title} columns={columns} rows={rows} />
        ) : (
          children(width)
        )}
      </div>
    </figure>
  );
}
