import type { Series } from './frame';
import { labelStride, linear, niceTicks } from './scale';

interface Properties {
  label: string;
  years: number[];
  series: Series[];
  /** values[year][series] */
  values: number[][];
  format: (value: number) => string;
  axisFormat: (value: number) => string;
  width: number;
}

const height = 210;
const margin = { top: 10, right: 4, bottom: 22, left: 46 };

/** One column a year, parts stacked in the order of the legend. Missing years stay as gaps on the time axis. */
export function StackedColumns({ label, years, series, values, format, axisFormat, width }: Properties) {
  const first = Math.min(...years);
  const count = Math.max(...years) - first + 1;
  const totals = values.map((row) => row.reduce((sum, value) => sum + value, 0));
  const ticks = niceTicks(0, Math.max(...totals), 4);
  const y = linear([0, ticks.at(-1)!], [height - margin.bottom, margin.top]);
  const step = (width - margin.left - margin.right) / count;
  const bar = Math.min(34, step * 0.72);
  const stride = labelStride(count, (width - margin.left) / 40);
  return (
    <svg className="plot" width={width} height={height} role="img" aria-label={label} direction="ltr">
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={margin.left} x2={width} y1={y(tick)} y2={y(tick)} />
          <text className="axis" x={margin.left - 8} y={y(tick) + 4} textAnchor="end">{axisFormat(tick)}</text>
        </g>
      ))}
      {years.map((year, i) => {
        const centre = margin.left + (year - first + 0.5) * step;
        let top = 0;
        return (
          <g key={year} className="column">
            <title>{[`${year}`, ...series.map((entry, j) => `${entry.name}: ${format(values[i]![j]!)}`)].join('\n')}</title>
            <rect className="column-reach" x={centre - step / 2} y={margin.top} width={step} height={height - margin.top - margin.bottom} />
            {series.map((entry, j) => {
              const value = values[i]![j]!;
              top += value;
              const tall = y(top - value) - y(top);
              return tall > 0 ? <rect key={entry.key} className={entry.look} x={centre - bar / 2} y={y(top)} width={bar} height={tall} /> : null;
            })}
          </g>
        );
      })}
      <line className="axis-line" x1={margin.left} x2={width} y1={y(0)} y2={y(0)} />
      {Array.from({ length: count }, (_, i) => first + i)
        .filter((_, i) => (count - 1 - i) % stride === 0)
        .map((year) => (
          <text key={year} className="axis" x={margin.left + (year - first + 0.5) * step} y={height - 6} textAnchor="middle">{year}</text>
        ))}
    </svg>
  );
}
